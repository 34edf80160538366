"""Units of finite models with hidden causes, as arrays: what each would be in any world."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

from scmlang.diagram.diagram import Diagram
from scmlang.semantics.quantities import (
    Arithmetic,
    Constant,
    Counterfactual,
    Effect,
    Event,
    Expectation,
    Held,
    Negative,
    Probability,
    Quantity,
    World,
)

Integers = NDArray[np.int64]
Response = bytes
_RELATIONS: dict[str, Callable[[Integers, Integers], NDArray[np.bool_]]] = {
    "=": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}
_OPERATORS: dict[str, Callable[..., Integers]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "**": np.power,
}
_ARITHMETIC: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
}


@dataclass(frozen=True)
class Cause:
    """A hidden cause: in each state a response of each of its variables to the levels of their parents.

    Place i of a response is the level, counted from 0, in the i-th configuration of the parents, the first
    of which counts most. The first cause of a variable that has several heeds the others: it has a response
    for each combination of their states, one behind the other, and what these say of the variable does not
    matter.
    """

    name: str
    variables: tuple[str, ...]
    states: tuple[tuple[Response, ...], ...]

    def said(self, name: str) -> list[Response]:
        """For each state the response of a variable."""
        return [state[self.variables.index(name)] for state in self.states]

    def heeding(self, name: str, width: int, place: int) -> list[Response]:
        """For each state the response of a variable at one combination of the states of the others."""
        return [response[width * place : width * (place + 1)] for response in self.said(name)]


@dataclass(frozen=True, eq=False)
class Units:
    """Every combination of states of the causes of a diagram, one of which varies.

    Attributes:
        diagram: of these models.
        levels: the values of each node, integers.
        causes: with the states that each may have; the first is the one that varies.
        weights: of the states of the others, integers.
        monotone: arrows along which no response falls.
    """

    diagram: Diagram
    levels: Mapping[str, range]
    causes: tuple[Cause, ...]
    weights: tuple[tuple[int, ...], ...]
    monotone: frozenset[tuple[str, str]] = frozenset()

    @cached_property
    def _states(self) -> Integers:
        """For each unit the state of each cause."""
        return np.array(list(product(*(range(len(cause.states)) for cause in self.causes))), dtype=np.int64)

    @cached_property
    def share(self) -> Integers:
        """The weight of each unit, the cause that varies left out."""
        found = np.ones(len(self._states), dtype=np.int64)
        for i, weights in enumerate(self.weights, 1):
            found *= np.array(weights, dtype=np.int64)[self._states[:, i]]
        return found

    @cached_property
    def _responses(self) -> dict[str, Integers]:
        return {name: self._response(name) for name in self.diagram.nodes}

    def _response(self, name: str) -> Integers:
        """For each unit the response of a variable, an array int64[units, configurations]."""
        mine = [i for i, cause in enumerate(self.causes) if name in cause.variables]
        cause, *others = (self.causes[i] for i in mine)
        if not others:
            return self._said(mine[0], cause.said(name))
        width = configurations(self.diagram, self.levels, name)
        found = np.zeros((len(self._states), width), dtype=np.int64)
        for place, states in enumerate(product(*(range(len(other.states)) for other in others))):
            here = np.all(self._states[:, mine[1:]] == states, axis=1)
            found[here] = self._said(mine[0], cause.heeding(name, width, place))[here]
        return found

    def _said(self, cause: int, responses: Sequence[Response]) -> Integers:
        table = np.frombuffer(b"".join(responses), dtype=np.uint8).astype(np.int64)
        return table.reshape(len(responses), -1)[self._states[:, cause]]

    def per_state(self, column: Integers | NDArray[np.bool_]) -> list[int]:
        """The sum of weights times a column, for each state of the cause that varies."""
        count = len(self.causes[0].states)
        sums = np.zeros(count, dtype=np.int64)
        np.add.at(sums, self._states[:, 0], self.share * column.astype(np.int64))
        return [int(value) for value in sums]

    # --- worlds

    def value(self, variable: Counterfactual) -> Integers:
        """What a counterfactual variable is in each unit."""
        return self._world(variable.world)[variable.variable] + self.levels[variable.variable].start

    def _world(self, world: World) -> Mapping[str, Integers]:
        """The place of each variable's level in a world."""
        held = {item.variable: self._held(item) for item in world}
        found: dict[str, Integers] = {}
        for name in self.diagram.topological_order:
            if name in held:
                found[name] = held[name]
                continue
            at = np.zeros(len(self._states), dtype=np.int64)
            for parent in parents_of(self.diagram, name):
                at = len(self.levels[parent]) * at + found[parent]
            found[name] = self._responses[name][np.arange(len(at)), at]
        return found

    def _held(self, item: Held) -> Integers:
        first = self.levels[item.variable].start
        if isinstance(item.value, Counterfactual):
            return self.value(item.value) - first
        return np.full(len(self._states), int(item.value or 0) - first, dtype=np.int64)

    def column(self, node: Quantity | Event) -> Integers:
        """Arithmetic over counterfactual variables, or an event, in each unit."""
        match node:
            case Constant(value):
                return np.full(len(self._states), int(value), dtype=np.int64)
            case Counterfactual():
                return self.value(node)
            case Negative(operand):
                return -self.column(operand)
            case Arithmetic(sign, left, right):
                return _OPERATORS[sign](self.column(left), self.column(right))
            case Event(relation, left, right):
                return _RELATIONS[relation](self.column(left), self.column(right)).astype(np.int64)
            case _:
                raise TypeError(f"{node} stands in no event")

    def cells(self, held: Sequence[str] = ()) -> list[list[int]]:
        """P(everything else | do(held)), for each state of the cause that varies: one row for each cell."""
        rows = []
        free = [name for name in self.diagram.nodes if name not in held]
        count = math.prod(len(self.levels[name]) for name in free)
        for values in product(*(self.levels[name] for name in held)):
            world = self._world(tuple(Held(n, v) for n, v in zip(held, values, strict=True)))
            at = np.zeros(len(self._states), dtype=np.int64)
            for name in free:
                at = len(self.levels[name]) * at + world[name]
            rows += [self.per_state(at == cell) for cell in range(count)]
        return rows


