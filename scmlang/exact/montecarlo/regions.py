r"""The noise of one equation where its variable has to take certain values.

With the parents fixed, V = f(pa, u) makes evidence about V evidence about u. Each function here draws u from
its prior restricted to where the evidence holds in every world at once, and gives the logarithm of the mass
of that region (of the density, for one value of a real variable). That mass is the weight of the unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtri_exp

from scmlang.exact.montecarlo.evidence import Demand, Interval, Levels
from scmlang.semantics.distributions import noise_kind, probabilities
from scmlang.semantics.domains import Domain, Finite
from scmlang.semantics.expressions import Columns, evaluate
from scmlang.semantics.model import Draw, Table

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Case:
    """One world: the parents there, and what is asked of the variable."""

    parents: Columns
    demand: Demand


def restricted_noise(
    equation: Draw | Table, domain: Domain, cases: Sequence[Case], n: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Noise of the shape that :func:`~scmlang.semantics.distributions.respond` takes, and log weights
    ``[n]``.

    Gumbel noise is restricted by the first case alone; what the others ask is left to a check of the units.
    """
    with np.errstate(divide="ignore", over="ignore"):
        if isinstance(domain, Finite):
            if noise_kind(equation, domain) == "gumbel":
                return _gumbels(equation, domain, cases[0], n, rng)
            return _uniform(equation, domain, cases, n, rng)
        if isinstance(equation, Draw) and equation.distribution == "normal":
            return _normal(equation, cases, n, rng)
        return _real_uniform(equation, cases, n, rng)


# --- finite variables


