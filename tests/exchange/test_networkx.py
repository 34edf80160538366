"""NetworkX graphs: to a model and back, and what is no causal diagram."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scmlang
from scmlang.semantics.model import Role

DOMAINS = ("binary", "0..9", "{red, green}", "real", "image(3, 8, 8)")
Facts = tuple[Any, ...]


@st.composite
def graphs(draw: st.DrawFn) -> nx.MultiDiGraph[str]:
    """Acyclic mixed graphs by the convention of ``to_networkx``: all nodes have a domain, or none has."""
    names = draw(st.permutations(["A", "B", "C", "X1", "Y_2", "e"]))[: draw(st.integers(1, 6))]
    known = draw(st.booleans())
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(name="G")
    for name in names:
        domain = {"domain": draw(st.sampled_from(DOMAINS))} if known else {}
        graph.add_node(name, latent=draw(st.booleans()), **domain)
    for a, b in combinations(names, 2):
        if draw(st.booleans()):
            graph.add_edge(a, b, bidirected=False)
        if draw(st.integers(0, 2)) == 0:
            graph.add_edge(*draw(st.permutations([a, b])), bidirected=True)
    return graph


def facts(graph: nx.MultiDiGraph[str]) -> Facts:
    """Everything that the convention speaks of; a bidirected edge has no first end."""
    edges = [
        (tuple(sorted(ends) if data["bidirected"] else ends), data) for *ends, data in graph.edges(data=True)
    ]
    return graph.graph["name"], dict(graph.nodes(data=True)), sorted(edges, key=repr)


@settings(deadline=None)
@given(graphs())
def test_a_graph_comes_back(graph: nx.MultiDiGraph[str]) -> None:
    model = scmlang.from_networkx(graph)
    assert facts(model.to_networkx()) == facts(graph)
    assert facts(scmlang.from_networkx(model.to_networkx()).to_networkx()) == facts(graph)


def test_the_graph_of_a_model() -> None:
    text = "model M\nX: binary\nlatent U: 0..3\nI: image(1, 8, 8)\nU -> X -> I\nX <-> I\n"
    graph = scmlang.loads(text).to_networkx()
    assert graph.nodes["U"] == {"latent": True, "domain": "0..3"}
    assert [(*ends, data["bidirected"]) for ends, data in facts(graph)[2]] == [
        ("I", "X", True),
        ("U", "X", False),
        ("X", "I", False),
    ]


def test_graphs_without_our_attributes() -> None:
    graph: nx.DiGraph[Any] = nx.DiGraph([("X", "Y"), (1, "X")])
    graph.nodes[1]["observed"] = "no"
    with pytest.warns(UserWarning, match="`1` is no name"):
        model = scmlang.from_networkx(graph, bidirected=[("X", "Y")], latent=["X"])
    checked = model.compilation.model
    assert set(checked.edges) == {("X", "Y"), ("V1", "X")}
    assert set(checked.confounded) == {("X", "Y")}
    assert {name for name, v in checked.variables.items() if v.role is Role.LATENT} == {"V1", "X"}
    assert not checked.has_domains


def test_an_undirected_graph_of_hidden_causes() -> None:
    model = scmlang.from_networkx(nx.Graph([("X", "Y", {"bidirected": True})]), domain="0..2")
    assert set(model.compilation.model.confounded) == {("X", "Y")}
    assert str(model.compilation.model.variables["X"].domain) == "0..2"


@pytest.mark.parametrize(
    ("graph", "arguments", "code"),
    [
        (nx.DiGraph(), {}, "E251"),
        (nx.Graph([("X", "Y")]), {}, "E252"),
        (nx.DiGraph([("X", "X")]), {}, "E253"),
        (nx.DiGraph([("X", "Y"), ("Y", "X")]), {}, "E253"),
        (nx.MultiDiGraph([("X", "X", {"bidirected": True})]), {}, "E252"),
        (nx.DiGraph([("1", 1)]), {}, "E257"),
        (nx.DiGraph([("X", "Y")]), {"bidirected": [("X", "Z")]}, "E257"),
        (nx.DiGraph([("X", "Y")]), {"latent": ["Z"]}, "E257"),
        (nx.DiGraph([("X", "Y")]), {"domain": "round"}, "E250"),
    ],
)
def test_what_is_no_causal_diagram(graph: Any, arguments: dict[str, Any], code: str) -> None:
    with pytest.raises(scmlang.ScmError, match=code) as raised:
        scmlang.from_networkx(graph, **arguments)
    assert str(raised.value)


def test_something_else() -> None:
    with pytest.raises(TypeError, match="not dict"):
        scmlang.from_networkx({"X": ["Y"]})  # type: ignore[arg-type]  # the mistake under test
