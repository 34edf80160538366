"""Which variables of which worlds a query needs.

The parallel worlds of a query share their exogenous variables (Balke and Pearl, Probabilistic evaluation of
counterfactual queries, AAAI 1994; Shpitser and Pearl, What counterfactuals can be tested, arXiv:1206.5294).
Where no intervention that differs reaches a variable, two worlds share it; so a world is first reduced to the
interventions that matter to the variable. Only ancestors of what is asked about are collected; all else sums
to one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scmlang.exact.numbers import Number
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import Counterfactual, World


@dataclass(frozen=True)
class Fixed:
    """A value, where an intervention holds a variable."""

    value: Number


@dataclass(frozen=True)
class Instance:
    """``variable`` in the world of the interventions that reach it, in order of declaration."""

    variable: str
    world: tuple[tuple[str, Fixed | Instance], ...] = ()

    def __str__(self) -> str:
        if not self.world:
            return self.variable
        held = [str(v) if isinstance(v, Instance) else f"{name}={v.value}" for name, v in self.world]
        return f"{self.variable}[{', '.join(held)}]"


Place = Fixed | Instance


class Instances:
    """Collects instances with the places of their parents."""

    def __init__(self, model: CausalModel) -> None:
        self.model = model
        self.parents: dict[Instance, dict[str, Place]] = {}
        self._position = {name: i for i, name in enumerate(model.topological_order)}
        self._worlds: dict[tuple[tuple[str, Place], ...], dict[str, Instance]] = {}

    def place(self, variable: Counterfactual) -> Place:
        """Where the value of a counterfactual variable comes from; its ancestors are collected."""
        held = self._held(variable.world)
        if variable.variable in held:
            return held[variable.variable]
        places = self._worlds.setdefault(tuple(held.items()), {})
        for name in self._ancestors(variable.variable, held, places):
            parents = {p: held[p] if p in held else places[p] for p in self.model.parents[name]}
            reaching = {p for p in parents if p in held}
            reaching.update(h for p in parents if p not in held for h, _ in places[p].world)
            places[name] = instance = Instance(name, tuple((h, held[h]) for h in held if h in reaching))
            self.parents.setdefault(instance, parents)
        return places[variable.variable]

    def ordered(self) -> list[Instance]:
        """All instances, causes first."""
        return sorted(self.parents, key=lambda instance: self._position[instance.variable])

    def _held(self, world: World) -> dict[str, Place]:
        held: dict[str, Place] = {}
        for item in world:
            if isinstance(item.value, Counterfactual):
                held[item.variable] = self.place(item.value)
            elif isinstance(item.value, int | float):
                held[item.variable] = Fixed(item.value)
            else:
                raise TypeError(f"{item.variable} is held at no number")
        return held

    def _ancestors(
        self, start: str, held: Mapping[str, Place], known: Mapping[str, Instance]
    ) -> Iterable[str]:
        """``start`` and its ancestors below the interventions, causes first, without those that are known."""
        found = set() if start in known else {start}
        waiting = list(found)
        while waiting:
            for parent in self.model.parents[waiting.pop()]:
                if parent not in found and parent not in held and parent not in known:
                    found.add(parent)
                    waiting.append(parent)
        return sorted(found, key=self._position.__getitem__)
