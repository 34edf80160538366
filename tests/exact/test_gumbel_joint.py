"""The closed form of two worlds under one Gumbel noise."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.compiler import Compilation
from scmlang.diagnostics import ScmError
from scmlang.exact.engine import answer
from scmlang.exact.gumbel import joint_response
from scmlang.exact.numbers import RATIONALS
from scmlang.semantics.queries import Edit, Intervention, read_query


@st.composite
def pairs(draw: st.DrawFn) -> tuple[list[Fraction], list[Fraction]]:
    size = draw(st.integers(2, 4))
    rows = st.lists(st.integers(0, 5), min_size=size, max_size=size).filter(any)
    first, second = draw(rows), draw(rows)
    return [Fraction(w, sum(first)) for w in first], [Fraction(w, sum(second)) for w in second]


def joint(p: list[Fraction], q: list[Fraction]) -> list[list[Fraction]]:
    rows = [RATIONALS.column(row).reshape(1, -1) for row in (p, q)]
    found: list[list[Fraction]] = joint_response(rows[0], rows[1], RATIONALS)[0, 0].tolist()
    return found


@given(pairs())
def test_the_margins_are_the_two_distributions(rows: tuple[list[Fraction], list[Fraction]]) -> None:
    p, q = rows
    found = joint(p, q)
    assert [sum(row) for row in found] == p
    assert [sum(column) for column in zip(*found, strict=True)] == q


@given(pairs())
def test_it_is_counterfactually_stable(rows: tuple[list[Fraction], list[Fraction]]) -> None:
    """Where i was and the odds of j against i have not risen, j is not (Oberst and Sontag, theorem 2)."""
    p, q = rows
    found = joint(p, q)
    for i in range(len(p)):
        for j in range(len(p)):
            if i != j and q[i] * p[j] >= q[j] * p[i]:
                assert found[i][j] == 0


@given(pairs())
def test_the_worlds_may_change_places(rows: tuple[list[Fraction], list[Fraction]]) -> None:
    p, q = rows
    assert joint(p, q) == [list(column) for column in zip(*joint(q, p), strict=True)]


def test_it_is_what_gumbel_noise_gives() -> None:
    p, q = np.array([0.2, 0.3, 0.1, 0.4]), np.array([0.4, 0.1, 0.3, 0.2])
    n = 400_000
    noise = np.random.default_rng(0).gumbel(size=(n, 4))
    first, second = np.argmax(np.log(p) + noise, axis=1), np.argmax(np.log(q) + noise, axis=1)
    counts = np.zeros((4, 4))
    np.add.at(counts, (first, second), 1 / n)
    exact = np.array(joint([Fraction(str(x)) for x in p], [Fraction(str(x)) for x in q]), dtype=float)
    error = np.sqrt(exact * (1 - exact) / n)
    assert np.all(np.abs(counts - exact) <= 5 * error)


MODEL = Compilation.from_text(
    "X: binary\nY: 0..2\nX ~ bernoulli(0.5)\n"
    "Y ~ table(X, coupling=gumbel) { (0): [0.2, 0.3, 0.5] (1): [0.5, 0.3, 0.2] }"
).model


def test_the_engine_uses_it() -> None:
    query = read_query("P(Y[X=1]=1 | Y=2, X=0)", MODEL)
    assert not isinstance(query, Intervention | Edit)
    expected = joint(
        [Fraction(2, 10), Fraction(3, 10), Fraction(5, 10)],
        [Fraction(5, 10), Fraction(3, 10), Fraction(2, 10)],
    )
    assert answer(MODEL, query, exact=True).value == expected[2][1] / Fraction(1, 2)


def test_three_worlds_are_refused() -> None:
    chances = "0.2 + 0.1 * X, 0.3, 0.5 - 0.1 * X"
    text = f"X: 0..2\nY: 0..2\nX ~ uniform(0..2)\nY ~ categorical({chances}, coupling=gumbel)"
    model = Compilation.from_text(text).model
    query = read_query("P(Y[X=0]=0, Y[X=1]=0, Y[X=2]=0)", model)
    assert not isinstance(query, Intervention | Edit)
    with pytest.raises(ScmError) as error:
        answer(model, query)
    assert error.value.diagnostics[0].code == "E264"
