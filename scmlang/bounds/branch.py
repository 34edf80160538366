"""Polynomial programmes by spatial branch and bound.

Each product of two quantities is relaxed to its four McCormick inequalities over the box of the two
(Computability of global solutions to factorable nonconvex programs, Mathematical Programming 1976). A linear
programme bounds the rest, and the box of the worst product is halved until the bound meets a point that
fits. Cut short, the bound is valid and the gap to the best point is reported.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from scmlang.bounds.polynomial import Expression, Monomial, Polynomial, Ratio, Span
from scmlang.bounds.programme import EXACT, Programme, minimum
from scmlang.bounds.sources import Array
from scmlang.limits import LIMITS

GAP = 1e-6


class UnboundedError(ArithmeticError):
    """A quotient whose bottom may be 0 where its top is not."""


@dataclass(frozen=True)
class Bracket:
    """The least value: it is at least ``bound``, and ``reached`` by some point."""

    bound: float
    reached: float


@dataclass(frozen=True, eq=False)
class _Linear:
    """``form . x + sum of weights of earlier quantities + constant``."""

    form: Array
    weights: tuple[tuple[int, float], ...]
    constant: float


@dataclass(frozen=True)
class _Product:
    left: int
    right: int


@dataclass(frozen=True)
class _Quotient:
    """Times ``bottom`` it is ``top``; where it is defined it lies in ``span``."""

    top: int
    bottom: int
    span: Span


_Part = _Linear | _Product | _Quotient


class _Parts:
    """The quantities that an expression is made of, each after those that it depends on."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.parts: list[_Part] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self._products: dict[Monomial, int] = {}

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
        return self._append(_Linear(zero, ((left, 1.0), (right, sign)), 0.0))

    def _polynomial(self, polynomial: Polynomial) -> int:
        flat = Polynomial({m: w for m, w in polynomial.terms.items() if len(m) <= 1})
        form, constant = self.programme.form(flat)
        long = [(m, w) for m, w in polynomial.terms.items() if len(m) > 1]
        return self._append(_Linear(form, tuple((self._monomial(m), w) for m, w in long), constant))

    def _monomial(self, monomial: Monomial) -> int:
        if monomial not in self._products:
            last = self._append(_Linear(self.programme.forms[monomial[-1]], (), 0.0), monomial[-1:])
            if len(monomial) > 1:
                last = self._multiplied(self._monomial(monomial[:-1]), last)
            self._products[monomial] = last
        return self._products[monomial]

    def _multiplied(self, left: int, right: int) -> int:
        return self._append(_Product(left, right))

    def _divided(self, top: int, bottom: int, span: Span = (-np.inf, np.inf)) -> int:
        return self._append(_Quotient(top, bottom, span))

    def _append(self, part: _Part, key: Monomial | None = None) -> int:
        if key in self._products:
            return self._products[key]
        low, high = self._range(part)
        self.parts.append(part)
        self.low.append(low)
        self.high.append(high)
        if key is not None:
            self._products[key] = len(self.parts) - 1
        return len(self.parts) - 1

    def _range(self, part: _Part) -> tuple[float, float]:
        if isinstance(part, _Linear):
            low = high = part.constant
            if part.form.any():
                ends = minimum(self.programme, part.form), minimum(self.programme, -part.form)
                low += ends[0].bound if ends[0] else 0.0
                high -= ends[1].bound if ends[1] else 0.0
            spans = [sorted((w * self.low[i], w * self.high[i])) for i, w in part.weights]
            return low + sum(span[0] for span in spans), high + sum(span[1] for span in spans)
        if isinstance(part, _Product):
            return _times(self.low, self.high, part)
        bottom = self.low[part.bottom], self.high[part.bottom]
        if bottom[0] <= EXACT and bottom[1] >= -EXACT:
            if not all(map(np.isfinite, part.span)):
                raise UnboundedError
            return part.span
        corners = [t / b for t in (self.low[part.top], self.high[part.top]) for b in bottom]
        return min(corners), max(corners)


def _times(low: list[float] | Array, high: list[float] | Array, part: _Product) -> tuple[float, float]:
    a, b = (low[part.left], high[part.left]), (low[part.right], high[part.right])
    ends = [float(x * y) for x in a for y in b]
    return min(ends), max(ends)


def polynomial_minimum(programme: Programme, node: Expression) -> Bracket | None:
    """The least value of an expression, within :data:`GAP` or after ``LIMITS.bound_nodes`` boxes.

    Raises:
        UnboundedError: where nothing bounds it.
    """
    parts = _Parts(programme)
    objective = parts.add(node)
    search = _Search(programme, parts.parts, objective)
    return search.run(np.array(parts.low), np.array(parts.high))


