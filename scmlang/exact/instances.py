"""Which variables of which worlds a query needs.

The parallel worlds of a query share their exogenous variables (Balke and Pearl, Probabilistic evaluation of
counterfactual queries, AAAI 1994; Shpitser and Pearl, What counterfactuals can be tested, arXiv:1206.5294).
Where no intervention that differs reaches a variable, two worlds share it; so a world is first reduced to the
interventions that matter to the variable. Only ancestors of what is asked about are collected; all else sums
to one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scmlang.exact.numbers import Number
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import Counterfactual, World


@dataclass(frozen=True)
class Fixed:
    """A value, where an intervention holds a variable."""

    value: Number

    def __str__(self) -> str:
        return str(self.value)


@dataclass(frozen=True, eq=False, slots=True)
class Setting:
    """A value that an intervention holds a variable at, to be told with each question.

    One object stands for it in all worlds of a query, so settings are compared by identity; ``value`` is that
    of the question it was first read for.
    """

    variable: str
    value: int

    def __str__(self) -> str:
        return str(self.value)


@dataclass(frozen=True, eq=False, slots=True)
class Instance:
    """``variable`` in the world of the interventions that reach it, in order of declaration.

    :class:`Instances` makes one object for each, so they are compared by identity.
    """

    variable: str
    world: _Reached = ()

    def __str__(self) -> str:
        if not self.world:
            return self.variable
        held = [str(v) if isinstance(v, Instance) else f"{name}={v}" for name, v in self.world]
        return f"{self.variable}[{', '.join(held)}]"


Place = Fixed | Setting | Instance
_Reached = tuple[tuple[str, Place], ...]


class Instances:
    """Collects instances with the places of their parents.

    Args:
        model: the model.
        settings: what stands for each value that is told later, by the symbol of it.
    """

    def __init__(self, model: CausalModel, settings: Mapping[str, Setting] | None = None) -> None:
        self.model = model
        self.settings = settings or {}
        self.parents: dict[Instance, dict[str, Place]] = {}
        self._position = {name: i for i, name in enumerate(model.topological_order)}
        self._made: dict[_Reached, dict[str, Instance]] = {}
        self._worlds: dict[_Reached, dict[str, Place]] = {}

    def place(self, variable: Counterfactual) -> Place:
        """Where the value of a counterfactual variable comes from; its ancestors are collected."""
        held = self._held(variable.world)
        whole = tuple(held.items())
        places = self._worlds.get(whole)
        if places is None:
            places = self._worlds[whole] = dict(held)
        untouched, all_held = (self._made.setdefault(world, {}) for world in ((), whole))
        parents_of, all_parents = self.model.parents, self.parents
        touched = {name for name, place in places.items() if name in held or _world(place)}
        for name in self._ancestors(variable.variable, places):
            parents = parents_of[name]
            world, made = whole, all_held
            if touched.isdisjoint(parents):
                world, made = (), untouched
            elif len(held) > 1:
                world = _reaching(held, parents, places)
                made = self._made.setdefault(world, {})
            instance = made.get(name)
            if instance is None:
                instance = made[name] = Instance(name, world)
                all_parents[instance] = {parent: places[parent] for parent in parents}
            places[name] = instance
            if world:
                touched.add(name)
        return places[variable.variable]

    def ordered(self) -> list[Instance]:
        """All instances, causes first."""
        position = self._position
        return sorted(self.parents, key=lambda instance: position[instance.variable])

    def _held(self, world: World) -> dict[str, Place]:
        held: dict[str, Place] = {}
        for item in world:
            if isinstance(item.value, Counterfactual):
                held[item.variable] = self.place(item.value)
            elif isinstance(item.value, str) and item.value in self.settings:
                held[item.variable] = self.settings[item.value]
            elif isinstance(item.value, int | float):
                held[item.variable] = Fixed(item.value)
            else:
                raise TypeError(f"{item.variable} is held at no number")
        return held

    def _ancestors(self, start: str, known: Mapping[str, Place]) -> list[str]:
        """``start`` and its ancestors, causes first, without those that are known and what is above them."""
        found = set() if start in known else {start}
        waiting = list(found)
        while waiting:
            for parent in self.model.parents[waiting.pop()]:
                if parent not in found and parent not in known:
                    found.add(parent)
                    waiting.append(parent)
        return sorted(found, key=self._position.__getitem__)


def _world(place: Place) -> _Reached:
    return place.world if isinstance(place, Instance) else ()


def _reaching(held: Mapping[str, Place], parents: Sequence[str], places: Mapping[str, Place]) -> _Reached:
    """The interventions that reach a variable by its parents, in their order."""
    found: set[str] = set()
    for parent in parents:
        if parent in held:
            found.add(parent)
        else:
            found.update([name for name, _ in _world(places[parent])])
    return tuple([(name, place) for name, place in held.items() if name in found])
