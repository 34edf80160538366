"""A finite model by enumeration: every state of the noise, and what follows from it in any world.

The noise of each draw is cut where, for some configuration of its parents, the level changes; within a
cell nothing does, so a finite sum over cells is exact. This is the slow and plain way, for tests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property, reduce
from itertools import pairwise, product, repeat
from operator import eq, floordiv, ge, gt, le, lt, mod, ne, truediv
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scmlang.semantics import quantities as q
from scmlang.semantics.assertions import Comparison
from scmlang.semantics.distributions import assign, probabilities, respond
from scmlang.semantics.domains import Finite
from scmlang.semantics.model import Assignment, CausalModel, Coupling, Draw, Render, Table, Variable

Array = NDArray[Any]
Columns = dict[str, Array]
RELATIONS = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
ARITHMETIC = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": truediv,
    "//": floordiv,
    "%": mod,
    "**": np.power,
}


class Worlds:
    """Every state of the noise of ``model``, with its probability in ``weight``."""

    def __init__(self, model: CausalModel) -> None:
        self.model = model
        cells = {v.name: self._cells(v) for v in model.variables.values() if _drawn(v)}
        grid = np.meshgrid(*(np.arange(len(width)) for _, width in cells.values()), indexing="ij")
        places = dict(zip(cells, (axis.ravel() for axis in grid), strict=True))
        self.noise = {name: cells[name][0][place] for name, place in places.items()}
        widths = (cells[name][1][place] for name, place in places.items())
        self.weight: NDArray[np.float64] = reduce(np.multiply, widths)

    def _cells(self, variable: Variable) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The middles and the widths of the cells of a variable's noise, uniform on [0, 1)."""
        equation, domain = variable.equation, variable.domain
        assert isinstance(equation, Draw | Table)
        assert isinstance(domain, Finite)
        assert equation.coupling is Coupling.MONOTONE
        parents = self.model.parents[variable.name]
        levels = [_values(self.model.variables[name]) for name in parents]
        configurations = list(product(*levels))
        columns = dict(zip(parents, np.array(configurations, np.int64).T, strict=True))
        chances = probabilities(equation, domain, columns, len(configurations))
        if isinstance(equation, Draw) and equation.distribution == "bernoulli":
            chances = chances[:, ::-1]
        cuts = np.unique(np.clip([0.0, *np.cumsum(chances, axis=1).ravel(), 1.0], 0, 1))
        return (cuts[:-1] + cuts[1:]) / 2, np.diff(cuts)

    def world(self, do: Mapping[str, int | Array]) -> Columns:
        """The value of every variable in every state of the noise, some held at values."""
        n = len(self.weight)
        columns: Columns = {}
        for name in self.model.topological_order:
            variable = self.model.variables[name]
            equation = variable.equation
            assert equation is not None
            if isinstance(equation, Render):
                continue  # no quantity is about an image
            if name in do:
                columns[name] = np.broadcast_to(np.asarray(do[name], np.int64), (n,))
            elif isinstance(equation, Assignment):
                columns[name] = assign(equation, variable.domain, columns, n)
            else:
                columns[name] = respond(equation, variable.domain, columns, self.noise[name])
        return columns

    @cached_property
    def actual(self) -> Columns:
        """The world without an intervention."""
        return self.world({})

    def column(self, quantity: q.Quantity) -> Array:
        """What a quantity without a probability in it is, in every state of the noise."""
        match quantity:
            case q.Constant(value):
                return np.full(len(self.weight), value)
            case q.Counterfactual(variable, world):
                held = {h.variable: self._held(h) for h in world}
                return (self.world(held) if held else self.actual)[variable]
            case q.Arithmetic(operator, left, right):
                return np.asarray(ARITHMETIC[operator](self.column(left), self.column(right)))
            case q.Negative(operand):
                return -self.column(operand)
            case _:
                raise TypeError(quantity)

    def _held(self, held: q.Held) -> int | Array:
        if isinstance(held.value, q.Counterfactual):
            return self.column(held.value)
        assert isinstance(held.value, int)
        return held.value

    def _mask(self, events: tuple[q.Event | q.Counterfactual, ...]) -> Array:
        mask = np.ones(len(self.weight), bool)
        for event in events:
            assert isinstance(event, q.Event), "a table is not one number"
            mask &= RELATIONS[event.relation](self.column(event.left), self.column(event.right))
        return mask

    def value(self, quantity: q.Quantity) -> float:
        """The number that a quantity is."""
        match quantity:
            case q.Probability(events, given):
                weight = self.weight[self._mask(given)]
                return float(weight[self._mask(events)[self._mask(given)]].sum() / weight.sum())
            case q.Expectation(of, given):
                mask = self._mask(given)
                return float(np.average(self.column(of)[mask], weights=self.weight[mask]))
            case q.Effect():
                return self.value(quantity.definition)
            case q.Arithmetic(operator, left, right):
                return float(ARITHMETIC[operator](self.value(left), self.value(right)))
            case q.Negative(operand):
                return -self.value(operand)
            case q.Constant(value):
                return float(value)
            case _:
                raise TypeError(quantity)

    def holds(self, comparison: Comparison) -> bool:
        """Whether every relation of the comparison does."""
        values = [self.value(quantity) for quantity in comparison.quantities]
        for relation, (left, right) in zip(comparison.relations, pairwise(values), strict=True):
            near = abs(left - right) <= comparison.tolerance
            if not (near if relation in ("=", "==") else RELATIONS[relation](left, right)):
                return False
        return True

    def independent(self, left: Sequence[str], right: Sequence[str], given: Sequence[str]) -> bool:
        """Whether P(left, right | given) is P(left | given) P(right | given) wherever given can be."""

        def joint(names: Sequence[str]) -> dict[tuple[int, ...], float]:
            found: Counter[tuple[int, ...]] = Counter()
            rows = zip(*(self.actual[name].tolist() for name in names), strict=True) if names else repeat(())
            for row, weight in zip(rows, self.weight.tolist(), strict=False):
                found[row] += weight
            return found

        x, y = len(left), len(left) + len(right)
        lefts, rights, both = joint([*left, *given]), joint([*right, *given]), joint([*left, *right, *given])
        condition = joint(given)
        pairs = product(lefts, rights)
        return all(
            abs(both.get((*a[:x], *b), 0) * condition[a[x:]] - lefts[a] * rights[b]) < 1e-12
            for a, b in pairs
            if a[x:] == b[y - x :]
        )


def _drawn(variable: Variable) -> bool:
    return isinstance(variable.equation, Draw | Table)


def _values(variable: Variable) -> range:
    assert isinstance(variable.domain, Finite)
    return range(variable.domain.offset, variable.domain.offset + variable.domain.size)
