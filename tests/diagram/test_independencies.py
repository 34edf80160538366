"""The implied independencies, against all m-separations and the semi-graphoid axioms.

A semi-graphoid is determined by its elementary statements i ⊥ j | K and closed under one rule on them:
i ⊥ j | L ∪ k and i ⊥ k | L hold together where i ⊥ k | L ∪ j and i ⊥ j | L do (Matúš; Studený, Probabilistic
Conditional Independence Structures, 2005, section 2.2). Sets of elementary statements are integers here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain, combinations

import networkx as nx
import pytest
from hypothesis import given, settings

from scmlang.compiler import Compilation
from scmlang.diagnostics.base import ScmError
from scmlang.diagram import Diagram
from scmlang.diagram.independencies import Basis, ConditionalIndependence, independencies, without_edge
from scmlang.diagram.separation import m_separated
from scmlang.limits import limited
from tests.diagram.strategies import diagrams

Rule = tuple[int, int]  # where these statements hold, those do
NODES = "ABCDE"


def subsets(of: Iterable[int]) -> Iterator[tuple[int, ...]]:
    members = tuple(of)
    return chain.from_iterable(combinations(members, size) for size in range(len(members) + 1))


@cache
def places(n: int) -> dict[tuple[int, int, frozenset[int]], int]:
    """The bit of every elementary statement."""
    pairs = list(combinations(range(n), 2))
    statements = [(i, j, frozenset(k)) for i, j in pairs for k in subsets(set(range(n)) - {i, j})]
    return {statement: 1 << place for place, statement in enumerate(statements)}


def bit(n: int, i: int, j: int, given: Iterable[int]) -> int:
    return places(n)[min(i, j), max(i, j), frozenset(given)]


@cache
def rules(n: int, composition: bool) -> tuple[Rule, ...]:
    found = []
    for i in range(n):
        for j, k in combinations(sorted(set(range(n)) - {i}), 2):
            for rest in subsets(set(range(n)) - {i, j, k}):
                j_k = bit(n, i, j, (*rest, k)) | bit(n, i, k, rest)
                k_j = bit(n, i, k, (*rest, j)) | bit(n, i, j, rest)
                found += [(j_k, k_j), (k_j, j_k)]
                if composition:
                    found.append((bit(n, i, j, rest) | bit(n, i, k, rest), j_k | k_j))
    return tuple(found)


def closed(statements: int, n: int, *, composition: bool = False) -> int:
    before = -1
    while before != statements:
        before = statements
        for premises, conclusions in rules(n, composition):
            if premises & ~statements == 0:
                statements |= conclusions
    return statements


def separations(diagram: Diagram) -> int:
    """Every elementary m-separation, by d-separation with the hidden causes drawn."""
    graph: nx.DiGraph[str] = nx.DiGraph(diagram.digraph)
    for a, b in diagram.bidirected:
        graph.add_edges_from([(f"{a}<->{b}", a), (f"{a}<->{b}", b)])
    names = diagram.nodes
    return sum(
        place
        for (i, j, given), place in places(len(names)).items()
        if nx.is_d_separator(graph, {names[i]}, {names[j]}, {names[k] for k in given})
    )


def elementary(listed: Iterable[ConditionalIndependence], names: tuple[str, ...]) -> int:
    """The conjunction of what is listed: X ⊥ {A, B} | Z is X ⊥ A | Z and X ⊥ B | Z, A."""
    statements = 0
    for one in listed:
        given = [names.index(name) for name in one.given]
        for other in one.right:
            statements |= bit(len(names), names.index(one.left), names.index(other), given)
            given.append(names.index(other))
    return statements


def graphs(n: int, step: int = 1) -> Iterator[Diagram]:
    """Every mixed graph over n nodes whose directed edges point forward, which is each one up to names."""
    names = NODES[:n]
    pairs = list(combinations(names, 2))
    for code in range(0, 4 ** len(pairs), step):
        directed = [pair for i, pair in enumerate(pairs) if code >> 2 * i & 1]
        bidirected = [pair for i, pair in enumerate(pairs) if code >> (2 * i + 1) & 1]
        yield Diagram.of(names, directed, bidirected)


def check_bases(diagram: Diagram) -> None:
    n, truth = len(diagram.nodes), separations(diagram)
    local, pairs, everything = (
        elementary(independencies(diagram, basis), diagram.nodes)
        for basis in (Basis.LOCAL, Basis.PAIRS, Basis.ALL)
    )
    assert everything == truth
    assert closed(local, n) == truth
    assert closed(pairs, n, composition=True) == truth


@pytest.mark.parametrize(("n", "step"), [(2, 1), (3, 1), (4, 7), (5, 6007)])
def test_all_separations_follow_from_the_bases(n: int, step: int) -> None:
    for diagram in graphs(n, step):
        check_bases(diagram)


@pytest.mark.slow
@pytest.mark.parametrize(("n", "step"), [(4, 1), (5, 1009)])
def test_all_separations_follow_from_the_bases_in_every_graph_of_four_and_a_thousand_of_five(
    n: int, step: int
) -> None:
    for diagram in graphs(n, step):
        check_bases(diagram)


def test_the_closure_does_not_invent() -> None:
    """The oracle could not fail if it gave everything: a chain's last statement follows from nothing else."""
    chain_ = Diagram.of("ABCD", [("A", "B"), ("B", "C"), ("C", "D")])
    listed = independencies(chain_)
    assert len(listed) == 2
    truth = separations(chain_)
    assert all(closed(elementary([one], chain_.nodes), 4) != truth for one in listed)


