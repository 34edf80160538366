"""Points that satisfy independences, near points of a relaxation: what shows that a bound is reached.

Sequential linear programming: each step makes the products linear about the last point, lets no chance
move far, and pays for what is left of a violation (Fletcher and Sainz de la Maza, Nonlinear programming and
nonsmooth optimization by successive linear programming, Math. Programming 1989). It finds local minima,
which a bound is then held against; nothing rests on it but where a search may stop.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from scmlang.bounds.programme import EXACT, Programme
from scmlang.bounds.sources import Array

STEPS = 12
PRICE = 20.0  # of a violation, where the objective changes by 1


def fitted(programme: Programme, slope: Callable[[Array], Array], point: Array) -> Array | None:
    """A point that fits, with a value that is locally least; None where the steps end at none."""
    reach = 0.25
    for _ in range(STEPS):
        costs = slope(point)
        found = _step(programme, costs, point, reach) if np.isfinite(costs).all() else None
        if found is None:
            return None
        moved = float(np.abs(found - point).max())
        price = PRICE * float(np.abs(costs).max(initial=0.0)) or 1.0
        change = float(costs @ (found - point)) + price * (_off(programme, found) - _off(programme, point))
        if change < -1e-12:
            point, reach = found, min(0.5, 2 * reach)
        else:
            reach /= 4
        if moved < 1e-9 or reach < 1e-6:
            break
    return point if _worst(programme, point) <= EXACT else None


def _off(programme: Programme, point: Array) -> float:
    return float(sum(np.abs(left).sum() for left in _violations(programme, point)))


def _worst(programme: Programme, point: Array) -> float:
    return float(max(np.abs(left).max() for left in _violations(programme, point)))


def _violations(programme: Programme, point: Array) -> list[Array]:
    """P(a, b) - P(a) P(b)."""
    return [
        (one.left * point) @ one.right.T - np.outer(one.left @ point, one.right @ point)
        for one in programme.products
    ]


def _step(programme: Programme, costs: Array, point: Array, reach: float) -> Array | None:
    from scipy.optimize import linprog
    from scipy.sparse import block_array, csr_array, eye_array, vstack

    products = programme.products
    tangents, values = [], []
    for one in products:
        a, b = one.left @ point, one.right @ point
        for i, row in enumerate(one.left):
            tangents.append(csr_array(one.right * row - a[i] * one.right - np.outer(b, row)))
            values.append(-a[i] * b)
    curved, limits = vstack(tangents), np.concatenate(values)
    count, n = curved.shape[0], programme.columns
    sums = np.zeros((len(programme.starts) - 1, n))
    for i, (start, end) in enumerate(pairwise(programme.starts)):
        sums[i, start:end] = 1.0
    slack = eye_array(count)
    known = [] if programme.within else [programme.rows]
    flat = csr_array(np.vstack([*known, sums]))
    ones = np.ones(len(sums))
    targets = np.concatenate([ones] if programme.within else [programme.values, ones])
    equal = block_array([[curved, slack, -slack], [flat, None, None]], format="csr")
    near = np.vstack([side for one in products for side in (one.left, one.right)])
    rows = [near, -near]
    tops = [near @ point + reach, reach - near @ point]
    if programme.within:
        rows += [programme.rows, -programme.rows]
        tops += [programme.values + programme.within, programme.within - programme.values]
    less = csr_array(np.hstack([np.vstack(rows), np.zeros((sum(map(len, rows)), 2 * count))]))
    price = PRICE * float(np.abs(costs).max(initial=0.0)) or 1.0
    done = linprog(
        np.concatenate([costs, np.full(2 * count, price)]),
        less,
        np.concatenate(tops),
        equal,
        np.concatenate([limits, targets]),
        method="highs",
    )
    return np.asarray(done.x[:n]) if done.status == 0 else None
