"""Noise that worlds share: rare levels, and thresholds that are equal but for rounding."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scmlang.compiler import Compilation
from scmlang.exact.numbers import FLOATS
from scmlang.exact.thresholds import intervals
from tests.exact.systems import ask

_RARE = """
X: binary
X ~ bernoulli(0.5)
Y: binary
Y ~ bernoulli(if X == 1 then 0.00000000000000000003 else 0.00000000000000000001)
Z: 0..2
Z ~ categorical(0.6, 0.4 - 0.00000000000000000002 * (1 + X), 0.00000000000000000002 * (1 + X))
"""
_WEIGHTS = st.sampled_from([0.0, 1e-30, 1e-9, 0.1, 0.5, 1.0, 3.0])


@pytest.mark.parametrize(
    "text",
    [
        "P(Y[X=1]=1, Y[X=0]=0)",
        "P(Y[X=1]=1, Y[X=0]=1)",
        "P(Y[X=0]=1 | Y[X=1]=1)",
        "P(Y[X=0]=1 | X=1, Y=1)",
        "P(Z[X=1]=2, Z[X=0]=1)",
        "P(Z[X=0]=2 | Z[X=1]=2)",
    ],
)
def test_rare_levels_are_told_apart_as_in_fractions(text: str) -> None:
    model = Compilation.from_text(_RARE).model
    expected = float(ask(text, model).value)
    assert expected > 0
    assert ask(text, model, exact=False).value == pytest.approx(expected, rel=1e-12, abs=0)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("0.1 + 0.2", "0.3"),
        ("0.7 - 0.2", "0.5"),
        ("1 - 0.9", "0.1"),
        ("3 * 0.1 + 0.6", "0.9"),
        ("1/3", "1 - 2/3"),
    ],
)
def test_thresholds_that_rounding_parts_are_one(first: str, second: str) -> None:
    text = f"X, Y: binary\nX ~ bernoulli(0.5)\nY ~ bernoulli(if X == 1 then {first} else {second})"
    model = Compilation.from_text(text).model
    assert ask("P(Y[X=1] != Y[X=0])", model, exact=False).value == 0


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        arrays(np.float64, (3, 4), elements=st.sampled_from([0.0, 1e-30, 1e-9, 0.1, 0.5, 1.0, 3.0])),
        min_size=1,
    )
)
def test_each_world_has_the_distribution_of_its_table(tables: list[np.ndarray]) -> None:
    chances = [(t + np.eye(3, 4)) / (t + np.eye(3, 4)).sum(axis=1, keepdims=True) for t in tables]
    lengths, levels = intervals(chances, FLOATS)
    assert np.all(lengths >= 0)
    assert lengths.sum() == pytest.approx(1, abs=1e-12)
    for table, level in zip(chances, levels, strict=True):
        for row, own in zip(table, level, strict=True):
            assert np.all(np.diff(own) >= 0)
            mass = np.bincount(own, weights=lengths, minlength=4)
            np.testing.assert_allclose(mass, row, rtol=1e-9, atol=1e-15)
