"""Warnings: each where it is true, none where it is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.compiler import Compilation
from scmlang.diagnostics.base import ScmError
from tests.docs.markdown import blocks
from tests.semantics.fakes import check_text

EXAMPLES = sorted(Path(__file__).parents[2].glob("examples/**/*.scm"))


def codes(text: str) -> list[str]:
    return [diagnostic.code for diagnostic in check_text(text).warnings]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_no_example_is_warned_of(path: Path) -> None:
    assert Compilation.from_file(path).warnings == ()


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 5
    assert blocks("scm")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("let p = 0.1\nX: binary\nX ~ bernoulli(p)", []),
        ("let p = 0.1\nlet q = 1 - p\nX: binary\nX ~ bernoulli(q)", []),
        ("let p = 0.1\nlet q = 1 - p\nX: binary\nX ~ bernoulli(0.5)", ["W002"]),
        ("let p = 0.9\nX, Y: binary\nY ~ table(X) { (0): [p, 1 - p]  (1): [0.5, 0.5] }", []),
        ("let n = 3\nexogenous U ~ binomial(n, 0.5)\nX: 0..3\nX := U", []),
        ("let n = 3\nX: 0..3\nX ~ uniform(0..n)", []),
    ],
)
def test_constants_that_nothing_uses(text: str, found: list[str]) -> None:
    assert codes(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("latent T: binary\nX, Y: binary\nX -> T -> Y", []),
        ("latent T: binary\nX, Y: binary\nX -> Y\nX -> T", ["W003"]),
        ("latent S, T: binary\nX, Y: binary\nX -> S -> T -> Y", []),
        ("latent T: binary\nX: binary\nX ~ bernoulli(0.5)\nT := X\nquery q = P(T=1)", []),
        ("latent T: binary\nX: binary\nX ~ bernoulli(0.5)\nT := X\nassert P(T=1) == 0.5", []),
        ("latent S, T: binary\nX: binary\nX ~ bernoulli(0.5)\nS := X\nT := S\nquery q = P(T=1)", []),
        ("latent X, Y: binary\nX -> Y", []),  # all is hidden: that is another matter (E177)
        ("latent U; U -> X; U -> Y", []),
    ],
)
def test_hidden_variables_without_effect(text: str, found: list[str]) -> None:
    assert codes(text) == found


@pytest.mark.parametrize(
    ("equation", "found"),
    [
        ("X := 1", ["W004"]),
        ("X ~ bernoulli(0)", ["W004"]),
        ("X ~ bernoulli(1)", ["W004"]),
        ("X ~ bernoulli(0.01)", []),
        ("X ~ categorical([0, 1])", ["W004"]),
        ("X ~ binomial(1, 1)", ["W004"]),
        ("X ~ binomial(0, 0.5)", ["W004"]),
        ("X ~ binomial(1, 0.5)", []),
        ("X ~ table() { (): [0, 1] }", ["W004"]),
        ("X ~ table() { (): [0.5, 0.5] }", []),
        ("X ~ uniform()", []),
        ("X := D > 4", []),
    ],
)
def test_variables_that_never_vary(equation: str, found: list[str]) -> None:
    assert codes(f"D: 0..9\nD ~ uniform()\nX: binary\n{equation}") == found


@pytest.mark.parametrize(
    ("equation", "found"),
    [
        ("Y := A and B", []),
        ("Y := A or B and A", ["W005"]),
        ("Y := A and not A", ["W005"]),
        ("Y ~ bernoulli(0.5 + 0 * A)", ["W005"]),
        ("Y ~ bernoulli(if A then 0.2 else 0.2 + 0.1 * B)", []),
        ("Y ~ categorical([0.5 + 0.1 * A, 0.5 - 0.1 * A])", []),
        ("Y ~ table(A) { (0): [0.5, 0.5]  (1): [0.5, 0.5] }", []),  # written out, so meant
        ("Y := if R > 0 then A else B", []),
        ("Y := R > 1e9", []),
    ],
)
def test_causes_that_make_no_difference(equation: str, found: list[str]) -> None:
    text = "A, B: binary\nA ~ bernoulli(0.5)\nB ~ bernoulli(0.5)\nR: real\nR ~ normal(0, 1)\nY: binary"
    assert codes(f"{text}\n{equation}") == found


@given(st.lists(st.booleans(), min_size=4, max_size=4))
def test_a_truth_table_is_warned_of_exactly_where_a_column_is_idle(rows: list[bool]) -> None:
    """Over all functions of two binary causes, each as nested conditionals."""
    a, b, c, d = (str(value).lower() for value in rows)
    text = "A, B, Y: binary\nA ~ bernoulli(0.5)\nB ~ bernoulli(0.5)\n"
    text += f"Y := if A then (if B then {a} else {b}) else (if B then {c} else {d})"
    idle = [rows[:2] == rows[2:], rows[0::2] == rows[1::2]]
    assert codes(text) == ["W005"] * sum(idle)


@pytest.mark.parametrize(
    ("domains", "found"),
    [
        ("A: {low, high}\nB: {high, low}", ["W006"]),
        ("A: {low, high}\nB: {low, high, top}", ["W006"]),
        ("A, B: {low, high}", []),
        ("A: {low, high}\nB: 0..1", []),
    ],
)
def test_comparisons_of_different_levels(domains: str, found: list[str]) -> None:
    assert codes(f"{domains}\nSame: binary\nSame := A == B") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("X, Y, Z: binary\nX -> Y", ["W007"]),
        ("X, Y, Z: binary\nX -> Y\nquery q = P(Z=1)", []),
        ("X, Y, Z: binary\nX -> Y\n{Z}", []),
        ("X, Y, Z: binary\nX -> Y\nmechanism Z: table", []),
        ("X, Y, Z: binary\nX -> Y\nZ ~ bernoulli(0.5)", []),
        ("X, Y, Z: binary\nX <-> Y", ["W007"]),
        ("X, Y, Z: binary", []),  # no diagram is drawn yet
        ("{X, Y, Z}\nX -> Y", []),
    ],
)
def test_variables_that_nothing_mentions(text: str, found: list[str]) -> None:
    assert codes(text) == found


def test_warnings_wait_for_errors_to_be_mended() -> None:
    with pytest.raises(ScmError) as error:
        check_text("let p = 1\nX, Y, Z: binary\nX -> Y -> W")
    assert [diagnostic.code for diagnostic in error.value.diagnostics] == ["E012"]
