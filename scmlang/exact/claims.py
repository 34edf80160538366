"""Assertions that the numbers of a fully specified model decide.

Equality is up to the tolerance of the assertion, ``<=`` and ``>=`` give way by as much, and the strict
relations are their opposites: ``a < b`` holds where ``a >= b`` does not. Between tables a relation holds
where it does in every row; a row whose evidence has probability 0 says nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from scmlang.diagnostics.base import ScmError
from scmlang.diagram.claims import Decision, Verdict
from scmlang.exact.engine import answer
from scmlang.exact.numbers import Array
from scmlang.exact.result import aligned
from scmlang.semantics.assertions import TOLERANCE, Assertion, Comparison, Independence
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import Counterfactual, Probability, show_value


def decide_exactly(assertion: Assertion, model: CausalModel, cells: int) -> Decision:
    """Decide an assertion about a fully specified model by its numbers.

    Args:
        assertion: a comparison or an independence; anything else stays undecided.
        model: fully specified.
        cells: the bound on one table; what would need a larger one stays undecided, with the reason.
    """
    try:
        if isinstance(assertion.claim, Comparison):
            return _comparison(assertion, assertion.claim, model, cells)
        if isinstance(assertion.claim, Independence):
            return _independence(assertion, assertion.claim, model, cells)
    except ScmError as error:
        return Decision(assertion, Verdict.UNDECIDED, error.diagnostics[0].message)
    return Decision(assertion, Verdict.UNDECIDED, "the numbers do not tell")


def _comparison(assertion: Assertion, claim: Comparison, model: CausalModel, cells: int) -> Decision:
    sides = [answer(model, quantity, cells=cells) for quantity in claim.quantities]
    for relation, (left, right) in zip(claim.relations, pairwise(sides), strict=True):
        first, second, axes = aligned(left, right)
        known = np.isfinite(first) & np.isfinite(second)
        wrong = known & ~_RELATIONS[relation](first, second, claim.tolerance)
        if np.any(wrong):
            at = tuple(int(i) for i in np.argwhere(wrong)[0])
            row = ", ".join(
                f"{axis.label}={show_value(model.variables[axis.variable].domain, axis.values[i])}"
                for axis, i in zip(axes, at, strict=True)
            )
            numbers = f"{float(first[at]):.9g} {relation} {float(second[at]):.9g} is false"
            return Decision(assertion, Verdict.FAILS, f"{numbers}, for {row}" if row else numbers)
    return Decision(assertion, Verdict.HOLDS, "the numbers agree")


_RELATIONS: dict[str, Callable[[Array, Array, float], Array]] = {
    "==": lambda a, b, tolerance: np.abs(a - b) <= tolerance,
    "!=": lambda a, b, tolerance: np.abs(a - b) > tolerance,
    "<=": lambda a, b, tolerance: a <= b + tolerance,
    "<": lambda a, b, tolerance: a < b - tolerance,
    ">=": lambda a, b, tolerance: a >= b - tolerance,
    ">": lambda a, b, tolerance: a > b + tolerance,
}


def _independence(assertion: Assertion, claim: Independence, model: CausalModel, cells: int) -> Decision:
    """P(x, y | z) = P(x | z) P(y | z) at all values whose z can occur, however rare it is."""
    sides: tuple[tuple[Counterfactual, ...], ...] = (claim.left, claim.right, claim.given)
    joint = answer(model, Probability(tuple(v for side in sides for v in side)), cells=cells).array
    x, y, z = (int(np.prod(joint.shape[a:b])) for a, b in _stretches([len(side) for side in sides]))
    table = joint.reshape(x, y, z)
    below = table.sum(axis=(0, 1))
    within = table[:, :, below > 0] / below[below > 0]
    apart = within.sum(axis=1, keepdims=True) * within.sum(axis=0, keepdims=True)
    gap = float(np.abs(within - apart).max())
    independent = gap <= TOLERANCE
    reason = (
        "the numbers are those of independence" if independent else f"the probabilities differ by {gap:.3g}"
    )
    return Decision(assertion, Verdict.HOLDS if independent != assertion.negated else Verdict.FAILS, reason)


def _stretches(lengths: list[int]) -> list[tuple[int, int]]:
    ends = np.cumsum([0, *lengths]).tolist()
    return list(pairwise(ends))
