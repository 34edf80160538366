"""Units that have the evidence: importance sampling through the exogenous variables.

The model is walked in the order of causes, in all worlds of the evidence at once, since they share their
units. The noise of a variable that evidence is about is drawn from the region where the evidence holds, and
the unit's weight is multiplied by the prior mass of that region. For evidence in the actual world on
variables with a ``~`` this is likelihood weighting (Fung and Chang, Weighing and integrating evidence for
stochastic simulation in Bayesian networks, UAI 1989; Shachter and Peot, Simulation approaches to general
probabilistic inference on belief networks, UAI 1989). Weights of what the walk cannot steer, such as ``X + Y
> 3``, are 0 or 1.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scmlang.exact.montecarlo.evidence import Evidence, Interval, Points
from scmlang.exact.montecarlo.refusals import inexact, several_points
from scmlang.exact.montecarlo.regions import Case, Floats, restricted_noise
from scmlang.exact.montecarlo.solving import draw_fitting, solvable
from scmlang.exact.noise import Noise, prior_noise
from scmlang.exact.responses import PotentialResponses, Responses
from scmlang.semantics.distributions import assign, respond
from scmlang.semantics.model import Assignment, CausalModel, Draw, Role, Table, Variable
from scmlang.semantics.quantities import Counterfactual, Held, World

Column = NDArray[np.generic]


@dataclass(frozen=True, eq=False)
class Units:
    """Units and the logarithms of their weights, -inf for those without the evidence."""

    responses: PotentialResponses
    log_weights: Floats


class Drawing(Protocol):
    """How units with some evidence are drawn."""

    def draw(self, n: int, rng: np.random.Generator) -> Units: ...


Propose = Callable[[CausalModel, Evidence], Drawing]


class Proposal:
    """The drawing of units of a fully specified model.

    Args:
        model: fully specified.
        evidence: what they have.

    Raises:
        ScmError: E281 for the exact value of a real variable that no noise of its own can be solved for, E282
            for exact values of one real variable in several worlds.
    """

    def __init__(self, model: CausalModel, evidence: Evidence) -> None:
        self.model = model
        self.evidence = evidence
        self.points = Points(model, evidence.demands)
        self.solved = solvable(model, evidence)
        self.late = frozenset(name for names in self.solved.values() for name in names)
        points = [name for (name, _), d in evidence.demands.items() if isinstance(d, Interval) and d.is_point]
        for name in points:
            variable = model.variables[name]
            if points.count(name) > 1:
                raise several_points(variable, model)
            if isinstance(variable.equation, Assignment) and name not in self.solved:
                raise inexact(variable, model)

    def draw(self, n: int, rng: np.random.Generator) -> Units:
        """``n`` units."""
        walk = _Walk(self, n, rng)
        for name in self.model.topological_order:
            walk.visit(self.model.variables[name])
        responses = Responses(self.model, Noise(n, "train", walk.exogenous, walk.private, {}), self.points.of)
        weights = walk.log_weights
        if self.evidence.checked:
            weights = np.where(responses.holds(self.evidence.checked), weights, -np.inf)
        return Units(responses, weights)


class _Walk:
    def __init__(self, proposal: Proposal, n: int, rng: np.random.Generator) -> None:
        self.proposal = proposal
        self.n = n
        self.rng = rng
        self.exogenous: dict[str, Column] = {}
        self.private: dict[str, Floats] = {}
        self.worlds: dict[World, dict[str, Column]] = {world: {} for world in proposal.evidence.worlds}
        self.points = {world: proposal.points.of(world) for world in self.worlds}
        self.log_weights: Floats = np.zeros(n)

    def visit(self, variable: Variable) -> None:
        equation = variable.equation
        if variable.is_image or variable.name in self.proposal.late:
            return
        if isinstance(equation, Draw | Table):
            noise = self._noise(variable, equation)
            if variable.role is Role.EXOGENOUS:
                self.exogenous[variable.name] = self._exogenous(variable, equation, noise)
                return
            self.private[variable.name] = noise
        elif variable.name in self.proposal.solved:
            names = self.proposal.solved[variable.name]
            found, weights = draw_fitting(
                self.proposal.model, variable, names, list(self._cases(variable)), self.n, self.rng
            )
            self.exogenous |= found
            self.log_weights = self.log_weights + weights
        for world, values in self.worlds.items():
            values[variable.name] = self._value(variable, world)

    def _noise(self, variable: Variable, equation: Draw | Table) -> Floats:
        cases = list(self._cases(variable))
        if not cases:
            return prior_noise(equation, variable, self.n, self.rng)
        noise, weights = restricted_noise(equation, variable.domain, cases, self.n, self.rng)
        self.log_weights = self.log_weights + weights
        return noise

    def _exogenous(self, variable: Variable, equation: Draw | Table, noise: Floats) -> Column:
        known = self.proposal.points.exogenous()
        if variable.name in known:
            return np.full(self.n, known[variable.name])
        return respond(equation, variable.domain, {}, noise)

    def _cases(self, variable: Variable) -> Iterator[Case]:
        for (name, world), demand in self.proposal.evidence.demands.items():
            if name == variable.name:
                yield Case(self._columns(world), demand)

    def _columns(self, world: World) -> ChainMap[str, Column]:
        return ChainMap(self.worlds[world], self.exogenous)

    def _value(self, variable: Variable, world: World) -> Column:
        for held in world:
            if held.variable == variable.name:
                return self._held(held)
        if variable.name in self.points[world]:
            return np.full(self.n, self.points[world][variable.name])
        equation, domain, parents = variable.equation, variable.domain, self._columns(world)
        if isinstance(equation, Assignment):
            return assign(equation, domain, parents, self.n)
        if isinstance(equation, Draw | Table):
            return respond(equation, domain, parents, self.private[variable.name])
        raise TypeError(f"{variable.name} has no equation that is solved")

    def _held(self, held: Held) -> Column:
        if isinstance(held.value, Counterfactual):
            return self.worlds[held.value.world][held.value.variable]
        if isinstance(held.value, int | float):
            return np.full(self.n, held.value)
        raise TypeError("a variable is held at no number")
