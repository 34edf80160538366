"""Samples of known distributions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scmlang.compiler import Compilation
from scmlang.diagram import Diagram
from scmlang.estimation.sample import Levels, Sample

BACK_DOOR = "Z -> {X, Y}; X -> Y"
FRONT_DOOR = "C -> {X, M, Y}; X -> M -> Y; X <-> Y"
EFFECT = "sum_{Z} E(Y | X=1, Z) P(Z) - sum_{Z} E(Y | X=0, Z) P(Z)"
THROUGH_M = "sum_{C} P(C) sum_{M} P(M | X=%d, C) sum_{X} E(Y | X, M, C) P(X | C)"
FRONT_EFFECT = f"{THROUGH_M % 1} - {THROUGH_M % 0}"


def diagram(text: str) -> Diagram:
    return Compilation.from_text(text).diagram


def levels(codes: NDArray[np.generic] | Sequence[int], size: int = 2) -> Levels:
    numbers = tuple(map(float, range(size)))
    return Levels(tuple(map(str, range(size))), numbers, np.asarray(codes, np.int64))


def sample(**columns: NDArray[np.generic]) -> Sample:
    """Columns of integers as levels, of floats as real numbers."""
    finite = {n: levels(c, int(c.max()) + 1) for n, c in columns.items() if c.dtype.kind in "iub"}
    reals = {n: c.astype(np.float64) for n, c in columns.items() if n not in finite}
    return Sample(len(next(iter(columns.values()))), finite, reals)


def logistic(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-scores))


def coin(rng: np.random.Generator, chances: NDArray[np.float64] | float, n: int) -> NDArray[np.int64]:
    return (rng.random(n) < chances).astype(np.int64)


def confounded(n: int, seed: int) -> Sample:
    """Z confounds; the effect of X on the mean of Y is 0.3."""
    rng = np.random.default_rng(seed)
    z = coin(rng, 0.4, n)
    x = coin(rng, 0.2 + 0.6 * z, n)
    return sample(Z=z, X=x, Y=coin(rng, 0.1 + 0.3 * x + 0.4 * z, n))


def linear_gaussian(n: int, seed: int) -> Sample:
    """Z is normal and confounds; the effect of X on Y is 2."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=n)
    x = coin(rng, logistic(z), n)
    return sample(Z=z, X=x, Y=2 * x + 1.5 * z + rng.normal(size=n))


def mediated(n: int, seed: int) -> tuple[Sample, float]:
    """X and Y are confounded by what is hidden, and all of the effect goes through M; and the effect."""
    rng = np.random.default_rng(seed)
    u, c = coin(rng, 0.5, n), rng.normal(size=n)
    x = coin(rng, logistic(0.8 * c + 1.5 * u - 0.8), n)
    m = coin(rng, logistic(2.0 * x - 1 + 0.5 * c), n)
    y = 1.5 * m + u + c + rng.normal(size=n)
    grid = np.random.default_rng(0).normal(size=200_000)
    effect = 1.5 * float((logistic(1 + 0.5 * grid) - logistic(-1 + 0.5 * grid)).mean())
    return sample(C=c, X=x, M=m, Y=y), effect
