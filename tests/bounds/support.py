"""Bounds of a query of a fully specified model, beside its true value."""

from __future__ import annotations

from collections.abc import Sequence

from scmlang.bounds.engine import Bounds, bound
from scmlang.bounds.problem import make_problem
from scmlang.bounds.sources import from_model
from scmlang.compiler import Compilation
from scmlang.exact.engine import answer
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import Quantity
from scmlang.semantics.queries import Edit, Intervention, read_query


def quantity(text: str, model: CausalModel) -> Quantity:
    query = read_query(text, model)
    assert not isinstance(query, Edit | Intervention)
    return query


def bounds_of(
    text: str,
    query: str,
    experiments: Sequence[Sequence[str]] = (),
    monotone: Sequence[tuple[str, str]] = (),
) -> Bounds:
    """Against the model's own distributions."""
    model = Compilation.from_text(text).model
    asked = quantity(query, model)
    problem = make_problem(model, asked, experiments)
    sources = [from_model(model, problem, held) for held in ((), *experiments)]
    return bound(problem, asked, sources, monotone=monotone)


def truth(text: str, query: str) -> float:
    model = Compilation.from_text(text).model
    return float(answer(model, quantity(query, model)).value)
