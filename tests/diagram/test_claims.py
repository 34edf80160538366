"""Assertions that the diagram decides, and those it must leave open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.compiler import Compilation
from scmlang.diagram.claims import Verdict, decide
from scmlang.diagram.separation import m_separated

DIAGRAM = "X -> Z -> Y; X <-> Y; W -> Y; latent U; U -> {X, W}; "
NUMBERS = "exogenous U ~ bernoulli(0.5)\nX, Y, Z: binary\nX := U\nY := X\nZ ~ bernoulli(0.5)\n"


def verdicts(text: str) -> list[str]:
    return [decision.verdict.value for decision in Compilation.from_text(text).decisions]


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("independent(Z, W | X)", "holds"),
        ("independent(Z, W)", "fails"),
        ("not independent(Z, W)", "holds"),
        ("not independent(Z, W | X)", "fails"),
        ("independent(Z, {W, U} | X)", "holds"),
        ("independent(Z, U | X, Y)", "fails"),
        ("independent(Y[X=1], X)", "undecided"),
        ("identifiable(P(Y[X=1]=1 | X=0))", "holds"),
        ("P(Y=1) == 0.5", "undecided"),
    ],
)
def test_a_diagram(claim: str, verdict: str) -> None:
    assert verdicts(DIAGRAM + f"assert {claim}") == [verdict]


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("independent(X, Z)", "holds"),
        ("not independent(X, Z)", "fails"),
        ("independent(X, Y)", "undecided"),
        ("not independent(X, Y)", "undecided"),
        ("independent(U, Z)", "undecided"),
    ],
)
def test_where_all_is_written_an_open_path_decides_nothing(claim: str, verdict: str) -> None:
    compilation = Compilation.from_text(NUMBERS + f"assert {claim}")
    (assertion,) = compilation.model.assertions
    assert decide(assertion, compilation.model, compilation.diagram).verdict.value == verdict


def test_the_complaint_points_at_every_edge_of_the_open_path() -> None:
    text = DIAGRAM + "assert independent(X, W | Y)"
    (problem,) = Compilation.from_text(text).failures
    assert problem.code == "E086"
    assert problem.span is not None
    assert text[problem.span.start : problem.span.end] == "assert independent(X, W | Y)"
    assert [note.text for note in problem.notes] == ["X <- U", "U -> W"]


_names = st.sampled_from("ABCDE")
_pairs = st.lists(st.tuples(_names, _names).filter(lambda pair: pair[0] < pair[1]), max_size=7)


@given(_pairs, _pairs, st.permutations("ABCDE"), st.integers(0, 3))
def test_a_claim_about_a_diagram_is_m_separation(
    arrows: list[tuple[str, str]], arcs: list[tuple[str, str]], order: list[str], size: int
) -> None:
    lines = ["{A, B, C, D, E}", *(f"{a} -> {b}" for a, b in arrows), *(f"{a} <-> {b}" for a, b in arcs)]
    x, y, *rest = order
    given_ = " | " + ", ".join(rest[:size]) if size else ""
    compilation = Compilation.from_text("; ".join([*lines, f"assert independent({x}, {y}{given_})"]))
    separated = m_separated(compilation.diagram, [x], [y], rest[:size])
    assert compilation.decisions[0].verdict is (Verdict.HOLDS if separated else Verdict.FAILS)
    assert len(compilation.failures) == (not separated)
