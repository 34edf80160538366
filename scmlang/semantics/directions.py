"""Which way an expression goes as one variable rises, all else alike, by rules on its operators.

The rules prove what they say and do not find everything: ``X * X`` over naturals rises, and is ``NEITHER``.
"""

from __future__ import annotations

from enum import Flag

from scmlang.semantics.expressions import Constant, Expression, Reference


class Direction(Flag):
    """What has been proved; what neither rises nor falls is constant, and is both."""

    NEITHER = 0
    RISES = 1
    FALLS = 2
    CONSTANT = 3


_FLIPPED = {
    Direction.NEITHER: Direction.NEITHER,
    Direction.RISES: Direction.FALLS,
    Direction.FALLS: Direction.RISES,
    Direction.CONSTANT: Direction.CONSTANT,
}
_RISING = frozenset(
    (
        *("+", "and", "or", "min", "max", "clip", "sign", "round", "floor", "ceil"),
        *("exp", "log", "sqrt", "tanh", "sigmoid"),
    )
)


def direction(node: Expression, name: str) -> Direction:
    """The direction of an expression in the variable ``name``, as far as the rules prove it."""
    if isinstance(node, Constant):
        return Direction.CONSTANT
    if isinstance(node, Reference):
        return Direction.RISES if node.name == name else Direction.CONSTANT
    parts = [direction(operand, name) for operand in node.operands]
    together = _all(parts)
    if together is Direction.CONSTANT or node.operator in _RISING:
        return together
    match node.operator, parts:
        case "neg" | "not", [inner]:
            return _FLIPPED[inner]
        case "-" | ">" | ">=", [left, right]:
            return left & _FLIPPED[right]
        case "<" | "<=", [left, right]:
            return _FLIPPED[left] & right
        case "*", [left, right]:
            return _times(node.operands[0], right) | _times(node.operands[1], left)
        case "/" | "//", [left, _]:
            return _times(node.operands[1], left)
        case "if", [Direction.CONSTANT, *branches]:
            return _all(branches)
        case "if", [condition, _, _]:
            return _chosen(condition, node.operands[1:])
    return Direction.NEITHER


def _all(parts: list[Direction]) -> Direction:
    """Of what rises in each of its operands."""
    found = Direction.CONSTANT
    for part in parts:
        found &= part
    return found


def _times(factor: Expression, other: Direction) -> Direction:
    """Of something times a number, or divided by it."""
    if not isinstance(factor, Constant):
        return Direction.NEITHER
    return other if factor.value >= 0 else _FLIPPED[other]


def _chosen(condition: Direction, branches: tuple[Expression, ...]) -> Direction:
    """Of a choice between two numbers, by a condition that is 0 or 1."""
    then, otherwise = branches
    if not (isinstance(then, Constant) and isinstance(otherwise, Constant)):
        return Direction.NEITHER
    return condition if then.value >= otherwise.value else _FLIPPED[condition]
