"""The places within layers: straight and short edges, nodes apart.

Minimises ``sum of w (x_u - x_v)^2`` over all bonds subject to the order and the distances within each layer.
The layers are solved in turn, up and down; with its neighbours held, a layer is a weighted isotonic
regression, solved exactly by pooling adjacent violators (Best and Chakravarti, Active set algorithms for
isotonic regression, Mathematical Programming 47, 1990). The objective and its weights are those of
Gansner, Koutsofios, North and Vo (1993, section 4), squared.
"""

from __future__ import annotations

from itertools import accumulate, pairwise

from scmlang.diagram.drawing.order import Layered

SWEEPS = 40
FREE = 1e-3  # the weight of staying, for what nothing pulls
NODES, MIXED, DUMMIES = 30.0, 20.0, 14.0  # clearances in pixels


def place(graph: Layered, sizes: list[float]) -> list[float]:
    """The coordinate of every vertex across the layers; ``sizes`` has the nodes', a dummy has none."""
    size = sizes + [0.0] * (len(graph.layer) - len(sizes))
    above: list[list[tuple[int, float]]] = [[] for _ in size]
    for a, b, weight in graph.bonds:
        above[a].append((b, weight))
        above[b].append((a, weight))
    offsets = [_offsets(rank, size, len(sizes)) for rank in graph.ranks]
    at = [0.0] * len(size)
    for rank, offset in zip(graph.ranks, offsets, strict=True):
        for vertex, x in zip(rank, offset, strict=True):
            at[vertex] = x - offset[-1] / 2
    rows = list(zip(graph.ranks, offsets, strict=True))
    for sweep in range(SWEEPS):
        for rank, offset in rows if sweep % 2 == 0 else reversed(rows):
            _settle(rank, offset, above, at)
    return at


def _offsets(rank: list[int], size: list[float], nodes: int) -> list[float]:
    """Where each vertex of a layer is when they stand as close as they may, from 0."""
    gaps = (
        (size[a] + size[b]) / 2 + (NODES, MIXED, DUMMIES)[(a >= nodes) + (b >= nodes)]
        for a, b in pairwise(rank)
    )
    return list(accumulate(gaps, initial=0.0))


def _settle(
    rank: list[int], offset: list[float], near: list[list[tuple[int, float]]], at: list[float]
) -> None:
    blocks: list[tuple[float, float, int]] = []  # mean, weight, members
    for vertex, shift in zip(rank, offset, strict=True):
        weight = FREE + sum(w for _, w in near[vertex])
        pull = FREE * at[vertex] + sum(w * at[n] for n, w in near[vertex])
        block = (pull / weight - shift, weight, 1)
        while blocks and blocks[-1][0] > block[0]:
            mean, mass, members = blocks.pop()
            total = mass + block[1]
            block = ((mean * mass + block[0] * block[1]) / total, total, members + block[2])
        blocks.append(block)
    settled = [mean for mean, _, members in blocks for _ in range(members)]
    for vertex, shift, y in zip(rank, offset, settled, strict=True):
        at[vertex] = y + shift
