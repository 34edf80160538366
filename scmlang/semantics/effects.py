"""The named effects, each defined by counterfactual probabilities.

The cause X has the values 0 and 1, Y is the outcome, and the mediators M are the variables on directed paths
from X to Y (Pearl, "Causality", 2009, chapters 4.5 and 9.2; "Direct and Indirect Effects", arXiv:1301.2300):

====  ==========================================
ATE   E(Y_{X=1}) - E(Y_{X=0})
ETT   E(Y_{X=1}) - E(Y_{X=0}), given X=1
CDE   E(Y_{X=1, M=m}) - E(Y_{X=0, M=m})
NDE   E(Y_{X=1, M_{X=0}}) - E(Y_{X=0})
NIE   E(Y_{X=0, M_{X=1}}) - E(Y_{X=0})
PN    P(Y_{X=0}=0), given X=1, Y=1
PS    P(Y_{X=1}=1), given X=0, Y=0
PNS   P(Y_{X=0}=0, Y_{X=1}=1)
====  ==========================================
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scmlang.semantics.quantities import (
    Arithmetic,
    Constant,
    Counterfactual,
    Event,
    Expectation,
    Held,
    Probability,
    Quantity,
    World,
)

Given = tuple[Event | Counterfactual, ...]


@dataclass(frozen=True)
class NamedEffect:
    """What a name stands for; ``controlled`` effects hold further variables at values."""

    name: str
    meaning: str
    binary_outcome: bool = False
    controlled: bool = False

    @property
    def usage(self) -> str:
        return f"{self.name}(X, Y{', M=0' if self.controlled else ''})"


EFFECTS = {
    effect.name: effect
    for effect in (
        NamedEffect("ATE", "the average effect of X on Y"),
        NamedEffect("ETT", "the effect of X on Y among those with X=1"),
        NamedEffect("CDE", "the direct effect of X on Y with M held", controlled=True),
        NamedEffect("NDE", "the natural direct effect of X on Y"),
        NamedEffect("NIE", "the natural indirect effect of X on Y"),
        NamedEffect("PN", "the probability that X was necessary for Y", binary_outcome=True),
        NamedEffect("PS", "the probability that X is sufficient for Y", binary_outcome=True),
        NamedEffect("PNS", "the probability that X is necessary and sufficient for Y", binary_outcome=True),
    )
}


def define(
    effect: NamedEffect,
    cause: str,
    outcome: str,
    held: Sequence[Event],
    given: Given,
    parents: Mapping[str, Sequence[str]],
) -> Quantity:
    """The quantity that a named effect of ``cause`` on ``outcome`` stands for.

    Args:
        effect: one of :data:`EFFECTS`.
        cause: X, with the values 0 and 1.
        outcome: Y.
        held: the events M=m of a controlled effect.
        given: further conditions, in the actual world.
        parents: of every variable; a world is written in their order of declaration.
    """
    order = {name: i for i, name in enumerate(parents)}

    def world(level: int, *others: Held) -> World:
        return tuple(sorted((Held(cause, level), *others), key=lambda h: order[h.variable]))

    def mean(subscript: World, *conditions: Event) -> Expectation:
        return Expectation(Counterfactual(outcome, subscript), (*conditions, *given))

    def at(level: int, subscript: World) -> Event:
        return equals(Counterfactual(outcome, subscript), level)

    def mediated(level: int) -> list[Held]:
        names = mediators(cause, outcome, parents)
        return [Held(name, Counterfactual(name, world(level))) for name in names]

    match effect.name:
        case "ATE":
            return _difference(mean(world(1)), mean(world(0)))
        case "ETT":
            treated = equals(Counterfactual(cause), 1)
            return _difference(mean(world(1), treated), mean(world(0), treated))
        case "CDE":
            fixed = [_held(event) for event in held]
            return _difference(mean(world(1, *fixed)), mean(world(0, *fixed)))
        case "NDE":
            return _difference(mean(world(1, *mediated(0))), mean(world(0)))
        case "NIE":
            return _difference(mean(world(0, *mediated(1))), mean(world(0)))
        case "PN":
            seen = (equals(Counterfactual(cause), 1), equals(Counterfactual(outcome), 1))
            return Probability((at(0, world(0)),), (*seen, *given))
        case "PS":
            seen = (equals(Counterfactual(cause), 0), equals(Counterfactual(outcome), 0))
            return Probability((at(1, world(1)),), (*seen, *given))
        case "PNS":
            return Probability((at(0, world(0)), at(1, world(1))), given)
        case _:
            raise KeyError(effect.name)


def equals(variable: Counterfactual, value: int) -> Event:
    """``variable = value``."""
    return Event("=", variable, Constant(value))


def mediators(cause: str, outcome: str, parents: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The variables on directed paths from ``cause`` to ``outcome``, in order of declaration."""
    children: dict[str, list[str]] = {name: [] for name in parents}
    for name, above in parents.items():
        for parent in above:
            children[parent].append(name)
    after, before = _reached(cause, children), _reached(outcome, parents)
    return tuple(name for name in parents if name in after and name in before)


def _reached(start: str, steps: Mapping[str, Iterable[str]]) -> set[str]:
    """What can be reached from ``start`` in one step or more."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for name in steps[waiting.pop()]:
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found


def _difference(left: Quantity, right: Quantity) -> Arithmetic:
    return Arithmetic("-", left, right)


def _held(event: Event) -> Held:
    if not (isinstance(event.left, Counterfactual) and isinstance(event.right, Constant)):
        raise TypeError("a controlled variable is held at a value")
    return Held(event.left.variable, event.right.value)
