"""Tests of X ⊥ Y | Z where one of the variables is a number.

The generalised covariance measure (Shah and Peters, The hardness of conditional independence testing and the
generalised covariance measure, arXiv 1804.07203) regresses X and Y on Z and asks whether the residuals are
uncorrelated. Z may act in any smooth way. Its null hypothesis is that the mean of cov(X, Y | Z) is zero,
which is weaker than independence: a dependence without covariance, as of Y and X where Y = X² and X is
symmetric, is not seen. The partial correlation does so linearly: it is right for jointly normal variables,
where it misses nothing, and wrong where Z acts in another way.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from math import atanh, sqrt

import numpy as np

from scmlang.falsify.columns import Column
from scmlang.falsify.evidence import CORRELATION, Evidence, Untestable, never_both
from scmlang.falsify.regression import (
    CELLS,
    Matrix,
    joined,
    linear_residuals,
    linear_space,
    smooth_residuals,
)

NOTHING = 1e-9  # a share of variance that is rounding


class Continuous(Enum):
    """How the mean of X and Y given Z is fitted."""

    GCM = "gcm"
    LINEAR = "linear"


def covariance_measure(x: Column, y: Column, given: Sequence[Column], rng: np.random.Generator) -> Evidence:
    """Test X ⊥ Y | Z by the generalised covariance measure.

    With r and s coordinates (a categorical variable has one for each level but the first) the statistic is
    Hotelling's T² = n m' C⁻¹ m, where m and C are the mean and covariance of the products of residuals. Its
    degrees of freedom d are the rank of C, r·s as a rule, and (n - d) T² / (d (n - 1)) is taken as F with d
    and n - d; with many rows T² is chi-squared. The effect is the correlation of the residuals, for several
    coordinates the one of the largest size.

    Raises:
        Untestable: where Z leaves nothing of X or Y, or there are too few rows.
    """
    from scipy.stats import f

    n, width = x.rows, x.width * y.width
    _require_size(x, y, given)
    coordinates = joined(given, n)
    left = [smooth_residuals(column.coordinates, coordinates, rng) for column in (x, y)]
    _require_variation(left, (x, y), given)
    products = (left[0][:, :, None] * left[1][:, None, :]).reshape(n, width)
    mean = products.mean(axis=0)
    covariance = np.atleast_2d(np.cov(products, rowvar=False))
    rank = int(np.linalg.matrix_rank(covariance, hermitian=True))
    if rank == 0:
        raise Untestable(never_both(x, y, given))
    statistic = float(n * mean @ np.linalg.pinv(covariance, hermitian=True) @ mean)
    p = float(f.sf(statistic * (n - rank) / (rank * (n - 1)), rank, n - rank))
    return Evidence("GCM", statistic, rank, p, _correlation(*left), CORRELATION)


def partial_correlation(x: Column, y: Column, given: Sequence[Column]) -> Evidence:
    """Test X ⊥ Y | Z by Fisher's z of the partial correlation; X and Y have one coordinate each.

    √(n - q - 3) artanh(r) is standard normal, where Z has rank q (Fisher, Metron 3, 1924). The effect is r.

    Raises:
        Untestable: where Z leaves nothing of X or Y, or there are too few rows.
    """
    from scipy.stats import norm

    _require_size(x, y, given)
    basis = linear_space(joined(given, x.rows))
    free = x.rows - basis.shape[1] - 2
    left = [linear_residuals(column.coordinates, basis) for column in (x, y)]
    _require_variation(left, (x, y), given)
    r = _correlation(*left)
    z = sqrt(free) * atanh(min(max(r, -1 + 1e-15), 1 - 1e-15))
    return Evidence("partial correlation", z, None, float(2 * norm.sf(abs(z))), r, CORRELATION)


def _correlation(a: Matrix, b: Matrix) -> float:
    """The correlation of largest size between a column of one and a column of the other."""
    with np.errstate(invalid="ignore", divide="ignore"):
        sizes = np.sqrt((a**2).mean(axis=0))[:, None] * np.sqrt((b**2).mean(axis=0))
        found = np.nan_to_num((a.T @ b / len(a)) / sizes).ravel()
    return float(found[np.argmax(np.abs(found))])


def _require_size(x: Column, y: Column, given: Sequence[Column]) -> None:
    """Refuse what has more coordinates than the rows can tell apart, or than memory should hold."""
    for column in (x, y):
        if column.is_constant:
            raise Untestable(f"`{column.name}` is constant")
    numbers = sum(column.width for column in given) + x.width * y.width + 3
    if x.rows < numbers:
        raise Untestable(f"it needs {numbers} rows")
    if x.rows * numbers > CELLS:
        raise Untestable("the variables have too many levels for so many rows")


def _require_variation(left: Sequence[Matrix], of: Sequence[Column], given: Sequence[Column]) -> None:
    for residuals, column in zip(left, of, strict=True):
        if (residuals**2).mean() < NOTHING * (column.coordinates**2).mean():
            names = ", ".join(f"`{c.name}`" for c in given)
            verb = "determine" if len(given) > 1 else "determines"
            raise Untestable(f"{names} {verb} `{column.name}` in these data")
