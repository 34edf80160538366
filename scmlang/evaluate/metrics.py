"""Metrics: pure functions of arrays.

Images are uint8 ``[n, C, H, W]`` and errors are on their scale, 0..255. Every metric of images gives one
number per image; :func:`bootstrap` turns such numbers into a mean with its uncertainty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float64]
PEAK = 255.0
PSNR_CAP = 100.0
QUANTILES = (0.025, 0.975)
WINDOW, SIGMA = 11, 1.5
_BLOCK = 2_000_000


@dataclass(frozen=True, eq=False)
class Scores:
    """One number for each of some units: ``values[i]`` is that of unit ``units[i]``, which may come twice."""

    units: NDArray[np.int64]
    values: Floats


@dataclass(frozen=True)
class Estimate:
    """A number from ``n`` rows with a 95 % bootstrap interval.

    Attributes:
        mean: the number, most often a mean.
        low, high: the interval; None where none was computed.
        n: rows.
        scores: what it is the mean of, where that is so; two evaluations of the same units are compared by
            it.
    """

    mean: float
    low: float | None
    high: float | None
    n: int
    scores: Scores | None = field(default=None, compare=False, repr=False)


def absolute_error(a: Pixels, b: Pixels) -> Floats:
    """The mean over channels and pixels of |a − b|, 0..255: ``[n]``."""
    return np.asarray(np.abs(_float(a) - _float(b)).mean((1, 2, 3)), np.float64)


def psnr(a: Pixels, b: Pixels) -> Floats:
    """Peak signal-to-noise ratio, 10 log₁₀(255² / MSE), in decibels: ``[n]``.

    At most :data:`PSNR_CAP`, which is what identical images get.
    """
    error = np.square(_float(a) - _float(b)).mean((1, 2, 3))
    with np.errstate(divide="ignore"):
        return np.asarray(np.minimum(10 * np.log10(PEAK**2 / error), PSNR_CAP), np.float64)


def ssim(a: Pixels, b: Pixels) -> Floats:
    """Structural similarity, mean over channels and window positions: ``[n]``, 1 for identical images.

    Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, "Image quality assessment: from error visibility
    to structural similarity", IEEE TIP 13(4), 2004, equation 13: Gaussian window of 11 pixels and σ = 1.5,
    moved inside the image only, K₁ = .01, K₂ = .03. In images smaller than that the window is the largest
    odd one that fits. Channels that are empty in both images count as identical.
    """
    side = min(WINDOW, *(length - 1 + length % 2 for length in a.shape[2:]))
    kernel = gaussian_window(side)
    x, y = _float(a), _float(b)
    mean_x, mean_y = _blur(x, kernel), _blur(y, kernel)
    variance_x = _blur(x * x, kernel) - mean_x**2
    variance_y = _blur(y * y, kernel) - mean_y**2
    covariance = _blur(x * y, kernel) - mean_x * mean_y
    c1, c2 = (0.01 * PEAK) ** 2, (0.03 * PEAK) ** 2
    luminance = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    structure = (2 * covariance + c2) / (variance_x + variance_y + c2)
    return np.asarray((luminance * structure).mean((1, 2, 3)), np.float64)


def gaussian_window(side: int, sigma: float = SIGMA) -> Floats:
    """Weights of sum 1 over ``side`` pixels; the two-dimensional window is their outer product."""
    offsets = np.arange(side) - (side - 1) / 2
    weights = np.exp(-(offsets**2) / (2 * sigma**2))
    return np.asarray(weights / weights.sum(), np.float64)


def agreement(a: NDArray[Any], b: NDArray[Any]) -> Floats:
    """1 where the values are equal, else 0: ``[n]``; its mean is the accuracy."""
    return np.asarray(a == b, np.float64)


def r_squared(predicted: Floats, target: Floats) -> float:
    """1 − Σ(y − ŷ)² / Σ(y − ȳ)²; for a constant target 1 if it is met exactly, else 0."""
    residual = float(np.square(target - predicted).sum())
    spread = float(np.square(target - target.mean()).sum())
    return 1 - residual / spread if spread else float(residual == 0)


def total_variation(p: Floats, q: Floats) -> float:
    """½ Σ |p − q| of two distributions over the same cells, 0..1."""
    return float(np.abs(p - q).sum() / 2)


def bootstrap(
    values: NDArray[Any], seed: int, resamples: int = 1000, units: NDArray[np.int64] | None = None
) -> Estimate | None:
    """The mean of ``values`` with the 2.5 and 97.5 percentiles of resampled means; None without values.

    B. Efron, R. Tibshirani, "An introduction to the bootstrap", 1993, section 13.3. Where all values are
    the same the interval has no width: it does not know of the errors that were not seen.

    Args:
        values: one for each row.
        seed: of the resamples.
        resamples: how many.
        units: which unit each row is of; 0, 1, … by default.
    """
    n = len(values)
    if n == 0:
        return None
    sample = np.asarray(values, np.float64)
    rng = np.random.default_rng(seed)
    rows = max(1, _BLOCK // n)
    sizes = [min(rows, resamples - start) for start in range(0, resamples, rows)]
    means = np.concatenate([sample[rng.integers(n, size=(size, n))].mean(1) for size in sizes])
    low, high = np.quantile(means, QUANTILES)
    scores = Scores(np.arange(n) if units is None else units, sample)
    return Estimate(float(sample.mean()), float(low), float(high), n, scores)


def pooled(estimates: Sequence[Estimate | None], seed: int) -> Estimate | None:
    """The mean over all rows of several estimates, each unit's rows being drawn together.

    The rows of one unit are not independent, so units are resampled: the ratio of the summed values to the
    summed rows of the units drawn.
    """
    scores = [e.scores for e in estimates if e is not None and e.scores is not None]
    if not scores:
        return None
    units, place = np.unique(np.concatenate([s.units for s in scores]), return_inverse=True)
    values = np.concatenate([s.values for s in scores])
    sums, counts = np.bincount(place, values), np.bincount(place).astype(np.float64)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(len(units), np.full(len(units), 1 / len(units)), size=1000).astype(np.float64)
    low, high = np.quantile((drawn @ sums) / (drawn @ counts), QUANTILES)
    means = Scores(units, sums / counts)
    return Estimate(float(values.mean()), float(low), float(high), len(values), means)


def difference(a: Estimate | None, b: Estimate | None, seed: int) -> Estimate | None:
    """The mean of b − a over the units that both have scores of, unit by unit; None where there are none.

    Every unit is drawn with both of its scores, so what makes a unit hard for both cancels.
    """
    if a is None or b is None or a.scores is None or b.scores is None:
        return None
    (units, first), (others, second) = (_by_unit(each.scores) for each in (a, b) if each.scores is not None)
    both, left, right = np.intersect1d(units, others, assume_unique=True, return_indices=True)
    return bootstrap(second[right] - first[left], seed, units=both)


def _by_unit(scores: Scores) -> tuple[NDArray[np.int64], Floats]:
    units, place = np.unique(scores.units, return_inverse=True)
    return units, np.bincount(place, scores.values) / np.bincount(place)


def _float(images: Pixels) -> Floats:
    return images.astype(np.float64)


def _blur(images: Floats, kernel: Floats) -> Floats:
    for axis in (2, 3):
        images = np.lib.stride_tricks.sliding_window_view(images, len(kernel), axis) @ kernel
    return images
