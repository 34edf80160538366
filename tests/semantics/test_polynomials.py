"""Sums that are one number by their form: sound on random expressions, and the cases that equations have."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.semantics.expressions import Call, Constant, Expression, Reference, evaluate
from scmlang.semantics.model import Assignment
from scmlang.semantics.polynomials import constant_sum
from tests.semantics.fakes import model_of
from tests.semantics.strategies import AT, call

_LEAVES = st.sampled_from([Reference(name, AT) for name in "XYZ"]) | st.integers(-3, 3).map(
    lambda k: Constant(k, AT)
)
_PARTS = st.recursive(
    _LEAVES,
    lambda part: st.one_of(
        *(call(op, part, part) for op in "+-*/"),
        call("neg", part),
        call("sin", part),
        call("**", part, st.just(Constant(2, AT))),
    ),
    max_leaves=8,
)


def at(node: Expression, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return evaluate(node, {name: rng.normal(size=50) for name in "XYZ"}, 50).astype(float)


@given(st.lists(st.tuples(st.integers(-2, 2).map(float), _PARTS), min_size=1, max_size=4), st.integers(0, 99))
def test_a_constant_sum_is_constant(parts: list[tuple[float, Expression]], seed: int) -> None:
    total = constant_sum(parts)
    if total is not None:
        values = np.sum([weight * at(node, seed) for weight, node in parts], axis=0)
        scale = np.max([np.abs(weight * at(node, seed)) for weight, node in parts], axis=0)
        known = np.isfinite(values) & (scale < 1e6)
        assert np.allclose(values[known], total, atol=1e-6)


@given(_PARTS, _PARTS, st.integers(1, 5))
def test_what_cancels_is_found(a: Expression, b: Expression, k: int) -> None:
    assert constant_sum([(1.0, a), (-1.0, a)]) == 0
    assert constant_sum([(2.0, Call("+", (a, b), AT)), (-2.0, b), (-2.0, a)]) == pytest.approx(0, abs=1e-9)
    assert constant_sum([(1.0, Call("-", (Constant(k, AT), a), AT)), (1.0, a)]) == pytest.approx(k)


def parts(*texts: str) -> list[tuple[float, Expression]]:
    head = "X, Y, Z: real\n" + "".join(f"V{i}: real\nV{i} := {text}\n" for i, text in enumerate(texts))
    equations = [model_of(head).variables[f"V{i}"].equation for i in range(len(texts))]
    return [(1.0, e.expression) for e in equations if isinstance(e, Assignment)]


@pytest.mark.parametrize(
    ("texts", "total"),
    [
        (("X ** 2", "2 * X * (1 - X)", "(1 - X) * (1 - X)"), 1),
        (("exp(X) / (exp(X) + exp(Y))", "exp(Y) / (exp(Y) + exp(X))"), 1),
        (("exp(X) / (2 * (exp(X) + 1))", "0.5", "1 / (2 + 2 * exp(X))"), 1),
        (("(X + Y) / 4", "(3 - X) / 4", "(1 - Y) / 4"), 1),
        (("sigmoid(X) * 0.3", "0.3 * (1 - sigmoid(X))", "0.7"), 1),
        (("X / Y", "Z / Y"), None),
        (("X / X",), 1),
        (("sigmoid(X)", "sigmoid(-X)"), None),
        (("X + 0.1", "0.2 - X"), 0.3),
    ],
)
def test_sums_that_equations_have(texts: tuple[str, ...], total: float | None) -> None:
    found = constant_sum(parts(*texts))
    assert found == (None if total is None else pytest.approx(total))


def test_a_large_product_ends_at_once_without_an_answer() -> None:
    node: Expression = Call("+", (Reference("X", AT), Reference("Y", AT)), AT)
    for _ in range(8):
        node = Call("*", (node, Call("+", (node, Reference("Z", AT)), AT)), AT)
    assert constant_sum([(1.0, node), (-1.0, Call("-", (node, Constant(1, AT)), AT))]) in (
        None,
        pytest.approx(1),
    )
