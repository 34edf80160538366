"""Metrics: pure functions of arrays.

Images are uint8 ``[n, C, H, W]`` and errors are on their scale, 0..255. Every metric of images gives one
number per image; :func:`bootstrap` turns such numbers into a mean with its uncertainty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float64]
PEAK = 255.0
PSNR_CAP = 100.0
WINDOW, SIGMA = 11, 1.5
_BLOCK = 2_000_000


@dataclass(frozen=True)
class Estimate:
    """A mean over ``n`` rows with a 95 % bootstrap percentile interval."""

    mean: float
    low: float
    high: float
    n: int


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


def bootstrap(values: NDArray[Any], seed: int, resamples: int = 1000) -> Estimate | None:
    """The mean of ``values`` with the 2.5 and 97.5 percentiles of resampled means; None without values.

    B. Efron, R. Tibshirani, "An introduction to the bootstrap", 1993, section 13.3. Where all values are
    the same the interval has no width: it does not know of the errors that were not seen.
    """
    n = len(values)
    if n == 0:
        return None
    rng = np.random.default_rng(seed)
    sample = np.asarray(values, np.float64)
    rows = max(1, _BLOCK // n)
    sizes = [min(rows, resamples - start) for start in range(0, resamples, rows)]
    means = np.concatenate([sample[rng.integers(n, size=(size, n))].mean(1) for size in sizes])
    low, high = np.quantile(means, (0.025, 0.975))
    return Estimate(float(sample.mean()), float(low), float(high), n)


def _float(images: Pixels) -> Floats:
    return images.astype(np.float64)


def _blur(images: Floats, kernel: Floats) -> Floats:
    for axis in (2, 3):
        images = np.lib.stride_tricks.sliding_window_view(images, len(kernel), axis) @ kernel
    return images
