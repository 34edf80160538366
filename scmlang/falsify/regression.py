"""Means given other variables, by kernel ridge regression; residuals are of the row that is left out.

The mean is linear in the coordinates, which costs nothing, plus a smooth function that is penalised: a sum of
Gaussian kernels around landmarks (Williams and Seeger, Using the Nyström method to speed up kernel machines,
NIPS 2000). Width and penalty are those whose prediction of left-out rows is best (Allen's PRESS,
Technometrics 16, 1974).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scmlang.falsify.columns import Column

Matrix = NDArray[np.float64]
LANDMARKS, CELLS = 100, 50_000_000  # kernels, and numbers of one matrix of them
JUDGED = 4_000  # rows that width and penalty are chosen by
WIDTHS = (0.5, 1.0, 2.0)  # in units of the median distance
PENALTIES = tuple(10.0**k for k in range(-6, 4))
TIED = 0.05  # a row that decides its own prediction by more than 1 - TIED counts as if by that


def joined(columns: Sequence[Column], n: int) -> Matrix:
    """The coordinates of some columns, side by side: float64[n, d]."""
    return np.concatenate([np.zeros((n, 0)), *(column.coordinates for column in columns)], axis=1)


def linear_space(coordinates: Matrix) -> Matrix:
    """An orthonormal basis float64[n, r] of the constant and the coordinates."""
    design = np.concatenate([np.ones((len(coordinates), 1)), coordinates], axis=1)
    u, s, _ = np.linalg.svd(design, full_matrices=False)
    return np.asarray(u[:, s > s[0] * 1e-10])


def linear_residuals(target: Matrix, basis: Matrix) -> Matrix:
    """What least squares in a basis leave of float64[n, t]."""
    return np.asarray(target - basis @ (basis.T @ target))


def smooth_residuals(target: Matrix, coordinates: Matrix, rng: np.random.Generator) -> Matrix:
    """What the regression on the coordinates leaves of float64[n, t], each row predicted without itself.

    Without coordinates that is the mean of the other rows.
    """
    basis = linear_space(coordinates)
    fits = [_Fit.of(target, basis, np.zeros((len(target), 0)), np.zeros(0))]
    for features in _kernels(coordinates, rng):
        directions, sizes = _principal(linear_residuals(features, basis))
        fits += [_Fit.of(target, basis, directions, sizes / (sizes + penalty)) for penalty in PENALTIES]
    some = slice(None, None, -(-len(target) // JUDGED))
    best = np.argmin([(fit.left(some) ** 2).sum(axis=0) for fit in fits], axis=0)
    return np.stack([fits[k].left(slice(None))[:, t] for t, k in enumerate(best)], axis=1)


@dataclass(frozen=True, eq=False)
class _Fit:
    """A linear smoother: the projection on some directions, and a share of that on others.

    A row that is left out has its residual divided by 1 minus its own weight in its prediction.

    Attributes:
        rest: float64[n, t], what the projection leaves of the target.
        weight: float64[n], of each row in its projection.
        directions: float64[n, m], orthonormal.
        shares: float64[m], of each direction.
        along: float64[m, t], the target in these directions.
    """

    rest: Matrix
    weight: Matrix
    directions: Matrix
    shares: Matrix
    along: Matrix

    @classmethod
    def of(cls, target: Matrix, basis: Matrix, directions: Matrix, shares: Matrix) -> _Fit:
        rest = linear_residuals(target, basis)
        return cls(rest, (basis**2).sum(axis=1), directions, shares, directions.T @ rest)

    def left(self, rows: slice) -> Matrix:
        """What is left of some rows, each predicted without itself."""
        directions = self.directions[rows]
        fitted = directions @ (self.shares[:, None] * self.along)
        weight = self.weight[rows] + directions**2 @ self.shares
        return np.asarray((self.rest[rows] - fitted) / np.maximum(1 - weight, TIED)[:, None])


def _kernels(coordinates: Matrix, rng: np.random.Generator) -> list[Matrix]:
    """float64[n, m] for each width: how near every row is to every landmark."""
    n = len(coordinates)
    places = np.unique(coordinates, axis=0)
    if len(places) < 3:
        return []  # the linear part has it all
    most = max(min(LANDMARKS, CELLS // n), 10)
    if len(places) > most:
        places = places[np.sort(rng.choice(len(places), most, replace=False))]
    squares = (coordinates**2).sum(axis=1)[:, None] + (places**2).sum(axis=1) - 2 * coordinates @ places.T
    squares = np.maximum(squares, 0.0)
    unit = float(np.median(squares[squares > 1e-12]))
    return [np.exp(-squares / (2 * unit * width**2)) for width in WIDTHS]


def _principal(features: Matrix) -> tuple[Matrix, Matrix]:
    """The left singular vectors and squared singular values of float64[n, m]."""
    values, vectors = np.linalg.eigh(features.T @ features)
    kept = values > max(values[-1], 1e-300) * 1e-10
    scaled: Matrix = features @ vectors[:, kept] / np.sqrt(values[kept])
    return scaled, values[kept]
