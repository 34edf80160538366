"""Queries, resolved against a checked model.

Two forms so far: ``do(X=1)``, the whole model under an intervention, and the counterfactual edit
``I[X=1] | I``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from scmlang.diagnostics.base import Note, ScmError
from scmlang.semantics.domains import Domain, Finite, Image, Real, Symbolic
from scmlang.semantics.errors import Problems
from scmlang.semantics.model import CausalModel, Role, Variable
from scmlang.source import Source, Span
from scmlang.syntax import ast
from scmlang.syntax.build import build_query
from scmlang.syntax.parser import QUERY, parse

Value = int | float | str  # a symbol of a bare diagram may be a name


@dataclass(frozen=True)
class Intervention:
    """``do(settings)``: each named variable is held at a numeric value, in a bare diagram at a symbol."""

    settings: Mapping[str, Value] = field(hash=False)
    span: Span

    @property
    def numbers(self) -> dict[str, int | float]:
        """The settings of a query of a model with domains; see :func:`numeric`."""
        return numeric(self.settings)


@dataclass(frozen=True)
class Edit:
    """``variable[settings] | variable``: what it would have been, given what it was."""

    variable: str
    settings: Mapping[str, Value] = field(hash=False)
    span: Span

    @property
    def numbers(self) -> dict[str, int | float]:
        """The settings of a query of a model with domains; see :func:`numeric`."""
        return numeric(self.settings)


def numeric(settings: Mapping[str, Value]) -> dict[str, int | float]:
    """Settings as numbers, which they are wherever the model has domains.

    Raises:
        TypeError: for a symbol, which only a bare diagram has.
    """
    found = {name: value for name, value in settings.items() if not isinstance(value, str)}
    if len(found) < len(settings):
        raise TypeError("a symbol is no number: the model has no domains")
    return found


Query = Intervention | Edit


def read_query(text: str, model: CausalModel) -> Query:
    """The query ``text``, or the query of that name in the model.

    Raises:
        ScmError: for syntax, and for what the model does not have.
    """
    source = Source("<query>", model.queries.get(text.strip(), text))
    problems = Problems(source)
    query = resolve(build_query(parse(source, QUERY), source), model.variables, problems)
    problems.raise_errors()
    if query is None:
        raise ScmError(problems.sorted())
    return query


def resolve(query: ast.Query, variables: Mapping[str, Variable], problems: Problems) -> Query | None:
    """Check a query; None and a report for each mistake."""
    settings = _settings(query.settings, variables, problems)
    if isinstance(query, ast.Do):
        return None if settings is None else Intervention(settings, query.span)
    edited = _edited(query, variables, problems)
    return None if settings is None or edited is None else Edit(edited, settings, query.span)


def show(query: Query, variables: Mapping[str, Variable]) -> str:
    """The query as canonical text, with level names."""
    words = [f"{name}={_level(variables[name].domain, value)}" for name, value in query.settings.items()]
    inside = ", ".join(words)
    return (
        f"do({inside})"
        if isinstance(query, Intervention)
        else f"{query.variable}[{inside}] | {query.variable}"
    )


def _level(domain: Domain, value: Value) -> str:
    return domain.level(int(value)) if isinstance(domain, Finite) else str(value)


def _edited(query: ast.Edit, variables: Mapping[str, Variable], problems: Problems) -> str | None:
    name = query.variable
    if name.text not in variables:
        problems.unknown("variable", name.text, variables, name.span)
        return None
    if query.given.text not in variables:
        problems.unknown("variable", query.given.text, variables, query.given.span)
        return None
    if query.given.text != name.text or not variables[name.text].is_image:
        helps = ["the edit of an image I is written `I[X=1] | I`"]
        problems.add("E072", "only the edit of one image can be asked for", query.span, helps=helps)
        return None
    return name.text


def _settings(
    written: tuple[ast.Setting, ...], variables: Mapping[str, Variable], problems: Problems
) -> dict[str, Value] | None:
    found: dict[str, Value] = {}
    places: dict[str, Span] = {}
    sound = True
    for setting in written:
        name = setting.variable.text
        if name in places:
            note = Note("the first time", places[name])
            problems.add("E072", f"`{name}` is set twice", setting.span, notes=[note])
            sound = False
            continue
        places[name] = setting.span
        value = _value(setting, variables, problems)
        if value is None:
            sound = False
        else:
            found[name] = value
    return found if sound else None


def _value(setting: ast.Setting, variables: Mapping[str, Variable], problems: Problems) -> Value | None:
    name, span = setting.variable.text, setting.variable.span
    variable = variables.get(name)
    if variable is None:
        problems.unknown("variable", name, [n for n, v in variables.items() if _settable(v)], span)
        return None
    if not _settable(variable):
        reason = "an image" if variable.is_image else "exogenous"
        problems.add("E071", f"`{name}` is {reason}, and `do` sets labels only", span)
        return None
    domain, text = variable.domain, setting.value.text
    value = domain.value(text) if isinstance(domain, Symbolic) else read_value(domain, text)
    if value is None:
        message = f"`{setting.value.text}` is no value of `{name}`"
        problems.add("E070", message, setting.value.span, helps=[_allowed(domain)])
    return value


def _allowed(domain: Domain) -> str:
    if isinstance(domain, Symbolic):
        return "where no domain is given, a value is an integer or a name"
    return f"the domain is {domain}"


def _settable(variable: Variable) -> bool:
    return not variable.is_image and variable.role is not Role.EXOGENOUS


def read_value(domain: Domain, text: str) -> int | float | None:
    """The numeric value that ``text`` (a level name, number, ``true``) has in a domain, or None."""
    if isinstance(domain, Image | Symbolic):
        return None
    if isinstance(domain, Real):
        return _real(text)
    if domain.size == 2 and domain.offset == 0 and text in ("true", "false"):
        return int(text == "true")
    return domain.value(text)


def _real(text: str) -> float | None:
    """A finite decimal number; Python's own further forms (``nan``, ``1_000``) are none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in text else None
