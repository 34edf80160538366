"""Polynomials in counterfactual factors, and quotients of them.

A factor is the probability that some variables of one district respond in given ways: a set of requirements
``(variable, levels of its parents) -> level``. The probability of any event about counterfactuals is a sum of
products of factors of different districts (Correa, Lee and Bareinboim, Nested Counterfactual Identification
from Arbitrary Surrogate Experiments, arXiv:2107.03190, theorem 2).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Slot = tuple[int, tuple[int, ...]]  # a variable and the levels of its parents
Factor = frozenset[tuple[Slot, int]]
Monomial = tuple[Factor, ...]
Span = tuple[float, float]


@dataclass(frozen=True)
class Polynomial:
    """Coefficients of products of factors; the empty product is 1."""

    terms: Mapping[Monomial, float] = field(default_factory=dict)

    @classmethod
    def constant(cls, value: float) -> Polynomial:
        return cls({(): value} if value else {})

    @property
    def value(self) -> float | None:
        """The number that it is; None where factors occur in it."""
        return self.terms.get((), 0.0) if all(m == () for m in self.terms) else None

    @property
    def degree(self) -> int:
        return max((len(monomial) for monomial in self.terms), default=0)

    def __add__(self, other: Polynomial) -> Polynomial:
        terms = dict(self.terms)
        for monomial, weight in other.terms.items():
            terms[monomial] = terms.get(monomial, 0.0) + weight
        return Polynomial({m: w for m, w in terms.items() if w})

    def scaled(self, by: float) -> Polynomial:
        return Polynomial({m: w * by for m, w in self.terms.items()} if by else {})

    def evaluated(self, value: Callable[[Factor], float | None]) -> Polynomial:
        """With the numbers of those factors that have one in their place."""
        terms: dict[Monomial, float] = {}
        for monomial, weight in self.terms.items():
            known = [(factor, value(factor)) for factor in monomial]
            rest = tuple(factor for factor, number in known if number is None)
            for _, number in known:
                weight *= 1.0 if number is None else number
            terms[rest] = terms.get(rest, 0.0) + weight
        return Polynomial({m: w for m, w in terms.items() if w})

    def factors(self) -> list[Factor]:
        """Every factor that occurs, each once, in order of occurrence."""
        return list(dict.fromkeys(factor for monomial in self.terms for factor in monomial))


@dataclass(frozen=True)
class Ratio:
    """``top / bottom``; a probability given something, or without a condition over 1.

    ``span`` holds it wherever it is defined, as a probability is from 0 to 1 even if ``bottom`` may be 0.
    """

    top: Polynomial
    bottom: Polynomial
    span: Span = (-math.inf, math.inf)

    def scaled(self, by: float) -> Ratio:
        low, high = sorted(by * end for end in self.span) if by else (0.0, 0.0)
        return Ratio(self.top.scaled(by), self.bottom, (low, high))


@dataclass(frozen=True)
class Combination:
    """``left operator right`` with ``+ - * /``."""

    operator: str
    left: Expression
    right: Expression


Expression = Ratio | Combination


def number(value: float) -> Ratio:
    """A constant."""
    return Ratio(Polynomial.constant(value), Polynomial.constant(1.0), (value, value))


def simplified(node: Expression) -> Expression:
    """One ratio where sums of ratios over one bottom, or products with numbers, make one."""
    if isinstance(node, Ratio):
        below = node.bottom.value
        return Ratio(node.top.scaled(1 / below), Polynomial.constant(1.0), node.span) if below else node
    left, right = simplified(node.left), simplified(node.right)
    found = None
    if isinstance(left, Ratio) and isinstance(right, Ratio):
        found = _merged(node.operator, left, right)
    return found or Combination(node.operator, left, right)


def _merged(operator: str, left: Ratio, right: Ratio) -> Ratio | None:
    if operator == "-":
        return _sum(left, right.scaled(-1.0))
    if operator == "+":
        return _sum(left, right)
    if operator == "*":
        numbers = [(_constant(left), right), (_constant(right), left)]
        return next((other.scaled(value) for value, other in numbers if value is not None), None)
    divisor = _constant(right)
    if divisor is not None:
        return left.scaled(1 / divisor) if divisor else None
    return Ratio(left.top, right.top) if left.bottom.terms == right.bottom.terms else None


def _sum(left: Ratio, right: Ratio) -> Ratio | None:
    """Over one bottom; a number can be put over any."""
    span = left.span[0] + right.span[0], left.span[1] + right.span[1]
    if left.bottom.terms == right.bottom.terms:
        return Ratio(left.top + right.top, left.bottom, span)
    for one, value in ((left, _constant(right)), (right, _constant(left))):
        if value is not None:
            return Ratio(one.top + one.bottom.scaled(value), one.bottom, span)
    return None


def _constant(node: Ratio) -> float | None:
    return node.top.value if node.bottom.value == 1 else None