def _uniform(
    equation: Draw | Table, domain: Finite, cases: Sequence[Case], n: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """u uniform on the union of the elementary intervals that every case allows."""
    inner = [_edges(equation, domain, case.parents, n) for case in cases]
    grid = np.sort(np.concatenate([np.zeros((n, 1)), *inner, np.ones((n, 1))], axis=1), axis=1)
    middle = (grid[:, 1:] + grid[:, :-1]) / 2
    allowed = np.ones(middle.shape, dtype=bool)
    for edges, case in zip(inner, cases, strict=True):
        interval = np.sum(middle[:, :, None] >= edges[:, None, :], axis=2)
        allowed &= _in_order_of_noise(equation, case.demand)[interval]
    mass = np.where(allowed, np.diff(grid, axis=1), 0.0)
    chosen, below = _choose(mass, rng)
    rows = np.arange(n)
    inside = grid[rows, chosen] + below
    noise = np.minimum(inside, np.nextafter(grid[rows, chosen + 1], 0.0))
    return np.maximum(noise, 0.0), np.log(mass.sum(axis=1))


def _edges(equation: Draw | Table, domain: Finite, parents: Columns, n: int) -> Floats:
    """Where the level changes as u rises: ``[n, levels - 1]``."""
    chances = probabilities(equation, domain, parents, n)
    if isinstance(equation, Draw) and equation.distribution == "bernoulli":
        return chances[:, 1:]
    return np.minimum(np.cumsum(chances, axis=1)[:, :-1], 1.0)


def _in_order_of_noise(equation: Draw | Table, demand: Demand) -> NDArray[np.bool_]:
    """Whether a level is allowed, by the order in which u meets the levels; Bernoulli has 1 first."""
    if not isinstance(demand, Levels):
        raise TypeError("a finite variable is asked for levels")
    bernoulli = isinstance(equation, Draw) and equation.distribution == "bernoulli"
    return demand.allowed[::-1] if bernoulli else demand.allowed


def _choose(mass: Floats, rng: np.random.Generator) -> tuple[NDArray[np.intp], Floats]:
    """An index of each row with chance proportional to its mass, and how far into it a uniform falls."""
    cumulative = np.cumsum(mass, axis=1)
    target = rng.random(len(mass)) * cumulative[:, -1]
    chosen = np.minimum(np.sum(cumulative <= target[:, None], axis=1), mass.shape[1] - 1)
    rows = np.arange(len(mass))
    return chosen, target - (cumulative[rows, chosen] - mass[rows, chosen])


def _gumbels(
    equation: Draw | Table, domain: Finite, case: Case, n: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Standard Gumbels given which level wins, from the largest down.

    The winner's score log p_j + g_j is a Gumbel of location log Σ p = 0. Each other score is a Gumbel of
    location log p_i cut off at it, and -log(exp(-(cut - location)) + E) with E exponential is such a one
    (Maddison, Tarlow and Minka, A* sampling, arXiv:1411.0030).
    """
    if not isinstance(case.demand, Levels):
        raise TypeError("a finite variable is asked for levels")
    chances = probabilities(equation, domain, case.parents, n)
    mass = np.where(case.demand.allowed, chances, 0.0)
    winner, _ = _choose(mass, rng)
    rows = np.arange(n)
    top = rng.gumbel(size=n)
    noise = -np.log(chances * np.exp(-top)[:, None] + rng.exponential(size=chances.shape))
    noise[rows, winner] = top - np.log(chances[rows, winner])
    return noise, np.log(mass.sum(axis=1))


# --- real variables


def _normal(equation: Draw, cases: Sequence[Case], n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """A standard normal e where μ + σ e is as the cases ask."""
    bounds = [_standardised(equation, case, n) for case in cases]
    for (low, _, scale), case in zip(bounds, cases, strict=True):
        if _interval(case).is_point:
            return low, -0.5 * low**2 - 0.5 * np.log(2 * np.pi) - np.log(scale)
    return truncated_normal(
        np.max([b[0] for b in bounds], axis=0), np.min([b[1] for b in bounds], axis=0), rng
    )


def truncated_normal(low: Floats, high: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Standard normals from ``low`` to ``high``, and the logarithms of the masses there.

    Everything is in logarithms, and on the left of 0, where they have digits however far out. Where nothing
    is between the bounds the value is 0 and the logarithm -inf.
    """
    upper = low > 0
    a, b = np.where(upper, -high, low), np.where(upper, -low, high)
    uniform = np.maximum(rng.random(len(low)), np.finfo(np.float64).tiny)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        below, top = log_ndtr(a), log_ndtr(b)
        mass = np.where(a < b, top + np.log1p(-np.exp(below - top)), -np.inf)
        e = ndtri_exp(np.logaddexp(below, np.log(uniform) + mass))
    e = np.where(mass > -np.inf, np.clip(e, a, np.maximum(a, b)), 0.0)
    return np.where(upper, -e, e), mass


def truncated_uniform(low: Floats, high: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Uniforms on the part of [0, 1) from ``low`` to ``high``, and the logarithms of the masses there."""
    low, high = np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)
    mass = np.maximum(high - low, 0.0)
    with np.errstate(divide="ignore"):
        return low + mass * rng.random(len(low)), np.log(mass)


def _standardised(equation: Draw, case: Case, n: int) -> tuple[Floats, Floats, Floats]:
    """The bounds of the noise, and the scale."""
    location, scale = (evaluate(a, case.parents, n).astype(np.float64) for a in equation.arguments)
    demand = _interval(case)
    return (demand.low - location) / scale, (demand.high - location) / scale, scale


def _real_uniform(
    equation: Draw | Table, cases: Sequence[Case], n: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """A uniform u where a + u (b - a) is as the cases ask."""
    if isinstance(equation, Table):
        raise TypeError("a table has finitely many levels")
    low, high = np.zeros(n), np.ones(n)
    for case in cases:
        first, second = (evaluate(a, case.parents, n).astype(np.float64) for a in equation.arguments)
        demand, width = _interval(case), second - first
        if demand.is_point:
            u = (demand.low - first) / width
            return u, np.where((u >= 0) & (u < 1), -np.log(width), -np.inf)
        low = np.maximum(low, (demand.low - first) / width)
        high = np.minimum(high, (demand.high - first) / width)
    return truncated_uniform(low, high, rng)


def _interval(case: Case) -> Interval:
    if not isinstance(case.demand, Interval):
        raise TypeError("a real variable is asked for an interval")
    return case.demand
