"""Samplers of a diffusion generator, chosen by name.

A step from x_t to x_{t'} needs an estimate D of the clean image. It is stochastic (ancestral, DDPM) or
deterministic (DDIM). At order one D is the network's estimate y_t of x_0. At order two, DPM-Solver++ (2M)
(Lu et al., arXiv:2211.01095), it is extrapolated from the last two, linearly in λ = log(a/b):
D = y_t + h / (2 h⁻) (y_t − y⁻) with the steps h = λ_{t'} − λ_t and h⁻ = λ_t − λ⁻, where y⁻ and λ⁻ are
those of the step before. The deterministic step with that D is the paper's algorithm 2, the stochastic one
its SDE-DPM-Solver++ (2M).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from scmlang.neural.guidance import guided
from scmlang.neural.image import Condition
from scmlang.neural.schedule import NoiseSchedule

if TYPE_CHECKING:
    from scmlang.neural.generator import DiffusionGenerator


@dataclass(frozen=True)
class Sampler:
    """Whether its steps are stochastic, and their order, 1 or 2."""

    stochastic: bool
    order: int


SAMPLERS: Mapping[str, Sampler] = {
    "ddpm": Sampler(stochastic=True, order=1),
    "ddim": Sampler(stochastic=False, order=1),
    "dpmsolver++": Sampler(stochastic=False, order=2),
    "sde-dpmsolver++": Sampler(stochastic=True, order=2),
}


def guided_estimate(generator: DiffusionGenerator, noisy: Tensor, t: Tensor, condition: Condition) -> Tensor:
    """The estimate of x_0 ``[n, C, H, W]`` at time steps int64 ``[n]``, all the same.

    Guidance acts per variable, and only at noise levels within the condition's interval: elsewhere it costs
    as much and does little or harm (Kynkäänniemi et al., "Applying guidance in a limited interval improves
    sample and distribution quality in diffusion models", arXiv:2404.07724).
    """
    if condition.guidance and not _within(generator.schedule, int(t[0]), condition.interval):
        condition = replace(condition, guidance={})

    def network(rows: Tensor, joined: Tensor, code: Tensor) -> Tensor:
        output: Tensor = generator(noisy[rows], t[rows], joined, code)
        return output

    return generator.schedule.clean(noisy, guided(generator, condition, network), t)


def _within(schedule: NoiseSchedule, t: int, interval: tuple[float, float]) -> bool:
    low, high = interval
    return low <= schedule.noise_share(t) <= high


class Estimates:
    """The estimates D of consecutive steps of one trajectory, at the order of a sampler.

    The first step, and one next to an infinite λ, are of order one.
    """

    def __init__(self, schedule: NoiseSchedule, order: int) -> None:
        self._schedule, self._order = schedule, order
        self._last: tuple[float, Tensor] | None = None

    def __call__(self, clean: Tensor, t: int, t_next: int) -> Tensor:
        """D at time t for the step to t', from the estimate x̂_0(x_t); to be called step by step."""
        if self._order == 1:
            return clean
        now, last = self._schedule.log_snr(t), self._last
        self._last = now, clean
        step = self._schedule.log_snr(t_next) - now
        if last is None or math.isinf(step) or math.isinf(last[0]):
            return clean
        return clean + step / (2 * (now - last[0])) * (clean - last[1])


def sample(
    generator: DiffusionGenerator, condition: Condition, name: str, steps: int, seed: torch.Generator
) -> Tensor:
    """New images from fresh noise: ``[n, C, H, W]`` in the generator's range."""
    sampler, schedule, device = SAMPLERS[name], generator.schedule, condition.code.device
    current = torch.randn((len(condition), *generator.shape), generator=seed).to(device)
    estimates = Estimates(schedule, sampler.order)
    for t, t_next in schedule.pairs(steps):
        times, following = full(t, current), full(t_next, current)
        clean = estimates(guided_estimate(generator, current, times, condition), t, t_next)
        if sampler.stochastic:
            mean, deviation = schedule.posterior(current, clean, times, following)
            current = mean + deviation * torch.randn(current.shape, generator=seed).to(device)
        else:
            current = schedule.ddim(current, clean, times, following)
    return schedule.clip(current)


def full(t: int, like: Tensor) -> Tensor:
    """One time step for every row: int64 ``[n]``."""
    return torch.full((len(like),), t, dtype=torch.int64, device=like.device)
