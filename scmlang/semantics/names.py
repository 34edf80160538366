"""Names and domains: what a file declares.

Guarantees: every name in the :class:`Scope` is unique; a level name is no other name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from scmlang.diagnostics.base import Note
from scmlang.semantics.domain_syntax import read_domain
from scmlang.semantics.domains import Domain, Finite, Symbolic
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
        if name.text in self.lets:
            note = Note("a constant", self.lets[name.text].name.span)
            helps = ["a constant stands in expressions only; declare a domain if a variable is meant"]
            problems.missing.add(name.text)
            problems.add("E010", f"`{name.text}` is no variable", name.span, notes=[note], helps=helps)
        elif suggestion(name.text, self.variables):
            problems.unknown_variable(name.text, self.variables, name.span)
        else:
            problems.missing.add(name.text)
            helps = [f"declare it, for example `{name.text}: binary`"]
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
                elif name.text in scope.lets:
                    problems.missing.add(name.text)  # one report is enough
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
        isinstance(s, ast.ModelName | ast.Arrows | ast.Monotone | ast.NamedQuery | ast.Assertion)
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
