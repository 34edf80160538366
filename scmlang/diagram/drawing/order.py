"""The order within layers: few crossings.

Barycentre sweeps up and down (Sugiyama, Tagawa and Toda 1981), each followed by exchanges of neighbours
that save crossings (Gansner, Koutsofios, North and Vo 1993, section 3). Where sweeps end depends on where
they began, so there are several starts, and the best order met is kept. Nothing is random, and ties keep the
order of declaration.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass

from scmlang.diagram.drawing.scene import Scene

SWEEPS = 12
STARTS = 8  # orders to begin with
EXCHANGES = 10  # passes after each sweep, at most
MANY = 4000  # nodes and dummies to be ordered, over all starts


@dataclass(frozen=True)
class Layered:
    """A graph whose edges join neighbouring layers only.

    Attributes:
        layer: of every vertex; the first are the nodes of the scene, the others are dummies on edges.
        chains: for every edge of the scene the vertices it runs through, lower layer first.
        bonds: pairs of vertices of neighbouring layers with the weight of keeping them in line.
        ranks: vertices by layer, in order.
    """

    layer: list[int]
    chains: list[list[int]]
    bonds: list[tuple[int, int, float]]
    ranks: list[list[int]]


def make_layered(scene: Scene, layer: dict[str, int]) -> Layered:
    """Put a dummy where an edge passes a layer, then order every layer.

    A bond weighs 1 between nodes, 2 at one dummy and 8 between two (Gansner et al. 1993, section 4), and
    a hundredth of that on a bidirected edge, which bends anyway.
    """
    number = {node.name: i for i, node in enumerate(scene.nodes)}
    levels = [layer[node.name] for node in scene.nodes]
    count = len(levels)
    chains: list[list[int]] = []
    bonds: list[tuple[int, int, float]] = []
    for edge in scene.edges:
        first, last = sorted((number[edge.tail], number[edge.head]), key=lambda v: levels[v])
        dummies = list(range(len(levels), len(levels) + max(levels[last] - levels[first] - 1, 0)))
        levels += range(levels[first] + 1, levels[first] + 1 + len(dummies))
        chain = [first, *dummies, last]
        chains.append(chain)
        if levels[first] != levels[last]:
            for a, b in itertools.pairwise(chain):
                weight = (1.0, 2.0, 8.0)[(a >= count) + (b >= count)]
                bonds.append((a, b, weight / 100 if edge.bidirected else weight))
    ranks: list[list[int]] = [[] for _ in range(max(levels, default=-1) + 1)]
    for vertex, level in enumerate(levels):
        ranks[level].append(vertex)
    beside = [(c[0], c[1]) for c in chains if levels[c[0]] == levels[c[-1]]]
    return Layered(levels, chains, bonds, _ordered(ranks, levels, bonds, beside))


def _ordered(
    ranks: list[list[int]],
    levels: list[int],
    bonds: list[tuple[int, int, float]],
    beside: list[tuple[int, int]],
) -> list[list[int]]:
    up: list[list[int]] = [[] for _ in levels]
    down: list[list[int]] = [[] for _ in levels]
    for a, b, _ in bonds:
        down[a].append(b)
        up[b].append(a)
    mates: list[list[int]] = [[] for _ in levels]
    for a, b in beside:
        mates[a].append(b)
        mates[b].append(a)
    best, least = [list(rank) for rank in ranks], _crossings(ranks, down)
    for start in range(max(1, min(STARTS, MANY // max(len(levels), 1)))):
        found, crossings = _settle(_start(ranks, start), up, down, mates)
        if crossings < least or (crossings == least and start == 0):
            best, least = found, crossings
        if least == 0:
            break
    return best


def _start(ranks: list[list[int]], start: int) -> list[list[int]]:
    """The order of declaration, or another that is as good as random and always the same."""
    return [sorted(rank, key=lambda v: v * 40503 * start % 65521) if start else list(rank) for rank in ranks]


def _settle(
    ranks: list[list[int]], up: list[list[int]], down: list[list[int]], mates: list[list[int]]
) -> tuple[list[list[int]], int]:
    """The best order met on the way from the given one, and its crossings."""
    best, least = [list(rank) for rank in ranks], _crossings(ranks, down)
    for sweep in range(SWEEPS):
        if least == 0 and sweep >= 4:
            break
        falling = sweep % 2 == 0
        _sweep(ranks, up if falling else down, mates, falling)
        for _ in range(EXCHANGES):
            if not _exchange(ranks, up, down):
                break
        found = _crossings(ranks, down)
        if found < least or (found == least and sweep < 4):
            best, least = [list(rank) for rank in ranks], found
    return best, least


def _sweep(ranks: list[list[int]], toward: list[list[int]], mates: list[list[int]], falling: bool) -> None:
    place = {v: float(i) for rank in ranks for i, v in enumerate(rank)}
    for rank in ranks if falling else reversed(ranks):
        wanted = {v: _mean([place[n] for n in toward[v]], place[v]) for v in rank}
        pulled = {v: _mean([wanted[v], *(wanted[m] for m in mates[v])], wanted[v]) for v in rank}
        rank.sort(key=lambda v: (pulled[v], place[v]))
        place.update({v: float(i) for i, v in enumerate(rank)})


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _exchange(ranks: list[list[int]], up: list[list[int]], down: list[list[int]]) -> bool:
    """Exchange neighbours where that saves crossings; whether any were exchanged."""
    moved = False
    place = {v: i for rank in ranks for i, v in enumerate(rank)}
    for rank in ranks:
        for i in range(len(rank) - 1):
            a, b = rank[i], rank[i + 1]
            ends = [sorted(place[n] for n in toward[v]) for toward in (up, down) for v in (a, b)]
            now = _inversions(ends[0], ends[1]) + _inversions(ends[2], ends[3])
            after = _inversions(ends[1], ends[0]) + _inversions(ends[3], ends[2])
            if after < now:
                rank[i], rank[i + 1] = b, a
                place[a], place[b] = i + 1, i
                moved = True
    return moved


def _inversions(left: list[int], right: list[int]) -> int:
    """Crossings of edges from two neighbours, the left one's ends and the right one's, both sorted."""
    return sum(bisect_left(right, end) for end in left)


def _crossings(ranks: list[list[int]], down: list[list[int]]) -> int:
    """All crossings: inversions of the far ends, layer by layer."""
    place = {v: i for rank in ranks for i, v in enumerate(rank)}
    total = 0
    for rank in ranks:
        before: list[int] = []
        for vertex in rank:
            ends = sorted(place[n] for n in down[vertex])
            total += sum(len(before) - bisect_left(before, end + 1) for end in ends)
            for end in ends:
                insort(before, end)
    return total
