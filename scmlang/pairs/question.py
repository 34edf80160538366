"""A query about finite variables: what is open gets values; where that is enough, each has two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from scmlang.bounds.opening import Condition, free, opened, through, with_values
from scmlang.bounds.problem import mentioned
from scmlang.pairs.orders import Codes, codes_of, codings, spoken_of
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
    parts,
    replaced,
)

POWER = 16


@dataclass(frozen=True)
class Question:
    """A closed quantity over finite variables.

    Attributes:
        quantity: with every value an integer.
        written: for each variable whose values were others, what each is written now.
        levels: the values of each variable that is not binary.
    """

    quantity: Quantity
    written: Mapping[str, Codes]
    levels: Mapping[str, range]

    def values(self, names: Iterable[str]) -> dict[str, range]:
        """The values of some variables."""
        return {name: self.levels.get(name, range(2)) for name in names}


def questions(quantity: Quantity, variables: Mapping[str, Variable]) -> Iterator[Question]:
    """The quantity with each value of what it leaves open.

    Where its events are equations, the values that it speaks of are taken for 0 and 1, if there are no more
    than two for each variable. Where it compares variables without finitely many values, those get one for
    each number that they are compared with, and one for each part of the line between. Then it is asked with
    the declared levels, where all that it speaks of has finitely many.
    """
    if not _is_whole(quantity):
        return
    equations = _is_equations(quantity)
    if equations:
        yield from _binary(quantity)
        yield from _third(quantity, variables)
    else:
        for codes, levels in codings(quantity, variables):
            yield from _closed(_mapped(quantity, codes), codes, levels, levels.__getitem__)
    yield from _declared(quantity, variables, larger=equations)


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
            return isinstance(value, int | str) or value.is_integer()
        case Event(_, Counterfactual() as one, Constant()) | Event(_, Constant(), Counterfactual() as one):
            return _is_whole(one)
        case _:
            return all(map(_is_whole, parts(node)))


def _is_integral(node: Quantity | Event) -> bool:
    """Whether all numbers that events compare with are integers."""
    if isinstance(node, Constant):
        return isinstance(node.value, int | str) or node.value.is_integer()
    return not isinstance(node, Event) or all(map(_is_integral, parts(node)))


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
    if not _is_integral(quantity):
        return
    levels = {}
    for name in mentioned(quantity):
        domain = variables[name].domain
        if not isinstance(domain, Finite):
            return
        levels[name] = range(domain.offset, domain.offset + domain.size)
    if larger and all(values == range(2) for values in levels.values()):
        return  # this has been asked
    yield from _closed(quantity, {}, levels, levels.__getitem__)


def _closed(
    quantity: Quantity,
    written: Mapping[str, Codes],
    levels: Mapping[str, range],
    values: Callable[[str], Sequence[int]],
) -> Iterator[Question]:
    """A question for each of some values of what is open."""
    names, variables = sorted(opened(quantity)), free(quantity)
    for chosen in product(*map(values, names), *(values(v.variable) for v in variables)):
        held = dict(zip(names, chosen, strict=False))
        at = dict(zip(variables, chosen[len(names) :], strict=True))
        yield Question(with_values(quantity, held, at), written, levels)


def _is_equations(node: Quantity | Event) -> bool:
    """Whether every event of a quantity is an equation. Other names for values then change nothing."""
    if isinstance(node, Event):
        sides = isinstance(node.left, Counterfactual) and isinstance(node.right, Constant | Counterfactual)
        return sides and node.relation == "="
    return all(map(_is_equations, parts(node)))


def _binary(quantity: Quantity) -> Iterator[Question]:
    values: dict[str, list[Value]] = {}
    for name, value in spoken_of(quantity):
        if value not in values.setdefault(name, []):
            values[name].append(value)
    if any(len(seen) > 2 for seen in values.values()):
        return
    other = {name: codes_of(seen) for name, seen in values.items() if not set(seen) <= {0, 1}}
    yield from _closed(_mapped(quantity, other), other, {}, lambda name: (1, 0))


def _mapped(quantity: Quantity, codes: Mapping[str, Codes]) -> Quantity:
    """The quantity with codes for values."""

    def code(name: str, value: Value) -> Value:
        return codes.get(name, {}).get(value, value)

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
            case Event(relation, Constant(value), Counterfactual(name) as right):
                return Event(relation, Constant(code(name, value)), world(right))
            case _:
                return Event(event.relation, replaced(event.left, world), replaced(event.right, world))

    return through(quantity, condition, lambda of: replaced(of, world))
