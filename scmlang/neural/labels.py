"""Structural mechanisms of label variables, V = f(pa_V, U_shared, U_V).

U_V is private noise. Into a finite variable it enters by one of two couplings
(:mod:`scmlang.neural.couplings`): one uniform through the inverse distribution function over the level order,
or a Gumbel for each level. Into a real one a standard normal e enters by location and scale, V = m + s·e.
These are the language's own conventions for ``~``, so a fitted model means what a written one means. Given V,
its parents and the shared noise, the private noise has a closed posterior, and e is the single value
(V − m)/s. Abduction is exact.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from scmlang.neural.couplings import MONOTONE, CouplingLaw, coupling_of, cumulative
from scmlang.neural.embeddings import Autoencoder
from scmlang.neural.plan import LabelPlan
from scmlang.semantics.domains import Finite

Parents = Mapping[str, Tensor]
FLOOR = 1e-12


class LabelMechanism(nn.Module, ABC):
    """What the neural causal model asks of a label variable's mechanism.

    ``reads_image`` says that the mechanism also takes the image as an input (the paper's model); such a
    mechanism cannot be sampled without one.

    Private noise has one row a unit: ``[m]``, or ``[m, levels]`` of Gumbels.

    All methods take rows: ``parents`` maps each parent to ``[m]`` (level indices or real values),
    ``shared`` is int64 ``[m, k]``, the states of the plan's shared noise in its order, and ``image`` is
    ``[m, C, H, W]`` in [−1, 1] or None.
    """

    reads_image = False

    @abstractmethod
    def log_prob(self, value: Tensor, parents: Parents, shared: Tensor, image: Tensor | None) -> Tensor:
        """log p(value | parents, shared): ``[m]``."""

    @abstractmethod
    def respond(self, noise: Tensor, parents: Parents, shared: Tensor, image: Tensor | None) -> Tensor:
        """f(parents, shared, noise): values ``[m]`` for ``m`` rows of private noise."""

    @abstractmethod
    def abduct(
        self,
        value: Tensor,
        parents: Parents,
        shared: Tensor,
        image: Tensor | None,
        generator: torch.Generator,
    ) -> Tensor:
        """A draw of the private noise from its posterior given everything else: ``m`` rows."""

    @abstractmethod
    def draw_noise(self, n: int, generator: torch.Generator) -> Tensor:
        """Private noise from its prior: ``n`` rows."""


class CategoricalMechanism(LabelMechanism):
    """A finite variable with a conditional distribution given by ``logits``.

    Args:
        coupling: how the private noise enters.
    """

    def __init__(self, coupling: CouplingLaw = MONOTONE) -> None:
        super().__init__()
        self.coupling = coupling

    @abstractmethod
    def logits(self, parents: Parents, shared: Tensor, image: Tensor | None) -> Tensor:
        """Unnormalised log-probabilities of the levels: ``[m, levels]``."""

    def log_prob(self, value: Tensor, parents: Parents, shared: Tensor, image: Tensor | None) -> Tensor:
        table = torch.log_softmax(self.logits(parents, shared, image), -1)
        return table.gather(1, value[:, None])[:, 0]

    def chances(self, parents: Parents, shared: Tensor, image: Tensor | None) -> Tensor:
        """P(V = k | parents, shared): float64 ``[m, levels]``, each at least ``FLOOR``.

        In floating point an unlikelier level would own no noise at all, and where it is what happened there
        would be nothing to abduct.
        """
        table = torch.softmax(self.logits(parents, shared, image).double(), -1)
        return table * (1 - FLOOR * table.shape[1]) + FLOOR

    def cumulative(self, parents: Parents, shared: Tensor, image: Tensor | None) -> Tensor:
        """F(k) = P(V ≤ k): float64 ``[m, levels]``, strictly increasing, the last column exactly 1."""
        return cumulative(self.chances(parents, shared, image))

    def respond(self, noise: Tensor, parents: Parents, shared: Tensor, image: Tensor | None) -> Tensor:
        return self.coupling.respond(self.chances(parents, shared, image), noise)

    def abduct(
        self,
        value: Tensor,
        parents: Parents,
        shared: Tensor,
        image: Tensor | None,
        generator: torch.Generator,
    ) -> Tensor:
        return self.coupling.abduct(self.chances(parents, shared, image), value, generator)

    def draw_noise(self, n: int, generator: torch.Generator) -> Tensor:
        return self.coupling.draw(n, generator)


class CategoricalTable(CategoricalMechanism):
    """A learned table of logits, one row per configuration of the parents and the shared noise.

    Args:
        plan: the variable; all its parents are finite.
        domains: the domains of its parents.
        states: the numbers of states of its shared noise.
    """

    def __init__(self, plan: LabelPlan, domains: Mapping[str, Finite], states: tuple[int, ...]) -> None:
        super().__init__(coupling_of(plan))
        self.parents = plan.parents
        self.sizes = tuple(domains[name].size for name in plan.parents) + states
        levels = _levels(plan)
        # States of the shared noise must start apart: equal ones would get equal gradients for ever.
        spread = 0.5 if states else 0.0
        self.table = nn.Parameter(spread * torch.randn(math.prod(self.sizes), levels))

    def logits(self, parents: Parents, shared: Tensor, image: Tensor | None) -> Tensor:
        row = torch.zeros(len(shared), dtype=torch.int64, device=self.table.device)
        columns = [parents[name] for name in self.parents] + list(shared.unbind(1))
        for size, column in zip(self.sizes, columns, strict=True):
            row = row * size + column
        return self.table[row]


class Features(nn.Module):
    """The parents' vectors v and the shared noise's states, as one input for a network.

    The parents' autoencoders are held by the model; a plain list keeps them out of this module's
    own parameters.
    """

    def __init__(self, parents: Mapping[str, Autoencoder], states: tuple[int, ...], width: int = 16) -> None:
        super().__init__()
        self._parents = [parents]
        self.noise = nn.ModuleList([nn.Embedding(size, width) for size in states])
        self.width = max(1, sum(part.width for part in parents.values()) + width * len(states))

    def forward(self, parents: Parents, shared: Tensor) -> Tensor:
        """``[m, width]``; a constant where there is neither parent nor shared noise."""
        vectors = [part.decode(parents[name]) for name, part in self._parents[0].items()]
        vectors += [part(shared[:, i]) for i, part in enumerate(self.noise)]
        return torch.cat(vectors, 1) if vectors else torch.ones(len(shared), 1, device=shared.device)


def perceptron(inputs: int, hidden: tuple[int, ...], outputs: int) -> nn.Sequential:
    """A multilayer perceptron with SiLU between layers."""
    layers: list[nn.Module] = []
    for width in hidden:
        layers += [nn.Linear(inputs, width), nn.SiLU()]
        inputs = width
    return nn.Sequential(*layers, nn.Linear(inputs, outputs))


class CategoricalNetwork(CategoricalMechanism):
    """Logits by a perceptron of the parents' vectors and the shared noise."""

    def __init__(self, plan: LabelPlan, parents: Mapping[str, Autoencoder], states: tuple[int, ...]) -> None:
        super().__init__(coupling_of(plan))
        self.features = Features(parents, states)
        self.network = perceptron(self.features.width, _hidden(plan), _levels(plan))

    def logits(self, parents: Parents, shared: Tensor, image: Tensor | None) -> Tensor:
        logits: Tensor = self.network(self.features(parents, shared))
        return logits


class NormalNetwork(LabelMechanism):
    """A real variable: V = m + s·e with (m, log s) by a perceptron, in standardised units.

    Args:
        plan: the variable.
        own: its autoencoder, which knows the training data's location and scale.
        parents: the parents' autoencoders.
        states: the numbers of states of its shared noise.
    """

    def __init__(
        self, plan: LabelPlan, own: Autoencoder, parents: Mapping[str, Autoencoder], states: tuple[int, ...]
    ) -> None:
        super().__init__()
        self._own = [own]
        self.features = Features(parents, states)
        self.network = perceptron(self.features.width, _hidden(plan), 2)

    def _location_scale(self, parents: Parents, shared: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_scale = self.network(self.features(parents, shared)).unbind(1)
        own = self._own[0]
        return mean * own.scale + own.location, log_scale.clamp(-7, 7).exp() * own.scale

    def log_prob(self, value: Tensor, parents: Parents, shared: Tensor, image: Tensor | None) -> Tensor:
        location, scale = self._location_scale(parents, shared)
        error = (value - location) / scale
        return -0.5 * error**2 - scale.log() - 0.5 * math.log(2 * math.pi)

    def respond(self, noise: Tensor, parents: Parents, shared: Tensor, image: Tensor | None) -> Tensor:
        location, scale = self._location_scale(parents, shared)
        return location + scale * noise

    def abduct(
        self,
        value: Tensor,
        parents: Parents,
        shared: Tensor,
        image: Tensor | None,
        generator: torch.Generator,
    ) -> Tensor:
        location, scale = self._location_scale(parents, shared)
        return (value - location) / scale

    def draw_noise(self, n: int, generator: torch.Generator) -> Tensor:
        return torch.randn(n, generator=generator)


class CategoricalRecognition(CategoricalMechanism):
    """The paper's label mechanism: f_V sees the true image in place of parents and noise, P(V | I).

    Parents and shared noise are accepted and unused, so an intervention on a parent never reaches V. It is
    here as the baseline that the paper describes (section 5), not as a causal mechanism.
    """

    reads_image = True

    def __init__(self, plan: LabelPlan, channels: int) -> None:
        super().__init__(coupling_of(plan))
        hidden = plan.options["hidden"]
        widths = [int(width) for width in hidden] if isinstance(hidden, tuple) else []
        layers: list[nn.Module] = []
        for width in widths:
            layers += [nn.Conv2d(channels, width, 3, stride=2, padding=1), nn.SiLU()]
            channels = width
        self.network = nn.Sequential(
            *layers, nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(16 * channels, _levels(plan))
        )

    def logits(self, parents: Parents, shared: Tensor, image: Tensor | None) -> Tensor:
        if image is None:
            raise ValueError("a mechanism that reads the image was called without one")
        logits: Tensor = self.network(image)
        return logits


def _levels(plan: LabelPlan) -> int:
    if not isinstance(plan.domain, Finite):
        raise TypeError(f"{plan.name} is not finite")
    return plan.domain.size


def _hidden(plan: LabelPlan) -> tuple[int, ...]:
    hidden = plan.options["hidden"]
    if not isinstance(hidden, tuple):
        raise TypeError("the option `hidden` is a list of widths")
    return tuple(int(width) for width in hidden)
