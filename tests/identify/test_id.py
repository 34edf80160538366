"""ID, IDC and their kin: known graphs, all small graphs in numbers, and the verdicts of another program."""

from __future__ import annotations

import random
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.compiler import Compilation
from scmlang.diagram import Diagram
from scmlang.identify.estimand import show
from scmlang.identify.hedge import Hedge
from scmlang.identify.id import Derived, derive, identify
from tests.diagram.strategies import diagrams
from tests.identify.random_models import RandomModel, all_dags, all_diagrams, sparse_diagram

KNOWN = [
    ("X -> Y", True),
    ("X -> Y; X <-> Y", False),
    ("Z -> {X, Y}; X -> Y", True),
    ("X -> Z -> Y; X <-> Y", True),
    ("Z -> X -> Y; X <-> Y", False),
    ("X -> Z -> Y; X <-> Z", False),
    ("X -> Z -> Y; Z <-> Y", True),
    ("X -> Z -> Y; X -> Y; X <-> Z", False),
    ("X -> Z -> Y; X -> Y; Z <-> Y", True),
    ("W -> Z -> X -> Y; W <-> X; W <-> Y", True),
    ("X -> Y; X <-> Z; Z <-> Y", True),
    ("X -> Y; X <-> Z; Z <-> Y; Z -> Y", False),
    ("X -> A -> B -> Y; X <-> B; A <-> Y", True),
    ("X -> A -> B -> Y; X <-> B; A <-> Y; X <-> Y", False),
    ("X -> {A, B} -> Y; X <-> Y", True),
    ("X -> A -> Y; X <-> A; latent U; U -> {X, Y}", False),
]


def diagram_of(text: str) -> Diagram:
    return Compilation.from_text(text).diagram


@pytest.mark.parametrize(("text", "identifiable"), KNOWN)
def test_known_graphs(text: str, identifiable: bool) -> None:
    found = identify(diagram_of(text), ["Y"], ["X"])
    assert isinstance(found, Hedge) is not identifiable


def test_the_front_door_formula() -> None:
    found = identify(diagram_of("X -> Z -> Y; X <-> Y"), ["Y"], ["X"])
    assert not isinstance(found, Hedge)
    assert show(found) == "Σ_{Z} P(Z | X) Σ_{X'} P(X') P(Y | X', Z)"


def test_the_napkin_formula() -> None:
    found = identify(diagram_of("W -> Z -> X -> Y; W <-> X; W <-> Y"), ["Y"], ["X"])
    assert not isinstance(found, Hedge)
    above, below = "P(W) P(X | W, Z) P(Y | W, Z, X)", "P(W) P(X | W, Z)"
    assert show(found) == f"[Σ_{{W}} {above}] / [Σ_{{W}} {below}]"


def test_a_condition_that_can_be_exchanged_for_an_intervention() -> None:
    found = identify(diagram_of("X -> Y; Z -> Y"), ["Y"], ["X"], ["Z"])
    assert not isinstance(found, Hedge)
    assert show(found) == "P(Y | X, Z)"


def test_steps_name_what_allows_them() -> None:
    napkin = derive(diagram_of("W -> Z -> X -> Y; W <-> X; W <-> Y; Y -> C"), ["Y"], ["X"])
    rules = [step.rule for step in napkin.steps]
    assert rules == ["ID, line 2", "ID, line 3", "Q{Y}: ID, line 7", "Q{Y}: ID, line 6"]
    bow = derive(diagram_of("X -> Y; X <-> Y"), ["Y"], ["X"])
    assert [step.rule for step in bow.steps] == ["Q{Y}: ID, line 5"]


@pytest.mark.parametrize("sets", [([], ["X"]), (["X"], ["X"]), (["Y"], ["X"], ["X"]), (["Q"], ["X"])])
def test_sets_that_make_no_effect_are_refused(sets: tuple[list[str], ...]) -> None:
    with pytest.raises(ValueError, match="different observed variables"):
        identify(diagram_of("X -> Y"), *sets)


