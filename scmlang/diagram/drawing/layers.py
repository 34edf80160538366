"""Layers: which nodes stand side by side.

Longest-path layering (Sugiyama, Tagawa and Toda, Methods for visual understanding of hierarchical system
structures, IEEE Trans. SMC 11(2), 1981), after which each node moves to where its edges are shortest, the
objective of Gansner, Koutsofios, North and Vo (A technique for drawing directed graphs, IEEE TSE 19(3),
1993, section 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt

from scmlang.diagram.drawing.scene import Scene

SWEEPS = 8
DIRECTED, BIDIRECTED = 2, 1  # the price of a layer more


def assign_layers(scene: Scene) -> dict[str, int]:
    """The layer of every node, from 0, none empty; the ends of a directed edge ascend."""
    names = [node.name for node in scene.nodes]
    parents: dict[str, list[str]] = {name: [] for name in names}
    children: dict[str, list[str]] = {name: [] for name in names}
    spouses: dict[str, list[str]] = {name: [] for name in names}
    for tail, head in scene.directed:
        parents[head].append(tail)
        children[tail].append(head)
    for a, b in scene.bidirected:
        spouses[a].append(b)
        spouses[b].append(a)
    order = _topological(names, parents, children)
    layer: dict[str, int] = {}
    for name in order:
        layer[name] = max((layer[parent] + 1 for parent in parents[name]), default=0)
    for _ in range(SWEEPS):
        if not _tighten(order, layer, parents, children, spouses):
            break
    _spread([n for n in names if not (parents[n] or children[n] or spouses[n])], layer)
    return _without_empty(layer)


def _topological(
    names: list[str], parents: dict[str, list[str]], children: dict[str, list[str]]
) -> list[str]:
    missing = {name: len(parents[name]) for name in names}
    order = [name for name in names if missing[name] == 0]
    for name in order:
        for child in children[name]:
            missing[child] -= 1
            if missing[child] == 0:
                order.append(child)
    return order


def _tighten(
    order: Sequence[str],
    layer: dict[str, int],
    parents: dict[str, list[str]],
    children: dict[str, list[str]],
    spouses: dict[str, list[str]],
) -> bool:
    """Move each node to its best layer, effects first; whether any has moved."""
    deepest = max(layer.values(), default=0)
    moved = False
    for name in reversed(order):
        low = max((layer[n] + 1 for n in parents[name]), default=0)
        high = min((layer[n] - 1 for n in children[name]), default=deepest)
        directed = [layer[n] for n in (*parents[name], *children[name])]
        arcs = [layer[n] for n in spouses[name]]
        wanted = {layer[name], low, high, *(min(max(at, low), high) for at in arcs)}
        best = min(sorted(wanted), key=lambda at: (_length(at, directed, arcs), at != layer[name]))
        moved |= best != layer[name]
        layer[name] = best
    return moved


def _length(at: int, directed: list[int], arcs: list[int]) -> int:
    return DIRECTED * sum(abs(at - n) for n in directed) + BIDIRECTED * sum(abs(at - n) for n in arcs)


def _spread(isolated: list[str], layer: dict[str, int]) -> None:
    """Nodes without any edge stand in as square a block as the rest allows."""
    columns = max(max(layer.values(), default=0) + 1, ceil(sqrt(len(isolated))))
    for i, name in enumerate(isolated):
        layer[name] = i % columns


def _without_empty(layer: dict[str, int]) -> dict[str, int]:
    used = {old: new for new, old in enumerate(sorted(set(layer.values())))}
    return {name: used[at] for name, at in layer.items()}
