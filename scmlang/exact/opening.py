"""Worlds that hold a variable at any value: ``P(Y | do(X))`` is one distribution for each value of X."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scmlang.exact.numbers import Number
from scmlang.semantics.quantities import (
    Counterfactual,
    Event,
    Expectation,
    Held,
    Probability,
    Quantity,
    World,
    counterfactuals,
    replaced,
    replaced_event,
)


def open_variables(node: Quantity) -> set[str]:
    """The variables that some world of ``node`` holds at any value."""
    return {name for variable in counterfactuals(node) for name in _open(variable.world)}


def _open(world: World) -> Iterator[str]:
    for held in world:
        if held.value is None:
            yield held.variable
        elif isinstance(held.value, Counterfactual):
            yield from _open(held.value.world)


def closed(node: Probability | Expectation, values: Mapping[str, Number]) -> Probability | Expectation:
    """``node`` with every open variable held at its value."""

    def close(variable: Counterfactual) -> Counterfactual:
        return _closed(variable, values)

    def condition(event: Event | Counterfactual) -> Event | Counterfactual:
        return replaced_event(event, close) if isinstance(event, Event) else close(event)

    given = tuple(map(condition, node.given))
    if isinstance(node, Probability):
        return Probability(tuple(map(condition, node.events)), given)
    return Expectation(replaced(node.of, close), given)


def _closed(node: Counterfactual, values: Mapping[str, Number]) -> Counterfactual:
    return Counterfactual(node.variable, tuple(_close_one(held, values) for held in node.world))


def _close_one(held: Held, values: Mapping[str, Number]) -> Held:
    if held.value is None:
        return Held(held.variable, int(values[held.variable]))
    if isinstance(held.value, Counterfactual):
        return Held(held.variable, _closed(held.value, values))
    return held
