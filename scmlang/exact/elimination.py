"""Variable elimination: the sum of a product of factors, one node at a time.

The order decides the cost. Candidates come from the greedy rules min-fill and min-weight, both from several
random tie-breaks (Koller and Friedman, Probabilistic Graphical Models, 2009, section 9.4.3); the cheapest one
is taken, and its largest table is known before any work is done.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heappush

import numpy as np

from scmlang.exact.factors import Factor, product, summed

RESTARTS = 4
_SMALL = 12  # nodes up to which a restart cannot pay


@dataclass(frozen=True)
class Plan:
    """An order of elimination.

    Attributes:
        order: the nodes that are summed out, first to last.
        largest: the nodes of the largest table on the way.
        cells: its number of cells.
        cost: the cells of all tables together.
    """

    order: tuple[int, ...]
    largest: frozenset[int]
    cells: int
    cost: int


@dataclass(frozen=True)
class Scaled:
    """``factor`` times exp(``log_scale``), which keeps small products from vanishing."""

    factor: Factor
    log_scale: float


def plan(scopes: Sequence[Iterable[int]], sizes: Mapping[int, int], keep: Iterable[int]) -> Plan:
    """The cheapest order found to sum out all nodes but ``keep``."""
    neighbours = _interactions(scopes)
    wanted = frozenset(keep)
    plans = []
    for weigh in (_fill, _weight):
        for seed in range(RESTARTS if len(neighbours) > _SMALL else 1):
            plans.append(_greedy(neighbours, sizes, wanted, weigh, random.Random(seed)))
    return min(plans, key=lambda p: (p.cost, p.order))


def eliminate(factors: Sequence[Factor], order: Sequence[int], *, scale: bool) -> Scaled:
    """The product of the factors with the nodes of ``order`` summed out.

    Args:
        factors: at least the factor of each node that is summed out.
        order: which nodes, first to last.
        scale: divide each table by its largest entry, and keep the logarithm; not for rationals.
    """
    remaining: dict[int, Factor] = {}
    holders: dict[int, set[int]] = {}

    def keep(number: int, f: Factor) -> None:
        remaining[number] = f
        for node in f.nodes:
            holders.setdefault(node, set()).add(number)

    for number, f in enumerate(factors):
        keep(number, f)
    log_scale = 0.0
    for number, node in enumerate(order, start=len(factors)):
        touching = [remaining.pop(n) for n in sorted(holders.pop(node, ())) if n in remaining]
        if touching:
            made = summed(product(touching), [node])
            made, more = _rescaled(made) if scale else (made, 0.0)
            log_scale += more
            keep(number, made)
    one = np.asarray(1.0) if scale else np.asarray(Fraction(1), dtype=object)
    result = product([Factor((), one), *remaining.values()])
    result, more = _rescaled(result) if scale else (result, 0.0)
    return Scaled(result, log_scale + more)


def _rescaled(f: Factor) -> tuple[Factor, float]:
    largest = float(np.max(f.array)) if f.array.size else 0.0
    if largest <= 0 or not math.isfinite(largest):
        return f, 0.0
    return Factor(f.nodes, np.asarray(f.array / largest)), math.log(largest)


# --- orders


_Neighbours = dict[int, set[int]]
_Weigh = Callable[[int, _Neighbours, Mapping[int, int]], float]


def _interactions(scopes: Sequence[Iterable[int]]) -> _Neighbours:
    neighbours: _Neighbours = {}
    for scope in scopes:
        nodes = tuple(scope)
        for node in nodes:
            neighbours.setdefault(node, set()).update(nodes)
    for node, others in neighbours.items():
        others.discard(node)
    return neighbours


def _fill(node: int, neighbours: _Neighbours, sizes: Mapping[int, int]) -> float:
    """How many edges the elimination of a node adds."""
    around = neighbours[node]
    missing = sum(len(around) - 1 - len(around & neighbours[other]) for other in around)
    return missing / 2


def _weight(node: int, neighbours: _Neighbours, sizes: Mapping[int, int]) -> float:
    """The logarithm of the cells of the table that the elimination of a node makes."""
    return sum(math.log(sizes[other]) for other in neighbours[node]) + math.log(sizes[node])


def _greedy(
    original: _Neighbours, sizes: Mapping[int, int], keep: frozenset[int], weigh: _Weigh, rng: random.Random
) -> Plan:
    neighbours = {node: set(others) for node, others in original.items()}
    tie = {node: rng.random() for node in sorted(neighbours)}
    scores = {n: weigh(n, neighbours, sizes) for n in neighbours if n not in keep}
    order: list[int] = []
    largest, cells, cost = frozenset(keep), _cells(keep, sizes), _cells(keep, sizes)
    waiting = [(score, tie[n], n) for n, score in scores.items()]
    heapify(waiting)
    while scores:
        score, _, node = heappop(waiting)
        if scores.get(node) != score:
            continue  # it was weighed again since
        del scores[node]
        around = neighbours.pop(node)
        made = _cells((*around, node), sizes)
        cost += made
        if made > cells:
            largest, cells = frozenset((*around, node)), made
        order.append(node)
        changed = set(around)
        for other in around:
            neighbours[other] |= around
            neighbours[other] -= {other, node}
            changed |= neighbours[other]
        for other in changed:
            if other in scores:
                scores[other] = weigh(other, neighbours, sizes)
                heappush(waiting, (scores[other], tie[other], other))
    return Plan(tuple(order), largest, cells, cost)


def _cells(nodes: Iterable[int], sizes: Mapping[int, int]) -> int:
    return math.prod(sizes[node] for node in nodes)
