"""Orders of elimination, and what they cost.

Greedy rules choose the next node: min-weight (the smallest table) and min-fill (the fewest new edges), first
with ties in order and then with random ones (Koller and Friedman, Probabilistic Graphical Models, 2009,
section 9.4.3). The search goes on only while another order may save more than finding it takes, counted in
steps and not by the clock, so that it is the same every time. Sets of nodes are the bits of an integer.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

CELLS_PER_STEP = 400  # of the tables to sum, that are worth one step of the search
STEPS = 400_000  # of the search in all: less than a second
_FILL = 10  # min-fill takes so many steps for each that min-weight takes, at least
_RESTARTS = 12
_GONE = -1  # the score of a node that is summed out, or kept
_MOST_WEIGHT = 1 << 40  # tables larger than that are alike where they come second to fill


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
    best = first = _first(graph, bound)
    spent = first.steps
    for by_fill, seed in [(True, None), *((seed % 3 == 2, seed) for seed in range(_RESTARTS))]:
        ahead = spent + first.steps * (_FILL if by_fill else 1)
        if ahead > STEPS or (best.cells <= bound and ahead * CELLS_PER_STEP > best.cost):
            continue
        most = best.cost if best.cells <= bound else math.inf
        search = _Greedy(graph, bound, most, STEPS - spent, by_fill=by_fill, seed=seed)
        found = search.run()
        spent += search.steps
        if found and (found.cells > bound, found.cost) < (best.cells > bound, best.cost):
            best = found
    return best


def _first(graph: _Graph, bound: int) -> Plan:
    found = _Greedy(graph, bound, math.inf, math.inf).run()
    if found is None:
        raise ValueError("a pass without limits ended early")
    return found


class _Graph:
    """Who shares a factor with whom."""

    def __init__(
        self, scopes: Sequence[Sequence[int]], sizes: Mapping[int, int], keep: Sequence[int]
    ) -> None:
        self.nodes = sorted(set(keep).union(*scopes))
        bit = {node: 1 << i for i, node in enumerate(self.nodes)}
        cliques = dict(bit)
        for scope in scopes:
            together = 0
            for node in scope:
                together |= bit[node]
            for node in scope:
                cliques[node] |= together
        self.cliques = list(cliques.values())  # of each node: itself and its neighbours
        self.sizes = [sizes[node] for node in self.nodes]
        self.kept = sum(bit[node] for node in set(keep))
        by_size: dict[int, int] = {}
        for i, size in enumerate(self.sizes):
            if size != 2:
                by_size[size] = by_size.get(size, 0) | 1 << i
        self.by_size = list(by_size.items())  # of the nodes that are not binary
        self.wider = sum(by_size.values())
        self.binary = not self.wider

    def cells(self, nodes: int) -> int:
        """The cells of a table over a set of nodes."""
        if self.binary:
            return 1 << nodes.bit_count()
        others = nodes & self.wider
        cells = 1 << (nodes ^ others).bit_count()
        if others:
            for size, members in self.by_size:
                cells *= size ** (others & members).bit_count()
        return cells


class _Greedy:
    """One greedy pass, which gives up where it comes to more cells, or takes more steps, than it may.

    Who has no neighbours but those of the node that is eliminated goes with it: it makes no new edge and its
    table is within that of the node, so that either rule would take it next.
    """

    def __init__(
        self,
        graph: _Graph,
        bound: int,
        most: float,
        patience: float,
        *,
        by_fill: bool = False,
        seed: int | None = None,
    ) -> None:
        self.graph = graph
        self.bound = bound
        self.most = most
        self.patience = patience
        self.steps = 0
        self.cliques = list(graph.cliques)
        self.by_fill = by_fill
        count = len(self.cliques)
        self.tie = list(range(count) if seed is None else random.Random(seed).sample(range(count), count))

    def run(self) -> Plan | None:
        graph, cliques, count = self.graph, self.cliques, len(self.cliques)
        rated = self._filled(range(count)) if self.by_fill else self._weighed(range(count))
        self.scores = [_GONE if graph.kept >> i & 1 else score for i, score in enumerate(rated)]
        scores, tied = self.scores, sorted(range(count), key=self.tie.__getitem__)
        # a node's least entry is no more than its score, so that a score that rises need not be entered
        waiting = [score * count + tie for score, tie in zip(scores, self.tie, strict=True) if score >= 0]
        heapify(waiting)
        order: list[int] = []
        left = self.steps = len(waiting)
        largest, cells = graph.kept, graph.cells(graph.kept)
        cost = cells
        while len(order) < left and cells <= self.bound:
            if cost >= self.most or self.steps > self.patience:
                return None
            entered, place = divmod(heappop(waiting), count)
            node = tied[place]
            score = scores[node]
            if score != entered:
                if score > entered:
                    heappush(waiting, score * count + place)
                continue
            clique = cliques[node]
            made = graph.cells(clique)
            if made > cells:
                largest, cells = clique, made
            start = len(order)
            changed = self._eliminate(node, order)
            for one in order[start:]:
                cost += made
                made //= graph.sizes[one]
            self.steps += len(changed) + len(order) - start
            rated = self._filled(changed) if self.by_fill else self._weighed(changed)
            for other, found in zip(changed, rated, strict=True):
                before = scores[other]
                if found != before and before >= 0:
                    scores[other] = found
                    if found < before:
                        heappush(waiting, found * count + self.tie[other])
        names = graph.nodes
        clique_nodes = tuple([names[i] for i in _bits(largest)])
        return Plan(tuple([names[i] for i in order]), clique_nodes, cells, cost, self.steps)

    def _eliminate(self, node: int, order: list[int]) -> list[int]:
        """Take out a node and what goes with it, and give those whose score may have changed."""
        cliques, scores = self.cliques, self.scores
        clique = cliques[node]
        outside, gone, beside = ~clique, 1 << node, []
        order.append(node)
        scores[node] = _GONE
        rest = clique ^ gone
        while rest:
            low = rest & -rest
            rest ^= low
            other = low.bit_length() - 1
            if cliques[other] & outside or scores[other] < 0:
                beside.append(other)
            else:
                gone |= low
                order.append(other)
                scores[other] = _GONE
        if not self.by_fill:
            for other in beside:
                cliques[other] = (cliques[other] | clique) ^ gone
            return beside
        new, reached = False, clique ^ gone
        for other in beside:
            before = cliques[other]
            after = cliques[other] = (before | clique) ^ gone
            if after & ~before:
                new, reached = True, reached | after
        return _bits(reached) if new else beside

    def _weighed(self, nodes: Iterable[int]) -> list[int]:
        """The table that the elimination of each node sums; binary nodes are merely counted."""
        cliques = self.cliques
        if self.graph.binary:
            return [cliques[node].bit_count() for node in nodes]
        cells = self.graph.cells
        return [cells(cliques[node]) for node in nodes]

    def _filled(self, nodes: Iterable[int]) -> list[int]:
        return [self._fill(node) for node in nodes]

    def _fill(self, node: int) -> int:
        """How many pairs of neighbours are not joined, twice; among equals the smallest table first."""
        around, cliques = self.cliques[node] ^ 1 << node, self.cliques
        beside = _bits(around)
        self.steps += len(beside)
        missing = sum([(around & ~cliques[other]).bit_count() for other in beside])
        return missing * _MOST_WEIGHT + min(self.graph.cells(self.cliques[node]), _MOST_WEIGHT - 1)


def _bits(nodes: int) -> list[int]:
    """The positions of the ones."""
    found = []
    while nodes:
        low = nodes & -nodes
        found.append(low.bit_length() - 1)
        nodes ^= low
    return found
