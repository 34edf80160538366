"""Events and arithmetic over counterfactual variables, as expressions over nodes."""

from __future__ import annotations

from collections.abc import Callable

from scmlang.exact.nodes import Operand
from scmlang.exact.numbers import Number, Numbers
from scmlang.semantics.expressions import Call, Expression, Reference
from scmlang.semantics.expressions import Constant as ConstantExpression
from scmlang.semantics.quantities import Arithmetic, Constant, Counterfactual, Event, Negative, Quantity
from scmlang.source import Span

_AT = Span(0, 0)


def expression(
    node: Quantity | Event, operands: dict[str, Operand], operand: Callable[[Counterfactual], Operand]
) -> Expression:
    """Arithmetic, or the truth of an event, over the names that it adds to ``operands``."""
    match node:
        case Counterfactual():
            name = f"#{len(operands)}"
            operands[name] = operand(node)
            return Reference(name, _AT)
        case Constant():
            return _constant(node)
        case Negative(part):
            return Call("neg", (expression(part, operands, operand),), _AT)
        case Arithmetic(operator, left, right):
            sides = expression(left, operands, operand), expression(right, operands, operand)
            return Call(operator, sides, _AT)
        case Event(relation, left, right):
            sides = expression(left, operands, operand), expression(right, operands, operand)
            return Call("==" if relation == "=" else relation, sides, _AT)
        case _:
            raise TypeError(f"{node} stands in no event")


def linear(node: Quantity, numbers: Numbers, weight: Number = 1) -> list[tuple[Number, Quantity]]:
    """Parts and weights whose weighted sum is the quantity."""
    match node:
        case Negative(operand):
            return linear(operand, numbers, -weight)
        case Arithmetic("+", left, right):
            return [*linear(left, numbers, weight), *linear(right, numbers, weight)]
        case Arithmetic("-", left, right):
            return [*linear(left, numbers, weight), *linear(right, numbers, -weight)]
        case Arithmetic("*", Constant(value), right):
            return linear(right, numbers, weight * numbers.constant(number(value)))
        case Arithmetic("*", left, Constant(value)):
            return linear(left, numbers, weight * numbers.constant(number(value)))
        case _:
            return [(weight, node)]


def number(value: object) -> int | float:
    """The value of a constant, which is no symbol."""
    if isinstance(value, int | float):
        return value
    raise TypeError("a symbol is no number: the model has no domains")


def _constant(node: Constant) -> ConstantExpression:
    return ConstantExpression(number(node.value), _AT)
