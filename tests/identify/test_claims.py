"""``assert identifiable(…)``."""

from __future__ import annotations

import pytest

from scmlang.compiler import Compilation

FRONT_DOOR = "X -> Z -> Y; X <-> Y; latent U; U -> Z; "
BOW = "X -> Y; X <-> Y; "


@pytest.mark.parametrize(
    ("text", "claim", "verdict"),
    [
        (FRONT_DOOR, "identifiable(P(Y | do(X)))", "holds"),
        (FRONT_DOOR, "identifiable(P(Y=1 | do(X=1)))", "holds"),
        (FRONT_DOOR, "identifiable(P(Y[X=1]=1))", "holds"),
        (FRONT_DOOR, "identifiable(E(Y | do(X=1)))", "holds"),
        (FRONT_DOOR, "identifiable(ATE(X, Y))", "holds"),
        (FRONT_DOOR, "not identifiable(P(Y | do(X)))", "fails"),
        (FRONT_DOOR, "identifiable(P(Y, Z | do(X)))", "holds"),
        (FRONT_DOOR, "identifiable(P(Y | do(X), Z=1))", "holds"),
        (FRONT_DOOR, "identifiable(P(Y[X=1]=1 | X=0))", "holds"),
        (FRONT_DOOR, "identifiable(ETT(X, Y))", "holds"),
        (BOW, "identifiable(P(Y | do(X)))", "fails"),
        (BOW, "not identifiable(P(Y | do(X)))", "holds"),
        (BOW, "identifiable(P(Y | X))", "holds"),
        (BOW, "identifiable(ATE(X, Y))", "fails"),
        (BOW, "identifiable(P(X | do(Y)))", "holds"),
        (BOW, "identifiable(ATE(Y, X))", "holds"),
        (BOW, "identifiable(P(Y=1 | do(X=1)) - P(Y=1))", "fails"),
        (BOW, "identifiable(P(Y=1 | do(X=1)) - P(Y[X=1]=1))", "holds"),
        (BOW, "identifiable(P(Y=1 | do(X=1)) + P(Y=0 | do(X=1)))", "fails"),
        (BOW, "identifiable(2 * P(Y=1 | do(X=1)) - 3 * P(Y=1 | do(X=0)) / 4)", "fails"),
        (BOW, "identifiable(P(X | do(X=1)))", "undecided"),
    ],
)
def test_what_is_decided(text: str, claim: str, verdict: str) -> None:
    (decision,) = Compilation.from_text(text + f"assert {claim}").decisions
    assert decision.verdict.value == verdict


def test_a_refusal_names_the_hedge() -> None:
    (problem,) = Compilation.from_text(BOW + "assert identifiable(P(Y | do(X)))").failures
    assert problem.code == "E086"
    assert "{X, Y} around {Y}" in problem.message
