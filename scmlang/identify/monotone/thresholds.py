r"""Events of ordered responses as polynomials in thresholds.

With T_k = 1{Y \ge k} an event of Y is a sum of differences of thresholds: 1{j \le Y < k} = T_j - T_k. Where Y
in one world is at most Y in another, a threshold in the first implies each lower one in the second, so a
product of both is the first alone. What is left of a joint event may then be about one world at a time. The
same goes for L_k = 1{Y < k}, with 1{j \le Y < k} = L_k - L_j.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import NamedTuple


class Literal(NamedTuple):
    """``response`` is at least ``level``, or below it; responses and levels are numbered.

    Attributes:
        response: a variable in a world.
        level: from 1; a level below which nothing is, or at which nothing is, needs no literal.
        upper: whether at least it.
    """

    response: int
    level: int
    upper: bool


Monomial = frozenset[Literal]
Polynomial = dict[Monomial, int]
Below = Callable[[int, int], bool]
ONE: Polynomial = {frozenset(): 1}


def indicator(response: int, levels: Sequence[int], size: int, *, upper: bool) -> Polynomial:
    """The event that a response of ``size`` levels is at one of ``levels``, which are sorted."""
    found: Polynomial = {}
    for _, run in groupby(enumerate(levels), lambda pair: pair[1] - pair[0]):
        inside = [level for _, level in run]
        start, end = inside[0], inside[-1] + 1
        first, last = (start, end) if upper else (end, start)
        for level, sign in ((first, 1), (last, -1)):
            certain = level == (0 if upper else size)
            if certain or 0 < level < size:
                literal = frozenset() if certain else frozenset((Literal(response, level, upper),))
                found[literal] = found.get(literal, 0) + sign
    return {monomial: weight for monomial, weight in found.items() if weight}


def product(factors: Iterable[Polynomial], below: Below) -> Polynomial:
    """The product, each monomial without the literals that others of it imply.

    Args:
        factors: polynomials.
        below: whether one response is at most another, in every unit.
    """
    whole = ONE
    for factor in factors:
        found: Polynomial = {}
        for one, weight in whole.items():
            for other, times in factor.items():
                monomial = _reduced(one | other, below)
                found[monomial] = found.get(monomial, 0) + weight * times
        whole = {monomial: weight for monomial, weight in found.items() if weight}
    return whole


def _reduced(monomial: Monomial, below: Below) -> Monomial:
    kept = set(monomial)
    for literal in sorted(monomial):
        if any(other != literal and _implies(other, literal, below) for other in kept):
            kept.remove(literal)
    return frozenset(kept)


def _implies(one: Literal, other: Literal, below: Below) -> bool:
    if one.upper != other.upper:
        return False
    low, high = (one, other) if one.upper else (other, one)
    return low.level >= high.level and (low.response == high.response or below(low.response, high.response))
