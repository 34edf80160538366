from __future__ import annotations

from itertools import combinations

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.diagram import Diagram, build_diagram
from tests.diagram.strategies import diagrams
from tests.semantics.fakes import model_of


@given(diagrams())
def test_kinship(diagram: Diagram) -> None:
    for node in diagram.nodes:
        assert all(node in diagram.children(parent) for parent in diagram.parents(node))
        assert node in diagram.ancestors(node)
        for other in diagram.descendants(node):
            assert node in diagram.ancestors(other)
        closed = diagram.ancestors(node)
        assert diagram.parents(*closed) <= closed
    assert diagram.ancestors() == frozenset()


@given(diagrams())
def test_topological_order(diagram: Diagram) -> None:
    place = {node: i for i, node in enumerate(diagram.topological_order)}
    assert set(place) == set(diagram.nodes)
    assert all(place[a] < place[b] for a, b in diagram.directed)


@given(diagrams())
def test_c_components_partition_the_nodes_by_bidirected_paths(diagram: Diagram) -> None:
    components = diagram.c_components
    assert sorted(node for c in components for node in c) == sorted(diagram.nodes)
    for a, b in combinations(diagram.nodes, 2):
        joined = diagram.c_component(a) == diagram.c_component(b)
        assert joined == nx.has_path(diagram.bigraph, a, b)


@given(diagrams())
def test_cliques_cover_exactly_the_bidirected_edges(diagram: Diagram) -> None:
    covered = {tuple(sorted(pair)) for clique in diagram.cliques for pair in combinations(clique, 2)}
    assert covered == diagram.bidirected
    assert not any(a < b for a in diagram.cliques for b in diagram.cliques)


@given(diagrams(), st.data())
def test_mutilation_cuts_what_enters(diagram: Diagram, data: st.DataObject) -> None:
    do = data.draw(st.sets(st.sampled_from(diagram.nodes)))
    cut = diagram.mutilate(do)
    assert all(not cut.parents(x) and not cut.spouses(x) for x in do)
    assert {e for e in diagram.directed if e[1] not in do} == cut.directed
    assert {e for e in diagram.bidirected if not do & set(e)} == cut.bidirected
    assert cut.mutilate(do) == cut


@given(diagrams())
def test_projection_keeps_ancestry_among_the_observed(diagram: Diagram) -> None:
    projected = diagram.latent_projection()
    assert set(projected.nodes) == diagram.observed
    for node in projected.nodes:
        assert projected.ancestors(node) == diagram.ancestors(node) & diagram.observed
    assert projected.latent_projection() == projected


@given(diagrams(), st.data())
def test_latents_may_be_projected_out_in_any_order(diagram: Diagram, data: st.DataObject) -> None:
    latent = data.draw(st.permutations(sorted(frozenset(diagram.nodes) - diagram.observed)))
    stepwise = diagram
    for node in latent:
        seen = frozenset(stepwise.nodes) - {node}
        step = Diagram.of(stepwise.nodes, stepwise.directed, stepwise.bidirected, observed=seen)
        stepwise = step.latent_projection()
    whole = diagram.latent_projection()
    assert (stepwise.directed, stepwise.bidirected) == (whole.directed, whole.bidirected)


@given(diagrams(most=6), st.data())
def test_projection_keeps_separation_among_the_observed(diagram: Diagram, data: st.DataObject) -> None:
    """m-separation is d-separation with every bidirected edge replaced by a hidden common cause."""
    if len(diagram.observed) < 2:
        return
    x, y = data.draw(st.permutations(sorted(diagram.observed)))[:2]
    rest = sorted(diagram.observed - {x, y})
    given_ = data.draw(st.sets(st.sampled_from(rest))) if rest else set()
    assert separated(diagram, x, y, given_) == separated(diagram.latent_projection(), x, y, given_)


def separated(diagram: Diagram, x: str, y: str, given_: set[str]) -> bool:
    graph = nx.DiGraph(diagram.digraph)
    for a, b in diagram.bidirected:
        graph.add_edges_from([(f"{a}<->{b}", a), (f"{a}<->{b}", b)])
    return bool(nx.is_d_separator(graph, {x}, {y}, given_))


def test_projection_of_a_hidden_chain_and_a_hidden_cause() -> None:
    diagram = Diagram.of(
        "XLYHZ", [("X", "L"), ("L", "Y"), ("H", "Y"), ("H", "Z")], [("L", "Z")], observed=["X", "Y", "Z"]
    )
    projected = diagram.latent_projection()
    assert projected.directed == {("X", "Y")}
    assert projected.bidirected == {("Y", "Z")}


def test_a_model_gives_its_diagram() -> None:
    model = model_of(
        "exogenous U ~ bernoulli(0.5)\nX, Y: binary\nlatent T: binary\nX := U\nT := U\nY := X xor T\n"
    )
    diagram = build_diagram(model)
    assert diagram.nodes == ("X", "Y", "T")
    assert diagram.observed == {"X", "Y"}
    assert diagram.directed == {("X", "Y"), ("T", "Y")}
    assert diagram.bidirected == {("T", "X")}
    assert diagram.subgraph(["X", "Y"]).bidirected == frozenset()


@pytest.mark.parametrize("edges", [[("X", "X")], [("X", "Q")], [("X", "Y"), ("Y", "X")]])
def test_no_diagram_with_loops_cycles_or_strangers(edges: list[tuple[str, str]]) -> None:
    with pytest.raises(ValueError, match="diagram"):
        Diagram.of("XY", edges)


def test_the_graphs_are_frozen() -> None:
    with pytest.raises(nx.NetworkXError):
        Diagram.of("XY", [("X", "Y")]).digraph.add_edge("Y", "X")
