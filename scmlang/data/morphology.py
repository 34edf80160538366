"""Strokes in grey pictures of handwriting: their skeleton, thickness and intensity.

After D. C. Castro, J. Tan, B. Kainz, E. Konukoglu and B. Glocker, "Morpho-MNIST: Quantitative Assessment and
Diagnostics for Representation Learning" (JMLR 20, 2019, arXiv:1809.10780): a picture is enlarged and made
binary at half of its intensity, and its thickness is twice the mean, over the skeleton, of the distance to
what is no stroke. The skeleton is that of T. Y. Zhang and C. Y. Suen, "A Fast Parallel Algorithm for Thinning
Digital Patterns" (Communications of the ACM 27, 1984).

Lengths are in pixels of the picture. A picture without a stroke has thickness and intensity 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

SCALE = 4
QUANTILE = 0.75
CHUNK = 256
Pictures = NDArray[np.uint8]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Strokes:
    """The skeleton of one picture.

    Attributes:
        points: float64[k, 2], row and column of the skeleton's points; pixel (0, 0) has its centre at (0, 0).
        radii: float64[k], from each point to what is no stroke.
    """

    points: Floats = field(repr=False)
    radii: Floats = field(repr=False)

    @property
    def thickness(self) -> float:
        """Twice the mean radius."""
        return 2 * float(self.radii.mean()) if self.radii.size else 0.0


def thickness(images: Pictures) -> Floats:
    """The mean thickness of the strokes of uint8[n, H, W], float64[n]."""
    return np.array([found.thickness for found in strokes(images)], np.float64)


def intensity(images: Pictures) -> Floats:
    """How bright the strokes of uint8[n, H, W] are, float64[n].

    The upper quartile of the pixels that are brighter than half of the brightest: edges, which a stroke
    covers in part, and a few pixels that are too bright have no say.
    """
    return np.array([_intensity(image) for image in images], np.float64)


def strokes(images: Pictures) -> Iterator[Strokes]:
    """The skeleton of each of the pictures uint8[n, H, W]."""
    from scipy import ndimage

    for start in range(0, len(images), CHUNK):
        chunk = images[start : start + CHUNK]
        level = intensity(chunk)[:, None, None] / 2
        masks = (enlarge(chunk) >= level) & (level > 0)
        for mask, skeleton in zip(masks, thin(masks), strict=True):
            # The nearest pixel outside is half of an even width away, and 1/2 more than half of an odd one.
            radii = (ndimage.distance_transform_edt(mask)[skeleton] - 0.25) / SCALE
            yield Strokes((np.argwhere(skeleton) + 0.5) / SCALE - 0.5, radii)


def enlarge(images: Pictures) -> Floats:
    """Bilinear enlargement by :data:`SCALE`, black beyond the border: float64[n, SCALE·H, SCALE·W]."""
    padded = np.pad(images.astype(np.float64), ((0, 0), (1, 1), (1, 1)))
    for axis in (1, 2):
        place = (np.arange(SCALE * images.shape[axis]) + 0.5) / SCALE + 0.5
        low = np.floor(place).astype(np.int64)
        share = np.expand_dims(place - low, tuple({0, 1, 2} - {axis}))
        padded = padded.take(low, axis) * (1 - share) + padded.take(low + 1, axis) * share
    return padded


def thin(masks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The skeletons of bool[n, H, W], one pixel wide, each as connected as its mask.

    Only a square of 2 × 2 pixels with nothing around it vanishes, as in the paper.
    """
    n, height, width = masks.shape
    grid = np.zeros((n, height + 2, width + 2), np.uint8)
    grid[:, 1:-1, 1:-1] = masks
    flat, row = grid.reshape(-1), width + 2
    around = (-row, 1 - row, 1, row + 1, row, row - 1, -1, -row - 1)
    alive, before = np.flatnonzero(flat), -1
    while len(alive) != before:
        before = len(alive)
        for removable in _removable():
            code = np.zeros(len(alive), np.uint8)
            for bit, offset in enumerate(around):
                code |= flat[alive + offset] << bit
            gone = removable[code]
            flat[alive[gone]] = 0
            alive = alive[~gone]
    return grid[:, 1:-1, 1:-1].astype(np.bool_)


@cache
def _removable() -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """For both passes of Zhang and Suen, whether a pixel with these neighbours goes: bool[256] each.

    Bit k is the k-th neighbour, clockwise from the one above.
    """
    codes = [tuple(code >> bit & 1 for bit in range(8)) for code in range(256)]
    simple = [2 <= sum(p) <= 6 and sum(a < b for a, b in pairwise((*p, p[0]))) == 1 for p in codes]
    first = [p[2] * p[4] * (p[0] | p[6]) == 0 for p in codes]
    second = [p[0] * p[6] * (p[2] | p[4]) == 0 for p in codes]
    return np.logical_and(simple, first), np.logical_and(simple, second)


def saturate(coverage: Floats) -> Floats:
    """Coverage in [0, 1] of one picture, raised by the least factor with which its strokes have intensity 1.

    A factor above 1 is needed for strokes so thin that hardly a pixel lies in them as a whole; what would be
    over 1 is 1.
    """
    values = np.sort(coverage[coverage > 0])[::-1]
    if not values.size:
        return coverage
    full = np.searchsorted(-values, -values, side="right")
    counted = np.searchsorted(-values, -values / 2, side="right")
    enough = counted - _rank(counted) <= full
    return np.asarray(np.minimum(1, coverage / values[enough][0]))


def _intensity(image: Pictures) -> float:
    bright = np.sort(image[image > image.max() / 2])
    return float(bright[_rank(np.asarray(bright.size))]) if bright.size else 0.0


def _rank(count: NDArray[np.integer]) -> NDArray[np.int64]:
    """The place of the quantile among so many values in ascending order."""
    return np.asarray(QUANTILE * (count - 1), np.int64)
