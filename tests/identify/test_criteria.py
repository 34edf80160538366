"""Back door, front door and instrument, against their definitions and in numbers."""

from __future__ import annotations

import random
from itertools import chain, combinations

import numpy as np
import pytest

import scmlang
from scmlang.compiler import Compilation
from scmlang.diagram import Diagram
from scmlang.diagram.bitgraph import BitGraph
from scmlang.diagram.separation import m_separated
from scmlang.identify.criteria import Named, front_door, instruments, named
from scmlang.identify.estimand import show
from scmlang.identify.hedge import Hedge
from scmlang.identify.id import identify
from tests.identify.random_models import RandomModel, sparse_diagram


def find(diagram: Diagram, y: list[str], x: list[str]) -> Named | None:
    graph = BitGraph.of(diagram)
    return named(graph, graph.mask(y), graph.mask(x))


@pytest.mark.parametrize(
    ("text", "method", "formula"),
    [
        ("X -> Y", "back-door", "P(Y | X)"),
        ("Z -> {X, Y}; X -> Y", "back-door", "Σ_{Z} P(Y | X, Z) P(Z)"),
        ("Z -> {X, Y}; X -> M -> Y", "back-door", "Σ_{Z} P(Y | X, Z) P(Z)"),
        ("A -> X; {A, B} -> C; B -> Y; C -> {X, Y}; X -> Y", "back-door", "Σ_{A, C} P(Y | X, A, C) P(A, C)"),
        ("X -> Z -> Y; X <-> Y", "front-door", "Σ_{Z} P(Z | X) Σ_{X'} P(Y | X', Z) P(X')"),
        (
            "C -> {M, Y}; X -> M -> Y; X <-> Y",
            "front-door",
            "Σ_{C, M} P(C, M | X) Σ_{X'} P(Y | X', C, M) P(X')",
        ),
    ],
)
def test_textbook_forms(text: str, method: str, formula: str) -> None:
    found = find(Compilation.from_text(text).diagram, ["Y"], ["X"])
    assert found is not None
    assert (found.method, show(found.estimand)) == (method, formula)


@pytest.mark.parametrize("text", ["X -> Y; X <-> Y", "Y -> X", "W -> Z -> X -> Y; W <-> X; W <-> Y"])
def test_no_criterion_applies(text: str) -> None:
    assert find(Compilation.from_text(text).diagram, ["Y"], ["X"]) is None


def test_adjustment_beyond_the_back_door() -> None:
    """Two causes, where effects of one confound the other: a back-door set has none of them."""
    diagram = Compilation.from_text("X1 -> A -> B -> X2 -> Y; B <-> Y").diagram
    found = find(diagram, ["Y"], ["X1", "X2"])
    assert found is not None
    assert found.method == "adjustment"
    assert show(found.estimand) == "Σ_{A, B} P(Y | X1, X2, A, B) P(A, B)"
    model = RandomModel(diagram, np.random.default_rng(2))
    assert model.error(found.estimand, model.effect(["Y"], ["X1", "X2"])) < 1e-10


def is_front_door(diagram: Diagram, x: str, y: str, z: set[str]) -> bool:
    """Pearl, Causality (2009), definition 3.3.3, word by word."""
    intercepted = Diagram.of(
        diagram.nodes, [e for e in diagram.directed if not z & set(e)], observed=diagram.observed
    )
    if y in intercepted.descendants(x):
        return False

    def without_arrows_out(names: set[str]) -> Diagram:
        return Diagram.of(
            diagram.nodes, [e for e in diagram.directed if e[0] not in names], diagram.bidirected
        )

    closed = all(m_separated(without_arrows_out({x}), [x], [node]) for node in z)
    return closed and m_separated(without_arrows_out(z), z, [y], [x])


def test_front_doors_are_found_where_there_are_any() -> None:
    rng = random.Random(11)
    found = 0
    for _ in range(1500):
        diagram = sparse_diagram(rng, rng.randint(3, 5))
        y, x = rng.sample(diagram.nodes, 2)
        if y not in diagram.descendants(x):
            continue
        rest = [node for node in diagram.nodes if node not in (x, y)]
        subsets = chain.from_iterable(combinations(rest, k) for k in range(len(rest) + 1))
        exists = any(is_front_door(diagram, x, y, set(z)) for z in subsets)
        graph = BitGraph.of(diagram)
        ours = front_door(graph, graph.mask([y]), graph.mask([x]))
        assert (ours is not None) == exists
        found += exists
    assert found > 30


