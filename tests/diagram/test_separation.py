from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from itertools import combinations, pairwise

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.diagram import Diagram
from scmlang.diagram.separation import OpenPath, connecting_path, m_separated
from tests.diagram.strategies import diagrams

Edge = tuple[str, str, str]  # node, link, node


@st.composite
def questions(draw: st.DrawFn, most: int = 6) -> tuple[Diagram, set[str], set[str], set[str]]:
    """A diagram and three disjoint sets of its nodes, the first two not empty."""
    diagram = draw(diagrams(most=most).filter(lambda d: len(d.nodes) > 1))
    x, y, *rest = draw(st.permutations(diagram.nodes))
    sets: tuple[set[str], set[str], set[str], set[str]] = ({x}, {y}, set(), set())
    for node in rest:
        sets[draw(st.sampled_from([0, 1, 2, 2, 3, 3]))].add(node)
    return diagram, *sets[:3]


# --- the definition, by enumeration


def edges(diagram: Diagram) -> Iterator[Edge]:
    for a, b in diagram.directed:
        yield from ((a, "->", b), (b, "<-", a))
    for a, b in diagram.bidirected:
        yield from ((a, "<->", b), (b, "<->", a))


def paths(diagram: Diagram, start: str, goal: str) -> Iterator[tuple[Edge, ...]]:
    """Every path: a pair of nodes may be joined by two edges, and then gives two paths."""

    def extended(path: tuple[Edge, ...], at: str, used: frozenset[str]) -> Iterator[tuple[Edge, ...]]:
        if at == goal:
            yield path
            return
        for edge in edges(diagram):
            if edge[0] == at and edge[2] not in used:
                yield from extended((*path, edge), edge[2], used | {edge[2]})

    return extended((), start, frozenset((start,)))


def is_open(diagram: Diagram, path: tuple[Edge, ...], z: set[str]) -> bool:
    for (_, before, node), (_, after, _) in pairwise(path):
        collides = before in ("->", "<->") and after in ("<-", "<->")
        if collides and not diagram.descendants(node) & z:
            return False
        if not collides and node in z:
            return False
    return True


def separated_by_definition(diagram: Diagram, xs: set[str], ys: set[str], z: set[str]) -> bool:
    return not any(is_open(diagram, path, z) for x in xs for y in ys for path in paths(diagram, x, y))


@settings(max_examples=400, deadline=None)
@given(questions(most=5))
def test_separation_is_what_the_definition_says(
    question: tuple[Diagram, set[str], set[str], set[str]],
) -> None:
    assert m_separated(*question) == separated_by_definition(*question)


# --- against d-separation of the canonical graph


def with_hidden_causes(diagram: Diagram) -> nx.DiGraph[str]:
    graph: nx.DiGraph[str] = nx.DiGraph(diagram.digraph)
    for a, b in diagram.bidirected:
        graph.add_edges_from([(f"{a}<->{b}", a), (f"{a}<->{b}", b)])
    return graph


@settings(max_examples=400, deadline=None)
@given(questions(most=12))
def test_separation_is_d_separation_with_hidden_causes_drawn(
    question: tuple[Diagram, set[str], set[str], set[str]],
) -> None:
    diagram, xs, ys, z = question
    assert m_separated(*question) == nx.is_d_separator(with_hidden_causes(diagram), xs, ys, z)


# --- the witness


@settings(max_examples=400, deadline=None)
@given(questions())
def test_the_witness_is_an_open_path(question: tuple[Diagram, set[str], set[str], set[str]]) -> None:
    diagram, xs, ys, z = question
    found = connecting_path(*question)
    assert (found is None) == m_separated(*question)
    if found is None:
        return
    steps = tuple(zip(found.nodes, found.links, found.nodes[1:], strict=False))
    assert len(found.nodes) == len(set(found.nodes)) == len(found.links) + 1
    assert set(steps) <= set(edges(diagram))
    assert is_open(diagram, steps, z)
    assert found.nodes[0] in xs
    assert found.nodes[-1] in ys
    assert not set(found.nodes[1:-1]) & (xs | ys)


@settings(max_examples=200, deadline=None)
@given(questions(most=5))
def test_no_open_path_is_shorter(question: tuple[Diagram, set[str], set[str], set[str]]) -> None:
    diagram, xs, ys, z = question
    lengths = [len(p) for x in xs for y in ys for p in paths(diagram, x, y) if is_open(diagram, p, z)]
    found = connecting_path(*question)
    assert (len(found.links) if found else None) == min(lengths, default=None)


@settings(max_examples=200, deadline=None)
@given(questions())
def test_openers_say_which_given_node_opens_each_collider(
    question: tuple[Diagram, set[str], set[str], set[str]],
) -> None:
    diagram, _, _, z = question
    found = connecting_path(*question)
    if found is None:
        return
    inner = zip(found.links, found.nodes[1:], found.links[1:], strict=False)
    colliders = [node for before, node, after in inner if before != "<-" and after != "->"]
    assert [node for node, _ in found.openers] == colliders
    assert all(opener in z & diagram.descendants(node) for node, opener in found.openers)


# --- laws


@settings(deadline=None)
@given(questions())
def test_separation_is_symmetric(question: tuple[Diagram, set[str], set[str], set[str]]) -> None:
    diagram, xs, ys, z = question
    assert m_separated(diagram, xs, ys, z) == m_separated(diagram, ys, xs, z)


