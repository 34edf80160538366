r"""Estimates of quantities: ratios of weighted means over units, and arithmetic of them.

A term P(events | given) or E(of | given) is estimated on units drawn with the evidence ``given``, by

.. math:: \hat\theta = \sum_i w_i h_i / \sum_i w_i,

where h is 1 in the units where the events occur, or the value of ``of``. Terms with the same evidence are
estimated on the same units, so that what they share cancels in differences; those with other evidence on
independent ones.

The standard error of whatever arithmetic the query has is that of the grouped jackknife: the units come in
:data:`BLOCKS` blocks, the query is computed again without each of them, and

.. math:: \mathrm{se}^2 = \frac{K - 1}{K} \sum_k (\hat\theta_{(k)} - \bar\theta_{(\cdot)})^2

(Tukey 1958; Efron and Stein, The jackknife estimate of variance, Annals of Statistics 9, 1981). The effective
sample size of weighted units is (Σ w)² / Σ w² (Kong, A note on importance sampling using standardized
weights, 1992).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from scmlang.diagnostics.base import ScmError
from scmlang.exact.axes import MOST_AXES, axis, labels, listed_variables, open_axes
from scmlang.exact.montecarlo.evidence import Evidence, equates_reals, read_evidence
from scmlang.exact.montecarlo.proposals import Drawing, Proposal, Propose, Units
from scmlang.exact.montecarlo.refusals import divides_by_zero, no_unit, too_few
from scmlang.exact.opening import closed
from scmlang.exact.refusals import not_finite, too_large, undefined
from scmlang.exact.result import Axis, Result, combined, scalar, stacked
from scmlang.limits import LIMITS
from scmlang.semantics.domains import Finite
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import (
    Arithmetic,
    Constant,
    Counterfactual,
    Effect,
    Event,
    Expectation,
    Negative,
    Probability,
    Quantity,
    show_event,
    show_quantity,
)

BLOCKS = 100
LEAST = 10  # effective units; with fewer the standard error means nothing
_BATCH = 1 << 16
_ROUNDING = 1e-12  # relative to the estimate; what varies less is the same in all units
Term = Probability | Expectation
Floats = NDArray[np.float64]
_REPLICATES = Axis("#replicates", "", tuple(range(BLOCKS + 1)))  # the estimate, then one without each block


@dataclass(frozen=True, eq=False)
class Estimate:
    """An estimated quantity.

    Attributes:
        result: the estimates, NaN where no unit or hardly any has the evidence of a cell.
        errors: their standard errors, of the same shape.
        effective: the effective sample size, the least of those of its terms.
    """

    result: Result
    errors: Floats
    effective: float


def estimate(
    model: CausalModel, quantities: Sequence[Quantity], n: int, seed: int, propose: Propose = Proposal
) -> list[Estimate]:
    """Estimate some quantities on the same units.

    Args:
        model: fully specified, unless ``propose`` knows its mechanisms otherwise.
        quantities: resolved against ``model``; variables that a table lists are finite.
        n: units for each evidence, at least :data:`BLOCKS`.
        seed: not negative.
        propose: how units with some evidence are drawn.

    Raises:
        ScmError: E260 for a table over a real variable, E261 for one over the bound, E265 for what is not
            defined, E280 and E284 where no unit or hardly any has the evidence, E281 and E282 for exact
            values of real variables; E113 where an equation leaves its domain.
    """
    tables = Tables(model)
    wanted: dict[tuple[Event, ...], dict[Term, None]] = {}
    for quantity in quantities:
        for term in _terms(quantity, tables):
            wanted.setdefault(_evidence(term), {})[term] = None
    sums: dict[Term, _Sums] = {}
    for evidence, terms in wanted.items():
        demanded = read_evidence(model, evidence)
        drawing = propose(model, demanded)
        sums |= _summed(drawing, demanded, evidence, list(terms), tables, n, seed)
    return [_estimated(quantity, tables, sums) for quantity in quantities]


class Tables:
    """The axes of answers about one model."""

    def __init__(self, model: CausalModel) -> None:
        self.model = model

    def open_axes(self, term: Term) -> list[Axis]:
        """The variables that some world of a term holds at any value."""
        return self._bounded(open_axes(term, self.model), term)

    def axes(self, term: Term) -> list[Axis]:
        """The variables that a term lists, the events' before the evidence's."""
        called = zip(listed_variables(term), labels(term, self.model), strict=True)
        return self._bounded([axis(v.variable, label, self.model) for v, label in called], term)

    def _bounded(self, axes: list[Axis], term: Term) -> list[Axis]:
        cells = math.prod(len(one.values) for one in axes) * len(_REPLICATES.values)
        if axes and (cells > LIMITS.exact_cells or len(axes) > MOST_AXES):
            names = [one.variable for one in axes]
            raise too_large(cells, LIMITS.exact_cells, names, f"the estimates of {self.shown(term)}")
        return axes

    def shown(self, node: Quantity) -> str:
        return f"`{show_quantity(node, self.model.variables)}`"


def asked(term: Term) -> list[Counterfactual]:
    """The events that stand for each of their values."""
    return [e for e in term.events if isinstance(e, Counterfactual)] if isinstance(term, Probability) else []


def known(term: Term) -> list[Counterfactual]:
    """The conditions that stand for each of their values."""
    return [e for e in term.given if isinstance(e, Counterfactual)]


def _evidence(term: Term) -> tuple[Event, ...]:
    return tuple(e for e in term.given if isinstance(e, Event))


def _terms(node: Quantity, tables: Tables) -> Iterator[Term]:
    """Every term of a quantity, with each open variable held at each of its values."""
    match node:
        case Probability() | Expectation():
            axes = tables.open_axes(node)
            for case in product(*(axis.values for axis in axes)):
                yield closed(node, dict(zip((axis.variable for axis in axes), case, strict=True)))
        case Negative(operand):
            yield from _terms(operand, tables)
        case Arithmetic(_, left, right):
            yield from _terms(left, tables)
            yield from _terms(right, tables)
        case Effect():
            yield from _terms(node.definition, tables)
        case _:
            return


# --- units


@dataclass(frozen=True, eq=False)
class _Sums:
    """Weighted sums of one term, ``above[k]`` and ``below[k]`` over block k."""

    above: Floats
    below: Floats
    effective: float


def _summed(
    drawing: Drawing,
    demanded: Evidence,
    given: tuple[Event, ...],
    terms: Sequence[Term],
    tables: Tables,
    n: int,
    seed: int,
) -> dict[Term, _Sums]:
    shown = ", ".join(show_event(event, tables.model.variables) for event in given)
    parts: list[list[tuple[Floats, Floats]]] = []
    logs: list[float] = []
    totals: list[tuple[float, float]] = []
    for i, block in enumerate(_batches(n)):
        units = drawing.draw(len(block), _stream(seed, shown, i))
        heaviest = float(np.max(units.log_weights))
        weights = np.exp(units.log_weights - (heaviest if math.isfinite(heaviest) else 0.0))
        logs.append(heaviest)
        totals.append((float(weights.sum()), float(np.square(weights).sum())))
        parts.append([_counts(term, _Weighted(units, block, weights), tables) for term in terms])
    total, squared = np.array(totals).T
    if not np.any(total > 0):
        raise no_unit(tables.shown(terms[0]), n, equality=equates_reals(tables.model, demanded.checked))
    scale = np.exp(np.array(logs) - max(logs))
    effective = float((scale @ total) ** 2 / (scale**2 @ squared))
    if effective < LEAST:
        raise too_few(tables.shown(terms[0]), n, effective)
    found = {}
    for i, term in enumerate(terms):
        above, below = (
            np.tensordot(scale, np.stack([part[i][side] for part in parts]), 1) for side in (0, 1)
        )
        found[term] = _Sums(above, below, effective)
    return found


def _batches(n: int) -> Iterator[NDArray[np.intp]]:
    """The block of each unit, as many units at a time as memory should hold."""
    for start in range(0, n, _BATCH):
        yield np.arange(start, min(start + _BATCH, n)) * BLOCKS // n


def _stream(seed: int, evidence: str, batch: int) -> np.random.Generator:
    """A stream for each evidence and batch, whatever else is asked."""
    key = np.frombuffer(hashlib.sha256(evidence.encode()).digest()[:16], "<u4")
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(*key.tolist(), batch)))


@dataclass(frozen=True, eq=False)
class _Weighted:
    """Some units, the block of each and its weight, relative to the heaviest."""

    units: Units
    block: NDArray[np.intp]
    weights: Floats


def _counts(term: Term, part: _Weighted, tables: Tables) -> tuple[Floats, Floats]:
    """The sums of w h and of w, for each block and cell."""
    responses, weights = part.units.responses, part.weights
    conditions = known(term)
    below = _counted(conditions, part, weights, tables)
    if isinstance(term, Probability):
        events = [e for e in term.events if isinstance(e, Event)]
        return _counted([*asked(term), *conditions], part, weights * responses.holds(events), tables), below
    values = np.asarray(responses.column(term.of), dtype=np.float64)
    bad = ~np.isfinite(values)
    if np.any(weights[bad] > 0):
        raise undefined(tables.shown(term))
    return _counted(conditions, part, weights * np.where(bad, 0.0, values), tables), below


def _counted(variables: Sequence[Counterfactual], part: _Weighted, weights: Floats, tables: Tables) -> Floats:
    """The sum of some weights for each block and configuration of some variables."""
    domains = [tables.model.variables[v.variable].domain for v in variables]
    shape = (BLOCKS, *(domain.size for domain in domains if isinstance(domain, Finite)))
    position = part.block
    for variable, domain in zip(variables, domains, strict=True):
        if not isinstance(domain, Finite):
            raise not_finite(tables.model.variables[variable.variable], tables.model)
        levels = np.asarray(part.units.responses.column(variable)).astype(np.intp) - domain.offset
        position = position * domain.size + levels
    return np.bincount(position, weights, math.prod(shape)).astype(np.float64).reshape(shape)


# --- arithmetic


def _estimated(quantity: Quantity, tables: Tables, sums: dict[Term, _Sums]) -> Estimate:
    found = _result(quantity, tables, sums)
    effective = min((sums[term].effective for term in _terms(quantity, tables)), default=math.inf)
    if _REPLICATES not in found.axes:
        return Estimate(found, np.zeros(found.array.shape), effective)
    at = found.axes.index(_REPLICATES)
    array = np.moveaxis(np.asarray(found.array, dtype=np.float64), at, 0)
    axes = tuple(axis for axis in found.axes if axis != _REPLICATES)
    without = array[1:]
    spread = np.square(without - without.mean(axis=0)).sum(axis=0)
    errors = np.sqrt(spread * (BLOCKS - 1) / BLOCKS)
    rounding = errors < _ROUNDING * np.abs(array[0])
    return Estimate(Result(axes, array[0]), np.where(rounding, 0.0, errors), effective)


def _result(node: Quantity, tables: Tables, sums: dict[Term, _Sums]) -> Result:
    match node:
        case Constant(value):
            if not isinstance(value, int | float):
                raise TypeError("a fully specified model has no symbols")
            return scalar(float(value))
        case Negative(operand):
            return _result(operand, tables, sums).mapped(np.negative)
        case Arithmetic(operator, left, right):
            parts = _result(left, tables, sums), _result(right, tables, sums)
            try:
                return combined(operator, *parts, tables.shown(node))
            except ScmError:
                raise divides_by_zero(tables.shown(node)) from None
        case Effect():
            return _result(node.definition, tables, sums)
        case Probability() | Expectation():
            return _opened(node, tables, sums)
        case _:
            raise TypeError(f"{node} is no quantity of its own")


def _opened(node: Term, tables: Tables, sums: dict[Term, _Sums]) -> Result:
    axes = tables.open_axes(node)
    if not axes:
        return _quotient(node, tables, sums[node])
    terms = list(_terms(node, tables))
    return stacked(axes, [_quotient(term, tables, sums[term]) for term in terms])


def _quotient(term: Term, tables: Tables, sums: _Sums) -> Result:
    axes = tables.axes(term)
    above, below = _replicates(sums.above), _replicates(sums.below)
    if known(term):
        below = np.where(_rests_on(sums.below) < LEAST, 0.0, below)
    below = below.reshape(len(below), *([1] * (above.ndim - below.ndim)), *below.shape[1:])
    with np.errstate(divide="ignore", invalid="ignore"):
        return Result((_REPLICATES, *axes), np.where(below > 0, above / below, np.nan))


def _rests_on(blocks: Floats) -> Floats:
    """How many equally weighted blocks would tell as much, for each cell; at most as many as units would."""
    squares = np.square(blocks).sum(axis=0)
    return np.asarray(np.square(blocks.sum(axis=0)) / np.where(squares > 0, squares, 1.0), np.float64)


def _replicates(blocks: Floats) -> Floats:
    """The sum over all blocks, then the sums without each."""
    total = blocks.sum(axis=0, keepdims=True)
    return np.concatenate([total, np.maximum(total - blocks, 0.0) if np.all(blocks >= 0) else total - blocks])
