"""Interval arithmetic: what values an expression can take where trying them all is impossible.

The interval is sound (every value lies in it) and not always tight: operands are taken as
unrelated. See Moore, Kearfott and Cloud, Introduction to Interval Analysis, SIAM 2009.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import product

from scmlang.semantics.domains import Domain, Finite
from scmlang.semantics.expressions import Call, Constant, Expression, Reference

Interval = tuple[float, float]
EVERYTHING: Interval = (-math.inf, math.inf)
_TRUTH: Interval = (0.0, 1.0)


def interval(expression: Expression, domains: Mapping[str, Domain]) -> Interval:
    """An interval that holds every value of ``expression`` over the domains of its variables."""
    if isinstance(expression, Constant):
        return float(expression.value), float(expression.value)
    if isinstance(expression, Reference):
        return domain_interval(domains[expression.name])
    operands = []
    for operand in expression.operands:
        operands.append(interval(operand, domains))
    rule = _RULES.get(expression.operator)
    result = rule(*operands) if rule else EVERYTHING
    return EVERYTHING if any(math.isnan(end) for end in result) else result


def undefined_part(expression: Expression, domains: Mapping[str, Domain]) -> Expression | None:
    """A logarithm, root or power in ``expression`` whose operand can be negative, if there is one.

    What stands in a branch of an ``if`` is passed over: its condition may well be the guard. So is
    division, whose operand is zero with probability zero where it varies continuously.
    """
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, Call):
            continue
        if node.operator in ("log", "sqrt", "**") and interval(node.operands[0], domains)[0] < 0:
            whole = node.operator == "**" and _is_whole_constant(node.operands[1])
            if not whole:
                return node
        waiting.extend(node.operands[:1] if node.operator == "if" else node.operands)
    return None


def _is_whole_constant(node: Expression) -> bool:
    return isinstance(node, Constant) and float(node.value).is_integer()


def domain_interval(domain: Domain) -> Interval:
    """The least interval around a domain's numeric values."""
    if isinstance(domain, Finite):
        return float(domain.offset), float(domain.offset + domain.size - 1)
    return EVERYTHING


def _corners(operation: Callable[[float, float], float]) -> Callable[[Interval, Interval], Interval]:
    def rule(a: Interval, b: Interval) -> Interval:
        values = [operation(x, y) for x, y in product(a, b)]
        return min(values), max(values)

    return rule


def _times(x: float, y: float) -> float:
    return 0.0 if x == 0 or y == 0 else x * y


def _divide(a: Interval, b: Interval) -> Interval:
    if b[0] <= 0 <= b[1]:
        return EVERYTHING
    return _corners(_times)(a, (1 / b[1], 1 / b[0]))


def _floor_divide(a: Interval, b: Interval) -> Interval:
    low, high = _divide(a, b)
    return (math.floor(low) if math.isfinite(low) else low, math.floor(high) if math.isfinite(high) else high)


def _modulo(a: Interval, b: Interval) -> Interval:
    return (0.0, b[1]) if b[0] > 0 else (b[0], 0.0) if b[1] < 0 else EVERYTHING


def _power(a: Interval, b: Interval) -> Interval:
    try:
        if a[0] > 0:
            values = [x**y for x, y in product(a, b)]
            return min(values), max(values)
        if b == (2.0, 2.0):
            low, high = _absolute(a)
            return low**2, high**2
    except OverflowError:
        return EVERYTHING
    return EVERYTHING


def _absolute(a: Interval) -> Interval:
    ends = abs(a[0]), abs(a[1])
    return (0.0 if a[0] <= 0 <= a[1] else min(ends)), max(ends)


def _rising(function: Callable[[float], float], low: float, high: float) -> Callable[[Interval], Interval]:
    """A rule for an increasing function with the limits ``low`` and ``high``."""

    def at(x: float) -> float:
        if math.isinf(x):
            return low if x < 0 else high
        try:
            return function(x)
        except OverflowError:
            return high
        except ValueError:
            return math.nan

    return lambda a: (at(a[0]), at(a[1]))


def _fold(operation: Callable[[float, float], float]) -> Callable[..., Interval]:
    def rule(*operands: Interval) -> Interval:
        low, high = operands[0]
        for a, b in operands[1:]:
            low, high = operation(low, a), operation(high, b)
        return low, high

    return rule


def _clip(x: Interval, low: Interval, high: Interval) -> Interval:
    return min(max(x[0], low[0]), high[0]), min(max(x[1], low[1]), high[1])


def _sigmoid(x: float) -> float:
    return 0.5 * (1 + math.tanh(0.5 * x))


_RULES: dict[str, Callable[..., Interval]] = {
    "+": lambda a, b: (a[0] + b[0], a[1] + b[1]),
    "-": lambda a, b: (a[0] - b[1], a[1] - b[0]),
    "neg": lambda a: (-a[1], -a[0]),
    "*": _corners(_times),
    "/": _divide,
    "//": _floor_divide,
    "%": _modulo,
    "**": _power,
    "if": lambda condition, then, otherwise: (min(then[0], otherwise[0]), max(then[1], otherwise[1])),
    "vector": lambda *bits: (0.0, 2.0 ** len(bits) - 1),
    "min": _fold(min),
    "max": _fold(max),
    "clip": _clip,
    "abs": _absolute,
    "round": _rising(round, -math.inf, math.inf),
    "floor": _rising(math.floor, -math.inf, math.inf),
    "ceil": _rising(math.ceil, -math.inf, math.inf),
    "exp": _rising(math.exp, 0.0, math.inf),
    "log": _rising(math.log, math.nan, math.inf),
    "sqrt": _rising(math.sqrt, math.nan, math.inf),
    "tanh": _rising(math.tanh, -1.0, 1.0),
    "sigmoid": _rising(_sigmoid, 0.0, 1.0),
    "sin": lambda a: (-1.0, 1.0),
    "cos": lambda a: (-1.0, 1.0),
    **dict.fromkeys(("not", "and", "or", "xor", "index"), lambda *operands: _TRUTH),
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), lambda *operands: _TRUTH),
}
