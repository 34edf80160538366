"""Quantities unit by unit: what a counterfactual variable, an event or arithmetic is in each unit.

All worlds are solved under the same exogenous values, which is what makes them counterfactuals of each other.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from scmlang.exact.noise import Noise
from scmlang.exact.sampling import simulate
from scmlang.semantics.expressions import Columns, compute
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import (
    Arithmetic,
    Constant,
    Counterfactual,
    Event,
    Negative,
    Quantity,
    World,
)

Column = NDArray[np.generic]
Known = Callable[[World], Mapping[str, float]]


class PotentialResponses(ABC):
    """The potential responses of some units.

    Args:
        n: how many.
        known: values that the variables of a world have in all these units. To hold a variable at what it is
            changes nothing (composition; J. Pearl, Causality, 2nd ed., property 1 of section 7.3.1), while
            computed from noise that was solved for them they would be off by rounding.
    """

    def __init__(self, n: int, known: Known = lambda world: {}) -> None:
        self.n = n
        self.known = known
        self._worlds: dict[World, dict[str, Column]] = {}

    @abstractmethod
    def solve(self, held: Columns) -> dict[str, Column]:
        """Every variable that is no image, with some of them held at values ``[n]``."""

    def world(self, world: World) -> dict[str, Column]:
        """Every variable that is no image in a world whose variables are all held at something.

        Raises:
            ScmError: E112, E113 for values outside a domain.
        """
        if world not in self._worlds:
            held = {item.variable: self._held(item.value) for item in world}
            self._worlds[world] = self.solve({**self._known(world), **held})
        return self._worlds[world]

    def _held(self, value: object) -> Column:
        if isinstance(value, Counterfactual):
            return self.column(value)
        if isinstance(value, int | float):
            return np.full(self.n, value)
        raise TypeError("a variable is held at no number")

    def column(self, node: Quantity | Event) -> Column:
        """The value of arithmetic over counterfactual variables, or the truth of an event, in each unit."""
        match node:
            case Counterfactual(variable, world):
                return self.world(world)[variable]
            case Constant(value) if isinstance(value, int | float):
                return np.full(self.n, value)
            case Negative(operand):
                return np.asarray(np.negative(self.column(operand)))
            case Arithmetic(operator, left, right):
                return self._computed(operator, left, right)
            case Event(relation, left, right):
                return self._computed("==" if relation == "=" else relation, left, right)
            case _:
                raise TypeError(f"{node} has no value in a unit")

    def _computed(self, operator: str, left: Quantity, right: Quantity) -> Column:
        with np.errstate(all="ignore"):
            return compute(operator, self.column(left), self.column(right))

    def holds(self, events: Iterable[Quantity | Event]) -> NDArray[np.bool_]:
        """The units in which all events occur."""
        found = np.ones(self.n, dtype=bool)
        for event in events:
            found &= np.asarray(self.column(event) == 1)
        return found

    def _known(self, world: World) -> dict[str, Column]:
        return {name: np.full(self.n, value) for name, value in self.known(world).items()}


class Responses(PotentialResponses):
    """Those of a fully specified model.

    Args:
        model: every variable has an equation.
        noise: the units.
        known: see :class:`PotentialResponses`.
    """

    def __init__(self, model: CausalModel, noise: Noise, known: Known = lambda world: {}) -> None:
        super().__init__(noise.n, known)
        self.model = model
        self.noise = noise

    def solve(self, held: Columns) -> dict[str, Column]:
        return simulate(self.model, self.noise, held)
