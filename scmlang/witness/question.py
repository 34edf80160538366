"""A query about binary variables: the values that it speaks of become 0 and 1, what is open gets values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from scmlang.bounds.opening import Condition, free, opened, through, with_values
from scmlang.semantics.quantities import (
    Constant,
    Counterfactual,
    Event,
    Held,
    Quantity,
    Value,
    parts,
    replaced,
)


@dataclass(frozen=True)
class Question:
    """A closed quantity over binary variables.

    Attributes:
        quantity: with every value 0 or 1.
        levels: for each variable whose values were others, what is written 0 and 1 now.
    """

    quantity: Quantity
    levels: Mapping[str, tuple[Value, ...]]


def questions(quantity: Quantity) -> Iterator[Question]:
    """The quantity with each value of what it leaves open; none where a variable has more than two values."""
    values: dict[str, list[Value]] = {}
    for name, value in _values(quantity):
        if value not in values.setdefault(name, []):
            values[name].append(value)
    if any(len(seen) > 2 for seen in values.values()):
        return
    other = {name: tuple(seen) for name, seen in values.items() if not set(seen) <= {0, 1}}
    codes = {
        (name, v): i if len(seen) == 2 else 1 for name, seen in other.items() for i, v in enumerate(seen)
    }
    binary = _mapped(quantity, codes)
    names, variables = sorted(opened(binary)), free(binary)
    for levels in product((1, 0), repeat=len(names) + len(variables)):
        held = dict(zip(names, levels, strict=False))
        at = dict(zip(variables, levels[len(names) :], strict=True))
        yield Question(with_values(binary, held, at), other)


def _values(node: Quantity | Event) -> Iterator[tuple[str, Value]]:
    match node:
        case Counterfactual(_, world):
            for item in world:
                if isinstance(item.value, Counterfactual):
                    yield from _values(item.value)
                elif item.value is not None:
                    yield item.variable, item.value
        case Event(_, Counterfactual(name) as left, Constant(value)):
            yield from _values(left)
            yield name, value
        case _:
            for part in parts(node):
                yield from _values(part)


def _mapped(node: Quantity, codes: Mapping[tuple[str, Value], int]) -> Quantity:
    def code(name: str, value: Value) -> Value:
        return codes.get((name, value), value)

    def world(variable: Counterfactual) -> Counterfactual:
        held = tuple(
            Held(h.variable, world(h.value))
            if isinstance(h.value, Counterfactual)
            else h
            if h.value is None
            else Held(h.variable, code(h.variable, h.value))
            for h in variable.world
        )
        return Counterfactual(variable.variable, held)

    def condition(event: Condition) -> Condition:
        match event:
            case Counterfactual():
                return world(event)
            case Event(relation, Counterfactual(name) as left, Constant(value)):
                return Event(relation, world(left), Constant(code(name, value)))
            case _:
                return Event(event.relation, replaced(event.left, world), replaced(event.right, world))

    return through(node, condition, lambda of: replaced(of, world))
