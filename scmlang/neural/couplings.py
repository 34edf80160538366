r"""How the private noise of a finite variable enters its structural equation.

Both couplings have the distribution :math:`p(\cdot \mid pa)` that is learned, and differ in counterfactuals:
no data tell them apart, so the file says which is meant, as for a written ``~``
(:mod:`scmlang.semantics.distributions`). Given the value, the parents and the shared noise, the posterior of
the private noise is known in closed form under both, and drawing from it is exact.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from torch import Tensor

from scmlang.neural.plan import LabelPlan
from scmlang.semantics.domains import Finite
from scmlang.semantics.model import Coupling

# Scores nearer than this, relative to their size, might change places by rounding.
_MARGIN = 1e-12


class CouplingLaw(ABC):
    """The private noise of one variable: its prior, f(p, noise), and its posterior.

    Distributions are rows ``[n, levels]`` of float64 without zeros, values level indices ``[n]``.
    """

    @abstractmethod
    def draw(self, n: int, generator: torch.Generator) -> Tensor:
        """``n`` units of noise from the prior, on the CPU."""

    @abstractmethod
    def respond(self, chances: Tensor, noise: Tensor) -> Tensor:
        """The level of every unit: ``[n]``."""

    @abstractmethod
    def abduct(self, chances: Tensor, value: Tensor, generator: torch.Generator) -> Tensor:
        """A draw from the posterior of the noise given the value; :meth:`respond` gives the value back."""


class Monotone(CouplingLaw):
    r"""V = min{k : F(k) > u} with one uniform u, whose posterior is uniform on [F(V − 1), F(V))."""

    def draw(self, n: int, generator: torch.Generator) -> Tensor:
        return torch.rand(n, dtype=torch.float64, generator=generator)

    def respond(self, chances: Tensor, noise: Tensor) -> Tensor:
        below = cumulative(chances) <= noise[:, None]
        return below.sum(1).clamp(max=below.shape[1] - 1)

    def abduct(self, chances: Tensor, value: Tensor, generator: torch.Generator) -> Tensor:
        upper = cumulative(chances)
        lower = torch.cat([torch.zeros_like(upper[:, :1]), upper[:, :-1]], 1)
        high = upper.gather(1, value[:, None])[:, 0]
        low = lower.gather(1, value[:, None])[:, 0]
        u = self.draw(len(value), generator).to(low.device)
        inside = low + (high - low) * u
        # Rounding may land on the open end of the interval, where the next level starts.
        return torch.minimum(inside, torch.nextafter(high, low))


@dataclass(frozen=True)
class GumbelMax(CouplingLaw):
    r"""V = argmax_k (log p_k + g_k) with a standard Gumbel for each level: noise is ``[n, levels]``.

    With the clocks :math:`E_k = e^{-g_k}`, exponential of rate one, V is the level of the earliest
    :math:`E_k / p_k`, which is exponential of rate one itself and independent of V. Given V and that time T,
    :math:`E_V = p_V T` and each other clock has only not yet rung: :math:`E_k - p_k T` is exponential of rate
    one again. This is the top-down draw of truncated Gumbels (Maddison, Tarlow and Minka, "A* sampling",
    arXiv:1411.0030; the coupling is that of Oberst and Sontag, arXiv:1905.05824).

    Args:
        levels: of the variable.
    """

    levels: int

    def draw(self, n: int, generator: torch.Generator) -> Tensor:
        return -self._clocks(n, generator).log()

    def respond(self, chances: Tensor, noise: Tensor) -> Tensor:
        return (chances.log() + noise).argmax(1)

    def abduct(self, chances: Tensor, value: Tensor, generator: torch.Generator) -> Tensor:
        first = self._clocks(len(value), generator)[:, :1].to(chances.device)
        others = self._clocks(len(value), generator).to(chances.device)
        logs, top = chances.log(), -first.log()
        behind = top - logs - _MARGIN * (1 + top.abs() + logs.abs())
        noise = torch.minimum(-(chances * first + others).log(), behind)
        return noise.scatter(1, value[:, None], top - logs.gather(1, value[:, None]))

    def _clocks(self, n: int, generator: torch.Generator) -> Tensor:
        uniform = torch.rand(n, self.levels, dtype=torch.float64, generator=generator)
        return (-torch.log1p(-uniform)).clamp(min=torch.finfo(torch.float64).tiny)


MONOTONE = Monotone()


def cumulative(chances: Tensor) -> Tensor:
    """F(k) = P(V ≤ k): ``[n, levels]``, strictly increasing, the last column exactly 1."""
    sums = chances.cumsum(-1)
    return torch.cat([sums[:, :-1], torch.ones_like(sums[:, :1])], 1)


def coupling_of(plan: LabelPlan) -> CouplingLaw:
    """The coupling that a variable's options name; monotone where its type has no such option."""
    if plan.options.get("coupling") != Coupling.GUMBEL.value:
        return MONOTONE
    if not isinstance(plan.domain, Finite):
        raise TypeError(f"{plan.name} is not finite")
    return GumbelMax(plan.domain.size)
