"""Assertions about fully specified models, decided by their numbers."""

from __future__ import annotations

import pytest

from scmlang.compiler import Compilation
from scmlang.exact.claims import decide_exactly

MODEL = """
exogenous U ~ bernoulli(0.5)
exogenous V ~ bernoulli(0.5)
X, Y, Z, W: binary
A: real
X := U
Y := X
Z := U xor V
W ~ bernoulli(0.2 + 0.6 * X)
A ~ normal(0, 1)
"""


def decided(claim: str) -> tuple[str, str]:
    (decision,) = Compilation.from_text(MODEL + f"assert {claim}\n").decisions
    return decision.verdict.value, decision.reason


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("P(W=1) == 0.5", "holds"),
        ("P(W=1) == 0.6", "fails"),
        ("P(W=1) == 0.6 within 0.1", "holds"),
        ("P(W=1) == 0.6 within 0.05", "fails"),
        ("P(W=1) != 0.6", "holds"),
        ("P(W=1) < 0.5", "fails"),
        ("P(W=1) <= 0.5", "holds"),
        ("P(W=1) > 0.4 within 0.05", "holds"),
        ("P(W=1) > 0.4 within 0.2", "fails"),
        ("0.4 <= P(W=1) <= 0.6", "holds"),
        ("0.4 <= P(W=1) <= 0.45", "fails"),
        ("P(W | do(X=1)) == P(W | X=1)", "holds"),
        ("P(W | X) == P(W)", "fails"),
        ("P(Z | X) == P(Z)", "holds"),
        ("P(W | do(X)) == P(W | X)", "holds"),
        ("P(X | do(W)) == P(X | W)", "fails"),
        ("ATE(X, W) == 0.6", "holds"),
        ("independent(X, Y)", "fails"),
        ("not independent(X, Y)", "holds"),
        ("independent(X, Z)", "holds"),  # the numbers cancel, the diagram has X <-> Z
        ("not independent(X, Z)", "fails"),
        ("independent(U, Z)", "holds"),
        ("independent(U, {Y, Z})", "fails"),
        ("independent(V, X | Z)", "fails"),
        ("independent(W[X=1], X)", "holds"),
        ("independent(Y[X=1], X)", "holds"),
        ("independent(A, X)", "holds"),  # by the diagram, before any number is asked for
    ],
)
def test_the_numbers_decide(claim: str, verdict: str) -> None:
    assert decided(claim)[0] == verdict


def test_a_failure_names_the_row_and_both_numbers() -> None:
    assert decided("P(W=1 | X) == 0.2") == ("fails", "0.8 == 0.2 is false, for X=1")


def test_what_cannot_be_computed_stays_undecided_and_says_why() -> None:
    verdict, reason = decided("P(A > 0) == 0.5")
    assert verdict == "undecided"
    assert "`A` is real" in reason


def test_the_bound_of_a_check_is_kept() -> None:
    text = "X, Y: 0..99\nX ~ uniform(0..99)\nY ~ uniform(0..99)\nassert P(X < Y) == 0.495\n"
    compilation = Compilation.from_text(text)
    (assertion,) = compilation.model.assertions
    assert decide_exactly(assertion, compilation.model, 1 << 18).verdict.value == "holds"
    tight = decide_exactly(assertion, compilation.model, 100)
    assert tight.verdict.value == "undecided"
    assert "cells" in tight.reason
    assert tight.reason.endswith("more than 100")


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [("(X, W | Z)", "holds"), ("(X, Y | Z)", "fails"), ("(Z, W | Y)", "holds"), ("(Z, V)", "fails")],
)
def test_rare_conditions_count_as_much_as_others(claim: str, verdict: str) -> None:
    text = "Z, W, X, Y, V: binary\nZ ~ bernoulli(1e-5)\nX ~ bernoulli(0.5)\nW ~ bernoulli(1e-5)\n"
    text += f"Y := if Z == 1 then X else 0\nV := Z\nassert independent{claim}\n"
    (decision,) = Compilation.from_text(text).decisions
    assert decision.verdict.value == verdict
