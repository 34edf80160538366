"""Means given other variables, by kernel ridge regression; residuals are of the row that is left out.

The mean is linear in the coordinates, which costs nothing, plus a smooth function that is penalised: a sum of
Gaussian kernels around landmarks (Williams and Seeger, Using the Nyström method to speed up kernel machines,
NIPS 2000). Width and penalty are those whose prediction of left-out rows is best (Allen's PRESS,
Technometrics 16, 1974).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scmlang.falsify.columns import Column

Matrix = NDArray[np.float64]
LANDMARKS, CELLS = 100, 50_000_000  # kernels, and numbers of one matrix of them
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
    rest, weight = linear_residuals(target, basis), (basis**2).sum(axis=1)
    best: Matrix = rest / np.maximum(1 - weight, TIED)[:, None]
    for features in _kernels(coordinates, rng):
        u, s = _principal(linear_residuals(features, basis))
        projected, leverage = u.T @ rest, u**2
        for penalty in PENALTIES:
            shrink = s / (s + penalty)
            left = rest - u @ (shrink[:, None] * projected)
            left /= np.maximum(1 - weight - leverage @ shrink, TIED)[:, None]
            better = (left**2).sum(axis=0) < (best**2).sum(axis=0)
            best = np.where(better, left, best)
    return best


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
