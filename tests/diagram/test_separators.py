"""Separators against all subsets, judged by m-separation."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.diagram import Diagram
from scmlang.diagram.bitgraph import BitGraph, bits
from scmlang.diagram.separation import m_separated
from scmlang.diagram.separators import Separators, minimal_separators, minimum_separator
from tests.diagram.strategies import diagrams

Sets = set[frozenset[str]]


def subsets(names: Iterator[str] | list[str]) -> Iterator[frozenset[str]]:
    items = sorted(names)
    return map(frozenset, chain.from_iterable(combinations(items, k) for k in range(len(items) + 1)))


@st.composite
def problems(draw: st.DrawFn) -> tuple[Diagram, set[str], set[str], set[str], set[str]]:
    """A diagram, two sets, what a separator has to have and what it may have."""
    diagram = draw(diagrams(most=7).filter(lambda d: len(d.nodes) > 1))
    nodes = draw(st.permutations(diagram.nodes))
    size = draw(st.integers(1, min(2, len(nodes) - 1)))
    other = draw(st.integers(1, min(2, len(nodes) - size)))
    xs, ys, rest = set(nodes[:size]), set(nodes[size : size + other]), nodes[size + other :]
    among = {node for node in rest if draw(st.integers(0, 4))}
    include = {node for node in sorted(among) if not draw(st.integers(0, 4))}
    return diagram, xs, ys, include, among


def every(diagram: Diagram, xs: set[str], ys: set[str], include: set[str], among: set[str]) -> Sets:
    chosen = (include | free for free in subsets(list(among - include)))
    return {frozenset(z) for z in chosen if m_separated(diagram, xs, ys, z)}


@settings(max_examples=300, deadline=None)
@given(problems())
def test_minimal_separators_are_those_of_all_subsets(
    problem: tuple[Diagram, set[str], set[str], set[str], set[str]],
) -> None:
    diagram, xs, ys, include, among = problem
    valid = every(diagram, xs, ys, include, among)
    found = list(minimal_separators(diagram, xs, ys, include, among))
    assert len(found) == len(set(found))
    assert set(found) == {z for z in valid if not any(other < z for other in valid)}


@settings(max_examples=200, deadline=None)
@given(problems())
def test_a_minimum_separator_is_one_of_least_size(
    problem: tuple[Diagram, set[str], set[str], set[str], set[str]],
) -> None:
    valid = every(*problem)
    found = minimum_separator(*problem)
    if found is None:
        assert not valid
    else:
        assert found in valid
        assert len(found) == min(map(len, valid))


@settings(max_examples=100, deadline=None)
@given(problems())
def test_all_separators_come_once_and_by_size(
    problem: tuple[Diagram, set[str], set[str], set[str], set[str]],
) -> None:
    diagram, xs, ys, include, among = problem
    graph = BitGraph.of(diagram)
    search = Separators(graph, *map(graph.mask, (xs, ys, include, among)))
    found = [frozenset(graph.listed(z)) for z in search.all()]
    assert len(found) == len(set(found))
    assert set(found) == every(*problem)
    assert [len(z) for z in found] == sorted(len(z) for z in found)
    near = search.nearest()
    assert (near is None) == (not found)
    if near is not None:
        smaller = (near & ~(1 << i) for i in bits(near & ~search.include))
        assert not any(frozenset(graph.listed(z)) in set(found) for z in smaller)


def test_sets_that_overlap_are_refused() -> None:
    diagram = Diagram.of("XYZ")
    with pytest.raises(ValueError, match="overlap"):
        minimum_separator(diagram, "X", "X")
    with pytest.raises(ValueError, match="overlap"):
        list(minimal_separators(diagram, "X", "Y", "X"))


@settings(max_examples=200, deadline=None)
@given(diagrams(), st.data())
def test_the_graph_on_integers_is_the_diagram(diagram: Diagram, data: st.DataObject) -> None:
    graph = BitGraph.of(diagram)
    nodes = st.sets(st.sampled_from(diagram.nodes))
    some, into, out_of = data.draw(nodes), data.draw(nodes), data.draw(nodes)

    def named(mask: int) -> frozenset[str]:
        return frozenset(graph.listed(mask))

    mask = graph.mask(some)
    assert graph.names == diagram.topological_order
    assert named(graph.ancestors(mask)) == diagram.ancestors(*some)
    assert named(graph.descendants(mask)) == diagram.descendants(*some)
    assert named(graph.parents_of(mask)) == diagram.parents(*some)
    assert {named(d) for d in graph.districts(mask)} == set(diagram.subgraph(some).c_components)
    assert named(graph.ancestors(mask, stop=graph.mask(into))) == diagram.mutilate(into).ancestors(*some)
    directed = {e for e in diagram.mutilate(into).directed if e[0] not in out_of}
    cut = Diagram.of(diagram.nodes, directed, diagram.mutilate(into).bidirected)
    ours = graph.cut(graph.mask(into), graph.mask(out_of))
    assert [named(m) for m in ours.parents] == [cut.parents(n) for n in graph.names]
    assert [named(m) for m in ours.children] == [cut.children(n) for n in graph.names]
    assert [named(m) for m in ours.spouses] == [cut.spouses(n) for n in graph.names]
    x, y = set(list(diagram.nodes)[:1]), set(list(diagram.nodes)[-1:])
    if x != y:
        z = some - x - y
        assert graph.separated(*map(graph.mask, (x, y, z))) == m_separated(diagram, x, y, z)