@settings(max_examples=150, deadline=None)
@given(diagrams())
def test_what_is_listed_is_separated_and_observed(diagram: Diagram) -> None:
    projected = diagram.latent_projection()
    for basis in (Basis.LOCAL, Basis.PAIRS):
        for one in independencies(diagram, basis):
            assert {one.left, *one.right, *one.given} <= diagram.observed
            assert one.right
            assert m_separated(projected, {one.left}, one.right, one.given)
            assert m_separated(diagram, {one.left}, one.right, one.given)


@settings(max_examples=150, deadline=None)
@given(diagrams())
def test_an_edge_more_breaks_a_listed_one_of_each_basis(diagram: Diagram) -> None:
    """Joining a separable pair makes a diagram in which something listed no longer holds."""
    projected = diagram.latent_projection()
    listed = {basis: independencies(projected, basis) for basis in (Basis.LOCAL, Basis.PAIRS)}
    for one in listed[Basis.PAIRS]:
        bidirected = {*projected.bidirected, (one.right[0], one.left)}
        more = Diagram.of(projected.nodes, projected.directed, bidirected)
        for claims in listed.values():
            assert not all(m_separated(more, {c.left}, c.right, c.given) for c in claims)


@settings(max_examples=150, deadline=None)
@given(diagrams(most=6))
def test_pairs_has_each_separable_pair_once_with_a_smallest_set(diagram: Diagram) -> None:
    nodes = [name for name in diagram.nodes if name in diagram.observed]
    listed = independencies(diagram, Basis.PAIRS)
    sizes = {frozenset((one.left, *one.right)): len(one.given) for one in listed}
    assert len(sizes) == len(listed)
    for a, b in combinations(nodes, 2):
        rest = [name for name in nodes if name not in (a, b)]
        sets = (
            size
            for size in range(len(rest) + 1)
            for z in combinations(rest, size)
            if m_separated(diagram, {a}, {b}, z)
        )
        assert sizes.get(frozenset((a, b))) == next(sets, None)


@settings(max_examples=150, deadline=None)
@given(diagrams(most=6))
def test_without_an_edge_its_ends_are_separated(diagram: Diagram) -> None:
    projected = diagram.latent_projection()
    for a, b in projected.directed | projected.bidirected:
        directed = [edge for edge in projected.directed if set(edge) != {a, b}]
        bidirected = [edge for edge in projected.bidirected if set(edge) != {a, b}]
        cut = Diagram.of(projected.nodes, directed, bidirected)
        found = without_edge(diagram, a, b)
        rest = set(projected.nodes) - {a, b}
        separable = any(m_separated(cut, {a}, {b}, z) for k in range(5) for z in combinations(rest, k))
        assert (found is not None) == separable
        if found is not None:
            assert {found.left, *found.right} == {a, b}
            assert m_separated(cut, {found.left}, found.right, found.given)


# --- examples, read by eye


def listed(text: str, basis: Basis = Basis.LOCAL) -> list[str]:
    return [str(one) for one in independencies(Compilation.from_text(text).diagram, basis)]


def test_a_directed_graph_has_the_local_markov_property() -> None:
    text = "{A, B} -> C -> D"
    assert listed(text) == ["independent(B, A)", "independent(D, {A, B} | C)"]
    assert listed(text, Basis.PAIRS) == [
        "independent(B, A)",
        "independent(D, A | C)",
        "independent(D, B | C)",
    ]
    assert listed("A -> B -> C", Basis.ALL) == ["independent(C, A | B)"]


def test_a_chain_of_confounders_needs_marginal_statements() -> None:
    """A <-> B <-> C: one c-component, in which C is independent of A only where B is not given."""
    assert listed("A <-> B <-> C") == ["independent(C, A)"]
    assert listed("A <-> B <-> C", Basis.ALL) == ["independent(C, A)"]


def test_verma_s_constraint_is_no_independence() -> None:
    assert listed("A -> B -> C -> D; B <-> D") == ["independent(C, A | B)"]
    assert listed("A -> {B, C}; B -> C -> D; B <-> D") == []


def test_latent_variables_are_projected_out() -> None:
    assert listed("latent U: binary; X, Y: binary; U -> {X, Y}") == []
    assert listed("latent U: binary; X, Y: binary; X -> U; {Y}") == ["independent(Y, X)"]
    assert listed("latent U: binary; X, Y: binary; X -> U -> Y") == []


def test_what_is_printed_is_an_assertion_that_holds() -> None:
    text = "{A, B} -> C -> D -> E; B <-> E; {F, G}"
    claims = "".join(f"\nassert {one}" for one in listed(text))
    compilation = Compilation.from_text(text + claims)
    assert compilation.failures == ()
    assert len(compilation.decisions) == len(listed(text)) > 0


def test_there_is_a_bound_but_on_pairs() -> None:
    names = [f"V{i:02}" for i in range(40)]
    clique = Diagram.of(names, (), combinations(names[:14], 2))
    with limited(independencies=100):
        assert len(independencies(clique, Basis.PAIRS)) == 40 * 39 // 2 - 14 * 13 // 2
    for basis in (Basis.LOCAL, Basis.ALL):
        with limited(independencies=1000), pytest.raises(ScmError) as raised:
            independencies(clique, basis)
        assert [d.code for d in raised.value.diagnostics] == ["E300"]
