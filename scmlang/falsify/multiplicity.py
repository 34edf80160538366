"""p-values of many tests, adjusted for their number: a claim is rejected where its adjusted one is ≤ α."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


class Correction(Enum):
    """What is controlled at α, under any dependence between the tests except for ``BH``.

    ``HOLM``, the family-wise error rate (Holm, A simple sequentially rejective multiple test procedure,
    Scandinavian Journal of Statistics 6, 1979); ``BH``, the false discovery rate, for tests that are
    independent or positively dependent (Benjamini and Hochberg, Journal of the Royal Statistical Society B
    57, 1995); ``BY``, the same under any dependence (Benjamini and Yekutieli, Annals of Statistics 29,
    2001).
    """

    HOLM = "holm"
    BH = "bh"
    BY = "by"


def adjust(p: Vector, correction: Correction = Correction.HOLM) -> Vector:
    """The adjusted p-values of float64[m], in the same order."""
    if not len(p):
        return p
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(_RULES[correction](p[order]), 1.0)
    return adjusted


def _holm(ascending: Vector) -> Vector:
    left = np.arange(len(ascending), 0, -1)
    return np.maximum.accumulate(ascending * left)


def _bh(ascending: Vector) -> Vector:
    m = len(ascending)
    scaled = ascending * m / np.arange(1, m + 1)
    return np.minimum.accumulate(scaled[::-1])[::-1]


def _by(ascending: Vector) -> Vector:
    return _bh(ascending) * float((1 / np.arange(1, len(ascending) + 1)).sum())


_RULES: dict[Correction, Callable[[Vector], Vector]] = {
    Correction.HOLM: _holm,
    Correction.BH: _bh,
    Correction.BY: _by,
}
