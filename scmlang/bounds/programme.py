"""Linear programmes over blocks of response distributions, with bounds that rounding cannot make invalid.

min c.x where A x = b up to a violation of ``within`` each, x a distribution in each block. For any
multipliers y, y.b - within |y|_1 + sum over blocks of min_j (c - A'y)_j is at most every such c.x (weak
duality): the bound that is reported is this number for HiGHS's multipliers, not HiGHS's objective.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from scmlang.bounds.classes import Product
from scmlang.bounds.polynomial import Factor, Polynomial
from scmlang.bounds.responses import Block
from scmlang.bounds.sources import Array

EXACT = 1e-9  # a violation of the known probabilities that rounding explains


@dataclass(frozen=True, eq=False)
class Programme:
    """The constraints of some blocks, side by side.

    Attributes:
        rows: A.
        values: b.
        starts: where the columns of each block start, and the end.
        forms: each factor of the query as coefficients of the columns.
        within: how far each row may be violated.
        products: independences, which a linear programme leaves out.
    """

    rows: Array
    values: Array
    starts: tuple[int, ...]
    forms: dict[Factor, Array]
    within: float = 0.0
    products: tuple[Product, ...] = ()

    @property
    def columns(self) -> int:
        return self.starts[-1]

    def form(self, polynomial: Polynomial) -> tuple[Array, float]:
        """A polynomial of degree 1 as coefficients of the columns, and its constant."""
        vector, constant = np.zeros(self.columns), 0.0
        for monomial, weight in polynomial.terms.items():
            if monomial:
                vector += weight * self.forms[monomial[0]]
            else:
                constant += weight
        return vector, constant

    def relaxed(self, within: float) -> Programme:
        """The same with a larger violation allowed."""
        return replace(self, within=within)


def make_programme(blocks: Sequence[Block], within: float = 0.0) -> Programme:
    """Put blocks side by side."""
    starts = [0]
    for block in blocks:
        starts.append(starts[-1] + block.kinds)
    rows = np.zeros((sum(len(block.values) for block in blocks), starts[-1]))
    forms: dict[Factor, Array] = {}
    at = 0
    for block, start in zip(blocks, starts, strict=False):
        end = start + block.kinds
        rows[at : at + len(block.values), start:end] = block.rows
        at += len(block.values)
        for factor, indicator in block.factors.items():
            forms[factor] = np.zeros(starts[-1])
            forms[factor][start:end] = indicator
    values = np.concatenate([block.values for block in blocks]) if blocks else np.zeros(0)
    products = [
        one.placed(start, starts[-1])
        for block, start in zip(blocks, starts, strict=False)
        for one in block.products
    ]
    return Programme(rows, values, tuple(starts), forms, within, tuple(products))


@dataclass(frozen=True, eq=False)
class Solution:
    """A bound that is certain, and the point that HiGHS found."""

    bound: float
    point: Array


def minimum(programme: Programme, costs: Array) -> Solution | None:
    """A lower bound of ``costs . x``, sharp but for rounding; None where no x fits."""
    scale = float(np.abs(costs).max(initial=0.0)) or 1.0
    found = _solve(programme, costs / scale)
    if found is None:
        return None
    multipliers, point = found
    reduced = costs / scale - multipliers @ programme.rows
    bound = multipliers @ programme.values - programme.within * np.abs(multipliers).sum()
    bound += sum(reduced[a:b].min() for a, b in pairwise(programme.starts))
    return Solution(float(bound) * scale, point)


def _solve(programme: Programme, costs: Array) -> tuple[Array, Array] | None:
    from scipy.optimize import linprog

    sums = np.zeros((len(programme.starts) - 1, programme.columns))
    for i, (a, b) in enumerate(pairwise(programme.starts)):
        sums[i, a:b] = 1.0
    if programme.within:
        rows = np.concatenate([programme.rows, -programme.rows])
        limits = np.concatenate([programme.values, -programme.values]) + programme.within
        done = linprog(costs, A_ub=rows, b_ub=limits, A_eq=sums, b_eq=np.ones(len(sums)), method="highs")
        if done.status == 2:
            return None
        upper, lower = np.split(_fine(done).ineqlin.marginals, 2)
        return np.asarray(upper - lower), np.asarray(done.x)
    rows = np.concatenate([programme.rows, sums])
    values = np.concatenate([programme.values, np.ones(len(sums))])
    done = linprog(costs, A_eq=rows, b_eq=values, method="highs")
    if done.status == 2:
        return None
    return np.asarray(_fine(done).eqlin.marginals[: len(programme.values)]), np.asarray(done.x)


def _fine(done: Any) -> Any:
    if done.status != 0:
        raise ArithmeticError(f"HiGHS: {done.message}")
    return done


def violation(programme: Programme) -> float:
    """The least violation at which some x fits: the largest of |A x - b| made as small as it can be."""
    from scipy.optimize import linprog

    count = len(programme.values)
    if not count:
        return 0.0
    ones = np.ones((count, 1))
    rows = np.block([[programme.rows, -ones], [-programme.rows, -ones]])
    limits = np.concatenate([programme.values, -programme.values])
    sums = np.zeros((len(programme.starts) - 1, programme.columns + 1))
    for i, (a, b) in enumerate(pairwise(programme.starts)):
        sums[i, a:b] = 1.0
    costs = np.zeros(programme.columns + 1)
    costs[-1] = 1.0
    done = linprog(costs, A_ub=rows, b_ub=limits, A_eq=sums, b_eq=np.ones(len(sums)), method="highs")
    return float(max(0.0, _fine(done).fun))


def ratio_minimum(
    programme: Programme, top: tuple[Array, float], bottom: tuple[Array, float]
) -> Solution | None:
    """A lower bound of ``top / bottom`` where the bottom is positive; None where it never is.

    Each step minimises top - r bottom at the ratio r of the last point; r falls until the minimum is 0
    (Dinkelbach, On nonlinear fractional programming, Management Science 1967).
    """
    (n, n0), (d, d0) = top, bottom
    largest = minimum(programme, -d)
    if largest is None:
        return None
    point = largest.point
    below = float(d @ point + d0)
    if below <= EXACT:
        return None
    ratio = float(n @ point + n0) / below
    for _ in range(100):
        found = minimum(programme, n - ratio * d)
        if found is None:
            return None
        gap = found.bound + n0 - ratio * d0
        below = float(d @ found.point + d0)
        better = float(n @ found.point + n0) / below if below > EXACT else ratio
        if better >= ratio - 1e-13:
            break
        ratio, point = better, found.point
    least = minimum(programme, d)
    floor = 0.0 if least is None else least.bound + d0
    return Solution(ratio + min(0.0, gap) / floor if floor > EXACT else ratio + min(0.0, gap), point)
