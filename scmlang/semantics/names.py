"""Names and domains: what a file declares.

Guarantees: every name in the :class:`Scope` is unique; a level name is no other name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from scmlang.diagnostics.base import Note
from scmlang.limits import LIMITS
from scmlang.semantics.domains import BINARY, Domain, Finite, Image, Real, Symbolic
from scmlang.semantics.errors import Problems, suggestion
from scmlang.semantics.model import Role
from scmlang.source import Span
from scmlang.syntax import ast


@dataclass(frozen=True)
class Declared:
    """A variable as declared; ``domain`` is None where its declaration was wrong."""

    name: str
    span: Span
    role: Role
    domain: Domain | None


@dataclass
class Scope:
    """The names of one file.

    Attributes:
        variables: in order of declaration; exogenous ones get their domain from their distribution.
        lets: the ``let`` statements by name.
        exogenous: the statement that gives each exogenous variable.
    """

    variables: dict[str, Declared] = field(default_factory=dict)
    lets: dict[str, ast.Let] = field(default_factory=dict)
    exogenous: dict[str, ast.Exogenous] = field(default_factory=dict)

    def finite_domains(self) -> Iterator[Finite]:
        for declared in self.variables.values():
            if isinstance(declared.domain, Finite):
                yield declared.domain

    @property
    def levels(self) -> dict[str, set[int]]:
        """Every level name with the numeric values it has in some domain."""
        found: dict[str, set[int]] = {}
        for domain in self.finite_domains():
            for value, name in enumerate(domain.names):
                found.setdefault(name, set()).add(value)
        return found

    def endogenous(self, name: ast.Name, problems: Problems) -> Declared | None:
        """The endogenous variable of that name, or None and one report for each missing name."""
        declared = self.variables.get(name.text)
        if declared is None:
            self._report_missing(name, problems)
        return declared

    def _report_missing(self, name: ast.Name, problems: Problems) -> None:
        if name.text in problems.missing:
            return
        near = suggestion(name.text, self.variables)
        if near or name.text in self.lets:
            problems.unknown_variable(name.text, self.variables, name.span)
        else:
            problems.missing.add(name.text)
            helps = (f"declare it, for example `{name.text}: binary`",)
            problems.add("E012", f"`{name.text}` has no domain", name.span, helps=helps)


def collect(program: ast.Program, problems: Problems) -> Scope:
    """Every declaration of a file.

    Exogenous variables are entered without a domain; :mod:`scmlang.semantics.check` fills it in. In a
    bare diagram the edges declare the variables, whose domains are then unknown.
    """
    scope = Scope()
    places: dict[str, Span] = {}
    bare = is_bare(program)
    for statement in program.statements:
        if isinstance(statement, ast.Declaration):
            role = Role.LATENT if statement.latent else Role.OBSERVED
            domain = _domain(statement, bare, problems)
            for name in statement.names:
                if _fresh(name, places, problems):
                    scope.variables[name.text] = Declared(name.text, name.span, role, domain)
        elif isinstance(statement, ast.Exogenous):
            for name in statement.names:
                if _fresh(name, places, problems):
                    scope.variables[name.text] = Declared(name.text, name.span, Role.EXOGENOUS, None)
                    scope.exogenous[name.text] = statement
        elif isinstance(statement, ast.Let) and _fresh(statement.name, places, problems):
            scope.lets[statement.name.text] = statement
    if bare:
        _add_named_by_edges(program, scope)
    _check_levels(program, places, problems)
    return scope


def is_bare(program: ast.Program) -> bool:
    """Whether a file is a diagram and no more: no domain, equation, constant or mechanism."""
    return all(
        isinstance(s, ast.ModelName | ast.Arrows | ast.NamedQuery | ast.Assertion)
        or (isinstance(s, ast.Declaration) and s.domain is None)
        for s in program.statements
    )


def _add_named_by_edges(program: ast.Program, scope: Scope) -> None:
    for statement in program.statements:
        if isinstance(statement, ast.Arrows):
            for name in (name for group in statement.groups for name in group.names):
                if name.text not in scope.variables:
                    scope.variables[name.text] = Declared(name.text, name.span, Role.OBSERVED, Symbolic())


def _domain(statement: ast.Declaration, bare: bool, problems: Problems) -> Domain | None:
    if statement.domain is not None:
        return read_domain(statement.domain, problems)
    if bare:
        return Symbolic()
    name = statement.names[0]
    helps = [f"write `latent {', '.join(n.text for n in statement.names)}: binary`"]
    message = f"`{name.text}` has no domain, and other variables have one"
    problems.add("E012", message, name.span, helps=helps)
    return None


def _fresh(name: ast.Name, places: dict[str, Span], problems: Problems) -> bool:
    if name.text in places:
        note = Note("first declared here", places[name.text])
        problems.add(
            "E011", f"`{name.text}` is declared twice", name.span, "declared again here", notes=[note]
        )
        return False
    places[name.text] = name.span
    return True


def _check_levels(program: ast.Program, places: dict[str, Span], problems: Problems) -> None:
    for statement in program.statements:
        if isinstance(statement, ast.Declaration) and isinstance(statement.domain, ast.NamedDomain):
            for level in statement.domain.levels:
                if level.text in places:
                    note = Note("the other one", places[level.text])
                    message = f"the level `{level.text}` has the name of something else"
                    problems.add("E015", message, level.span, notes=[note], helps=["rename one of them"])


def read_domain(node: ast.Domain, problems: Problems) -> Domain | None:
    """The domain that was written, or None and a report."""
    if isinstance(node, ast.RangeDomain):
        return _range(node, problems)
    if isinstance(node, ast.NamedDomain):
        return _named(node, problems)
    return _word(node, problems)


def _range(node: ast.RangeDomain, problems: Problems) -> Finite | None:
    size = node.high - node.low + 1
    if size < 1:
        problems.add("E013", "this range is empty", node.span, helps=[f"write `{node.high}..{node.low}`"])
        return None
    if size > LIMITS.table_cells:
        message = f"this range has {size} levels, more than {LIMITS.table_cells}"
        problems.add("E018", message, node.span, helps=["use `real` for a quantity"])
        return None
    return Finite("range", size, node.low)


def _named(node: ast.NamedDomain, problems: Problems) -> Finite | None:
    seen: dict[str, Span] = {}
    sound = True
    for level in node.levels:
        if not level.text[0].isalpha() or level.text in ("true", "false"):
            helps = ["write a range such as `0..9` for numbers, `binary` for truth values"]
            problems.add("E017", f"`{level.text}` is not a level name", level.span, helps=helps)
            sound = False
        elif level.text in seen:
            note = Note("first here", seen[level.text])
            problems.add("E017", f"the level `{level.text}` is there twice", level.span, notes=[note])
            sound = False
        seen.setdefault(level.text, level.span)
    return Finite("named", len(node.levels), names=tuple(seen)) if sound else None


_SHAPES = {"binary": 0, "real": 0, "bits": 1, "image": 3}
_USAGE = {
    "binary": "`binary` takes no arguments",
    "real": "`real` takes no arguments",
    "bits": "write `bits(4)`: the number of bits",
    "image": "write `image(3, 28, 28)`: channels, height, width",
}


def _word(node: ast.WordDomain, problems: Problems) -> Domain | None:
    word, sizes = node.word.text, node.arguments
    if word not in _SHAPES:
        problems.unknown("domain", word, _SHAPES, node.word.span, "E014")
        return None
    if len(sizes) != _SHAPES[word] or any(size < 1 for size in sizes):
        problems.add("E013", f"this is not how `{word}` is written", node.span, helps=[_USAGE[word]])
        return None
    if word == "bits":
        return _bits(node, problems)
    if word == "image":
        return _image(node, problems)
    return BINARY if word == "binary" else Real()


def _bits(node: ast.WordDomain, problems: Problems) -> Finite | None:
    most = LIMITS.table_cells.bit_length() - 1
    if node.arguments[0] > most:
        problems.add("E018", f"a bit vector has at most {most} bits", node.span)
        return None
    return Finite("bits", 1 << node.arguments[0])


def _image(node: ast.WordDomain, problems: Problems) -> Image | None:
    channels, height, width = node.arguments
    if channels not in (1, 3):
        problems.add("E013", "an image has 1 channel (grey) or 3 (colour)", node.span)
        return None
    if height * width > LIMITS.image_pixels:
        problems.add("E018", f"an image has at most {LIMITS.image_pixels} pixels", node.span)
        return None
    return Image(channels, height, width)
