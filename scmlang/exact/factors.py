"""Factors: tables of non-negative numbers over some nodes; a node is an integer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Factor(NamedTuple):
    """``array[i, j, …]`` over ``nodes``, each of which has one axis.

    ``of`` are the nodes whose conditional distribution it is: summed over them it is one at all values of
    the others, so it may be left out where nothing else has them.
    """

    nodes: tuple[int, ...]
    array: Array
    of: tuple[int, ...]


def factor(nodes: Sequence[int], array: Array, of: Sequence[int]) -> Factor:
    """A factor from axes on several of which the same node may stand; of these only the diagonal counts."""
    if len(set(nodes)) == len(nodes):
        return Factor(tuple(nodes), array, tuple(of))
    unique = list(dict.fromkeys(nodes))
    array = np.einsum(array, [unique.index(node) for node in nodes], list(range(len(unique))))
    return Factor(tuple(unique), array, tuple(of))


def relevant(factors: Sequence[Factor], wanted: set[int]) -> list[int]:
    """The positions of the factors that ``wanted`` nodes depend on, in increasing order; the rest is barren.

    Args:
        factors: causes first.
        wanted: what is asked about or given.
    """
    needed = set(wanted)
    found = []
    for i in range(len(factors) - 1, -1, -1):
        if not needed.isdisjoint(factors[i].of):
            needed.update(factors[i].nodes)
            found.append(i)
    return found[::-1]


def connected(scopes: Sequence[Sequence[int]], start: set[int]) -> list[bool]:
    """Which scopes are reached from ``start`` through scopes that share nodes."""
    holders: dict[int, list[int]] = {}
    for i, scope in enumerate(scopes):
        for node in scope:
            holders.setdefault(node, []).append(i)
    found = [False] * len(scopes)
    waiting, seen = list(start), set(start)
    while waiting:
        for i in holders.get(waiting.pop(), ()):
            if not found[i]:
                found[i] = True
                waiting += [node for node in scopes[i] if node not in seen]
                seen.update(scopes[i])
    return found
