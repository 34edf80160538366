"""Rational arithmetic is the arithmetic of floats without their rounding."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.semantics.expressions import (
    FUNCTIONS,
    OPERATORS,
    Call,
    Constant,
    Expression,
    Reference,
    evaluate,
)
from scmlang.semantics.rationals import Irrational, rational
from scmlang.source import Span

AT = Span(0, 0)
_BINARY = [*"+-*%", "//", "==", "!=", "<", "<=", ">", ">=", "and", "or", "xor", "min", "max"]
_UNARY = ["neg", "not", "abs", "round", "floor", "ceil", "sign"]


def _calls(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return (
        st.builds(lambda o, a, b: Call(o, (a, b), AT), st.sampled_from(_BINARY), inner, inner)
        | st.builds(lambda a, n: Call("/", (a, Constant(n, AT)), AT), inner, st.sampled_from([2, 4]))
        | st.builds(lambda o, a: Call(o, (a,), AT), st.sampled_from(_UNARY), inner)
        | st.builds(lambda *parts: Call("if", parts, AT), inner, inner, inner)
        | st.builds(lambda *parts: Call("clip", parts, AT), inner, inner, inner)
    )


# All values are whole multiples of powers of two, exact in floats, so that the two agree at every jump.
_constants = st.builds(
    lambda n, d: Constant(n / d if d > 1 else n, AT), st.integers(-8, 8), st.sampled_from([1, 2, 4])
)
_names = st.builds(lambda name: Reference(name, AT), st.sampled_from("XY"))
expressions = st.recursive(_constants | _names, _calls, max_leaves=6)


@given(expressions, st.integers(-3, 3), st.integers(0, 1))
def test_it_is_what_floats_give(expression: Expression, x: int, y: int) -> None:
    number = evaluate(expression, {"X": np.array([x]), "Y": np.array([y])}, 1)[0]
    exact = rational(expression, {"X": x, "Y": y})
    if exact is None:
        return
    if not math.isfinite(number):
        pytest.fail(f"{expression} is {exact} without rounding and {number} with it")
    assert float(exact) == pytest.approx(float(number), abs=1e-9)


def test_a_decimal_is_what_it_spells() -> None:
    tenth, fifth = Constant(0.1, AT), Constant(0.2, AT)
    assert rational(Call("+", (tenth, fifth), AT), {}) == Fraction(3, 10)


@pytest.mark.parametrize(
    "name", sorted({*FUNCTIONS, *OPERATORS} & {"exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid"})
)
def test_transcendental_functions_are_refused(name: str) -> None:
    with pytest.raises(Irrational):
        rational(Call(name, (Constant(2, AT),), AT), {})


def test_a_power_that_would_be_too_long_is_refused() -> None:
    with pytest.raises(Irrational):
        rational(Call("**", (Constant(3, AT), Constant(10**9, AT)), AT), {})
