"""Typed expressions and their vectorised evaluator.

Expressions are data. :func:`evaluate` computes them over NumPy columns; no host-language code is
ever built or run from a file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scmlang.source import Span

Columns = Mapping[str, NDArray[np.generic]]
Array = NDArray[Any]


@dataclass(frozen=True)
class Constant:
    """A number; level names and ``true``/``false`` are already resolved to numbers.

    What was computed before, such as 1/3, also has the ``fraction`` that ``value`` rounds, or says in
    ``irrational`` what made it none.
    """

    value: int | float
    span: Span
    fraction: Fraction | None = field(default=None, compare=False, repr=False)
    irrational: str = field(default="", compare=False, repr=False)


def is_computed(constant: Constant) -> bool:
    """Whether the number is what some arithmetic gave, and not as a file spells it."""
    return constant.fraction is not None or bool(constant.irrational)


@dataclass(frozen=True)
class Reference:
    """The value of a variable."""

    name: str
    span: Span


@dataclass(frozen=True)
class Call:
    """An operator or function applied to operands.

    ``operator`` is one of ``+ - * / // % ** == != < <= > >= not and or xor neg if vector index``
    or the name of a function from :data:`FUNCTIONS`. ``if`` has operands (condition, then, else);
    ``vector`` has binary ones, most significant first; ``index`` has (vector, position, width) and
    gives the bit at that position, 0 being the most significant.
    """

    operator: str
    operands: tuple[Expression, ...]
    span: Span


Expression = Constant | Reference | Call


@dataclass(frozen=True)
class Function:
    """A function of the language: least and greatest number of arguments, and its value."""

    least: int
    most: int | None
    compute: Callable[..., Array]
    integral: bool = False  # gives integers whatever it is given
    preserves: bool = False  # gives integers when given integers


def _fold(compute: Callable[..., Array]) -> Callable[..., Array]:
    def folded(*operands: Array) -> Array:
        result = operands[0]
        for operand in operands[1:]:
            result = compute(result, operand)
        return result

    return folded


def _whole(compute: Callable[[Array], Array]) -> Callable[[Array], Array]:
    def rounded(x: Array) -> Array:
        return _narrow(compute(x.astype(np.float64)), integral=True)

    return rounded


def _float(compute: Callable[[Array], Array]) -> Callable[[Array], Array]:
    return lambda x: compute(x.astype(np.float64))


FUNCTIONS: dict[str, Function] = {
    "min": Function(2, None, _fold(np.minimum), preserves=True),
    "max": Function(2, None, _fold(np.maximum), preserves=True),
    "abs": Function(1, 1, np.abs, preserves=True),
    "sign": Function(1, 1, _whole(np.sign), integral=True),
    "clip": Function(3, 3, lambda x, low, high: np.minimum(np.maximum(x, low), high), preserves=True),
    "round": Function(1, 1, _whole(np.round), integral=True),
    "floor": Function(1, 1, _whole(np.floor), integral=True),
    "ceil": Function(1, 1, _whole(np.ceil), integral=True),
    "exp": Function(1, 1, _float(np.exp)),
    "log": Function(1, 1, _float(np.log)),
    "sqrt": Function(1, 1, _float(np.sqrt)),
    "sin": Function(1, 1, _float(np.sin)),
    "cos": Function(1, 1, _float(np.cos)),
    "tanh": Function(1, 1, _float(np.tanh)),
    "sigmoid": Function(1, 1, _float(lambda x: 0.5 * (1 + np.tanh(0.5 * x)))),
}
_EXACT = 2.0**53  # beyond this a float64 no longer holds every integer


def _narrow(value: Array, *, integral: bool) -> Array:
    """Integers where the value is whole and small enough to be exact, else the float64 it is."""
    if integral and bool(np.all(np.abs(value) <= _EXACT)):
        return value.astype(np.int64)
    return value


def _arithmetic(compute: Callable[[Array, Array], Array]) -> Callable[[Array, Array], Array]:
    def computed(a: Array, b: Array) -> Array:
        both = a.dtype.kind == "i" and b.dtype.kind == "i"
        result = compute(a.astype(np.float64), b.astype(np.float64))
        return _narrow(result, integral=both and bool(np.all(result == np.floor(result))))

    return computed


def _logical(compute: Callable[[Array, Array], Array]) -> Callable[[Array, Array], Array]:
    return lambda a, b: compute(a != 0, b != 0).astype(np.int64)


def _comparison(compute: Callable[[Array, Array], Array]) -> Callable[[Array, Array], Array]:
    return lambda a, b: compute(a, b).astype(np.int64)


def _choose(condition: Array, then: Array, otherwise: Array) -> Array:
    return np.asarray(np.where(condition != 0, then, otherwise))


def _vector(*bits: Array) -> Array:
    result = np.zeros_like(bits[0], dtype=np.int64)
    for bit in bits:
        result = result * 2 + (bit != 0)
    return result


def _bit(value: Array, position: Array, width: Array) -> Array:
    bit: Array = np.bitwise_and(np.right_shift(value, width - 1 - position), 1)
    return bit


OPERATORS: dict[str, Callable[..., Array]] = {
    "+": _arithmetic(np.add),
    "-": _arithmetic(np.subtract),
    "*": _arithmetic(np.multiply),
    "/": lambda a, b: a.astype(np.float64) / b.astype(np.float64),
    "//": _arithmetic(np.floor_divide),
    "%": _arithmetic(np.mod),
    "**": _arithmetic(np.power),
    "==": _comparison(np.equal),
    "!=": _comparison(np.not_equal),
    "<": _comparison(np.less),
    "<=": _comparison(np.less_equal),
    ">": _comparison(np.greater),
    ">=": _comparison(np.greater_equal),
    "and": _logical(np.logical_and),
    "or": _logical(np.logical_or),
    "xor": _logical(np.logical_xor),
    "not": lambda a: (a == 0).astype(np.int64),
    "neg": np.negative,
    "if": _choose,
    "vector": _vector,
    "index": _bit,
}


def evaluate(expression: Expression, columns: Columns, n: int) -> Array:
    """The value of an expression in each of ``n`` units.

    Args:
        expression: a checked expression; its depth is bounded by ``LIMITS.nesting``.
        columns: a column of length ``n`` for every variable it names, of numeric *values* (see
            :mod:`scmlang.semantics.domains`).
        n: the number of units.

    Returns:
        int64[n] where operands and results are whole numbers (truth is 0 or 1, a vector is the
        integer it spells, most significant bit first), else float64[n]. Where the mathematics
        leaves a value undefined (0/0, log of a negative number) it is NaN or infinite.

    >>> at = Span(0, 0)
    >>> evaluate(Call("+", (Reference("X", at), Constant(1, at)), at), {"X": np.array([0, 1])}, 2)
    array([1, 2])
    """
    with np.errstate(all="ignore"):
        return np.array(np.broadcast_to(_evaluate(expression, columns), (n,)))


def _evaluate(expression: Expression, columns: Columns) -> Array:
    if isinstance(expression, Constant):
        return np.asarray(expression.value)
    if isinstance(expression, Reference):
        return _numeric(columns[expression.name])
    operands = []
    for operand in expression.operands:
        operands.append(_evaluate(operand, columns))
    return compute(expression.operator, *operands)


def compute(operator: str, *operands: Array) -> Array:
    """The value of an operator or function of the language, entry by entry."""
    function = FUNCTIONS.get(operator)
    return np.asarray((function.compute if function else OPERATORS[operator])(*operands))


def _numeric(column: Array) -> Array:
    return column.astype(np.float64 if column.dtype.kind == "f" else np.int64, copy=False)


def size(expression: Expression) -> int:
    """The number of operators, variables and constants in an expression."""
    count, waiting = 0, [expression]
    while waiting:
        node = waiting.pop()
        count += 1
        if isinstance(node, Call):
            waiting.extend(node.operands)
    return count


def references(expression: Expression) -> tuple[str, ...]:
    """The variables an expression names, each once, in order of appearance."""
    found: dict[str, None] = {}
    waiting: list[Expression] = [expression]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Reference):
            found[node.name] = None
        elif isinstance(node, Call):
            waiting.extend(reversed(node.operands))
    return tuple(found)
