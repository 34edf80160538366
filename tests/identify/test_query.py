"""Whole queries: values, means and arithmetic in numbers; weighted sums of what is not identifiable."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest

from scmlang.compiler import Compilation
from scmlang.diagnostics import ScmError
from scmlang.diagram import Diagram
from scmlang.identify.estimand import evaluate, show
from scmlang.identify.query import identify_query
from scmlang.identify.result import UNWRITTEN, Identification
from tests.identify.random_models import RandomModel, sparse_diagram

BOW = "X -> Y; X <-> Y; Z -> Y; Y -> W"


def found(text: str, query: str, *experiments: str) -> Identification:
    return Compilation.from_text(text).identify(query, experiments)


def text_of(diagram: Diagram) -> str:
    lines = [f"{', '.join(diagram.nodes)}: binary"]
    lines += [f"{a} -> {b}" for a, b in sorted(diagram.directed)]
    return "\n".join([*lines, *(f"{a} <-> {b}" for a, b in sorted(diagram.bidirected))])


def test_values_means_and_arithmetic_in_numbers() -> None:
    rng = random.Random(21)
    compared = 0
    for seed in range(120):
        diagram = sparse_diagram(rng, rng.randint(3, 5))
        y, x, z = rng.sample(diagram.nodes, 3)
        model = RandomModel(diagram, np.random.default_rng(seed))
        effect = model.effect([y], [x]).on((y, x))
        given = model.effect([y], [x], [z]).on((y, x, z))
        queries = {
            f"P({y}=1 | do({x}=0))": effect[1, 0],
            f"E({y} | do({x}=1))": effect[1, 1],
            f"ATE({x}, {y})": effect[1, 1] - effect[1, 0],
            f"P({y}=1 | do({x}=1), {z}=0)": given[1, 1, 0],
            f"E(2 * {y} - 1 | do({x}=1), {z}=1)": 2 * given[1, 1, 1] - 1,
            f"P({y}=1 | do({x}=1)) / P({y}=1 | do({x}=0))": effect[1, 1] / effect[1, 0],
            f"1 - 2 * P({y}=1 | do({x}=1)) / 3": 1 - 2 * effect[1, 1] / 3,
            f"P({y} < 1 | do({x}=1))": effect[0, 1],
        }
        compilation = Compilation.from_text(text_of(diagram))
        for query, truth in queries.items():
            estimand = compilation.identify(query).estimand
            if estimand is not None:
                value = evaluate(estimand, model)
                assert np.allclose(value.array, truth, atol=1e-10), query
                compared += 1
    assert compared > 500


@pytest.mark.parametrize(
    ("query", "verdict"),
    [
        ("ATE(X, Y)", False),
        ("P(Y=1 | do(X=1)) - P(Y=1)", False),
        ("P(Y=1 | do(X=1)) - P(Y=1 | do(X=1))", True),
        ("P(Y=1 | do(X=1)) - P(Y=1 | do(X=1, W=0))", True),
        ("CDE(X, Y, W=1)", False),
        ("CDE(X, W, Y=1)", True),
        ("E(Y | do(X=1, Z=0)) - 2 * E(Y | do(X=0, Z=0)) + E(Y | do(X=1, Z=1))", False),
        ("P(Y=1 | do(X=1)) + P(Y=0 | do(X=1))", False),
        ("P(Y=1 | do(X=1)) - P(W=1 | do(X=0))", False),
        ("P(Y=1 | do(X=1)) / P(Y=1 | do(X=0))", False),
        ("P(Y=1 | do(Z=1)) ** 2", True),
        ("P(Y=1 | do(X=1)) ** 2", False),
        ("P(Y=1 | do(Z=1)) % 2", True),
        ("0 * P(Y=1 | do(X=1))", True),
    ],
)
def test_sums_of_what_is_not_identifiable(query: str, verdict: bool | None) -> None:
    answer = found(BOW, query)
    assert answer.identifiable is verdict
    assert (answer.estimand is not None) == (verdict is True and "%" not in query)
    assert (answer.witness is not None) >= (verdict is False)
    assert answer.notes or verdict is not None
    assert (answer.notes == (UNWRITTEN,)) == ("%" in query)


def test_a_contrast_that_is_no_effect_is_nothing() -> None:
    answer = found(f"X, Y, Z, W: binary; {BOW}", "CDE(X, W, Y=1)")
    assert answer.estimand is not None
    assert show(answer.estimand) == "0"
    assert answer.method == "do-calculus"
    assert [step.text for step in answer.steps] == ["E(W | do(Y=1)) cancels"]


def test_levels_have_their_names() -> None:
    answer = found("C: {red, green}\nB: binary\nC -> B", "P(B=1 | do(C=green))")
    assert answer.estimand is not None
    assert show(answer.estimand) == "P(B=1 | C=green)"


def test_free_symbols_are_told() -> None:
    answer = found("W -> Z -> X -> Y; W <-> X; W <-> Y", "P(Y | do(X))")
    assert answer.notes == ("`Z` may stand at any value: all give the same",)


def test_latent_variables_are_projected_out_and_not_asked_about() -> None:
    text = "latent U; U -> {X, Y}; X -> Y"
    assert found(text, "P(Y | do(X))").identifiable is False
    for query in ("P(Y | do(U))", "P(Y=1 | do(U=1)) - P(Y=1 | do(U=0))"):
        with pytest.raises(ScmError, match="E075"):
            found(text, query)


def test_long_formulas_have_a_factor_a_variable() -> None:
    names = [f"V{i}" for i in range(60)]
    arrows = list(pairwise(names))
    arcs = list(zip(names, names[2:], strict=False))
    diagram = Diagram.of(names, arrows, arcs)
    compilation = Compilation.from_text(text_of(diagram))
    answer = identify_query(
        diagram, compilation.query("P(V59, V58, V57 | do(V0))"), compilation.model.variables
    )
    assert answer.identifiable
    assert answer.estimand is not None
    assert show(answer.estimand).count("P(") == len(names)
