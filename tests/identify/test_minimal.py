"""Hedges are smallest: no set of fewer of their nodes holds one, by the definition."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from random import Random

import pytest

from scmlang.diagram.diagram import Diagram
from scmlang.identify.hedge import Hedge, Thicket
from scmlang.identify.id import derive, identify
from tests.identify.random_models import sparse_diagram


def holds_a_hedge(diagram: Diagram, nodes: frozenset[str], x: set[str], y: set[str]) -> bool:
    """Whether two forests of the definition lie in some nodes, by trying each pair of sets of nodes."""
    past = diagram.mutilate(x).ancestors(*y) - x
    return any(
        x & outer and is_forest(diagram, inner, inner) and is_forest(diagram, outer, inner)
        for inner in subsets(nodes & past)
        for outer in supersets(inner, nodes)
    )


def is_forest(diagram: Diagram, nodes: frozenset[str], over: frozenset[str]) -> bool:
    """Whether bidirected edges join the nodes and all of them lead to ``over`` among themselves."""
    graph = diagram.subgraph(nodes)
    return len(graph.c_components) == 1 and graph.ancestors(*over) == nodes


def subsets(nodes: frozenset[str]) -> Iterator[frozenset[str]]:
    for count in range(1, len(nodes) + 1):
        yield from map(frozenset, combinations(sorted(nodes), count))


def supersets(inner: frozenset[str], nodes: frozenset[str]) -> Iterator[frozenset[str]]:
    for extra in subsets(nodes - inner):
        yield inner | extra


def test_no_node_can_be_dropped() -> None:
    rng = Random(5)
    seen = 0
    while seen < 60:
        diagram = sparse_diagram(rng, rng.randint(4, 8))
        names = rng.sample(diagram.nodes, 4)
        y, x = set(names[: rng.randint(1, 2)]), set(names[2 : rng.randint(3, 4)])
        found = identify(diagram, y, x)
        if not isinstance(found, Hedge) or len(found.outer) > 6:
            continue
        seen += 1
        outer, inner = frozenset(found.outer), frozenset(found.inner)
        assert holds_a_hedge(diagram, outer, x, y)
        for node in outer:
            assert not holds_a_hedge(diagram, outer - {node}, x, y), (found, x, y)
        for smaller in subsets(inner):
            fits = is_forest(diagram, smaller, smaller) and is_forest(diagram, outer, smaller)
            assert not fits or smaller == inner


def test_a_smaller_hedge_than_the_whole_c_component() -> None:
    edges = [("A", "Z"), ("Z", "B"), ("B", "Y"), ("A", "Y"), ("Z", "Y")]
    diagram = Diagram.of("AZBY", edges, [("A", "Z"), ("Z", "Y")])
    found = identify(diagram, ["Y"], ["A", "B"])
    assert isinstance(found, Hedge)
    assert set(found.outer) == {"A", "Z"}
    assert set(found.inner) == {"Z"}


@pytest.mark.parametrize("seed", range(5))
def test_the_hedges_of_thickets_keep_their_c_component(seed: int) -> None:
    rng = Random(seed)
    while True:
        diagram = sparse_diagram(rng, 6)
        y, x, z, *_ = rng.sample(diagram.nodes, 6)
        found = derive(diagram, [y], [x], [], [[z]]).witness
        if isinstance(found, Thicket):
            break
    for do, hedge in found.hedges:
        if hedge is None:
            assert set(do) & set(found.inner)
            continue
        assert hedge.inner == found.inner
        inner, outer = frozenset(hedge.inner), frozenset(hedge.outer)
        assert is_forest(diagram, outer, inner)
        for smaller in supersets(inner, outer):
            assert smaller == outer or not is_forest(diagram, smaller, inner)
