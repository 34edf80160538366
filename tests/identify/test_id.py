"""ID and IDC: known graphs, and effects of random models computed twice."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.compiler import Compilation
from scmlang.exact.engine import answer
from scmlang.identify.estimand import show
from scmlang.identify.id import Hedge, identify
from scmlang.semantics.queries import Edit, Intervention, read_query
from tests.identify.evaluation import evaluate

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


@pytest.mark.parametrize(("text", "identifiable"), KNOWN)
def test_known_graphs(text: str, identifiable: bool) -> None:
    found = identify(Compilation.from_text(text).diagram, ["Y"], ["X"])
    assert isinstance(found, Hedge) is not identifiable


def test_the_front_door_formula() -> None:
    found = identify(Compilation.from_text("X -> Z -> Y; X <-> Y").diagram, ["Y"], ["X"])
    assert not isinstance(found, Hedge)
    assert show(found) == "Σ_{Z} P(Z | X) Σ_{X'} P(X') P(Y | X', Z)"


def test_a_condition_that_can_be_exchanged_for_an_intervention() -> None:
    found = identify(Compilation.from_text("X -> Y; Z -> Y").diagram, ["Y"], ["X"], ["Z"])
    assert not isinstance(found, Hedge)
    assert show(found) == "P(Y | X, Z)"


# --- random models, where both sides are numbers

Graph = tuple[list[tuple[str, str]], list[tuple[str, str]]]
NAMES = ("A", "B", "C", "D")
_WEIGHTS = st.lists(st.integers(1, 6), min_size=8, max_size=8)
_PAIRS = list(combinations(NAMES, 2))


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    return (
        draw(st.lists(st.sampled_from(_PAIRS), unique=True, max_size=6)),
        draw(st.lists(st.sampled_from(_PAIRS), unique=True, max_size=4)),
    )


def model_text(arrows: list[tuple[str, str]], arcs: list[tuple[str, str]], weights: list[int]) -> str:
    """A positive binary model of the diagram: every probability is between 0.1 and 0.9."""
    lines = [f"exogenous U{i} ~ bernoulli(0.4)" for i in range(len(arcs))]
    lines.append(f"{', '.join(NAMES)}: binary")
    for i, name in enumerate(NAMES):
        causes = [a for a, b in arrows if b == name] + [f"U{k}" for k, arc in enumerate(arcs) if name in arc]
        terms = [f"{weights[(i + 3 * j) % len(weights)]} * {cause}" for j, cause in enumerate(causes)]
        lines.append(f"{name} ~ bernoulli(0.1 + 0.8 * (({' + '.join([*terms, str(i + 1)])}) % 7) / 6)")
    return "\n".join(lines) + "\n"


@settings(max_examples=60, deadline=None)
@given(graphs(), _WEIGHTS, st.permutations(NAMES), st.integers(0, 1))
def test_an_estimand_is_the_effect(graph: Graph, weights: list[int], order: list[str], size: int) -> None:
    y, x, *rest = order
    z = rest[:size]
    compilation = Compilation.from_text(model_text(*graph, weights))
    found = identify(compilation.diagram, [y], [x], z)
    if isinstance(found, Hedge):
        assert set(found.inner) < set(found.outer)
        return
    names = compilation.diagram.topological_order
    joint = _ask(compilation, f"P({', '.join(names)})")
    table = evaluate(found, joint, names)
    conditions = ", ".join([f"do({x})", *z])
    effect = _ask(compilation, f"P({y} | {conditions})")  # axes: do(x), y, z
    wanted = [names.index(name) for name in (x, y, *z)]
    others = tuple(i for i in range(len(names)) if i not in wanted)
    for corner in (0, -1):  # the estimand does not depend on anything else
        slim = table
        for axis in others:
            slim = np.take(slim, [corner], axis=axis)
        moved = slim.transpose([*wanted, *others]).reshape([slim.shape[i] for i in wanted])
        np.testing.assert_allclose(np.broadcast_to(moved, effect.shape), effect, atol=1e-9)


def _ask(compilation: Compilation, text: str) -> np.ndarray:
    query = read_query(text, compilation.model)
    assert not isinstance(query, Intervention | Edit)
    return np.asarray(answer(compilation.model, query).array, dtype=np.float64)
