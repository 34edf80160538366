"""Queries, resolved against a checked model.

Three forms: ``do(X=1)``, the whole model under an intervention; the counterfactual edit of an image,
``I[X=1] | I``; and a quantity, such as ``P(Y[X=1]=1 | X=0)`` or ``ATE(X, Y)``, which
:mod:`scmlang.semantics.quantities` describes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scmlang.diagnostics.base import ScmError
from scmlang.semantics.errors import Problems, listing, suggestion
from scmlang.semantics.model import CausalModel, Variable
from scmlang.semantics.quantities import (
    Counterfactual,
    Probability,
    Quantity,
    Value,
    is_open,
    show_quantity,
    show_value,
)
from scmlang.semantics.terms import Terms
from scmlang.source import Source, Span
from scmlang.syntax import ast
from scmlang.syntax.parser import parse_query


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


Act = Intervention | Edit
Query = Act | Quantity


def read_query(text: str, model: CausalModel) -> Query:
    """The query ``text``, or the query of that name in the model.

    Raises:
        ScmError: for syntax, and for what the model does not have.
        TypeError: for what is no text.
    """
    return _read(text, model)[0]


def read_act(text: str, model: CausalModel) -> Act:
    """An intervention or an edit.

    Raises:
        ScmError: as :func:`read_query`, and E072 for a quantity.
    """
    query, problems = _read(text, model)
    if not isinstance(query, Intervention | Edit):
        helps = ["write `do(X=1)`, or `I[X=1] | I` for the edit of an image"]
        span = Span(0, len(problems.source.text))
        problems.add("E072", "this asks for a number, and an intervention belongs here", span, helps=helps)
        raise ScmError(problems.sorted())
    return query


def _read(text: str, model: CausalModel) -> tuple[Query, Problems]:
    if not isinstance(text, str):
        raise TypeError(
            f"a query is a text such as 'P(Y=1 | do(X=1))', and this is of type {type(text).__name__}"
        )
    name = text.strip()
    source = Source("<query>", model.queries.get(name, text))
    problems = Problems(source)
    if model.queries and name.isidentifier() and name not in (*model.queries, *model.variables):
        helps = suggestion(name, (*model.queries, *model.variables)) or listing(model.queries)
        problems.add("E010", f"there is no query or variable `{name}`", Span(0, len(text)), helps=helps)
        raise ScmError(problems.sorted())
    query = resolve(parse_query(source), Terms(model.variables, model.parents, problems))
    problems.raise_errors()
    if query is None:
        raise TypeError("a query without problems resolves to something")
    return query, problems


def resolve(query: ast.Query, terms: Terms) -> Query | None:
    """Check a query against the model of ``terms``; None and a report for each mistake."""
    return _Queries(terms).resolve(query)


def show(query: Query, variables: Mapping[str, Variable]) -> str:
    """The query as canonical text, with level names."""
    if not isinstance(query, Intervention | Edit):
        return show_quantity(query, variables)
    words = [f"{name}={show_value(variables[name].domain, v)}" for name, v in query.settings.items()]
    inside = ", ".join(words)
    if isinstance(query, Intervention):
        return f"do({inside})"
    return f"{query.variable}[{inside}] | {query.variable}"


class _Queries:
    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.variables = terms.variables
        self.problems = terms.problems

    def resolve(self, query: ast.Query) -> Query | None:
        if isinstance(query, ast.Do):
            settings = self._settings(query.settings, query.span)
            return None if settings is None else Intervention(settings, query.span)
        asked = query.quantity
        if not isinstance(asked, ast.Counterfactual):
            return self.terms.quantity(asked, query.conditions)
        variable = self.variables.get(asked.variable.text)
        if variable is not None and variable.is_image:
            return self._edit(query, asked)
        return self._distribution(asked, query)

    def _distribution(self, asked: ast.Counterfactual, query: ast.Conditioned) -> Probability | None:
        """``Y[X=1] | X=0`` is short for ``P(Y[X=1] | X=0)``."""
        function = ast.Name(asked.span, "P")
        found = self.terms.quantity(ast.Application(query.span, function, (asked,), query.conditions))
        return found if isinstance(found, Probability) else None

    def _edit(self, query: ast.Conditioned, asked: ast.Counterfactual) -> Edit | None:
        name = asked.variable.text
        given = [c.variable.text for c in query.conditions if isinstance(c, ast.Counterfactual)]
        if given != [name] or len(query.conditions) != 1 or not asked.subscript:
            helps = [f"write `{name}[X=1] | {name}`, and give labels that are known with --given"]
            message = "an image is edited given the image itself, and nothing else"
            self.problems.add("E072", message, query.span, helps=helps)
            return None
        settings = self._settings(asked.subscript, query.span)
        return None if settings is None else Edit(name, settings, query.span)

    def _settings(
        self, written: tuple[ast.Setting | ast.Counterfactual, ...], span: Span
    ) -> dict[str, Value] | None:
        world = self.terms.worlds.world(written)
        if world is None:
            return None
        if is_open(world) or any(isinstance(held.value, Counterfactual) for held in world):
            helps = ["give each variable a value: `do(X=1)`"]
            self.problems.add("E079", "this intervention has no value for a variable", span, helps=helps)
            return None
        return {h.variable: h.value for h in world if isinstance(h.value, int | float | str)}
