"""Expressions over the rationals: what :func:`scmlang.semantics.expressions.evaluate` gives, unrounded."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from scmlang.semantics.expressions import Call, Constant, Expression, Reference

Rational = int | Fraction
LONGEST = 1 << 14  # bits of a numerator or denominator


class Irrational(Exception):
    """A value is not rational, or is one with too many digits; the text names what it comes from."""


def rational(expression: Expression, row: Mapping[str, int | float | Fraction]) -> Rational | None:
    """The value of an expression without rounding; None where it is undefined.

    A decimal is the rational it spells: 0.1 is 1/10.

    Raises:
        Irrational: for a function whose values are not rational, such as ``exp``.
    """
    if isinstance(expression, Constant):
        if expression.irrational:
            raise Irrational(expression.irrational)
        if expression.fraction is not None:
            return _whole(expression.fraction)
        value = expression.value
        return value if isinstance(value, int) else _whole(Fraction(str(value)))
    if isinstance(expression, Reference):
        return _whole(Fraction(row[expression.name]))
    return _call(expression, [rational(operand, row) for operand in expression.operands])


def _call(node: Call, operands: list[int | Fraction | None]) -> int | Fraction | None:
    if node.operator == "if":
        condition, then, otherwise = operands
        return None if condition is None else then if condition else otherwise
    if any(value is None for value in operands):
        return None
    compute = _RATIONAL.get(node.operator)
    if compute is None:
        raise Irrational(f"`{node.operator}`")
    try:
        value = Fraction(compute(*operands))
    except ZeroDivisionError:
        return None
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > LONGEST:
        raise Irrational("a number with too many digits")
    return _whole(value)


def _whole(value: int | Fraction) -> int | Fraction:
    return int(value) if value == int(value) else value


def _power(base: Fraction | int, exponent: Fraction | int) -> Fraction | int:
    base, exponent = Fraction(base), Fraction(exponent)
    if exponent.denominator != 1:
        raise Irrational("`**`")
    if max(base.numerator.bit_length(), base.denominator.bit_length()) * abs(exponent) > LONGEST:
        raise Irrational("a number with too many digits")
    return base ** int(exponent)


def _round(value: Fraction | int) -> int:
    return round(value)


def _vector(*bits: Fraction | int) -> int:
    value = 0
    for bit in bits:
        value = value * 2 + (bit != 0)
    return value


def _truth(compute: Callable[[bool, bool], bool]) -> Callable[[Any, Any], int]:
    return lambda a, b: int(compute(a != 0, b != 0))


def _compared(compute: Callable[[Any, Any], bool]) -> Callable[[Any, Any], int]:
    return lambda a, b: int(compute(a, b))


_RATIONAL: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda a, b: Fraction(a) / b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "**": _power,
    "neg": operator.neg,
    "not": lambda a: int(a == 0),
    "and": _truth(lambda a, b: a and b),
    "or": _truth(lambda a, b: a or b),
    "xor": _truth(lambda a, b: a != b),
    "==": _compared(operator.eq),
    "!=": _compared(operator.ne),
    "<": _compared(operator.lt),
    "<=": _compared(operator.le),
    ">": _compared(operator.gt),
    ">=": _compared(operator.ge),
    "vector": _vector,
    "index": lambda value, position, width: (int(value) >> int(width - 1 - position)) & 1,
    "min": min,
    "max": max,
    "abs": abs,
    "sign": lambda a: (a > 0) - (a < 0),
    "clip": lambda x, low, high: min(max(x, low), high),
    "round": _round,
    "floor": math.floor,
    "ceil": math.ceil,
}
