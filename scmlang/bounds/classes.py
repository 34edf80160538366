"""Responses that nothing tells apart, one group of variables at a time, so that products stay products.

Responses of a whole district that satisfy the same rows are one kind, and a linear programme needs no more.
An independence is about the responses of some of the variables: two of these may be one only where they go
alike with every response of the others. What is put together so can be split again in any fixed shares,
independently of the rest, so independence before and after are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scmlang.bounds.independence import Pair
from scmlang.bounds.polynomial import Slot
from scmlang.bounds.sources import Array
from scmlang.diagram.bitgraph import Mask

Labels = dict[Mask, NDArray[np.int64]]


@dataclass(frozen=True, eq=False)
class Product:
    """P(a, b) = P(a) P(b) for every class a of one group's responses and b of another's.

    Attributes:
        left, right: a row for each class, the indicator of its columns.
    """

    left: Array
    right: Array

    def placed(self, start: int, columns: int) -> Product:
        """Among the columns of other blocks."""
        sides = []
        for side in (self.left, self.right):
            wide = np.zeros((len(side), columns))
            wide[:, start : start + side.shape[1]] = side
            sides.append(wide)
        return Product(*sides)


def labelled(
    table: Array, levels: NDArray[np.int16], slots: Sequence[Slot], groups: Sequence[Mask]
) -> Labels:
    """The class of each column for each group of variables; columns are all combinations of responses."""
    found: Labels = {}
    for group in groups:
        mine = np.array([bool(group >> variable & 1) for variable, _ in slots])
        own, rest = _numbered(levels[mine]), _numbered(levels[~mine])
        count = int(own.max()) + 1
        ordered = table[:, np.lexsort((rest, own))].reshape(len(table), count, -1)
        _, classes = np.unique(ordered.transpose(1, 0, 2).reshape(count, -1), axis=0, return_inverse=True)
        found[group] = classes.ravel()[own]
    return found


def _numbered(levels: NDArray[np.int16]) -> NDArray[np.int64]:
    if not len(levels):
        return np.zeros(levels.shape[1], dtype=np.int64)
    return np.asarray(np.unique(levels, axis=1, return_inverse=True)[1].ravel())


def products(pairs: Sequence[Pair], labels: Labels) -> tuple[Product, ...]:
    """The independences among columns that are labelled."""
    return tuple(Product(indicators(one, labels), indicators(other, labels)) for one, other in pairs)


def indicators(side: Mask, labels: Labels) -> Array:
    """One row for each class of the responses of some variables, who are a union of groups."""
    inside = np.array([column for group, column in labels.items() if not group & ~side])
    _, numbers = np.unique(inside, axis=1, return_inverse=True)
    numbers = numbers.ravel()
    return np.asarray(np.arange(numbers.max() + 1)[:, None] == numbers, dtype=float)