def parents_of(diagram: Diagram, name: str) -> list[str]:
    """The parents in order of declaration."""
    return [node for node in diagram.nodes if node in diagram.parents(name)]


def configurations(diagram: Diagram, levels: Mapping[str, range], name: str) -> int:
    """How many configurations the parents have."""
    return math.prod(len(levels[parent]) for parent in diagram.parents(name))


class Asked:
    """A closed quantity as a function of the distribution of the cause that varies."""

    def __init__(self, units: Units, quantity: Quantity) -> None:
        self.units = units
        self.quantity = quantity
        self._terms: dict[Quantity, tuple[list[int], list[int]]] = {}
        self._collect(quantity)

    def features(self, state: int) -> tuple[int, ...]:
        """All that the quantity depends on, in one state."""
        return tuple(side[state] for sides in self._terms.values() for side in sides)

    def value(self, chances: Sequence[int]) -> Fraction | None:
        """With these weights of the states; None where evidence has probability 0."""
        try:
            return self._value(self.quantity, chances)
        except ZeroDivisionError:
            return None

    def _collect(self, node: Quantity | Event) -> None:
        match node:
            case Probability(events, given):
                below = self._all(given)
                sides = self._all(events) * below, below
            case Expectation(of, given):
                below = self._all(given)
                sides = self.units.column(of) * below, below
            case Effect():
                self._collect(node.definition)
                return
            case Negative(operand):
                self._collect(operand)
                return
            case Arithmetic(_, left, right):
                self._collect(left)
                self._collect(right)
                return
            case _:
                return
        self._terms[node] = self.units.per_state(sides[0]), self.units.per_state(sides[1])

    def _all(self, events: Sequence[Event | Counterfactual]) -> Integers:
        found = np.ones(len(self.units.share), dtype=np.int64)
        for event in events:
            found *= self.units.column(event)
        return found

    def _value(self, node: Quantity, chances: Sequence[int]) -> Fraction:
        match node:
            case Constant(value):
                return Fraction(value)
            case Negative(operand):
                return -self._value(operand, chances)
            case Effect():
                return self._value(node.definition, chances)
            case Arithmetic(sign, left, right):
                return _ARITHMETIC[sign](self._value(left, chances), self._value(right, chances))
            case _:
                top, bottom = self._terms[node]
                return Fraction(_dot(top, chances), _dot(bottom, chances))


def _dot(a: Sequence[int], b: Sequence[int]) -> int:
    return sum(x * y for x, y in zip(a, b, strict=True))
