"""Orders of elimination, and what they cost.

Greedy rules choose the next node: min-weight (the smallest table) and min-fill (the fewest new edges), first
with ties in order and then with random ones (Koller and Friedman, Probabilistic Graphical Models, 2009,
section 9.4.3). The search goes on only while another order may save more than finding it takes, counted in
steps and not by the clock, so that it is the same every time. Sets of nodes are the bits of an integer.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

CELLS_PER_STEP = 400  # of the tables to sum, that are worth one step of the search
STEPS = 400_000  # of the search in all: less than a second
_FILL = 10  # min-fill takes so many steps for each that min-weight takes, at least
_RESTARTS = 12


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
            by_size[size] = by_size.get(size, 0) | 1 << i
        self.by_size = list(by_size.items())
        self.binary = by_size.keys() == {2}

    def cells(self, nodes: int) -> int:
        """The cells of a table over a set of nodes."""
        if self.binary:
            return 1 << nodes.bit_count()
        cells = 1
        for size, members in self.by_size:
            cells *= size ** (nodes & members).bit_count()
        return cells


class _Greedy:
    """One greedy pass, which gives up where it comes to more cells, or takes more steps, than it may."""

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
        ties = range(count) if seed is None else random.Random(seed).sample(range(count), count)
        self.tie = list(ties)

    def run(self) -> Plan | None:
        graph, cliques, tie = self.graph, self.cliques, self.tie
        score = self._score()
        scores = {i: score(i) for i in range(len(cliques)) if not graph.kept >> i & 1}
        self.steps += len(scores)
        waiting = [(found, tie[i], i) for i, found in scores.items()]
        heapify(waiting)
        order: list[int] = []
        largest, cells = graph.kept, graph.cells(graph.kept)
        cost = cells
        while scores and cells <= self.bound:
            if cost >= self.most or self.steps > self.patience:
                return None
            found, _, node = heappop(waiting)
            if scores.get(node) != found:
                continue  # it was weighed again since
            del scores[node]
            clique = cliques[node]
            made = graph.cells(clique)
            cost += made
            if made > cells:
                largest, cells = clique, made
            order.append(node)
            changed = self._eliminate(node)
            self.steps += len(changed)
            for other in changed:
                if other in scores:
                    found = score(other)
                    if found != scores[other]:
                        scores[other] = found
                        heappush(waiting, (found, tie[other], other))
        names = graph.nodes
        clique_nodes = tuple([names[i] for i in _bits(largest)])
        return Plan(tuple([names[i] for i in order]), clique_nodes, cells, cost, self.steps)

    def _eliminate(self, node: int) -> list[int]:
        """Join the neighbours of a node, and give those whose score may have changed."""
        cliques = self.cliques
        around, gone = cliques[node] ^ 1 << node, ~(1 << node)
        beside = _bits(around)
        if not self.by_fill:
            for other in beside:
                cliques[other] = (cliques[other] | around) & gone
            return beside
        new, reached = False, around
        for other in beside:
            before = cliques[other]
            after = cliques[other] = (before | around) & gone
            if after & ~before:
                new, reached = True, reached | after
        return _bits(reached) if new else beside

    def _score(self) -> Callable[[int], float]:
        """What the pass is greedy for; of binary nodes, how many neighbours one has orders them by weight."""
        if self.by_fill:
            return self._fill
        if self.graph.binary:
            cliques = self.cliques
            return lambda node: cliques[node].bit_count()
        return self._weight

    def _weight(self, node: int) -> int:
        """The cells of the product that the elimination of a node sums."""
        return self.graph.cells(self.cliques[node])

    def _fill(self, node: int) -> float:
        """How many pairs of neighbours are not joined, twice; among equals the smallest table first."""
        around, cliques = self.cliques[node] ^ 1 << node, self.cliques
        beside = _bits(around)
        self.steps += len(beside)
        missing = sum([(around & ~cliques[other]).bit_count() for other in beside])
        return missing + 1e-3 * math.log(self._weight(node))


def _bits(nodes: int) -> list[int]:
    """The positions of the ones."""
    found = []
    while nodes:
        low = nodes & -nodes
        found.append(low.bit_length() - 1)
        nodes ^= low
    return found