def test_named_forms_are_effects_in_random_models() -> None:
    rng = random.Random(3)
    seen: set[str] = set()
    for seed in range(600):
        diagram = sparse_diagram(rng, rng.randint(3, 6))
        names = rng.sample(diagram.nodes, len(diagram.nodes))
        y, x = names[:1], names[1 : 1 + rng.randint(1, 2)]
        found = find(diagram, y, x)
        if found is not None:
            assert not isinstance(identify(diagram, y, x), Hedge)
            model = RandomModel(diagram, np.random.default_rng(seed))
            assert model.error(found.estimand, model.effect(y, x)) < 1e-10
            seen.add(found.method)
    assert seen >= {"back-door", "front-door"}


# --- instruments


def instruments_of(text: str) -> list[tuple[str, tuple[str, ...]]]:
    graph = BitGraph.of(Compilation.from_text(text).diagram)
    return [(i.name, i.given) for i in instruments(graph, graph.mask("Y"), graph.mask("X"))]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Z -> X -> Y; X <-> Y", [("Z", ())]),
        ("Z <-> X; X -> Y; X <-> Y", [("Z", ())]),
        ("W -> {Z, Y}; Z -> X -> Y; X <-> Y", [("Z", ("W",))]),
        ("Z -> X -> Y; X <-> Y; Z -> Y", []),
        ("Z -> X -> Y; X <-> Y; Z <-> Y", []),
        ("X -> Y; X <-> Y; X -> Z", []),
        ("Z -> W -> X -> Y; X <-> Y", [("W", ()), ("Z", ())]),
    ],
)
def test_instruments(text: str, wanted: list[tuple[str, tuple[str, ...]]]) -> None:
    assert instruments_of(text) == wanted


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Z -> X -> Y; X <-> Y", True),
        ("Z <-> X; X -> Y; X <-> Y", False),  # nobody's X follows Z
        ("Z -> X -> Y; Z <-> X; X <-> Y", False),
        ("W -> {Z, X, Y}; Z -> X -> Y; X <-> Y", True),
        ("Z -> {W, X}; W -> Y; X -> Y; X <-> Y", False),
    ],
)
def test_the_ratio_is_told_where_z_moves_x_and_nothing_confounds_the_two(text: str, told: bool) -> None:
    graph = BitGraph.of(Compilation.from_text(text).diagram)
    found = {i.name: i for i in instruments(graph, graph.mask("Y"), graph.mask("X"))}
    assert ("monotonicity" in found["Z"].note) is told


def test_the_ratio_is_not_that_effect_where_something_confounds_z_and_x() -> None:
    """Monotone in every unit, and still the ratio is not the effect among those who follow."""
    model = scmlang.loads(
        "Z, X, Y: binary; exogenous A ~ bernoulli(0.5); exogenous U ~ bernoulli(0.5);"
        "Z ~ bernoulli(if A then 0.8 else 0.2); X := A and U or Z and not U;"
        "Y ~ bernoulli(0.1 + 0.3 * X + 0.5 * X * U)"
    )
    ratio = "(E(Y | Z=1) - E(Y | Z=0)) / (E(X | Z=1) - E(X | Z=0))"
    followers = "E(Y[X=1] - Y[X=0] | X[Z=0]=0, X[Z=1]=1)"
    assert model.query("P(X[Z=0]=1, X[Z=1]=0)").value == 0
    assert abs(model.query(ratio).value - model.query(followers).value) > 0.1


def test_the_ratio_is_the_effect_among_those_who_follow() -> None:
    """The note's claim (Imbens and Angrist, Econometrica 62, 1994), by enumeration of a monotone model."""
    rng = np.random.default_rng(5)
    types = [(0, 0), (0, 1), (1, 1)]  # X under Z=0 and under Z=1: nobody defies
    responses = [(0, 0), (0, 1), (1, 0), (1, 1)]  # Y under X=0 and under X=1
    weight = rng.dirichlet(np.ones(12)).reshape(3, 4)

    def mean(of: str, z: int) -> float:
        units = ((weight[i, j], t[z], r[t[z]]) for i, t in enumerate(types) for j, r in enumerate(responses))
        return float(sum(w * (y if of == "Y" else x) for w, x, y in units))

    ratio = (mean("Y", 1) - mean("Y", 0)) / (mean("X", 1) - mean("X", 0))
    followers = weight[1] / weight[1].sum()
    effect = sum(w * (r[1] - r[0]) for w, r in zip(followers, responses, strict=True))
    assert ratio == pytest.approx(effect, abs=1e-12)
