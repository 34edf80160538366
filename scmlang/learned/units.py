r"""Units of a neural causal model that have some evidence: its exogenous noise, weighted.

Where all labels are evidence, the posterior of the noise is known
(:func:`scmlang.neural.abduction.abduct`). Where some are not, P(u | e) has no closed form, and units are
drawn by importance sampling in the order of causes, in all worlds of the evidence at once:

- the noise that a c-component shares is drawn from its posterior given the set :math:`E_C` of those of its
  members whose value and whose parents' values are all evidence,
  :math:`P(u \mid e_C) \propto P(u) \prod_{V \in E_C} P(v \mid pa_V, u)`, a finite sum;
- the private noise of any other variable with evidence is drawn from its posterior given what has been drawn
  before, and the unit weighted by :math:`P(v \mid pa_V, u)`: likelihood weighting (Fung and Chang; Shachter
  and Peot, UAI 1989);
- all other noise comes from its prior, and a unit that turns out not to have the evidence has the weight 0.

So with evidence on all labels every weight is the same.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from scmlang.exact.montecarlo.evidence import Demand, Evidence, Interval, Levels, Points
from scmlang.exact.montecarlo.proposals import Units
from scmlang.exact.montecarlo.refusals import several_points
from scmlang.exact.responses import Column, Known, PotentialResponses
from scmlang.neural.columns import numpy_columns, tensor_column
from scmlang.neural.ncm import LabelNoise, NeuralCausalModel
from scmlang.neural.plan import LabelPlan
from scmlang.semantics.expressions import Columns
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import Counterfactual, Held, World

ACTUAL: World = ()


class LearnedResponses(PotentialResponses):
    """The potential responses of the labels under some noise.

    Args:
        neural: the trained model.
        noise: the units.
        known: see :class:`~scmlang.exact.responses.PotentialResponses`.
    """

    def __init__(self, neural: NeuralCausalModel, noise: LabelNoise, known: Known = lambda world: {}) -> None:
        super().__init__(len(noise.shared), known)
        self.neural = neural
        self.noise = noise

    @torch.no_grad()
    def solve(self, held: Columns) -> dict[str, Column]:
        labels: dict[str, Tensor] = {}
        for plan in self.neural.plan.labels:
            name = plan.name
            if name in held:
                labels[name] = tensor_column(plan, np.asarray(held[name])).to(self.neural.device)
            else:
                labels[name] = self.neural.respond(name, self.noise, labels)
        return numpy_columns(self.neural.plan, labels)


class LearnedProposal:
    """How units with some evidence are drawn.

    Args:
        neural: the trained model; no mechanism of it reads the image.
        model: what it was built from.
        evidence: on its labels.

    Raises:
        ScmError: E282 for exact values of one real variable in several worlds.
    """

    def __init__(self, neural: NeuralCausalModel, model: CausalModel, evidence: Evidence) -> None:
        self.neural = neural
        self.evidence = evidence
        self.points = Points(model, evidence.demands)
        self.values: dict[str, tuple[World, float]] = {}
        for (name, world), demand in sorted(evidence.demands.items(), key=lambda item: item[0][1] != ACTUAL):
            value = _single(model, name, demand)
            if value is None:
                continue
            if name in self.values and isinstance(demand, Interval):
                raise several_points(model.variables[name], model)
            self.values.setdefault(name, (world, value))
        self.worlds = tuple(dict.fromkeys((*evidence.worlds, ACTUAL)))
        self.is_contradictory = any(
            isinstance(demand, Interval) and demand.low > demand.high for demand in evidence.demands.values()
        )

    @torch.no_grad()
    def draw(self, n: int, rng: np.random.Generator) -> Units:
        """``n`` units."""
        generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
        walk = _Walk(self, n, generator)
        for plan in self.neural.plan.labels:
            walk.visit(plan)
        responses = LearnedResponses(self.neural, LabelNoise(walk.shared, walk.private), self.points.of)
        weights = walk.log_weights.cpu().numpy()
        if self.evidence.checked:
            weights = np.where(responses.holds(self.evidence.checked), weights, -np.inf)
        if self.is_contradictory:  # no unit is looked at for an exact real value, since it is drawn on it
            weights = np.full(n, -np.inf)
        return Units(responses, weights)

    def explained(self, component: tuple[str, ...]) -> tuple[str, ...]:
        """The members of a c-component whose value, and whose parents' values, are evidence as it is."""
        return tuple(
            name
            for name in component
            if all(self._is_actual(v) for v in (name, *self.neural.plan.label(name).parents))
        )

    def index(self, name: str) -> Tensor:
        """The value that evidence gives a variable, as a label column of one row."""
        column = tensor_column(self.neural.plan.label(name), np.array([self.values[name][1]]))
        return column.to(self.neural.device)

    def _is_actual(self, name: str) -> bool:
        return name in self.values and self.values[name][0] == ACTUAL


