from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scmlang.semantics.bounds import is_whole
from scmlang.semantics.domains import Finite
from scmlang.semantics.expressions import Call, Constant, Expression, Reference, evaluate, references
from tests.semantics.fakes import model_of
from tests.semantics.strategies import AT, DOMAINS, expressions, meaning, values


def column(value: float) -> np.ndarray:
    return np.array([value])


def value(node: Expression, at: dict[str, float]) -> float:
    return float(evaluate(node, {name: column(v) for name, v in at.items()}, 1)[0])


@given(expressions(), values())
def test_evaluation_agrees_with_plain_arithmetic(node: Expression, at: dict[str, float]) -> None:
    expected = meaning(node, at)
    assume(math.isfinite(expected) and abs(expected) < 1e12)
    assume(not _is_delicate(node))
    assert value(node, at) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def _is_delicate(node: Expression) -> bool:
    """Whether a rounding error may be magnified: a jump of a real number, or a branch without value."""
    jumps = ("==", "!=", "<", "<=", ">", ">=", "//", "%", "round", "floor", "ceil", "if")
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Call):
            if part.operator in jumps and not all(is_whole(o, DOMAINS) for o in part.operands):
                return True
            waiting.extend(part.operands)
    return False


@given(expressions(real=False), values())
def test_whole_expressions_give_integers(node: Expression, at: dict[str, float]) -> None:
    result = value(node, at)
    assume(math.isfinite(result))
    if is_whole(node, DOMAINS):
        assert result == round(result)


@given(expressions(), st.lists(values(), min_size=1, max_size=5))
def test_evaluation_is_unit_by_unit(node: Expression, units: list[dict[str, float]]) -> None:
    columns = {name: np.array([unit[name] for unit in units]) for name in units[0]}
    together = evaluate(node, columns, len(units))
    apart = [value(node, unit) for unit in units]
    np.testing.assert_allclose(together.astype(float), apart, rtol=1e-12, equal_nan=True)


@given(st.integers(1, 12), st.data())
def test_indexing_undoes_a_vector(width: int, data: st.DataObject) -> None:
    bits = data.draw(st.lists(st.integers(0, 1), min_size=width, max_size=width))
    vector = Call("vector", tuple(Constant(bit, AT) for bit in bits), AT)
    assert value(vector, {}) == int("".join(map(str, bits)), 2)
    for position, bit in enumerate(bits):
        index = Call("index", (vector, Constant(position, AT), Constant(width, AT)), AT)
        assert value(index, {}) == bit


def test_constants_fill_a_column() -> None:
    assert evaluate(Constant(3, AT), {}, 4).tolist() == [3, 3, 3, 3]
    assert evaluate(Constant(3, AT), {}, 0).shape == (0,)


def test_integers_stay_integers() -> None:
    product = Call("*", (Reference("D", AT), Constant(3, AT)), AT)
    assert evaluate(product, {"D": np.array([1, 2], dtype=np.uint8)}, 2).dtype == np.int64
    assert evaluate(
        Call("/", (Reference("D", AT), Constant(2, AT)), AT), {"D": np.array([1, 2])}, 2
    ).tolist() == [
        0.5,
        1.0,
    ]


def test_large_integers_do_not_wrap() -> None:
    tower = Call("**", (Constant(10, AT), Constant(30, AT)), AT)
    assert evaluate(tower, {}, 1)[0] == pytest.approx(1e30)


def test_references_are_in_order_of_appearance() -> None:
    node = Call("+", (Call("*", (Reference("B", AT), Reference("A", AT)), AT), Reference("B", AT)), AT)
    assert references(node) == ("B", "A")


def test_levels_resolve_by_what_they_are_compared_with() -> None:
    model = model_of(
        "A: {low, high}\nB: {off, low}\nX, Y: binary\nA ~ uniform(0..1)\nB ~ uniform(0..1)\n"
        "X := A == low\nY := low == B\n"
    )
    columns = {"A": np.array([0, 1, 0, 1]), "B": np.array([0, 0, 1, 1])}
    results = {}
    for name in ("X", "Y"):
        equation = model.variables[name].equation
        results[name] = evaluate(equation.expression, columns, 4).tolist()  # type: ignore[union-attr]
    assert results == {"X": [1, 0, 1, 0], "Y": [0, 0, 1, 1]}


def test_domains_have_three_faces() -> None:
    domain = Finite("named", 2, names=("red", "green"))
    assert [domain.value("green"), domain.value(1), domain.value("1"), domain.value("blue")] == [
        1,
        1,
        1,
        None,
    ]
    assert [domain.level(v) for v in range(2)] == ["red", "green"]
    assert Finite("range", 3, -1).levels == ("-1", "0", "1")
