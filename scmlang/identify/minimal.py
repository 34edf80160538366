"""Hedges without a node that could be dropped.

A hedge lies in a set S of nodes where, for some J ⊂ S that bidirected edges join, that the intervention does
not meet and that leads to the outcomes past it, the largest O ⊂ S that bidirected edges join to J and all of
which leads to J within O meets the intervention: every hedge in S around a part of J lies in that O, together
with J. So to lie in a set is monotone, and dropping nodes as long as a hedge is left ends at a smallest one.
"""

from __future__ import annotations

from collections.abc import Callable

from scmlang.diagram.bitgraph import BitGraph, Mask, bits

Forests = tuple[Mask, Mask]


def minimal_forests(graph: BitGraph, within: Mask, x: Mask, inside: Mask) -> Forests | None:
    """The nodes of a hedge's larger and smaller forest, no node of which can be dropped.

    Args:
        graph: the diagram.
        within: where hedges are looked for.
        x: the intervention.
        inside: the ancestors of the outcomes past ``x``, without ``x``.

    Returns:
        Two sets of nodes: no part of the first holds a hedge, and no part of the second is an inner forest
        of it; None where there is no hedge.
    """

    def find(among: Mask) -> Forests | None:
        for district in graph.districts(among & inside):
            outer = _around(graph, among, district)
            if outer & x:
                return outer, district
        return None

    found = _shrunk(within, find)
    if found is None:
        return None
    outer, inner = found
    for i in bits(inner):
        if inner >> i & 1:
            parts = graph.districts(inner & ~(1 << i))
            inner = next((part for part in parts if _around(graph, outer, part) & x), inner)
    return outer, inner


def minimal_outer(graph: BitGraph, within: Mask, inner: Mask) -> Mask:
    """The nodes of a smallest larger forest around a given smaller one; ``inner`` where there is none."""

    def find(among: Mask) -> Forests | None:
        outer = _around(graph, among | inner, inner)
        return None if outer == inner else (outer, inner)

    found = _shrunk(within & ~inner, find)
    return inner if found is None else found[0]


def _shrunk(within: Mask, find: Callable[[Mask], Forests | None]) -> Forests | None:
    """What ``find`` gives for a set from which nothing can be dropped; large pieces are tried first."""
    found = find(within)
    if found is None:
        return None
    among = found[0] & within
    size = max(1, among.bit_count() // 2)
    while True:
        for part in _pieces(among, size):
            smaller = find(among & ~part) if among & part else None
            if smaller is not None:
                found = smaller
                among = smaller[0] & among
        if size == 1:
            return found
        size //= 2


def _pieces(among: Mask, size: int) -> list[Mask]:
    listed = [1 << i for i in bits(among)]
    return [sum(listed[start : start + size]) for start in range(0, len(listed), size)]


def _around(graph: BitGraph, among: Mask, inner: Mask) -> Mask:
    """The largest set that bidirected edges join to ``inner`` and all of which leads to it within the set."""
    while True:
        outer = graph.district(inner, graph.ancestors(inner, among))
        if outer == among:
            return outer
        among = outer