def _single(model: CausalModel, name: str, demand: Demand) -> float | None:
    """The one value that a demand leaves."""
    if isinstance(demand, Interval):
        return demand.low if demand.is_point else None
    domain = model.variables[name].domain
    offset = getattr(domain, "offset", 0)
    return float(offset + int(demand.allowed.argmax())) if _one(demand) else None


def _one(demand: Levels) -> bool:
    return int(demand.allowed.sum()) == 1


class _Walk:
    def __init__(self, proposal: LearnedProposal, n: int, generator: torch.Generator) -> None:
        self.proposal = proposal
        self.neural = proposal.neural
        self.n = n
        self.generator = generator
        self.private: dict[str, Tensor] = {}
        self.worlds: dict[World, dict[str, Tensor]] = {world: {} for world in proposal.worlds}
        self.known = {world: proposal.points.of(world) for world in self.worlds}
        self.log_weights = torch.zeros(n, dtype=torch.float64, device=self.neural.device)
        self.counted: frozenset[str] = frozenset()
        self.shared = self.neural.shared.sample(n, generator).to(self.neural.device)
        for component in self.neural.plan.components:
            self._share(proposal.explained(component))

    def _share(self, names: tuple[str, ...]) -> None:
        """Shared noise from its posterior given some members of a c-component."""
        if not names:
            return
        plans = [self.neural.plan.label(name) for name in names]
        needed = {v for plan in plans for v in (plan.name, *plan.parents)}
        joint, states = self.neural.log_joint(names, {v: self.proposal.index(v) for v in needed}, None)
        joint = joint[0].double()
        chances = torch.softmax(joint, 0).cpu()
        pick = torch.multinomial(chances, self.n, replacement=True, generator=self.generator)
        columns = sorted({index for plan in plans for index in plan.shared})
        self.shared[:, columns] = states[pick.to(states.device)][:, columns]
        self.log_weights += joint.logsumexp(0)
        self.counted |= set(names)

    def visit(self, plan: LabelPlan) -> None:
        mechanism, shared = self.neural.mechanism(plan.name), self.shared[:, list(plan.shared)]
        if plan.name in self.proposal.values:
            world, _ = self.proposal.values[plan.name]
            parents = self._parents(plan, world)
            value = self.proposal.index(plan.name).expand(self.n)
            if plan.name not in self.counted:
                self.log_weights += mechanism.log_prob(value, parents, shared, None).double()
            noise = mechanism.abduct(value, parents, shared, None, self.generator)
        else:
            noise = mechanism.draw_noise(self.n, self.generator).to(self.neural.device)
        self.private[plan.name] = noise
        for world, labels in self.worlds.items():
            labels[plan.name] = self._value(plan, world)

    def _parents(self, plan: LabelPlan, world: World) -> Mapping[str, Tensor]:
        return {parent: self.worlds[world][parent] for parent in plan.parents}

    def _value(self, plan: LabelPlan, world: World) -> Tensor:
        for held in world:
            if held.variable == plan.name:
                return self._held(plan, held)
        if plan.name in self.known[world]:
            return self._constant(plan, self.known[world][plan.name])
        parents, shared = self._parents(plan, world), self.shared[:, list(plan.shared)]
        return self.neural.mechanism(plan.name).respond(self.private[plan.name], parents, shared, None)

    def _held(self, plan: LabelPlan, held: Held) -> Tensor:
        if isinstance(held.value, Counterfactual):
            return self.worlds[held.value.world][held.value.variable]
        if isinstance(held.value, int | float):
            return self._constant(plan, held.value)
        raise TypeError("a variable is held at no number")

    def _constant(self, plan: LabelPlan, value: float) -> Tensor:
        return tensor_column(plan, np.full(self.n, value)).to(self.neural.device)
