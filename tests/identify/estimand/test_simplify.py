"""Simplification: never another value, and the textbook form for textbook graphs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from scmlang.compiler import Compilation
from scmlang.diagram import Diagram
from scmlang.identify.estimand import Estimand, evaluate, factorised, free, parse, show, simplify
from scmlang.identify.estimand.text import ASCII
from tests.identify.estimand.support import Network, estimands, networks


def values(node: Estimand, network: Network, symbols: list[str]) -> np.ndarray:
    """The value for all values of some symbols, which may be more than are free."""
    shape = [len(network.values(s.rstrip("'"))) for s in symbols]
    return np.broadcast_to(evaluate(node, network).on(symbols), shape)


@settings(max_examples=200, deadline=None)
@given(estimands, networks())
def test_the_value_stays_what_it_was(node: Estimand, network: Network) -> None:
    symbols = sorted(free(node))
    before = values(node, network, symbols)
    diagram = network.diagram
    for simple in (simplify(node), simplify(node, diagram), factorised(node, diagram)):
        assert free(simple) <= free(node)
        np.testing.assert_allclose(values(simple, network, symbols), before, rtol=1e-10, atol=1e-10)


@settings(max_examples=100, deadline=None)
@given(estimands, networks())
def test_what_is_simple_stays_as_it_is(node: Estimand, network: Network) -> None:
    simple = simplify(node, network.diagram)
    assert show(simplify(simple, network.diagram)) == show(simple)


BACK_DOOR = "Z -> {X, Y}; X -> Y"
FRONT_DOOR = "X -> Z -> Y; X <-> Y"
NAPKIN = "W -> R -> X -> Y; W <-> X; W <-> Y"
MEDIATION = "X -> M -> Y; X -> Y"
TEXTBOOK = [
    (BACK_DOOR, "sum_{Z} P(Z) P(Y | Z, X)", "sum_{Z} P(Y | X, Z) P(Z)"),
    (BACK_DOOR, "sum_{Z, Y'} P(Z) P(Y' | Z, X)", "1"),
    (BACK_DOOR, "sum_{Z, Y} Y P(Y | X=1, Z) P(Z)", "sum_{Z} E(Y | X=1, Z) P(Z)"),
    (
        FRONT_DOOR,
        "sum_{X', Z} P(X') P(Y | X', Z) P(Z | X)",
        "sum_{Z} P(Z | X) sum_{X'} P(Y | X', Z) P(X')",
    ),
    (
        NAPKIN,
        "[sum_{W} P(W) P(X | W, R) P(Y | W, R, X)] / [sum_{Y', W} P(W) P(X | W, R) P(Y' | W, R, X)]",
        "[sum_{W} P(X, Y | R, W) P(W)] / [sum_{W} P(X | R, W) P(W)]",
    ),
    (
        NAPKIN,
        "sum_{X} [sum_{W} P(W) P(X | W, R) P(Y | W, R, X)] / [sum_{W} P(W) P(X | W, R)]"
        " (sum_{W} P(W) P(X | W, R))",
        "sum_{W} P(Y | R, W) P(W)",
    ),
    (MEDIATION, "sum_{M} P(M | X) P(Y | M, X)", "P(Y | X)"),
    (MEDIATION, "sum_{M} E(Y | M, X=0) P(M | X=0)", "E(Y | X=0)"),
    (MEDIATION, "sum_{M} E(Y | M, X=1) P(M | X=0)", "sum_{M} E(Y | X=1, M) P(M | X=0)"),
    (MEDIATION, "[P(M, X, Y)] / [P(X) P(M | X)]", "P(Y | X, M)"),
    (
        BACK_DOOR,
        "sum_{Z, Y} (2 Y + 1) P(Y | X=1, Z) P(Z)",
        "2 sum_{Z} E(Y | X=1, Z) P(Z) + 1",
    ),
    (
        BACK_DOOR,
        "sum_{Z} (E(Y | X=1, Z) - E(Y | X=0, Z)) P(Z | X=1)",
        "E(Y | X=1) - sum_{Z} E(Y | X=0, Z) P(Z | X=1)",
    ),
    ("X -> Z -> Y", "sum_{Z} P(Y | Z) P(Z | X)", "P(Y | X)"),
    ("X -> Z -> Y", "P(Y | X, Z)", "P(Y | Z)"),
    ("X -> Z -> Y", "sum_{Z} P(Y | Z, X=1) P(Z | X=1)", "P(Y | X=1)"),
    (MEDIATION, "P(X, M) - P(X) P(M | X)", "0"),
    ("X -> Y; Z -> Y; X <-> Z", "P(Y | do(X), Z)", "P(Y | do(X), Z)"),
    ("X -> Y; X <-> Z", "P(Y | do(X), Z)", "P(Y | do(X))"),
]


@pytest.mark.parametrize(("graph", "text", "simple"), TEXTBOOK)
def test_textbook_forms(graph: str, text: str, simple: str) -> None:
    diagram = Compilation.from_text(graph).diagram
    assert show(simplify(parse(text), diagram), ASCII) == simple


def test_without_a_diagram_nothing_is_taken_for_irrelevant() -> None:
    assert show(simplify(parse("P(Y | X, Z)"))) == "P(Y | X, Z)"
    assert show(simplify(parse("sum_{Z} P(Y | Z) P(Z | X)")), ASCII) == "sum_{Z} P(Y | Z) P(Z | X)"
    assert show(simplify(parse("sum_{Z} P(Y | X, Z) P(Z | X)")), ASCII) == "P(Y | X)"


def test_latent_variables_are_projected_out() -> None:
    diagram = Diagram.of("XYU", [("U", "X"), ("U", "Y")], observed="XY")
    assert show(simplify(parse("P(Y | X)"), diagram)) == "P(Y | X)"
