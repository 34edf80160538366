"""Factors: tables of non-negative numbers over some nodes, and their products and sums.

A node is an integer. The axes of a factor's array are its nodes in increasing order, so that two factors are
brought together by inserting axes of length one and broadcasting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Factor:
    """``array[i, j, …]`` over ``nodes``, which increase."""

    nodes: tuple[int, ...]
    array: Array

    def __post_init__(self) -> None:
        if self.array.ndim != len(self.nodes):
            raise ValueError("a factor has one axis for each node")


def factor(nodes: Sequence[int], array: Array) -> Factor:
    """A factor from axes in any order, the same node perhaps on several of them (then its diagonal)."""
    unique = sorted(set(nodes))
    if len(unique) < len(nodes):
        array = np.einsum(array, [unique.index(node) for node in nodes], list(range(len(unique))))
        return Factor(tuple(unique), array)
    order = sorted(range(len(nodes)), key=nodes.__getitem__)
    return Factor(tuple(unique), array.transpose(order))


def product(factors: Sequence[Factor]) -> Factor:
    """The product, over the union of their nodes."""
    nodes = sorted({node for f in factors for node in f.nodes})
    arrays = [expanded(f, nodes) for f in sorted(factors, key=lambda f: f.array.size)]
    return Factor(tuple(nodes), np.asarray(reduce(np.multiply, arrays)))


def expanded(f: Factor, nodes: Sequence[int]) -> Array:
    """The array with an axis for each of ``nodes``, of length one where the factor does not have it."""
    own = dict(zip(f.nodes, f.array.shape, strict=True))
    return f.array.reshape([own.get(node, 1) for node in nodes])


def summed(f: Factor, nodes: Iterable[int]) -> Factor:
    """The factor with ``nodes`` summed out."""
    gone = set(nodes)
    axes = tuple(i for i, node in enumerate(f.nodes) if node in gone)
    if not axes:
        return f
    kept = tuple(node for node in f.nodes if node not in gone)
    return Factor(kept, np.asarray(f.array.sum(axis=axes)))


def restricted(f: Factor, allowed: Mapping[int, NDArray[np.intp]]) -> Factor:
    """The factor on the allowed indices of its nodes; a node with one of them left loses its axis."""
    array = f.array
    for axis, node in enumerate(f.nodes):
        if node in allowed:
            array = np.take(array, allowed[node], axis=axis)
    single = {node for node in f.nodes if node in allowed and len(allowed[node]) == 1}
    kept = tuple(node for node in f.nodes if node not in single)
    return Factor(
        kept, array.reshape([n for n, node in zip(array.shape, f.nodes, strict=True) if node not in single])
    )
