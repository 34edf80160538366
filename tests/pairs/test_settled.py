"""What identification leaves open is refused by two models, which the exact engine confirms."""

from __future__ import annotations

import pytest

from scmlang.compiler import Compilation
from scmlang.exact.engine import answer
from scmlang.witness import witness_of
from tests.witness.test_witness import verify

BOW = "X -> Y; X <-> Y"


@pytest.mark.parametrize(
    ("model", "query"),
    [
        (BOW, "E(Y | do(X=1)) / E(Y | do(X=0))"),
        (BOW, "E(Y | do(X=1)) * E(Y | do(X=0))"),
        (BOW, "E(Y | do(X=1)) / P(X=1)"),
        (BOW, "P(Y=1 | do(X=1)) ** 2"),
        (BOW, "E(Y ** 2 | do(X=1))"),
        ("X: binary; Y: real; X -> Y; X <-> Y", "E(Y ** 2 | do(X=1))"),
        ("Y: -1..1; X: binary; X -> Y; X <-> Y", "E(Y ** 2 | do(X=1)) - E(Y | do(X=0))"),
        ("X -> Y", "PNS(X, Y) * PN(X, Y)"),
        ("A: 0..2; B, C: 0..2; A -> B; C -> A; C -> B; A <-> C", "P(B[A=0] <= B)"),
        ("X: binary; Y: real; X -> Y", "P(Y[X=1] > Y[X=0])"),
        ("X: binary; Y, Z: real; Z -> Y; X -> Y; X <-> Y", "P(Y[X=1] > Z)"),
    ],
)
def test_composites_of_refused_terms(model: str, query: str) -> None:
    compilation = Compilation.from_text(model)
    assert compilation.identify(query).identifiable is False
    assert verify(compilation.diagram, query, witness_of(compilation, query))


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("P(Y[X=1] > 2, Y < 5)", "P(Y[X=1] > 1, Y < 3)"),
        ("P(Y[X=1] > 5, Y > 2)", "P(Y[X=1] > 3, Y > 1)"),
        ("P(Y[X=1] >= 0.5, 2 > Y)", "P(Y[X=1] >= 1, Y < 3)"),
    ],
)
def test_numbers_that_are_compared_keep_their_order(query: str, asked: str) -> None:
    """Levels 1, 3, … are the numbers, and the others lie between, so that each event is the same."""
    compilation = Compilation.from_text("X: binary; Y: real; X -> Y")
    assert compilation.identify(query).identifiable is False
    models = [Compilation.from_text(text) for text in witness_of(compilation, query)]
    assert all(decision.verdict.value == "holds" for model in models for decision in model.decisions)
    cells = [f"P(X={x}, Y={y})" for x in range(2) for y in range(5)]
    shares, values = (
        [[answer(model.model, model.query(text), exact=True).value for text in texts] for model in models]
        for texts in (cells, [asked])
    )
    assert shares[0] == shares[1]
    assert all(shares[0])
    assert values[0] != values[1]


@pytest.mark.parametrize(
    ("model", "query"),
    [
        (f"X, Y: binary; {BOW}", "P(Y=1 | do(X=1)) + P(Y=0 | do(X=1))"),
        (BOW, "P(Y=1 | do(X=1)) / P(Y=1 | do(X=1))"),
        ("X -> Y", "PNS(X, Y) / PN(X, Y)"),  # it is P(Y=1 | X=1)
        ("X, Z: binary; Y: real; Z -> {X, Y}; X -> Y", "E(Y ** 2 | do(X=1))"),
        ("Z -> {X, Y}; X -> Y", "P(Y=1 | do(X=1)) ** 2 / E(Y | do(X=0))"),
        ("A, B, C: binary; A -> B; C -> A; C -> B; B <-> C", "P(C[B=1] <= C | B[C=1]=0)"),
    ],
)
def test_what_is_determined_is_not_refused(model: str, query: str) -> None:
    assert Compilation.from_text(model).identify(query).identifiable is not False


def test_an_assertion_is_decided_as_well() -> None:
    text = f"{BOW}\nassert not identifiable(E(Y | do(X=1)) / E(Y | do(X=0)))\n"
    (decision,) = Compilation.from_text(text).decisions
    assert decision.verdict.value == "holds"


def test_two_models_differ_in_what_is_said() -> None:
    found = Compilation.from_text(BOW).identify("E(Y | do(X=1)) / E(Y | do(X=0))")
    assert found.notes[-1].startswith("two models agree on all data and give it ")
    assert found.steps[-1].rule == "two models"
