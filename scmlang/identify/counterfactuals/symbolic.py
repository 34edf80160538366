"""An event of many cases from one formula, in which its variables have symbols for values.

What is right for all values is right for each, so such an event is the sum of one formula over its cases,
which is derived and simplified once. Where there is no such formula, single cases may have one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scmlang.identify.counterfactuals.conditional import (
    Constraint,
    Derivation,
    Target,
    Tied,
    are_listed,
    linear,
    listed,
)
from scmlang.identify.estimand import Estimand, Term, simplify, substitute
from scmlang.identify.result import Step
from scmlang.semantics.quantities import Counterfactual


@dataclass(frozen=True)
class BySymbols:
    """The estimand, simplified, and the steps to it."""

    estimand: Estimand
    steps: tuple[Step, ...]


def by_symbols(
    derivation: Derivation, targets: Sequence[Target], given: Sequence[Constraint]
) -> BySymbols | None:
    """P(events | given) where some event has several cases; None for anything else, and where that fails."""
    if len(targets) != 1 or not all(c.single for c in given) or not are_listed(targets, given):
        return None
    (target,) = targets
    several = [event for event in target.events if not event.single]
    nodes = tuple(dict.fromkeys(node for event in several for node in event.nodes))
    if not several or not nodes or target.of is not None:
        return None
    symbols = {node: derivation.words.symbol(node.variable) for node in nodes}
    once = tuple(event for event in target.events if event.single)
    opened = Constraint((tuple(symbols.items()),))
    try:
        found = derivation.conditional([Target(Fraction(1), (*once, opened))], given)
    except Tied:
        return None
    if found is None:
        return None
    formula = simplify(found, derivation.graph)
    terms = ((Fraction(1), substitute(formula, swap)) for swap in _swaps(several, symbols))
    whole = linear(terms)
    return None if whole is None else BySymbols(whole, tuple(derivation.steps))


def _swaps(several: Sequence[Constraint], symbols: dict[Counterfactual, str]) -> list[dict[str, Term]]:
    """What the symbols stand for in each case; cases that give one of them two values are left out."""
    found: list[dict[str, Term]] = []
    for case in listed(several):
        swap: dict[str, Term] = {}
        fits = True
        for node, value in case:
            if isinstance(value, Counterfactual):
                raise TypeError("an equation of two variables is one case")
            fits = fits and swap.setdefault(symbols[node], value) == value
        if fits:
            found.append(swap)
    return found
