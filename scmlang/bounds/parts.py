"""The quantities that a programme is made of: linear forms, their products, and quotients of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scmlang.bounds.classes import Product
from scmlang.bounds.polynomial import Expression, Monomial, Polynomial, Ratio, Span
from scmlang.bounds.programme import EXACT, Programme, minimum
from scmlang.bounds.sources import Array


class UnboundedError(ArithmeticError):
    """A quotient whose bottom may be 0 where its top is not."""


@dataclass(frozen=True, eq=False)
class Linear:
    """``form . x + sum of weights of earlier quantities + constant``."""

    form: Array
    weights: tuple[tuple[int, float], ...]
    constant: float


@dataclass(frozen=True)
class Times:
    left: int
    right: int


@dataclass(frozen=True, eq=False)
class Equal:
    """``form . x`` is the product of two quantities, as P(a, b) is of independent ones."""

    form: Array
    left: int
    right: int


@dataclass(frozen=True)
class Quotient:
    """Times ``bottom`` it is ``top``; where it is defined it lies in ``span``."""

    top: int
    bottom: int
    span: Span


Part = Linear | Times | Quotient


class Parts:
    """The quantities that an expression is made of, each after those that it depends on."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.parts: list[Part] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.equal: list[Equal] = []
        self._products: dict[Monomial, int] = {}

    def independent(self, one: Product) -> None:
        """Add P(a, b) = P(a) P(b) for all a and b, the side with less room on the left."""
        sides = [[self._append(Linear(row, (), 0.0)) for row in side] for side in (one.left, one.right)]
        room = [sum(self.high[i] - self.low[i] for i in side) for side in sides]
        rows = one.left, one.right
        first, second = (0, 1) if room[0] <= room[1] else (1, 0)
        for a, left in zip(sides[first], rows[first], strict=True):
            for b, right in zip(sides[second], rows[second], strict=True):
                self.equal.append(Equal(left * right, a, b))

    def add(self, node: Expression) -> int:
        if isinstance(node, Ratio):
            top = self._polynomial(node.top)
            below = node.bottom.value
            return top if below == 1 else self._divided(top, self._polynomial(node.bottom), node.span)
        left, right = self.add(node.left), self.add(node.right)
        if node.operator == "*":
            return self._multiplied(left, right)
        if node.operator == "/":
            return self._divided(left, right)
        sign = 1.0 if node.operator == "+" else -1.0
        zero = np.zeros(self.programme.columns)
        return self._append(Linear(zero, ((left, 1.0), (right, sign)), 0.0))

    def _polynomial(self, polynomial: Polynomial) -> int:
        flat = Polynomial({m: w for m, w in polynomial.terms.items() if len(m) <= 1})
        form, constant = self.programme.form(flat)
        long = [(m, w) for m, w in polynomial.terms.items() if len(m) > 1]
        return self._append(Linear(form, tuple((self._monomial(m), w) for m, w in long), constant))

    def _monomial(self, monomial: Monomial) -> int:
        if monomial not in self._products:
            last = self._append(Linear(self.programme.forms[monomial[-1]], (), 0.0), monomial[-1:])
            if len(monomial) > 1:
                last = self._multiplied(self._monomial(monomial[:-1]), last)
            self._products[monomial] = last
        return self._products[monomial]

    def _multiplied(self, left: int, right: int) -> int:
        return self._append(Times(left, right))

    def _divided(self, top: int, bottom: int, span: Span = (-np.inf, np.inf)) -> int:
        return self._append(Quotient(top, bottom, span))

    def _append(self, part: Part, key: Monomial | None = None) -> int:
        if key in self._products:
            return self._products[key]
        low, high = self._range(part)
        self.parts.append(part)
        self.low.append(low)
        self.high.append(high)
        if key is not None:
            self._products[key] = len(self.parts) - 1
        return len(self.parts) - 1

    def _range(self, part: Part) -> tuple[float, float]:
        if isinstance(part, Linear):
            low = high = part.constant
            if part.form.any():
                ends = minimum(self.programme, part.form), minimum(self.programme, -part.form)
                low += ends[0].bound if ends[0] else 0.0
                high -= ends[1].bound if ends[1] else 0.0
            spans = [sorted((w * self.low[i], w * self.high[i])) for i, w in part.weights]
            return low + sum(span[0] for span in spans), high + sum(span[1] for span in spans)
        if isinstance(part, Times):
            return times(self.low, self.high, part)
        bottom = self.low[part.bottom], self.high[part.bottom]
        if bottom[0] <= EXACT and bottom[1] >= -EXACT:
            if not all(map(np.isfinite, part.span)):
                raise UnboundedError
            return part.span
        corners = [t / b for t in (self.low[part.top], self.high[part.top]) for b in bottom]
        return min(corners), max(corners)


def times(low: list[float] | Array, high: list[float] | Array, part: Times) -> tuple[float, float]:
    a, b = (low[part.left], high[part.left]), (low[part.right], high[part.right])
    ends = [float(x * y) for x in a for y in b]
    return min(ends), max(ends)


def values(parts: Sequence[Part], point: Array) -> list[float]:
    """All quantities at a point; one that divides by 0 is not a number."""
    found: list[float] = []
    for part in parts:
        if isinstance(part, Linear):
            rest = sum(weight * found[j] for j, weight in part.weights)
            found.append(float(part.form @ point) + rest + part.constant)
        elif isinstance(part, Times):
            found.append(found[part.left] * found[part.right])
        else:
            below = found[part.bottom]
            found.append(found[part.top] / below if below > EXACT else np.nan)
    return found


def gradient(parts: Sequence[Part], point: Array, of: int) -> Array:
    """Of one quantity by the columns; not a number where it divides by 0."""
    at = values(parts, point)
    slopes: list[Array] = []
    for i, part in enumerate(parts[: of + 1]):
        if isinstance(part, Linear):
            slopes.append(part.form + sum(weight * slopes[j] for j, weight in part.weights))
        elif isinstance(part, Times):
            slopes.append(at[part.left] * slopes[part.right] + at[part.right] * slopes[part.left])
        else:
            slopes.append((slopes[part.top] - at[i] * slopes[part.bottom]) / at[part.bottom])
    return slopes[of]
