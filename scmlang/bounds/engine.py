"""Bounds of a quantity, from its worlds to an interval."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scmlang.bounds.branch import GAP, Bracket, negated, polynomial_minimum
from scmlang.bounds.independence import Independences
from scmlang.bounds.known import c_factors
from scmlang.bounds.parts import UnboundedError
from scmlang.bounds.polynomial import Combination, Expression, Polynomial, Ratio, simplified
from scmlang.bounds.problem import Problem
from scmlang.bounds.programme import EXACT, Programme, make_programme, minimum, ratio_minimum, violation
from scmlang.bounds.responses import Monotone, Responses
from scmlang.bounds.sources import Array, Source
from scmlang.bounds.terms import expression
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagram.bitgraph import Mask
from scmlang.semantics.quantities import Quantity, show_quantity

LINEAR, FRACTIONAL, POLYNOMIAL = "linear programme", "linear-fractional programme", "branch and bound"
POINT = 1e-7  # an interval that is shorter is a point
ROUNDING = 1e-12  # of the arithmetic of a certificate; by so much bounds are moved outwards

MOST_PRODUCTS = 300  # of classes of responses that are independent; more are left out


@dataclass(frozen=True)
class Bounds:
    """What the known distributions leave of a quantity.

    Attributes:
        low, high: every value that a model of the diagram with these distributions can have lies between.
        method: ``identified``, ``linear programme``, ``linear-fractional programme``, ``branch and bound``.
        gap: by how much, at most, the interval is wider than the programme's own; 0 where it is solved.
        sharp: whether the programme describes the diagram exactly: both ends are then reached, up to the gap.
        why: why it does not, in words.
    """

    low: float
    high: float
    method: str
    gap: float = 0.0
    sharp: bool = True
    why: str = ""

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
    factors = list(dict.fromkeys(factor for top in _polynomials(asked) for factor in top.factors()))
    districts = responses.independences(factors)
    curved = any(one.pairs for one in districts.values())
    whole = problem.whole and all(one.complete for one in districts.values())
    programme = make_programme(responses.blocks(factors), within)
    _require_possible(programme, shown)
    task = _Task(programme, asked, shown)
    if not curved:
        return _solved(task, whole)
    linear = _linear_part(task)
    if linear is not None and linear.is_point:
        return linear
    narrow = _Task(make_programme(responses.blocks(factors, products=True), within), asked, shown)
    found = _narrowed(narrow, linear, whole)
    return found if found.sharp else replace(found, why=_why(problem, districts, _cells(narrow.programme)))


def _why(problem: Problem, districts: Mapping[Mask, Independences], cells: int) -> str:
    """Why the bounds may be too wide."""
    first = next((members for members, one in districts.items() if not one.complete), None)
    if first is not None:
        names = ", ".join(problem.graph.listed(first))
        return f"the hidden causes of {names} imply more than is used"
    if cells > MOST_PRODUCTS:
        return f"{cells} products of independent responses are more than are used"
    return "variables without finitely many values are left out"


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
    if isinstance(node, Ratio) and node.top.degree <= 1 and node.bottom.degree <= 1:
        return _linear(task, node, sharp)
    return _searched(task, sharp)


def _linear_part(task: _Task) -> Bounds | None:
    """What the linear constraints alone say, where the quantity is linear or a quotient of linear ones."""
    node = task.asked
    if isinstance(node, Ratio) and node.top.degree <= 1 and node.bottom.degree <= 1:
        return _solved(task, sharp=False)
    return None


def _narrowed(task: _Task, linear: Bounds | None, sharp: bool) -> Bounds:
    """The bounds with the independences of responses, where there is room for them."""
    programme = task.programme
    if _cells(programme) > MOST_PRODUCTS:
        return linear or _solved(task, sharp=False)
    found = _searched(task, sharp)
    if linear is None:
        return found
    low, high = max(found.low, linear.low), min(found.high, linear.high)
    reached = linear.low >= found.low - 2 * GAP and linear.high <= found.high + 2 * GAP
    return replace(found, low=low, high=high, method=linear.method if reached else found.method)


def _cells(programme: Programme) -> int:
    return sum(len(one.left) * len(one.right) for one in programme.products)


def _searched(task: _Task, sharp: bool) -> Bounds:
    low, high = _bracket(task, task.asked), _bracket(task, negated(task.asked))
    gap = max(low.reached - low.bound, high.reached - high.bound, 0.0)
    return _within(task.asked, low.bound, -high.bound, POLYNOMIAL, gap, sharp)


def _is_positive(programme: Programme, form: tuple[Array, float]) -> bool:
    least = minimum(programme, form[0])
    return least is not None and least.bound + form[1] > EXACT


def _within(node: Expression, low: float, high: float, method: str, gap: float, sharp: bool) -> Bounds:
    """Moved outwards for rounding, but not out of what the quantity can be at all."""
    least, most = node.span if isinstance(node, Ratio) else (-math.inf, math.inf)
    return Bounds(max(low - ROUNDING, least), min(high + ROUNDING, most), method, gap, sharp)


def _bracket(task: _Task, node: Expression) -> Bracket:
    try:
        found = polynomial_minimum(task.programme, node)
    except UnboundedError:
        raise _unbounded(task) from None
    if found is None:
        raise _contradiction(task) if task.programme.products else _impossible(task)
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
            raise _unbounded(task)
        ends = ratio_minimum(programme, (top, n0), bottom), ratio_minimum(programme, (-top, -n0), bottom)
        method, n0, below = FRACTIONAL, 0.0, 1.0
    if ends[0] is None or ends[1] is None:
        raise _impossible(task)
    low, high = ends[0].bound / below + n0, n0 - ends[1].bound / below
    return _within(node, low, high, method, 0.0, sharp)


def _unbounded(task: _Task) -> ScmError:
    message = f"`{task.shown}` divides by what may be 0, and nothing bounds the quotient"
    return ScmError([Diagnostic("E354", message, helps=("ask for its terms, or for their difference",))])


def _contradiction(task: _Task) -> ScmError:
    message = (
        "no model of this diagram has these distributions: causes that it keeps apart cannot be independent"
    )
    helps = (
        "an equality or inequality that the diagram implies does not hold: an arrow or a `<->` is missing",
        "where the data are a sample, allow for its error: `--within 0.01`",
    )
    return ScmError([Diagnostic("E350", f"{message}, while bounding {task.shown}", helps=helps)])


def _impossible(task: _Task) -> ScmError:
    message = f"the evidence of `{task.shown}` has probability 0 in every model, so nothing follows from it"
    return ScmError([Diagnostic("E354", message)])
