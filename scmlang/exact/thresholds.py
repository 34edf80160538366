"""The noise of a discrete draw that several worlds share: the intervals between its thresholds.

Under the monotone coupling the level is the number of thresholds :math:`F(k \\mid pa)` that the uniform noise
has reached. In floats a threshold near one is known by its distance from one, summed from above, so that rare
last levels are told apart as rare first ones are; thresholds that differ by rounding alone are one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise

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
    return lengths, [np.add.reduce(own[..., None, :] <= n[:, None], axis=-1, dtype=np.intp) for own in ranks]


def _rational(chances: Sequence[Array], numbers: Numbers) -> tuple[Array, list[_Ranks]]:
    sums = [np.asarray(np.cumsum(c, axis=-1)[..., :-1]) for c in chances]
    cuts = sorted({cut for s in sums for cut in s.reshape(-1).tolist()} - {0, 1})
    rank = {cut: i for i, cut in enumerate(cuts, start=1)} | {0: 0, 1: len(cuts) + 1}
    edges = numbers.column([numbers.constant(0), *cuts, numbers.constant(1)])
    ranks = [np.array([rank[cut] for cut in s.reshape(-1).tolist()], np.intp).reshape(s.shape) for s in sums]
    return edges[1:] - edges[:-1], ranks


def _floating(chances: Sequence[Array], numbers: Numbers) -> tuple[Array, list[_Ranks]]:
    if chances[0].shape[-1] == 2:
        below, above = [c[..., :1] for c in chances], [c[..., 1:] for c in chances]
    else:
        below = [np.cumsum(c, axis=-1)[..., :-1] for c in chances]
        above = [np.cumsum(c[..., ::-1], axis=-1)[..., -2::-1] for c in chances]
    low = [v for b in below for v in b.ravel().tolist()]
    high = [v for a in above for v in a.ravel().tolist()]
    first = _distinct([b for b, a in zip(low, high, strict=True) if b <= a])
    last = _distinct([a for b, a in zip(low, high, strict=True) if b > a])
    middle = 1 - (first[-1] if first else 0.0) - (last[-1] if last else 0.0)
    middle = 0.0 if middle <= _ROUNDING else middle  # the thresholds about it are one, at a half
    lengths = [*_steps(first), middle, *reversed(_steps(last))]
    firsts, lasts = ([cut * (1 - _ROUNDING) for cut in cuts] for cuts in (first, last))
    ranks = np.array(
        [
            bisect_right(firsts, b) if b <= a else len(lengths) - bisect_right(lasts, a)
            for b, a in zip(low, high, strict=True)
        ],
        dtype=np.intp,
    )
    ends = list(accumulate([b.size for b in below], initial=0))
    found = [ranks[i:j].reshape(b.shape) for (i, j), b in zip(pairwise(ends), below, strict=True)]
    return np.array(lengths), found


def _distinct(values: list[float]) -> list[float]:
    """The positive values in increasing order, the least of those that differ by rounding."""
    found: list[float] = []
    previous = 0.0
    for value in sorted(set(values)):
        if value > previous * (1 + _ROUNDING):
            found.append(value)
        previous = value
    return found


def _steps(cuts: list[float]) -> list[float]:
    return [b - a for a, b in pairwise([0.0, *cuts])]
