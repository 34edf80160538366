"""Interval arithmetic: what each operator gives for operands that lie between bounds.

An interval is a pair of columns (low, high), one entry for each case that is looked at. The result is
sound (every value lies in it) and not always tight: operands are taken as unrelated. See Moore,
Kearfott and Cloud, Introduction to Interval Analysis, SIAM 2009. What has no bound here is unbounded;
where an operator has no value at all is for :mod:`scmlang.semantics.bounds`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Interval = tuple[Floats, Floats]
Rule = Callable[..., Interval]
TINY = sys.float_info.min  # stands for "more than 0" as a lower bound


def everything(n: int) -> Interval:
    return np.full(n, -np.inf), np.full(n, np.inf)


def _truth(may_fail: Any, may_hold: Any) -> Interval:
    """0..1 where both are possible, else the one that is."""
    return np.where(may_fail, 0.0, 1.0), np.where(may_hold, 1.0, 0.0)


def may_hold(a: Interval) -> NDArray[np.bool_]:
    """Where a truth value can be other than 0."""
    return np.asarray((a[0] != 0) | (a[1] != 0))


def may_fail(a: Interval) -> NDArray[np.bool_]:
    """Where a truth value can be 0."""
    return np.asarray((a[0] <= 0) & (a[1] >= 0))


def holds_zero(a: Interval) -> NDArray[np.bool_]:
    return may_fail(a)


def _corners(operation: Callable[[Floats, Floats], Floats]) -> Rule:
    def rule(a: Interval, b: Interval) -> Interval:
        values = np.stack([operation(x, y) for x, y in product(a, b)])
        return values.min(axis=0), values.max(axis=0)

    return rule


def _times(x: Floats, y: Floats) -> Floats:
    return np.where((x == 0) | (y == 0), 0.0, x * y)


def _divide(a: Interval, b: Interval) -> Interval:
    """Zero itself is no divisor, so one that ends at zero has a reciprocal of one sign."""
    low = np.where(b[1] == 0, -np.inf, 1 / b[1])
    high = np.where(b[0] == 0, np.inf, 1 / b[0])
    across = (b[0] < 0) & (b[1] > 0) | (b[0] == 0) & (b[1] == 0)
    result = _corners(_times)(a, (low, high))
    return np.where(across, -np.inf, result[0]), np.where(across, np.inf, result[1])


def _floor_divide(a: Interval, b: Interval) -> Interval:
    low, high = _divide(a, b)
    return np.floor(low), np.floor(high)


def _modulo(a: Interval, b: Interval) -> Interval:
    """a - b floor(a / b), of the sign of b and nearer to 0; a itself where it is that already."""
    inside = (a[0] >= 0) & (a[1] < b[0])
    low = np.where(b[0] < 0, b[0], 0.0)
    high = np.where(b[1] > 0, b[1], 0.0)
    return np.where(inside, a[0], low), np.where(inside, a[1], high)


def whole_modulo(a: Interval, b: Interval) -> Interval:
    """:func:`_modulo` of integers, which stops one short of the divisor."""
    low, high = _modulo(a, b)
    return np.where(low == b[0], np.minimum(low + 1, 0), low), np.where(
        high == b[1], np.maximum(high - 1, 0), high
    )


def _power(a: Interval, b: Interval) -> Interval:
    """At the corners where the base is never negative, or the exponent is one integer above 0."""
    corners = _corners(np.power)
    low, high = corners(a, b)
    exponent = b[0]
    natural = (b[0] == b[1]) & (exponent > 0) & (exponent == np.floor(exponent))
    even = natural & (exponent % 2 == 0)
    squares = corners(_absolute(a), b)
    known = (a[0] > 0) | (a[0] >= 0) & (b[0] >= 0) | natural
    low, high = np.where(even, squares[0], low), np.where(even, squares[1], high)
    return np.where(known, low, -np.inf), np.where(known, high, np.inf)


def _absolute(a: Interval) -> Interval:
    ends = np.abs(a[0]), np.abs(a[1])
    return np.where(holds_zero(a), 0.0, np.minimum(*ends)), np.maximum(*ends)


def _rising(function: Callable[[Floats], Floats], least: float = -np.inf) -> Rule:
    """A rule for an increasing function that is never below ``least``."""

    def rule(a: Interval) -> Interval:
        return np.maximum(function(a[0]), least), function(a[1])

    return rule


def _positive(function: Callable[[Floats], Floats]) -> Rule:
    """A rule for an increasing function that is above 0 everywhere and nears it at -∞."""

    def rule(a: Interval) -> Interval:
        return np.where(np.isneginf(a[0]), TINY, function(a[0])), function(a[1])

    return rule


def _fold(operation: Callable[[Floats, Floats], Floats]) -> Rule:
    def rule(*operands: Interval) -> Interval:
        low, high = operands[0]
        for a, b in operands[1:]:
            low, high = operation(low, a), operation(high, b)
        return low, high

    return rule


def _clip(x: Interval, low: Interval, high: Interval) -> Interval:
    return np.minimum(np.maximum(x[0], low[0]), high[0]), np.minimum(np.maximum(x[1], low[1]), high[1])


def _equal(a: Interval, b: Interval) -> Interval:
    same = (a[0] == a[1]) & (b[0] == b[1]) & (a[0] == b[0])
    return _truth(~same, (a[0] <= b[1]) & (b[0] <= a[1]))


def _less(a: Interval, b: Interval) -> Interval:
    return _truth(a[1] >= b[0], a[0] < b[1])


def _less_or_equal(a: Interval, b: Interval) -> Interval:
    return _truth(a[1] > b[0], a[0] <= b[1])


def _not(a: Interval) -> Interval:
    return _truth(may_hold(a), may_fail(a))


def _and(a: Interval, b: Interval) -> Interval:
    return _truth(may_fail(a) | may_fail(b), may_hold(a) & may_hold(b))


def _or(a: Interval, b: Interval) -> Interval:
    return _truth(may_fail(a) & may_fail(b), may_hold(a) | may_hold(b))


def _exclusive(a: Interval, b: Interval) -> Interval:
    different = may_hold(a) & may_fail(b) | may_fail(a) & may_hold(b)
    return _truth(may_hold(a) & may_hold(b) | may_fail(a) & may_fail(b), different)


def _vector(*bits: Interval) -> Interval:
    low, high = np.zeros_like(bits[0][0]), np.zeros_like(bits[0][0])
    for bit in bits:
        low, high = 2 * low + ~may_fail(bit), 2 * high + may_hold(bit)
    return low, high


def _index(value: Interval, position: Interval, width: Interval) -> Interval:
    """The leading bits are known as far as the two ends of the value share them."""
    shift = width[0] - 1 - position[0]
    low, high = np.floor(value[0] / 2**shift), np.floor(value[1] / 2**shift)
    same = low == high
    return np.where(same, low % 2, 0.0), np.where(same, low % 2, 1.0)


def _unit(a: Interval) -> Interval:
    return np.full_like(a[0], -1.0), np.full_like(a[1], 1.0)


RULES: dict[str, Rule] = {
    "+": lambda a, b: (a[0] + b[0], a[1] + b[1]),
    "-": lambda a, b: (a[0] - b[1], a[1] - b[0]),
    "neg": lambda a: (-a[1], -a[0]),
    "*": _corners(_times),
    "/": _divide,
    "//": _floor_divide,
    "%": _modulo,
    "**": _power,
    "==": _equal,
    "!=": lambda a, b: _not(_equal(a, b)),
    "<": _less,
    "<=": _less_or_equal,
    ">": lambda a, b: _less(b, a),
    ">=": lambda a, b: _less_or_equal(b, a),
    "not": _not,
    "and": _and,
    "or": _or,
    "xor": _exclusive,
    "vector": _vector,
    "index": _index,
    "min": _fold(np.minimum),
    "max": _fold(np.maximum),
    "clip": _clip,
    "abs": _absolute,
    "sign": _rising(np.sign),
    "round": _rising(np.round),
    "floor": _rising(np.floor),
    "ceil": _rising(np.ceil),
    "exp": _positive(np.exp),
    "log": _rising(np.log),
    "sqrt": _rising(lambda x: np.sqrt(np.maximum(x, 0.0))),
    "tanh": _rising(np.tanh),
    "sigmoid": _positive(lambda x: 0.5 * (1 + np.tanh(0.5 * x))),
    "sin": _unit,
    "cos": _unit,
}
