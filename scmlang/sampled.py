"""Answers to typed queries by the method that fits: exact where that can be, by sampling where it cannot.

Needs a fully specified model to sample. Guarantees that an answer says which method it was, and an estimate
its standard error, its effective sample size and its seed.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from scmlang.answers import Answer, answer_exactly, cell, headings, question_of, table_rows, world_of
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.identify.standing import Question
from scmlang.semantics.domains import Finite, Real
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import (
    Counterfactual,
    Expectation,
    Probability,
    Quantity,
    World,
)
from scmlang.semantics.queries import Edit, Intervention, read_query, show

if TYPE_CHECKING:
    from scmlang.exact.montecarlo.proposals import Propose
    from scmlang.views.cells import Cell

UNITS = 100_000
MOST_UNITS = 1_000_000_000
LARGEST_SEED = 2**62
_BEYOND_EXACT = {
    "E260": "a variable is real",
    "E261": "the table is too large",
    "E264": "Gumbel noise is in more than two worlds",
}
_BESIDE = ("variable", "level", "factual", "factual_error", "interventional", "interventional_error")


class Method(StrEnum):
    """How a model is asked: ``auto`` samples only where nothing is exact."""

    auto = "auto"
    exact = "exact"
    sample = "sample"


def answer_model(
    model: CausalModel,
    text: str,
    method: Method = Method.auto,
    *,
    exact: bool = False,
    units: int = UNITS,
    seed: int = 0,
) -> Answer:
    """The answer to a query, or to the query of that name in the model.

    Args:
        model: fully specified, or what it leaves open is a quantity's estimand.
        text: a quantity, such as ``P(Y[X=1]=1 | X=0)``, or ``do(X=1)``.
        method: by default exact, and by sampling where that would need too large a table, a real variable has
            no levels to sum over, or Gumbel noise is in more than two worlds.
        exact: fractions in the place of floats; nothing is sampled then.
        units: how many to draw for each evidence.
        seed: of the draws.

    Raises:
        ScmError: what :func:`~scmlang.answers.answer_exactly` and :func:`answer_by_sampling` raise.
        ValueError: for fractions by sampling.
    """
    if exact and method is Method.sample:
        raise ValueError("what is sampled is not exact")
    if method is Method.sample:
        return answer_by_sampling(model, text, units=units, seed=seed)
    reason = "E260"
    if exact or method is Method.exact or not _lists_reals(model, text):
        try:
            return answer_exactly(model, text, exact=exact)
        except ScmError as error:
            reason = error.diagnostics[0].code
            beyond = all(diagnostic.code in _BEYOND_EXACT for diagnostic in error.diagnostics)
            if exact or method is Method.exact or not beyond or not model.is_fully_specified:
                raise
    found = answer_by_sampling(model, text, units=units, seed=seed)
    return replace(found, method=f"{found.method}; not exact, as {_BEYOND_EXACT[reason]} ({reason})")


def _lists_reals(model: CausalModel, text: str) -> bool:
    """Whether the answer has a row for a real variable: an intervention alone lists every observed one."""
    real = any(isinstance(variable.domain, Real) for variable in model.observed)
    return real and model.is_fully_specified and isinstance(read_query(text, model), Intervention)


def answer_by_sampling(model: CausalModel, text: str, *, units: int = UNITS, seed: int = 0) -> Answer:
    """An estimate from units that were drawn with the evidence.

    ``do(X=1)`` alone gives the probability of each level, and the mean of each real variable, without and
    with the intervention.

    Raises:
        ScmError: for mistakes in the query; E266 where equations are missing, E267 for the edit of an image,
            E283 for a number out of range; what :func:`scmlang.exact.montecarlo.estimate.estimate` raises.
    """
    query = read_query(text, model)
    if isinstance(query, Edit) or not model.is_fully_specified:
        return answer_exactly(model, text)  # which says what is missing
    return sample_query(model, query, units=units, seed=seed)


def sample_query(
    model: CausalModel,
    query: Quantity | Intervention,
    *,
    units: int = UNITS,
    seed: int = 0,
    propose: Propose | None = None,
) -> Answer:
    """The same of a query that is read.

    Args:
        model: fully specified, unless ``propose`` knows its mechanisms otherwise.
        query: resolved against it.
        units: how many to draw for each evidence.
        seed: of the draws.
        propose: how units with some evidence are drawn; by the equations of the model without it.

    Raises:
        ScmError: as :func:`answer_by_sampling`.
    """
    from scmlang.exact.montecarlo.estimate import BLOCKS, estimate
    from scmlang.exact.montecarlo.proposals import Proposal

    propose = Proposal if propose is None else propose
    shown = show(query, model.variables)
    _require("the number of units", units, BLOCKS, MOST_UNITS)
    _require("the seed", seed, 0, LARGEST_SEED)
    if isinstance(query, Intervention):
        return _beside(model, query, shown, units, seed, propose)
    (found,) = estimate(model, [query], units, seed, propose)
    question = question_of(model, query)
    if not found.result.axes:
        value, error = float(found.result.array), float(found.errors)
        return _answer(shown, question, found.effective, units, seed, value=value, standard_error=error)
    axes, numbers = found.result.axes, (found.result.array, found.errors)
    columns = (*headings(query, axes), "standard_error")
    rows = tuple(table_rows(axes, numbers, model))
    return _answer(shown, question, found.effective, units, seed, columns=columns, rows=rows)


def _answer(
    shown: str,
    question: Question,
    effective: float,
    units: int,
    seed: int,
    *,
    value: float | None = None,
    standard_error: float | None = None,
    columns: tuple[str, ...] = (),
    rows: tuple[tuple[Cell, ...], ...] = (),
) -> Answer:
    weighted = effective < units * (1 - 1e-9)
    how = "importance sampling" if weighted else "forward sampling"
    method = f"{how} of {units} units (effectively {min(effective, units):.0f}), seed {seed}"
    return Answer(
        query=shown,
        status="estimated",
        method=method,
        value=value,
        columns=columns,
        rows=rows,
        standard_error=standard_error,
        effective_sample_size=min(effective, float(units)),
        units=units,
        seed=seed,
        question=question,
    )


def _beside(
    model: CausalModel, query: Intervention, shown: str, units: int, seed: int, propose: Propose
) -> Answer:
    """Each observed variable without and with the intervention, in the same units."""
    from scmlang.exact.montecarlo.estimate import estimate

    world = world_of(query, model)
    variables = [v for v in model.observed if isinstance(v.domain, Finite | Real)]
    asked = [_marginal(v.name, w, real=isinstance(v.domain, Real)) for v in variables for w in ((), world)]
    found = estimate(model, asked, units, seed, propose)
    rows: list[tuple[Cell, ...]] = []
    for variable, factual, other in zip(variables, found[::2], found[1::2], strict=True):
        levels = variable.domain.levels if isinstance(variable.domain, Finite) else ("mean",)
        parts = (factual.result.array, factual.errors, other.result.array, other.errors)
        for level, *numbers in zip(levels, *(part.reshape(-1) for part in parts), strict=True):
            rows.append((variable.name, level, *map(cell, numbers)))
    effective = min(part.effective for part in found)
    question = question_of(model, query)
    return _answer(shown, question, effective, units, seed, columns=_BESIDE, rows=tuple(rows))


def _marginal(name: str, world: World, *, real: bool) -> Quantity:
    variable = Counterfactual(name, world)
    return Expectation(variable) if real else Probability((variable,))


def _require(what: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise ScmError([Diagnostic("E283", f"{what} must be from {low} to {high}, and is {value}")])
