"""A second opinion on exact answers: every unit of a model, one by one.

The private noise of a monotone draw matters only through the thresholds it lies between, so a unit for each
combination of intervals, and of exogenous values, is the whole model. Potential responses come from
:func:`scmlang.exact.sampling.simulate`, which shares no code with the engine beyond the equations.
"""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from scmlang.exact.noise import Noise
from scmlang.exact.sampling import simulate
from scmlang.semantics.distributions import probabilities
from scmlang.semantics.domains import Finite
from scmlang.semantics.model import CausalModel, Draw, Role, Table
from scmlang.semantics.quantities import (
    Arithmetic,
    Constant,
    Counterfactual,
    Event,
    Expectation,
    Negative,
    Probability,
    Quantity,
    World,
)

Column = NDArray[np.float64]
_RELATIONS = {
    "=": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}
_OPERATORS = {"+": np.add, "-": np.subtract, "*": np.multiply}


class Oracle:
    """Answers to closed quantities, the free variables of a probability all having been given values."""

    def __init__(self, model: CausalModel) -> None:
        self.model = model
        self.noise, self.weights = _units(model)

    def value(self, node: Quantity) -> float:
        match node:
            case Constant(value):
                return float(value)
            case Negative(operand):
                return -self.value(operand)
            case Arithmetic(operator, left, right):
                return float(_OPERATORS[operator](self.value(left), self.value(right)))
            case Probability(events, given):
                mass = self._mass(given)
                return float((mass * self._all(events)).sum() / mass.sum())
            case Expectation(of, given):
                mass = self._mass(given)
                return float((mass * self.column(of)).sum() / mass.sum())
            case _:
                raise TypeError(node)

    def mass(self, given: tuple[Event | Counterfactual, ...]) -> float:
        return float(self._mass(given).sum())

    def _mass(self, given: tuple[Event | Counterfactual, ...]) -> Column:
        return self.weights * self._all(given)

    def _all(self, events: tuple[Event | Counterfactual, ...]) -> Column:
        found = np.ones_like(self.weights)
        for event in events:
            assert isinstance(event, Event)
            found *= _RELATIONS[event.relation](self.column(event.left), self.column(event.right))
        return found

    def column(self, node: Quantity) -> Column:
        match node:
            case Constant(value):
                return np.full_like(self.weights, float(value))
            case Negative(operand):
                return -self.column(operand)
            case Arithmetic(operator, left, right):
                return np.asarray(_OPERATORS[operator](self.column(left), self.column(right)), np.float64)
            case Counterfactual(variable, world):
                return simulate(self.model, self.noise, self._do(world))[variable].astype(np.float64)
            case _:
                raise TypeError(node)

    def _do(self, world: World) -> dict[str, NDArray[np.generic]]:
        held = {}
        for item in world:
            value = item.value
            column = (
                self.column(value) if isinstance(value, Counterfactual) else self.column(Constant(value or 0))
            )
            held[item.variable] = column.astype(np.int64)
        return held


def _units(model: CausalModel) -> tuple[Noise, Column]:
    """Every unit with its weight."""
    names, choices = [], []
    for name, variable in model.variables.items():
        if isinstance(variable.equation, Draw | Table):
            names.append(name)
            choices.append(_intervals(model, name))
    cases = list(product(*choices))
    weights = np.array([np.prod([w for _, w in case]) for case in cases], dtype=np.float64)
    columns = {name: np.array([case[i][0] for case in cases]) for i, name in enumerate(names)}
    exogenous = {
        n: c.astype(np.int64) for n, c in columns.items() if model.variables[n].role is Role.EXOGENOUS
    }
    private = {n: c for n, c in columns.items() if n not in exogenous}
    return Noise(len(cases), "train", exogenous, private, {}), weights


def _intervals(model: CausalModel, name: str) -> list[tuple[float, float]]:
    """The values of an exogenous variable, or points of the noise, each with its probability."""
    variable = model.variables[name]
    equation, domain = variable.equation, variable.domain
    assert isinstance(domain, Finite)
    assert isinstance(equation, Draw | Table)
    parents = model.parents[name]
    levels = [_values(model, parent) for parent in parents]
    rows = list(product(*levels))
    columns = {parent: np.array([row[i] for row in rows]) for i, parent in enumerate(parents)}
    chances = probabilities(equation, domain, columns, len(rows))
    if variable.role is Role.EXOGENOUS:
        return [(domain.offset + k, p) for k, p in enumerate(chances[0].tolist())]
    sums = np.cumsum(chances, axis=1)
    cuts = np.unique(np.concatenate([[0.0, 1.0], sums.ravel(), 1 - sums.ravel()]).clip(0, 1))
    cuts = cuts[np.diff(cuts, prepend=-1.0) > 1e-12]  # thresholds that are equal but for rounding are one
    return [((a + b) / 2, b - a) for a, b in pairwise(cuts.tolist())]


def _values(model: CausalModel, name: str) -> range:
    domain = model.variables[name].domain
    assert isinstance(domain, Finite)
    return range(domain.offset, domain.offset + domain.size)
