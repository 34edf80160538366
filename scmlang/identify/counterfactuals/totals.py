"""What is identifiable because a variable has the declared number of values.

By the law of total probability P(A, V_t in S) = P(A) - P(A, V_t not in S). In the napkin P(Y[X=1]=1, X=0) is
not identifiable in general; for a binary X it is P(Y[X=1]=1) - P(Y=1, X=1), since Y[X=1] is Y where X is 1.
What is found so is identifiable; where nothing is found, it may still be.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from scmlang.identify.counterfactuals.conditional import (
    Constraint,
    Derivation,
    Impossible,
    Target,
    are_listed,
    linear,
    over,
)
from scmlang.identify.counterfactuals.factors import ZERO
from scmlang.identify.estimand import Estimand
from scmlang.identify.result import Step, listed

_PARTS = 1000  # probabilities that may be looked at


def by_totals(
    derivation: Derivation, targets: Sequence[Target], given: Sequence[Constraint]
) -> Estimand | None:
    """Σ weight P(target | given) by opposites of its events; None where that does not help.

    Args:
        derivation: what steps are added to.
        targets: without means of variables.
        given: the evidence.
    """
    most = max((len(target.events) for target in targets), default=0) + len(given)
    parts = len(targets) * 3**most  # each event as it is, left out, or turned into its opposite
    if parts > _PARTS or any(target.of is not None for target in targets):
        return None
    search = _Search(derivation)
    below = search.joint((), tuple(given))
    if below == ZERO:
        raise Impossible
    if below is None:
        return None
    return over(linear((t.weight, search.joint((), (*t.events, *given))) for t in targets), below)


class _Search:
    def __init__(self, derivation: Derivation) -> None:
        self.derivation = derivation

    def joint(self, settled: tuple[Constraint, ...], waiting: tuple[Constraint, ...]) -> Estimand | None:
        """P(settled, waiting), where only events of ``waiting`` may still be turned into their opposites."""
        events = (*settled, *waiting)
        found = self._direct(events)
        if found is not None or not waiting:
            return found
        first, *rest = waiting
        if first.inside is not None:
            found = self.joint((*settled, first), tuple(rest))
        if found is not None or first.outside is None:
            return found
        whole = self.joint(settled, tuple(rest))
        other = None if whole is None else self.joint((*settled, first.opposite), tuple(rest))
        if other is not None:
            variables = sorted({node.variable for case in first.outside for node, _ in case})
            text = f"an event of {listed(variables)} is the whole without its opposite"
            self.derivation.steps.append(Step("law of total probability", text))
        return linear([(Fraction(1), whole), (Fraction(-1), other)])

    def _direct(self, events: tuple[Constraint, ...]) -> Estimand | None:
        target = Target(Fraction(1), events)
        return self.derivation.conditional([target], ()) if are_listed([target], ()) else None