@settings(deadline=None)
@given(questions())
def test_sets_are_separated_where_all_pairs_are(
    question: tuple[Diagram, set[str], set[str], set[str]],
) -> None:
    """Decomposition and composition: both hold in every graph (a pair's path may cross the sets)."""
    diagram, xs, ys, z = question
    pairs = [m_separated(diagram, {x}, {y}, z) for x in xs for y in ys]
    assert m_separated(diagram, xs, ys, z) == all(pairs)


@settings(deadline=None)
@given(diagrams())
def test_no_given_set_separates_neighbours(diagram: Diagram) -> None:
    for a, b in diagram.directed | diagram.bidirected:
        rest = set(diagram.nodes) - {a, b}
        for z in (set(), rest, set(sorted(rest)[::2])):
            assert not m_separated(diagram, {a}, {b}, z)


@settings(deadline=None)
@given(diagrams())
def test_directed_graphs_obey_the_local_markov_property(diagram: Diagram) -> None:
    directed = Diagram.of(diagram.nodes, diagram.directed)
    for node in directed.nodes:
        others = set(directed.nodes) - directed.descendants(node) - directed.parents(node)
        assert m_separated(directed, {node}, others, directed.parents(node))


# --- examples, read by eye


def chain(*steps: str) -> Diagram:
    """A diagram over single letters, ``X->Y`` and ``X=Y`` for a bidirected edge."""
    nodes = sorted({letter for step in steps for letter in (step[0], step[-1])})
    directed = [(s[0], s[-1]) for s in steps if "->" in s]
    return Diagram.of(nodes, directed, [(s[0], s[-1]) for s in steps if "=" in s])


@pytest.mark.parametrize(
    ("diagram", "z", "path", "openers"),
    [
        (chain("X->Z", "Z->Y"), "", "X -> Z -> Y", ()),
        (chain("X->Z", "Z->Y"), "Z", None, ()),
        (chain("Z->X", "Z->Y"), "", "X <- Z -> Y", ()),
        (chain("X->Z", "Y->Z"), "", None, ()),
        (chain("X->Z", "Y->Z"), "Z", "X -> Z <- Y", (("Z", "Z"),)),
        (chain("X->Z", "Y->Z", "Z->W", "W->V"), "WV", "X -> Z <- Y", (("Z", "W"),)),
        (chain("X=Z", "Z=Y"), "", None, ()),
        (chain("X=Z", "Z=Y"), "Z", "X <-> Z <-> Y", (("Z", "Z"),)),
        (chain("X->Z", "Z->Y", "X=Y"), "Z", "X <-> Y", ()),
        (chain("A->X", "A->M", "B->M", "B->Y"), "", None, ()),
        (chain("A->X", "A->M", "B->M", "B->Y"), "M", "X <- A -> M <- B -> Y", (("M", "M"),)),
        (chain("A->X", "A->M", "B->M", "B->Y"), "MA", None, ()),
    ],
)
def test_textbook_paths(
    diagram: Diagram, z: str, path: str | None, openers: tuple[tuple[str, str], ...]
) -> None:
    found = connecting_path(diagram, "X", "Y", z)
    assert (str(found) if found else None) == path
    assert (found.openers if found else ()) == openers


def test_a_latent_node_blocks_like_any_other() -> None:
    diagram = Diagram.of("XLY", [("L", "X"), ("L", "Y")], observed="XY")
    assert not m_separated(diagram, "X", "Y")
    assert m_separated(diagram, "X", "Y", "L")
    assert m_separated(diagram, "X", (), "L")


@pytest.mark.parametrize(
    ("xs", "ys", "z"), [("X", "X", ""), ("XZ", "Y", "Z"), ("X", "YZ", "Z"), ("Q", "Y", ""), ("X", "Y", "Q")]
)
def test_overlapping_sets_and_strangers_are_refused(xs: str, ys: str, z: str) -> None:
    with pytest.raises(ValueError, match=r"in two of the sets: [XZ]|no node of the diagram: Q"):
        m_separated(chain("X->Z", "Z->Y"), xs, ys, z)


# --- the search itself


def test_each_edge_is_looked_at_a_bounded_number_of_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Linear time: every node is left at most twice, whatever the number of paths (here 2^40)."""
    layers = [[f"A{i}", f"B{i}"] for i in range(40)]
    directed = [(a, b) for left, right in pairwise(layers) for a in left for b in right]
    nodes = [node for layer in layers for node in layer]
    diagram = Diagram.of([*nodes, "Y"], directed, combinations(layers[0], 2))
    visited: list[str] = []
    effects = Diagram.effects

    def counting(graph: Diagram, node: str) -> tuple[str, ...]:
        visited.append(node)
        return effects(graph, node)

    monkeypatch.setattr(Diagram, "effects", counting)
    assert m_separated(diagram, layers[0], ["Y"], [])
    assert 0 < len(visited) <= 2 * len(nodes)


def test_the_witness_does_not_depend_on_hashing() -> None:
    program = (
        "from scmlang.diagram import Diagram\n"
        "from scmlang.diagram.separation import connecting_path\n"
        "d = Diagram.of('XABCY', [(m, e) for m in 'ABC' for e in 'XY'])\n"
        "print(connecting_path(d, 'X', 'Y'))\n"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in range(5)
    }
    assert found == {"X <- A -> Y\n"}


def test_a_path_reads_as_it_is_drawn() -> None:
    assert str(OpenPath(("B", "C", "D"), ("<-", "<->"), ())) == "B <- C <-> D"
