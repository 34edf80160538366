"""Orders of elimination, and what they cost.

Greedy rules choose the next node: min-weight (the smallest table) and min-fill (the fewest new edges), first
with ties in order and then with random ones (Koller and Friedman, Probabilistic Graphical Models, 2009,
section 9.4.3). The search goes on only while another order may save more than finding it takes, counted in
steps and not by the clock, so that it is the same every time. Sets of nodes are the bits of an integer.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

CELLS_PER_STEP = 200  # numbers that are multiplied in the time that one step of the search takes
STEPS = 400_000  # of the search in all: about a second
_CANDIDATES = 12


@dataclass(frozen=True)
class Plan:
    """An order of elimination.

    Attributes:
        order: the nodes that are summed out, first to last.
        largest: the nodes of the largest table on the way, which for a plan over the bound is its last.
        cells: its number of cells.
        cost: the cells of all tables together.
        steps: what it took to find.
    """

    order: tuple[int, ...]
    largest: tuple[int, ...]
    cells: int
    cost: int
    steps: int


def plan(scopes: Sequence[Sequence[int]], sizes: Mapping[int, int], keep: Sequence[int], bound: int) -> Plan:
    """The cheapest order found to sum out all nodes but ``keep``.

    Args:
        scopes: the nodes of each factor.
        sizes: the number of values of each node.
        keep: what is left.
        bound: on the cells of one table; a plan over it is only as far as its first table over it.
    """
    graph = _Graph(scopes, sizes, keep)
    best: Plan | None = None
    spent = 0
    for by_fill, seed in _rules():
        found = _Greedy(graph, bound, by_fill=by_fill, seed=seed, steps=STEPS - spent).run()
        spent += found.steps
        if best is None or (found.cells > bound, found.cost) < (best.cells > bound, best.cost):
            best = found
        if (spent * CELLS_PER_STEP > best.cost and best.cells <= bound) or spent >= STEPS:
            break
    if best is None:
        raise ValueError("there is no rule")
    return best


def _rules() -> Iterator[tuple[bool, int | None]]:
    yield False, None
    yield True, None
    for seed in range(_CANDIDATES):
        yield seed % 2 == 0, seed


class _Graph:
    """Who shares a factor with whom."""

    def __init__(
        self, scopes: Sequence[Sequence[int]], sizes: Mapping[int, int], keep: Sequence[int]
    ) -> None:
        self.nodes = sorted({node for scope in scopes for node in scope}.union(keep))
        bit = {node: 1 << i for i, node in enumerate(self.nodes)}
        self.neighbours = [0] * len(self.nodes)
        place = {node: i for i, node in enumerate(self.nodes)}
        for scope in scopes:
            together = 0
            for node in scope:
                together |= bit[node]
            for node in scope:
                self.neighbours[place[node]] |= together
        for i in range(len(self.nodes)):
            self.neighbours[i] &= ~(1 << i)
        self.sizes = [sizes[node] for node in self.nodes]
        self.kept = sum(bit[node] for node in set(keep))
        by_size: dict[int, int] = {}
        for i, size in enumerate(self.sizes):
            by_size[size] = by_size.get(size, 0) | 1 << i
        self.by_size = list(by_size.items())

    def cells(self, nodes: int) -> int:
        """The cells of a table over a set of nodes."""
        cells = 1
        for size, members in self.by_size:
            cells *= size ** (nodes & members).bit_count()
        return cells


class _Greedy:
    """One greedy pass."""

    def __init__(self, graph: _Graph, bound: int, *, by_fill: bool, seed: int | None, steps: int) -> None:
        self.graph = graph
        self.bound = bound
        self.steps = 0
        self.most = steps
        self.neighbours = list(graph.neighbours)
        self.by_fill = by_fill
        count = len(self.neighbours)
        ties = range(count) if seed is None else random.Random(seed).sample(range(count), count)
        self.tie = list(ties)

    def run(self) -> Plan:
        graph, neighbours = self.graph, self.neighbours
        scores: dict[int, float] = {}
        for i in range(len(neighbours)):
            if not graph.kept >> i & 1:
                scores[i] = self._score(i)
        waiting = [(score, self.tie[i], i) for i, score in scores.items()]
        heapify(waiting)
        order: list[int] = []
        largest, cells = graph.kept, graph.cells(graph.kept)
        cost = cells
        while scores and cells <= self.bound:
            score, _, node = heappop(waiting)
            if scores.get(node) != score:
                continue  # it was weighed again since
            del scores[node]
            around = neighbours[node]
            made = graph.cells(around | 1 << node)
            cost += made
            if made > cells:
                largest, cells = around | 1 << node, made
            if self.steps > self.most:
                cells = max(cells, self.bound + 1)  # too long a search is no plan
                break
            order.append(node)
            for other in _bits(self._eliminate(node)):
                if other in scores:
                    scores[other] = self._score(other)
                    heappush(waiting, (scores[other], self.tie[other], other))
        names = graph.nodes
        return Plan(
            tuple(names[i] for i in order), tuple(names[i] for i in _bits(largest)), cells, cost, self.steps
        )

    def _eliminate(self, node: int) -> int:
        """Join the neighbours of a node, and give those whose score may have changed."""
        neighbours = self.neighbours
        around = neighbours[node]
        changed, new = around, False
        gone = ~(1 << node)
        for other in _bits(around):
            before = neighbours[other]
            after = (before | around) & gone & ~(1 << other)
            neighbours[other] = after
            new = new or after & ~before != 0
        if self.by_fill and new:
            for other in _bits(around):
                changed |= neighbours[other]
        return changed

    def _score(self, node: int) -> float:
        around = self.neighbours[node]
        self.steps += 1
        if not self.by_fill:
            return self.graph.cells(around | 1 << node)
        missing = 0
        for other in _bits(around):
            missing += (around & ~self.neighbours[other]).bit_count() - 1
            self.steps += 1
        return missing + 1e-3 * math.log(self.graph.cells(around | 1 << node))


def _bits(nodes: int) -> list[int]:
    """The positions of the ones."""
    found = []
    while nodes:
        low = nodes & -nodes
        found.append(low.bit_length() - 1)
        nodes ^= low
    return found
