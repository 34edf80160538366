"""Sums of probabilities in which a variable's levels are all known, so that one of them can be left out.

By the law of total probability P(A, V=v) for the last level v is P(A) less the sum over all others. Written
without last levels, joint probabilities of some variables are linearly independent, so whatever cancels by
this law in every joint distribution of them is seen to cancel. With X of three levels
P(Y[X=1]=1, X=0) + P(Y[X=1]=1, X=2) is P(Y[X=1]=1) - P(Y=1, X=1); for binary Y the difference of
P(Y[X=0]=0, Y[X=1]=1) and P(Y[X=0]=1, Y[X=1]=0) is that of two effects.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from scmlang.identify.sums import Weights
from scmlang.identify.terms import Term
from scmlang.limits import LIMITS
from scmlang.semantics.domains import Finite
from scmlang.semantics.model import Variable
from scmlang.semantics.quantities import Constant, Counterfactual, Event, Expectation, Probability

Values = tuple[tuple[Counterfactual, int], ...]  # equations, in the order of their texts


def without_last_levels(weights: Weights, variables: Mapping[str, Variable]) -> Weights | None:
    """The same sum over probabilities that name no variable's last level.

    None where a term is no probability of equations, or the mean of a variable, over declared levels; where
    it would be more than ``LIMITS.estimand_cases`` terms; and where nothing changes.
    """
    found: Weights = {}
    for term, weight in weights.items():
        parts = {None: Fraction(1)} if term is None else _parts(term, variables)
        if parts is None or len(found) + len(parts) > LIMITS.estimand_cases:
            return None
        for part, times in parts.items():
            found[part] = found.get(part, Fraction(0)) + weight * times
    kept = {term: weight for term, weight in found.items() if weight}
    return None if kept == {term: weight for term, weight in weights.items() if weight} else kept


def _parts(term: Term, variables: Mapping[str, Variable]) -> Weights | None:
    sums = _sums(term, variables)
    if sums is None:
        return None
    found: Weights = {}
    for weight, values in sums:
        for times, left in _opened(values, variables):
            events = tuple(Event("=", node, Constant(value)) for node, value in left)
            part = Probability(events, term.given) if events else None
            found[part] = found.get(part, Fraction(0)) + weight * times
            if len(found) > LIMITS.estimand_cases:
                return None
    return found


def _sums(term: Term, variables: Mapping[str, Variable]) -> list[tuple[Fraction, Values]] | None:
    """A probability of equations, or a mean as the sum over levels; None for another term."""
    if isinstance(term, Expectation):
        if not isinstance(term.of, Counterfactual):
            return None
        levels = _levels(term.of, variables)
        return None if levels is None else [(Fraction(v), ((term.of, v),)) for v in levels]
    values: dict[Counterfactual, int] = {}
    for event in term.events:
        match event:
            case Event("=", Counterfactual() as node, Constant(int() as value)) if node not in values:
                levels = _levels(node, variables)
                if levels is None or value not in levels:
                    return None
                values[node] = value
            case _:
                return None
    return [(Fraction(1), tuple(sorted(values.items(), key=str)))]


def _opened(values: Values, variables: Mapping[str, Variable]) -> Iterator[tuple[int, Values]]:
    """Products of levels other than the last, with their weights."""
    if not values:
        yield 1, ()
        return
    (node, value), *rest = values
    levels = _levels(node, variables) or range(0)
    for weight, left in _opened(tuple(rest), variables):
        if value != levels[-1]:
            yield weight, ((node, value), *left)
            continue
        yield weight, left
        for other in levels[:-1]:
            yield -weight, ((node, other), *left)


def _levels(node: Counterfactual, variables: Mapping[str, Variable]) -> range | None:
    domain = variables[node.variable].domain
    return range(domain.offset, domain.offset + domain.size) if isinstance(domain, Finite) else None
