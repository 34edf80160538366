"""The rules about the direction of expressions against values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.semantics.directions import Direction, direction
from scmlang.semantics.expressions import Call, Constant, Expression, Reference, evaluate
from scmlang.source import Span

HERE = Span(0, 1)
X, Z = np.arange(-3, 4), np.arange(-2, 3)
UNARY = ("neg", "abs", "sign", "round", "floor", "ceil", "exp", "sin", "tanh", "sigmoid")
BINARY = ("+", "-", "*", "/", "//", "min", "max")


def call(operator: str, *operands: Expression) -> Expression:
    return Call(operator, operands, HERE)


@st.composite
def truths(draw: st.DrawFn, depth: int) -> Expression:
    """What is 0 or 1, as conditions are."""
    kind = draw(st.integers(0, 3)) if depth else 0
    if kind == 1:
        return call("not", draw(truths(depth - 1)))
    operators, inner = (
        (("and", "or", "xor"), truths) if kind > 1 else (("<", "<=", ">", ">=", "==", "!="), numbers)
    )
    below = max(depth - 1, 0)
    return call(draw(st.sampled_from(operators)), draw(inner(below)), draw(inner(below)))


@st.composite
def numbers(draw: st.DrawFn, depth: int) -> Expression:
    kind = draw(st.integers(0, 5)) if depth else 0
    if kind == 0:
        leaves: list[Expression] = [Reference("X", HERE), Reference("X", HERE), Reference("Z", HERE)]
        leaves += [Constant(value, HERE) for value in (-2, -0.5, 0.25, 1, 3)]
        return draw(st.sampled_from(leaves))
    inner = numbers(depth - 1)
    if kind == 1:
        return call(draw(st.sampled_from(UNARY)), draw(inner))
    if kind == 2:
        return call("if", draw(truths(depth - 1)), draw(inner), draw(inner))
    if kind == 3:
        return draw(truths(depth - 1))
    if kind == 4:
        return call("clip", draw(inner), draw(inner), draw(inner))
    return call(draw(st.sampled_from(BINARY)), draw(inner), draw(inner))


def values(node: Expression) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """float64[x, z]."""
    columns = {"X": np.repeat(X, len(Z)), "Z": np.tile(Z, len(X))}
    with np.errstate(all="ignore"):
        found = evaluate(node, columns, len(X) * len(Z)).astype(np.float64)
    return found.reshape(len(X), len(Z))


@given(numbers(3))
def test_what_is_proved_is_so(node: Expression) -> None:
    steps = np.diff(values(node), axis=0)
    steps = steps[np.isfinite(steps)]
    found = direction(node, "X")
    if Direction.RISES in found:
        assert (steps >= -1e-9).all()
    if Direction.FALLS in found:
        assert (steps <= 1e-9).all()


x, z, half = Reference("X", HERE), Reference("Z", HERE), Constant(0.5, HERE)


@pytest.mark.parametrize(
    ("node", "found"),
    [
        (call("<", z, call("+", half, call("*", half, x))), Direction.RISES),
        (call("if", call(">", x, z), Constant(2, HERE), half), Direction.RISES),
        (call("if", call(">", z, half), x, half), Direction.RISES),
        (call("if", call("not", call(">", x, z)), Constant(2, HERE), half), Direction.FALLS),
        (call("-", z, call("/", x, Constant(-3, HERE))), Direction.RISES),
        (call("sigmoid", call("neg", x)), Direction.FALLS),
        (call("abs", z), Direction.CONSTANT),
        (call("*", x, x), Direction.NEITHER),
        (call("abs", x), Direction.NEITHER),
        (call("==", x, z), Direction.NEITHER),
    ],
)
def test_what_is_found(node: Expression, found: Direction) -> None:
    assert direction(node, "X") is found
