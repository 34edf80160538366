"""What a condition says of the expressions it compares: narrower bounds inside the branches of an ``if``.

Expressions are told apart by their shape, wherever they were written, so that a ``let`` that is put in
twice is one thing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from scmlang.semantics.expressions import Call, Constant, Expression, Reference
from scmlang.semantics.intervals import Interval

Facts = Mapping[int, Interval]
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


@dataclass(frozen=True)
class Knowledge:
    """What an analysis tells of any expression.

    Attributes:
        shapes: the numbers of expressions.
        interval: the bounds of an expression.
        is_whole: whether an expression gives integers alone.
    """

    shapes: Shapes
    interval: Callable[[Expression], Interval]
    is_whole: Callable[[Expression], bool]


class Shapes:
    """A number for each shape of expression: the same for expressions that differ only in their place."""

    def __init__(self) -> None:
        self._numbers: dict[object, int] = {}

    def of(self, node: Expression) -> int:
        key: object
        if isinstance(node, Constant):
            key = float(node.value)
        elif isinstance(node, Reference):
            key = node.name
        else:
            operands = []
            for operand in node.operands:
                operands.append(self.of(operand))
            key = (node.operator, *operands)
        return self._numbers.setdefault(key, len(self._numbers))


def implied(condition: Expression, holds: bool, facts: Facts, known: Knowledge) -> Facts:
    """``facts`` and what follows for compared expressions where ``condition`` holds, or fails.

    Args:
        condition: of an ``if``.
        holds: whether it is true.
        facts: what is known already.
        known: what is known of any expression without the condition.
    """
    if not isinstance(condition, Call):
        return facts
    operator, operands = condition.operator, condition.operands
    if operator == "not":
        return implied(operands[0], not holds, facts, known)
    if operator == ("and" if holds else "or"):
        for operand in operands:
            facts = implied(operand, holds, facts, known)
        return facts
    return _compared(operator, operands, holds, facts, known) if operator in _MIRRORED else facts


def _compared(
    operator: str, operands: tuple[Expression, ...], holds: bool, facts: Facts, known: Knowledge
) -> Facts:
    operator = operator if holds else _NEGATED[operator]
    left, right = operands
    if isinstance(left, Constant):
        operator, left, right = _MIRRORED[operator], right, left
    if not isinstance(right, Constant) or _branches(left):
        return facts
    shape = known.shapes.of(left)
    before = facts[shape] if shape in facts else known.interval(left)
    return {**facts, shape: _narrowed(before, operator, float(right.value), whole=known.is_whole(left))}


def _branches(node: Expression) -> bool:
    """Whether there is an ``if`` in it; asking again what that can be could take long."""
    if not isinstance(node, Call):
        return False
    return node.operator == "if" or any(_branches(operand) for operand in node.operands)


def _narrowed(before: Interval, operator: str, value: float, *, whole: bool) -> Interval:
    low, high = before
    if operator in ("<", "<="):
        return low, np.minimum(high, _below(value) if whole and operator == "<" else value)
    if operator in (">", ">="):
        return np.maximum(low, -_below(-value) if whole and operator == ">" else value), high
    if operator == "==":
        return np.maximum(low, value), np.minimum(high, value)
    if not whole:
        return before
    return np.where(low == value, low + 1, low), np.where(high == value, high - 1, high)


def _below(value: float) -> float:
    """The greatest integer below a number."""
    return float(np.ceil(value) - 1)
