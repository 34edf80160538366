"""The noise of a discrete draw that several worlds share: the intervals between its thresholds.

Under the monotone coupling the level is the number of thresholds :math:`F(k \\mid pa)` that the uniform noise
has reached. In floats a threshold near one is known by its distance from one, summed from above, so that rare
last levels are told apart as rare first ones are; thresholds that differ by rounding alone are one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scmlang.exact.numbers import Array, Numbers

_ROUNDING = 1e-14  # relative: more than sums and quotients of a few numbers lose
_Ranks = NDArray[np.intp]


def intervals(chances: Sequence[Array], numbers: Numbers) -> tuple[Array, list[_Ranks]]:
    """The lengths of the intervals, and the level in each of them for every row of each table.

    Args:
        chances: tables P(V | parents) of one draw in several worlds, the levels on the last axis.
        numbers: what they are made of.

    Returns:
        the lengths, [n], which sum to one; and for each table the index of the level, [..., n].
    """
    lengths, ranks = (_rational if numbers.exact else _floating)(chances, numbers)
    n = np.arange(len(lengths))
    return lengths, [np.sum(own[..., None, :] <= n[:, None], axis=-1) for own in ranks]


def _rational(chances: Sequence[Array], numbers: Numbers) -> tuple[Array, list[_Ranks]]:
    sums = [np.asarray(np.cumsum(c, axis=-1)[..., :-1]) for c in chances]
    cuts = sorted({cut for s in sums for cut in s.reshape(-1).tolist()} - {0, 1})
    rank = {cut: i for i, cut in enumerate(cuts, start=1)} | {0: 0, 1: len(cuts) + 1}
    edges = numbers.column([numbers.constant(0), *cuts, numbers.constant(1)])
    ranks = [np.array([rank[cut] for cut in s.reshape(-1).tolist()], np.intp).reshape(s.shape) for s in sums]
    return edges[1:] - edges[:-1], ranks


def _floating(chances: Sequence[Array], numbers: Numbers) -> tuple[Array, list[_Ranks]]:
    below = [np.cumsum(c, axis=-1)[..., :-1] for c in chances]
    above = [np.cumsum(c[..., ::-1], axis=-1)[..., -2::-1] for c in chances]
    low = np.concatenate([b.reshape(-1) for b in below])
    high = np.concatenate([a.reshape(-1) for a in above])
    lower = low <= high
    first, last = _distinct(low[lower]), _distinct(high[~lower])
    middle = 1 - (first[-1] if len(first) else 0.0) - (last[-1] if len(last) else 0.0)
    middle = 0.0 if middle <= _ROUNDING else middle  # the thresholds about it are one, at a half
    lengths = np.concatenate([np.diff(first, prepend=0.0), [middle], np.diff(last, prepend=0.0)[::-1]])
    n = len(lengths)
    ranks = np.where(lower, _rank(low, first), n - _rank(high, last))
    ends = np.cumsum([b.size for b in below])[:-1]
    return lengths, [
        r.astype(np.intp).reshape(b.shape) for r, b in zip(np.split(ranks, ends), below, strict=True)
    ]


def _distinct(values: Array) -> Array:
    """The positive values in increasing order, the least of those that differ by rounding."""
    found = np.unique(values[values > 0])
    new = np.ones(len(found), dtype=bool)
    new[1:] = found[1:] > found[:-1] * (1 + _ROUNDING)
    return found[new]


def _rank(values: Array, cuts: Array) -> Array:
    """How many cuts are at most each value, up to rounding."""
    return np.searchsorted(cuts * (1 - _ROUNDING), values, side="right")
