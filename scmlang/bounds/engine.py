"""Bounds of a quantity, from its worlds to an interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scmlang.bounds.branch import GAP, Bracket, UnboundedError, negated, polynomial_minimum
from scmlang.bounds.known import c_factors
from scmlang.bounds.polynomial import Combination, Expression, Polynomial, Ratio, simplified
from scmlang.bounds.problem import Problem
from scmlang.bounds.programme import EXACT, Programme, make_programme, minimum, ratio_minimum, violation
from scmlang.bounds.responses import Monotone, Responses
from scmlang.bounds.sources import Array, Source
from scmlang.bounds.terms import expression
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.semantics.quantities import Quantity, show_quantity

LINEAR, FRACTIONAL, POLYNOMIAL = "linear programme", "linear-fractional programme", "branch and bound"
POINT = 1e-7  # an interval that is shorter is a point
ROUNDING = 1e-12  # of the arithmetic of a certificate; by so much bounds are moved outwards


@dataclass(frozen=True)
class Bounds:
    """What the known distributions leave of a quantity.

    Attributes:
        low, high: every value that a model of the diagram with these distributions can have lies between.
        method: ``identified``, ``linear programme``, ``linear-fractional programme``, ``branch and bound``.
        gap: by how much, at most, the interval is wider than the programme's own; 0 where it is solved.
        sharp: whether the programme describes the diagram exactly: both ends are then reached, up to the gap.
    """

    low: float
    high: float
    method: str
    gap: float = 0.0
    sharp: bool = True

    @property
    def is_point(self) -> bool:
        return self.high - self.low < POINT

    @property
    def tight(self) -> bool:
        """Whether both ends are values of models."""
        return self.sharp and self.gap <= 2 * GAP


def bound(
    problem: Problem,
    quantity: Quantity,
    sources: Sequence[Source],
    *,
    monotone: Monotone = (),
    within: float = 0.0,
) -> Bounds:
    """Bounds of a closed quantity, in which no variable stands for all of its values.

    Args:
        problem: what :func:`~scmlang.bounds.problem.make_problem` makes of the model for the quantity.
        quantity: sums, differences, products and quotients of probabilities, expectations and effects.
        sources: the known distributions.
        monotone: pairs (cause, effect) of a parent and its child that never falls as the parent rises.
        within: how far each known probability may be off.

    Raises:
        ScmError: E350 where no model of the diagram has the known distributions, E353 where the programme
            would be too large, E354 for what has no bounds.
    """
    responses = Responses(problem, c_factors(problem, sources), monotone, exact=not within)
    shown = show_quantity(quantity, problem.model.variables)
    asked = simplified(_evaluated(expression(problem, quantity), responses))
    factors = [factor for top in _polynomials(asked) for factor in top.factors()]
    blocks = responses.blocks(dict.fromkeys(factors))
    programme = make_programme(blocks, within)
    _require_possible(programme, shown)
    sharp = problem.whole and all(
        problem.is_clique(problem.graph.district(1 << next(iter(factor))[0][0])) for factor in factors
    )
    return _solved(_Task(programme, asked, shown), sharp)


@dataclass(frozen=True, eq=False)
class _Task:
    programme: Programme
    asked: Expression
    shown: str


def _evaluated(node: Expression, responses: Responses) -> Expression:
    if isinstance(node, Ratio):
        top, bottom = (side.evaluated(responses.value) for side in (node.top, node.bottom))
        return Ratio(top, bottom, node.span)
    return Combination(node.operator, _evaluated(node.left, responses), _evaluated(node.right, responses))


def _polynomials(node: Expression) -> list[Polynomial]:
    if isinstance(node, Ratio):
        return [node.top, node.bottom]
    return [*_polynomials(node.left), *_polynomials(node.right)]


def _require_possible(programme: Programme, shown: str) -> None:
    if not programme.columns or minimum(programme, np.zeros(programme.columns)) is not None:
        return
    least = violation(programme)
    message = f"no model of this diagram has these distributions: some probability is off by {least:.3g}"
    helps = (
        "an inequality or equality that the diagram implies does not hold: an arrow or a `<->` is missing",
        f"where the data are a sample, allow for its error: `--within {max(least, EXACT) * 1.01:.2g}`",
    )
    notes = f"while bounding {shown}"
    raise ScmError([Diagnostic("E350", f"{message}, {notes}", helps=helps)])


def _solved(task: _Task, sharp: bool) -> Bounds:
    node = task.asked
    if isinstance(node, Ratio):
        if node.bottom.value == 0:
            message = f"the evidence of `{task.shown}` has probability 0, so nothing follows from it"
            raise ScmError([Diagnostic("E354", message)])
        if node.top.value is not None and node.bottom.value == 1:
            value = node.top.value
            return Bounds(value, value, "identified")
    try:
        if isinstance(node, Ratio) and node.top.degree <= 1 and node.bottom.degree <= 1:
            return _linear(task, node, sharp)
        low, high = _bracket(task, node), _bracket(task, negated(node))
    except UnboundedError:
        message = f"`{task.shown}` divides by what may be 0, and nothing bounds the quotient"
        helps = ("ask for its terms, or for their difference",)
        raise ScmError([Diagnostic("E354", message, helps=helps)]) from None
    gap = max(low.reached - low.bound, high.reached - high.bound, 0.0)
    return _within(node, low.bound, -high.bound, POLYNOMIAL, gap, sharp)


def _is_positive(programme: Programme, form: tuple[Array, float]) -> bool:
    least = minimum(programme, form[0])
    return least is not None and least.bound + form[1] > EXACT


def _within(node: Expression, low: float, high: float, method: str, gap: float, sharp: bool) -> Bounds:
    """Moved outwards for rounding, but not out of what the quantity can be at all."""
    least, most = node.span if isinstance(node, Ratio) else (-math.inf, math.inf)
    return Bounds(max(low - ROUNDING, least), min(high + ROUNDING, most), method, gap, sharp)


def _bracket(task: _Task, node: Expression) -> Bracket:
    found = polynomial_minimum(task.programme, node)
    if found is None:
        raise _impossible(task)
    return found


def _linear(task: _Task, node: Ratio, sharp: bool) -> Bounds:
    programme, below = task.programme, node.bottom.value
    top, n0 = programme.form(node.top)
    if below is not None:
        ends = minimum(programme, top), minimum(programme, -top)
        method = LINEAR
        n0 /= below
    else:
        bottom = programme.form(node.bottom)
        if math.inf in node.span and not _is_positive(programme, bottom):
            raise UnboundedError
        ends = ratio_minimum(programme, (top, n0), bottom), ratio_minimum(programme, (-top, -n0), bottom)
        method, n0, below = FRACTIONAL, 0.0, 1.0
    if ends[0] is None or ends[1] is None:
        raise _impossible(task)
    low, high = ends[0].bound / below + n0, n0 - ends[1].bound / below
    return _within(node, low, high, method, 0.0, sharp)


def _impossible(task: _Task) -> ScmError:
    message = f"the evidence of `{task.shown}` has probability 0 in every model, so nothing follows from it"
    return ScmError([Diagnostic("E354", message)])
