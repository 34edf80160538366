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

from scmlang.bounds.parts import Equal, Linear, Part, Parts, Times, gradient, times, values
from scmlang.bounds.polish import fitted
from scmlang.bounds.polynomial import Expression, Ratio
from scmlang.bounds.programme import EXACT, Programme
from scmlang.bounds.sources import Array
from scmlang.limits import LIMITS

GAP = 1e-6
SIZE = 500  # unknowns and products with which ``LIMITS.bound_nodes`` boxes are tried


@dataclass(frozen=True)
class Bracket:
    """The least value: it is at least ``bound``, and ``reached`` by some point."""

    bound: float
    reached: float


def polynomial_minimum(programme: Programme, node: Expression) -> Bracket | None:
    """The least value of an expression, within :data:`GAP` or after ``LIMITS.bound_nodes`` boxes.

    Independences of the programme are held too. Larger programmes are cut after fewer boxes. None where
    nothing fits.

    Raises:
        UnboundedError: where nothing bounds it.
    """
    parts = Parts(programme)
    objective = parts.add(node)
    for one in programme.products:
        parts.independent(one)
    search = _Search(programme, parts.parts, parts.equal, objective)
    return search.run(np.array(parts.low), np.array(parts.high))


@dataclass
class _Search:
    programme: Programme
    parts: list[Part]
    equal: list[Equal]
    objective: int
    reached: float = np.inf

    def run(self, low: Array, high: Array) -> Bracket | None:
        root = self._bound(low, high)
        if root is None:
            return None
        self._polish(root[1])
        waiting = [(root[0], 0, low, high, root[1])]
        count, polished = 0, 1
        size = self.programme.columns + len(self.parts) + 4 * len(self.equal)
        most = min(LIMITS.bound_nodes, LIMITS.bound_nodes * SIZE // size)
        while waiting and waiting[0][0] < self.reached - GAP and count < most:
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
            if count >= 2 * polished and waiting:
                polished = count
                self._polish(waiting[0][4])
        bound = min([self.reached, *(item[0] for item in waiting[:1])])
        return Bracket(float(bound), float(self.reached)) if bound < np.inf else None

    def _polish(self, point: Array) -> None:
        """Look for a point that fits near one that does not."""
        if not self.equal:
            return
        n = self.programme.columns
        found = fitted(self.programme, lambda x: gradient(self.parts, x, self.objective), point[:n])
        if found is not None:
            self.reached = min(self.reached, self._value(found))

    def _halves(self, low: Array, high: Array, at: int, value: float) -> list[tuple[Array, Array]]:
        upper, lower = high.copy(), low.copy()
        upper[at] = lower[at] = value
        boxes = [(low.copy(), upper), (lower, high.copy())]
        for below, above in boxes:
            for i, part in enumerate(self.parts):
                if isinstance(part, Times):
                    ends = times(below, above, part)
                    below[i], above[i] = max(below[i], ends[0]), min(above[i], ends[1])
        return [(b, a) for b, a in boxes if np.all(b <= a + 1e-12)]

    def _split(self, low: Array, high: Array, point: Array) -> tuple[int, float] | None:
        """The operand of the product that is farthest from being one, and where to cut its interval."""
        at_point = point[self.programme.columns :]
        worst, at = 1e-12, -1
        for one in self.equal:
            gap = abs(
                float(one.form @ point[: self.programme.columns]) - at_point[one.left] * at_point[one.right]
            )
            if gap > max(worst, EXACT):
                worst, at = gap, one.left
        for i, part in enumerate(self.parts):
            if isinstance(part, Linear):
                continue
            a, b = (part.left, part.right) if isinstance(part, Times) else (i, part.bottom)
            product = at_point[i] if isinstance(part, Times) else at_point[part.top]
            gap = abs(product - at_point[a] * at_point[b])
            if gap > worst:
                worst, at = gap, a if high[a] - low[a] >= high[b] - low[b] else b
        if at < 0:
            return None
        margin = 0.2 * (high[at] - low[at])
        return at, float(np.clip(at_point[at], low[at] + margin, high[at] - margin))

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
            if isinstance(part, Linear):
                row = np.concatenate([-part.form, np.zeros(m)])
                row[n + i] = 1.0
                for j, weight in part.weights:
                    row[n + j] -= weight
                equal.append((row, part.constant))
            else:
                target = np.zeros(n + m)
                target[n + (i if isinstance(part, Times) else part.top)] = 1.0
                a, b = (part.left, part.right) if isinstance(part, Times) else (i, part.bottom)
                less += _mccormick(target, n, a, b, low, high)
        for one in self.equal:
            target = np.concatenate([one.form, np.zeros(m)])
            less += _mccormick(target, n, one.left, one.right, low, high)
        if not less:
            less = [(np.zeros(n + m), 0.0)]
        return (
            np.array([row for row, _ in equal]),
            np.array([value for _, value in equal]),
            np.array([row for row, _ in less]),
            np.array([value for _, value in less]),
        )

    def _value(self, point: Array) -> float:
        """The objective at a point, infinite where it is not defined there or the point does not fit."""
        at = values(self.parts, point)
        if any(abs(float(one.form @ point) - at[one.left] * at[one.right]) > EXACT for one in self.equal):
            return np.inf
        found = at[self.objective]
        return np.inf if np.isnan(found) else found


def _mccormick(target: Array, n: int, a: int, b: int, low: Array, high: Array) -> list[tuple[Array, float]]:
    """``target = a b`` relaxed over the box."""
    found = []
    for x, y, sign in (
        (low[a], low[b], 1.0),
        (high[a], high[b], 1.0),
        (low[a], high[b], -1.0),
        (high[a], low[b], -1.0),
    ):
        row = -sign * target
        row[n + a] += sign * y
        row[n + b] += sign * x
        found.append((row, float(sign * x * y)))
    return found


def negated(node: Expression) -> Expression:
    """Minus an expression, so that its least value is minus the greatest."""
    if isinstance(node, Ratio):
        return node.scaled(-1.0)
    if node.operator in "+-":
        return replace(node, left=negated(node.left), right=negated(node.right))
    return replace(node, left=negated(node.left))
