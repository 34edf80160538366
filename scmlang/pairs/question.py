"""A query about finite variables: what is open gets values; where that is enough, each has two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

from scmlang.bounds.opening import Condition, free, opened, through, with_values
from scmlang.bounds.problem import mentioned
from scmlang.semantics.domains import Finite
from scmlang.semantics.model import Variable
from scmlang.semantics.quantities import (
    Arithmetic,
    Constant,
    Counterfactual,
    Event,
    Held,
    Negative,
    Quantity,
    Value,
    counterfactuals,
    parts,
    replaced,
)

POWER = 16


@dataclass(frozen=True)
class Question:
    """A closed quantity over finite variables.

    Attributes:
        quantity: with every value an integer.
        written: for each variable whose values were others, what is written 0 and 1 now.
        levels: the values of each variable that is not binary.
    """

    quantity: Quantity
    written: Mapping[str, tuple[Value, ...]]
    levels: Mapping[str, range]

    def values(self, names: Iterable[str]) -> dict[str, range]:
        """The values of some variables."""
        return {name: self.levels.get(name, range(2)) for name in names}


def questions(quantity: Quantity, variables: Mapping[str, Variable]) -> Iterator[Question]:
    """The quantity with each value of what it leaves open.

    Where its events are equations, the values that it speaks of are taken for 0 and 1, if there are no more
    than two for each variable. Then it is asked with the declared levels, where all that it speaks of has
    finitely many.
    """
    if not _is_whole(quantity):
        return
    coarse = _is_coarse(quantity, variables)
    if coarse:
        yield from _binary(quantity)
        yield from _third(quantity, variables)
    yield from _declared(quantity, variables, larger=coarse)


def _is_whole(node: Quantity | Event) -> bool:
    """Whether all arithmetic is of integers, that of probabilities excepted, and of few powers."""
    match node:
        case Arithmetic("**", left, Constant(value)):
            return value in range(1, POWER + 1) and _is_whole(left)
        case Arithmetic("+" | "-" | "*") | Negative():
            return all(map(_is_whole, parts(node)))
        case Arithmetic("/", left, right):
            outside = not [*_inside(left), *_inside(right)]
            return outside and _is_whole(left) and _is_whole(right)
        case Arithmetic():
            return False
        case Constant(value):
            return isinstance(value, int | str)
        case _:
            return all(map(_is_whole, parts(node)))


def _inside(node: Quantity) -> Iterator[Counterfactual]:
    """The variables in arithmetic that is inside of a mean or an event."""
    if isinstance(node, Counterfactual):
        yield node
    elif isinstance(node, Arithmetic | Negative):
        for part in parts(node):
            if not isinstance(part, Event):
                yield from _inside(part)


def _third(quantity: Quantity, variables: Mapping[str, Variable]) -> Iterator[Question]:
    """With a third value of what has unknown ones."""
    names = [name for name in mentioned(quantity) if not isinstance(variables[name].domain, Finite)]
    levels = dict.fromkeys(names, range(3))
    if levels:
        yield from (replace(question, levels=levels) for question in _binary(quantity))


def _declared(quantity: Quantity, variables: Mapping[str, Variable], *, larger: bool) -> Iterator[Question]:
    levels = {}
    for name in mentioned(quantity):
        domain = variables[name].domain
        if not isinstance(domain, Finite):
            return
        levels[name] = range(domain.offset, domain.offset + domain.size)
    if larger and all(values == range(2) for values in levels.values()):
        return  # this has been asked
    names, free_ones = sorted(opened(quantity)), free(quantity)
    for values in product(*(levels[n] for n in names), *(levels[v.variable] for v in free_ones)):
        held = dict(zip(names, values, strict=False))
        at = dict(zip(free_ones, values[len(names) :], strict=True))
        yield Question(with_values(quantity, held, at), {}, levels)


def _is_coarse(node: Quantity | Event, variables: Mapping[str, Variable]) -> bool:
    """Whether every event of a quantity is an equation, or about variables without finitely many values.

    Other names for the values of a variable then change nothing.
    """
    if isinstance(node, Event):
        equation = isinstance(node.left, Counterfactual) and isinstance(node.right, Constant | Counterfactual)
        names = (found.variable for found in counterfactuals(node))
        return (equation and node.relation == "=") or not any(
            isinstance(variables[name].domain, Finite) for name in names
        )
    return all(_is_coarse(part, variables) for part in parts(node))


def _binary(quantity: Quantity) -> Iterator[Question]:
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
        yield Question(with_values(binary, held, at), other, {})


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