# --- numbers


def agrees(diagram: Diagram, found: Derived, y: list[str], x: list[str], z: list[str], seed: int) -> None:
    if found.estimand is None:
        assert isinstance(found.witness, Hedge)
        check_hedge(diagram, found.witness, x, [*y, *z])
        return
    model = RandomModel(diagram, np.random.default_rng(seed))
    assert model.error(found.estimand, model.effect(y, x, z)) < 1e-10


def check_hedge(diagram: Diagram, hedge: Hedge, x: list[str], outcomes: list[str]) -> None:
    """That it is one by definition 6 of Shpitser and Pearl (2006); rule 2 may have moved conditions."""
    outer, inner, roots = set(hedge.outer), set(hedge.inner), set(hedge.roots)
    assert roots <= inner < outer
    assert (outer - inner) & {*x, *outcomes}
    assert not inner & set(x)
    assert hedge.directed <= diagram.directed
    assert hedge.bidirected <= diagram.bidirected
    for nodes in (outer, inner):
        directed = {edge for edge in hedge.directed if nodes.issuperset(edge)}
        joined = {edge for edge in hedge.bidirected if nodes.issuperset(edge)}
        forest = Diagram.of(sorted(nodes), directed, joined)
        assert len(forest.c_components) == 1
        assert all(len(forest.children(node)) <= 1 for node in nodes)
        assert {node for node in nodes if not forest.children(node)} == roots
    assert roots <= diagram.mutilate(x).ancestors(*outcomes)


def test_every_effect_in_every_graph_of_three_nodes() -> None:
    for seed, diagram in enumerate(all_diagrams("ABC")):
        for y, x in permutations("ABC", 2):
            agrees(diagram, derive(diagram, [y], [x], explain=False), [y], [x], [], seed)


def test_a_sample_of_the_graphs_of_four_nodes() -> None:
    rng = random.Random(4)
    dags, pairs = all_dags("ABCD"), list(combinations("ABCD", 2))
    for seed in range(120):
        diagram = Diagram.of("ABCD", rng.choice(dags), rng.sample(pairs, rng.randint(0, 6)))
        for y, x in permutations("ABCD", 2):
            agrees(diagram, derive(diagram, [y], [x], explain=False), [y], [x], [], seed)


@settings(max_examples=150, deadline=None)
@given(diagrams(most=6), st.data())
def test_joint_and_conditional_effects(drawn: Diagram, data: st.DataObject) -> None:
    diagram = Diagram.of(drawn.nodes, drawn.directed, list(drawn.bidirected)[:8])
    order = data.draw(st.permutations(diagram.nodes))
    if len(order) < 2:
        return
    x, y, z = order[:1], order[1:2], order[2:3]
    for name in order[3:]:
        data.draw(st.sampled_from([x, y, z, []])).append(name)
    agrees(diagram, derive(diagram, y, x, z, explain=False), y, x, z, len(diagram.directed))


# --- another program


@pytest.mark.slow
def test_verdicts_are_those_of_causaleffect() -> None:
    """2,000 queries, half of them conditional."""
    peer = pytest.importorskip("causaleffect")
    rng = random.Random(2)
    refused = 0
    for i in range(2000):
        diagram = sparse_diagram(rng, rng.randint(3, 6))
        edges = [f"{a}->{b}" for a, b in sorted(diagram.directed)]
        edges += [f"{a}<->{b}" for a, b in sorted(diagram.bidirected)]
        y, x, z = rng.sample(sorted({name for edge in diagram.directed for name in edge}), 3)
        given = [z] if i % 2 else []
        found = peer.ID({y}, {x}, peer.createGraph(edges), cond=set(given) or None)
        ours = identify(diagram, [y], [x], given)
        assert isinstance(ours, Hedge) is not found.identifiable, (edges, y, x, given)
        refused += isinstance(ours, Hedge)
    assert 200 < refused < 1800