@dataclass
class _Search:
    programme: Programme
    parts: list[_Part]
    objective: int
    reached: float = np.inf

    def run(self, low: Array, high: Array) -> Bracket | None:
        root = self._bound(low, high)
        if root is None:
            return None
        waiting = [(root[0], 0, low, high, root[1])]
        count = 0
        while waiting and waiting[0][0] < self.reached - GAP and count < LIMITS.bound_nodes:
            least, _, low, high, point = heapq.heappop(waiting)
            split = self._split(low, high, point)
            if split is None:  # nothing is relaxed at this point, so the box is as low as its bound
                self.reached = min(self.reached, least)
                heapq.heappush(waiting, (least, count, low, high, point))
                break
            for box in self._halves(low, high, *split):
                count += 1
                found = self._bound(*box)
                if found is not None and found[0] < self.reached:
                    heapq.heappush(waiting, (found[0], count, *box, found[1]))
        bound = min([self.reached, *(item[0] for item in waiting[:1])])
        return Bracket(float(bound), float(self.reached))

    def _halves(self, low: Array, high: Array, at: int, value: float) -> list[tuple[Array, Array]]:
        upper, lower = high.copy(), low.copy()
        upper[at] = lower[at] = value
        boxes = [(low.copy(), upper), (lower, high.copy())]
        for below, above in boxes:
            for i, part in enumerate(self.parts):
                if isinstance(part, _Product):
                    ends = _times(below, above, part)
                    below[i], above[i] = max(below[i], ends[0]), min(above[i], ends[1])
        return [(b, a) for b, a in boxes if np.all(b <= a + 1e-12)]

    def _split(self, low: Array, high: Array, point: Array) -> tuple[int, float] | None:
        """The operand of the product that is farthest from being one, and where to cut its interval."""
        values = point[self.programme.columns :]
        worst, at = 1e-12, -1
        for i, part in enumerate(self.parts):
            if isinstance(part, _Linear):
                continue
            a, b = (part.left, part.right) if isinstance(part, _Product) else (i, part.bottom)
            product = values[i] if isinstance(part, _Product) else values[part.top]
            gap = abs(product - values[a] * values[b])
            if gap > worst:
                worst, at = gap, a if high[a] - low[a] >= high[b] - low[b] else b
        if at < 0:
            return None
        margin = 0.2 * (high[at] - low[at])
        return at, float(np.clip(values[at], low[at] + margin, high[at] - margin))

    def _bound(self, low: Array, high: Array) -> tuple[float, Array] | None:
        """A certain bound over a box, and the point of the relaxation; a point that fits is noted."""
        from scipy.optimize import linprog

        n, m = self.programme.columns, len(self.parts)
        equal, equals, less, limits = self._constraints(low, high)
        costs = np.zeros(n + m)
        costs[n + self.objective] = 1.0
        box = [(0.0, 1.0)] * n + list(zip(low.tolist(), high.tolist(), strict=True))
        done = linprog(costs, less, limits, equal, equals, box, method="highs")
        if done.status == 2:
            return None
        if done.status != 0:
            raise ArithmeticError(f"HiGHS: {done.message}")
        up = np.minimum(done.ineqlin.marginals, 0.0)
        reduced = costs - done.eqlin.marginals @ equal - up @ less
        bound = float(done.eqlin.marginals @ equals + up @ limits)
        bound += sum(min(0.0, float(reduced[a:b].min())) for a, b in pairwise(self.programme.starts))
        bound += float(np.minimum(reduced[n:] * low, reduced[n:] * high).sum())
        self.reached = min(self.reached, self._value(done.x[:n]))
        return bound, np.asarray(done.x)

    def _constraints(self, low: Array, high: Array) -> tuple[Array, Array, Array, Array]:
        n, m = self.programme.columns, len(self.parts)
        equal: list[tuple[Array, float]] = []
        less: list[tuple[Array, float]] = []
        wide = np.concatenate([self.programme.rows, np.zeros((len(self.programme.rows), m))], axis=1)
        within = self.programme.within
        for row, value in zip(wide, self.programme.values, strict=True):
            if within:
                less += [(row, value + within), (-row, within - value)]
            else:
                equal.append((row, float(value)))
        for a, b in pairwise(self.programme.starts):
            row = np.zeros(n + m)
            row[a:b] = 1.0
            equal.append((row, 1.0))
        for i, part in enumerate(self.parts):
            if isinstance(part, _Linear):
                row = np.concatenate([-part.form, np.zeros(m)])
                row[n + i] = 1.0
                for j, weight in part.weights:
                    row[n + j] -= weight
                equal.append((row, part.constant))
            else:
                target, a, b = (
                    (i, part.left, part.right)[:3]
                    if isinstance(part, _Product)
                    else (
                        part.top,
                        i,
                        part.bottom,
                    )
                )
                less += _mccormick(n, m, target, a, b, low, high)
        if not less:
            less = [(np.zeros(n + m), 0.0)]
        return (
            np.array([row for row, _ in equal]),
            np.array([value for _, value in equal]),
            np.array([row for row, _ in less]),
            np.array([value for _, value in less]),
        )

    def _value(self, point: Array) -> float:
        """The objective at a point, infinite where it is not defined there."""
        values: list[float] = []
        for part in self.parts:
            if isinstance(part, _Linear):
                rest = sum(weight * values[j] for j, weight in part.weights)
                values.append(float(part.form @ point) + rest + part.constant)
            elif isinstance(part, _Product):
                values.append(values[part.left] * values[part.right])
            elif values[part.bottom] > EXACT:
                values.append(values[part.top] / values[part.bottom])
            else:
                return np.inf
        return values[self.objective]


def _mccormick(
    n: int, m: int, target: int, a: int, b: int, low: Array, high: Array
) -> list[tuple[Array, float]]:
    """``target = a b`` relaxed over the box."""
    found = []
    for x, y, sign in (
        (low[a], low[b], 1.0),
        (high[a], high[b], 1.0),
        (low[a], high[b], -1.0),
        (high[a], low[b], -1.0),
    ):
        row = np.zeros(n + m)
        row[n + a] += sign * y
        row[n + b] += sign * x
        row[n + target] -= sign
        found.append((row, float(sign * x * y)))
    return found


def negated(node: Expression) -> Expression:
    """Minus an expression, so that its least value is minus the greatest."""
    if isinstance(node, Ratio):
        return node.scaled(-1.0)
    if node.operator in "+-":
        return replace(node, left=negated(node.left), right=negated(node.right))
    return replace(node, left=negated(node.left))
