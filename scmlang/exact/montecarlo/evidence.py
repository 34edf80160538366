"""Evidence as demands: which values are left to a variable in a world."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scmlang.semantics.domains import Domain, Finite, Real
from scmlang.semantics.expressions import compute
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import (
    Arithmetic,
    Constant,
    Counterfactual,
    Event,
    Negative,
    Quantity,
    World,
    counterfactuals,
)


@dataclass(frozen=True, eq=False)
class Levels:
    """Some levels of a finite domain: ``allowed[k]`` for level k."""

    allowed: NDArray[np.bool_]


@dataclass(frozen=True)
class Interval:
    """Real values from ``low`` to ``high``; one value where they are equal."""

    low: float
    high: float

    @property
    def is_point(self) -> bool:
        return self.low == self.high


Demand = Levels | Interval


@dataclass(frozen=True)
class Evidence:
    """What some events ask.

    Attributes:
        demands: by variable and world, from all events that compare a counterfactual variable with a number.
        checked: the events that a unit is to be looked at for. An equality of a real variable is none of
            them: it has probability 0, and units are drawn on it.
        worlds: the worlds that demands speak of, each after those that are nested in it.
    """

    demands: dict[tuple[str, World], Demand] = field(default_factory=dict)
    checked: tuple[Event, ...] = ()
    worlds: tuple[World, ...] = ()


class Points:
    """The exact values of real variables that some demands ask, in every world where they are the same.

    What holds variables that are no ancestors of V leaves V as it is (exclusion), so V is the same in two
    worlds that hold its ancestors at the same.
    """

    def __init__(self, model: CausalModel, demands: Mapping[tuple[str, World], Demand]) -> None:
        points = {
            key: demand.low
            for key, demand in demands.items()
            if isinstance(demand, Interval) and demand.is_point
        }
        self._ancestors = _ancestors(model) if points else {}
        self._values = {(name, self._reaching(name, world)): value for (name, world), value in points.items()}
        self._exogenous = {variable.name for variable in model.exogenous}

    def exogenous(self) -> dict[str, float]:
        """The values that are known of exogenous variables."""
        return {name: value for (name, _), value in self._values.items() if name in self._exogenous}

    def of(self, world: World) -> dict[str, float]:
        """The values that are known in a world, of what it does not hold and is not exogenous."""
        held = {item.variable for item in world} | self._exogenous
        return {
            name: value
            for (name, reaching), value in self._values.items()
            if name not in held and self._reaching(name, world) == reaching
        }

    def _reaching(self, name: str, world: World) -> World:
        return tuple(item for item in world if item.variable in self._ancestors[name])


def _ancestors(model: CausalModel) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for name in model.topological_order:
        parents = model.parents[name]
        found[name] = frozenset(parents).union(*(found[parent] for parent in parents))
    return found


def read_evidence(model: CausalModel, events: Iterable[Event]) -> Evidence:
    """The demands of some events, those on one variable in one world together."""
    demands: dict[tuple[str, World], Demand] = {}
    checked: list[Event] = []
    for event in events:
        found = _compared(event)
        if found is None:
            checked.append(event)
            continue
        variable, relation, value = found
        demand = _demand(model.variables[variable.variable].domain, relation, value)
        if not (isinstance(demand, Interval) and demand.is_point):
            checked.append(event)
        if demand is not None and all(held.variable != variable.variable for held in variable.world):
            key = variable.variable, variable.world
            demands[key] = _both(demands[key], demand) if key in demands else demand
    worlds: dict[World, None] = {}
    for _, world in demands:
        _collect(world, worlds)
    return Evidence(demands, tuple(checked), tuple(worlds))


def equates_reals(model: CausalModel, events: Iterable[Event]) -> bool:
    """Whether one of some events is an equality of real values."""
    return any(
        event.relation == "="
        and any(isinstance(model.variables[v.variable].domain, Real) for v in counterfactuals(event))
        for event in events
    )


def _compared(event: Event) -> tuple[Counterfactual, str, float] | None:
    """The variable, the relation and the number of an event that compares the one with the other."""
    value = _number(event.right)
    if not isinstance(event.left, Counterfactual) or value is None:
        return None
    return event.left, event.relation, value


def _number(node: Quantity) -> float | None:
    """The value of arithmetic on numbers, where it has a finite one."""
    match node:
        case Constant(value) if isinstance(value, int | float):
            return float(value)
        case Negative(operand):
            part = _number(operand)
            return None if part is None else -part
        case Arithmetic(operator, left, right):
            first, second = _number(left), _number(right)
            if first is None or second is None:
                return None
            with np.errstate(all="ignore"):
                found = float(compute(operator, np.array(first), np.array(second)))
            return found if np.isfinite(found) else None
        case _:
            return None


def _demand(domain: Domain, relation: str, value: float) -> Demand | None:
    if isinstance(domain, Finite):
        levels = np.arange(domain.offset, domain.offset + domain.size)
        operator = "==" if relation == "=" else relation
        return Levels(np.asarray(compute(operator, levels, np.full(domain.size, value)) == 1))
    if not isinstance(domain, Real):
        return None
    match relation:
        case "=":
            return Interval(value, value)
        case "<" | "<=":
            return Interval(-np.inf, value)
        case ">" | ">=":
            return Interval(value, np.inf)
        case _:
            return None


def _both(a: Demand, b: Demand) -> Demand:
    if isinstance(a, Levels) and isinstance(b, Levels):
        return Levels(a.allowed & b.allowed)
    if isinstance(a, Interval) and isinstance(b, Interval):
        return Interval(max(a.low, b.low), min(a.high, b.high))
    raise TypeError("a variable has one domain")


def _collect(world: World, worlds: dict[World, None]) -> None:
    for held in world:
        if isinstance(held.value, Counterfactual):
            _collect(held.value.world, worlds)
    worlds[world] = None
