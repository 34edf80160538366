"""Worlds that hold a variable at any value: ``P(Y | do(X))`` is one distribution for each value of X."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from scmlang.exact.numbers import Number
from scmlang.semantics.quantities import (
    Arithmetic,
    Counterfactual,
    Event,
    Expectation,
    Held,
    Negative,
    Probability,
    Quantity,
    World,
    counterfactuals,
)

_Node = TypeVar("_Node", bound=Quantity | Event)


def open_variables(node: Quantity) -> set[str]:
    """The variables that some world of ``node`` holds at any value."""
    return {name for variable in counterfactuals(node) for name in _open(variable.world)}


def _open(world: World) -> Iterator[str]:
    for held in world:
        if held.value is None:
            yield held.variable
        elif isinstance(held.value, Counterfactual):
            yield from _open(held.value.world)


def closed(node: _Node, values: Mapping[str, Number]) -> _Node:
    """``node`` with every open variable held at its value."""
    match node:
        case Counterfactual(variable, world):
            return Counterfactual(variable, _close(world, values))  # type: ignore[return-value]
        case Event(relation, left, right):
            return Event(relation, closed(left, values), closed(right, values))  # type: ignore[return-value]
        case Arithmetic(operator, left, right):
            return Arithmetic(operator, closed(left, values), closed(right, values))  # type: ignore[return-value]
        case Negative(operand):
            return Negative(closed(operand, values))  # type: ignore[return-value]
        case Probability(events, given):
            return Probability(  # type: ignore[return-value]
                tuple(closed(e, values) for e in events), tuple(closed(e, values) for e in given)
            )
        case Expectation(of, given):
            return Expectation(closed(of, values), tuple(closed(e, values) for e in given))  # type: ignore[return-value]
        case _:
            return node


def _close(world: World, values: Mapping[str, Number]) -> World:
    return tuple(_close_one(held, values) for held in world)


def _close_one(held: Held, values: Mapping[str, Number]) -> Held:
    if held.value is None:
        return Held(held.variable, int(values[held.variable]))
    if isinstance(held.value, Counterfactual):
        return Held(held.variable, closed(held.value, values))
    return held
