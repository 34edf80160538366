"""Abduction of the diffusion noise: inverting the sampler on a given image.

Both methods invert without guidance and against the schedule's own coefficients. What they return replays
to the image under the factual condition, and under another condition it is the image's counterfactual with
the same noise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from scmlang.neural.generator import DiffusionGenerator


@dataclass(frozen=True)
class Condition:
    """What the generator is conditioned on.

    Attributes:
        vectors: v of every parent of the image, ``[n, width]``.
        code: the semantic code z, ``[n, *code_shape]``.
        guidance: per parent, the guidance scale of every row ``[n]``; 1 (or absent) is no guidance.
    """

    vectors: Mapping[str, Tensor]
    code: Tensor
    guidance: Mapping[str, Tensor]

    def __len__(self) -> int:
        return len(self.code)


class Inversion(Protocol):
    """The noise of an image, and how to run the sampler on it."""

    def replay(self, generator: DiffusionGenerator, condition: Condition) -> Tensor:
        """The image under a condition, with this noise: ``[n, C, H, W]`` in [−1, 1]."""
        ...


def guided_estimate(generator: DiffusionGenerator, noisy: Tensor, t: Tensor, condition: Condition) -> Tensor:
    """The estimate of x_0 with guidance per variable, all branches in one forward pass.

    With o the network's output and o_(−j) its output where the vector of parent j is the null vector, the
    guided output is o + Σ_j (w_j − 1)(o − o_(−j)): classifier-free guidance (arXiv:2207.12598) in the
    direction of each variable alone.
    """
    active = [name for name, scale in condition.guidance.items() if bool((scale != 1).any())]
    n, branches = len(noisy), 1 + len(active)
    everywhere = torch.ones(n, dtype=torch.bool, device=noisy.device)
    inputs = [generator.condition(condition.vectors)]
    inputs += [generator.condition(condition.vectors, {name: everywhere}) for name in active]
    outputs = generator(
        noisy.repeat(branches, 1, 1, 1),
        t.repeat(branches),
        torch.cat(inputs),
        condition.code.repeat(branches, 1, 1, 1),
    ).chunk(branches)
    guided = outputs[0]
    for name, without in zip(active, outputs[1:], strict=True):
        scale = condition.guidance[name][:, None, None, None] - 1
        guided = guided + scale * (outputs[0] - without)
    return generator.schedule.clean(noisy, guided, t)


@dataclass(frozen=True)
class EditFriendlyInversion:
    """Edit-friendly DDPM inversion (Huberman-Spiegelglas et al., arXiv:2304.06140).

    Attributes:
        start: x_T ``[n, C, H, W]``.
        residuals: for every step x_{t'} − μ(x_t), the paper's σ_t z_t, ``[steps, n, C, H, W]``; the last
            one, at σ = 0, is kept too, so that replaying is exact.
    """

    start: Tensor
    residuals: Tensor

    @classmethod
    def invert(
        cls,
        generator: DiffusionGenerator,
        image: Tensor,
        condition: Condition,
        steps: int,
        seed: torch.Generator,
    ) -> EditFriendlyInversion:
        """The noise of images ``[n, C, H, W]``.

        x_1 … x_T are drawn independently of each other given x_0, unlike in the forward chain, which makes
        the residuals larger and tie them to the image's content (section 3 of the paper).
        """
        schedule = generator.schedule
        pairs = schedule.pairs(steps)
        path = []
        for t, _ in pairs:
            noise = torch.randn(image.shape, generator=seed).to(image.device)
            path.append(schedule.add_noise(image, noise, _full(t, image)))
        path.append(image)
        residuals = []
        for (t, t_next), noisy, following in zip(pairs, path[:-1], path[1:], strict=True):
            mean = _step_mean(generator, noisy, t, t_next, condition)
            residuals.append(following - mean)
        return cls(path[0], torch.stack(residuals))

    def replay(self, generator: DiffusionGenerator, condition: Condition) -> Tensor:
        current = self.start
        pairs = generator.schedule.pairs(len(self.residuals))
        for (t, t_next), residual in zip(pairs, self.residuals, strict=True):
            current = _step_mean(generator, current, t, t_next, condition) + residual
        return current.clamp(-1, 1)


@dataclass(frozen=True)
class DdimInversion:
    """Deterministic inversion: DDIM (arXiv:2010.02502) run backwards, each step refined.

    The backward step x_t = DDIM⁻¹(x_{t'}) needs the network at x_t itself; the usual approximation takes it
    at x_{t'}. Here the implicit equation is solved by fixed-point iteration (Pan et al., "Effective real
    image editing with accelerated iterative diffusion inversion", arXiv:2309.04907). The network gives x_0
    where noise prevails (b' > a') and ε elsewhere; x_{t'} = a' x_0 + b' ε gives the other. With tan θ = b/a
    the iteration then contracts by about sin(θ_t − θ_{t'}) everywhere; with ε from the network throughout it
    would stand still at the last time step, where a = 0.
    """

    start: Tensor
    steps: int

    @classmethod
    def invert(
        cls,
        generator: DiffusionGenerator,
        image: Tensor,
        condition: Condition,
        steps: int,
        refinements: int = 3,
    ) -> DdimInversion:
        """The start noise of images ``[n, C, H, W]``."""
        schedule = generator.schedule
        current = image
        for t, t_next in reversed(schedule.pairs(steps)):
            a, b = schedule.coefficients(_full(t, image))
            a_next, b_next = schedule.coefficients(_full(t_next, image))
            noisy = bool((b_next > a_next).all())
            guess = current
            for _ in range(1 + refinements):
                clean = guided_estimate(generator, guess, _full(t, image), condition)
                if noisy:
                    noise = (current - a_next * clean) / b_next
                else:
                    noise = (guess - a * clean) / b
                    clean = (current - b_next * noise) / a_next
                guess = a * clean + b * noise
            current = guess
        return cls(current, steps)

    def replay(self, generator: DiffusionGenerator, condition: Condition) -> Tensor:
        schedule = generator.schedule
        current = self.start
        for t, t_next in schedule.pairs(self.steps):
            clean = guided_estimate(generator, current, _full(t, current), condition)
            current = schedule.ddim(current, clean, _full(t, current), _full(t_next, current))
        return current.clamp(-1, 1)


def sample(generator: DiffusionGenerator, condition: Condition, steps: int, seed: torch.Generator) -> Tensor:
    """New images from fresh noise by ancestral sampling: ``[n, C, H, W]`` in [−1, 1]."""
    device = condition.code.device
    current = torch.randn((len(condition), *generator.shape), generator=seed).to(device)
    for t, t_next in generator.schedule.pairs(steps):
        times, following = _full(t, current), _full(t_next, current)
        clean = guided_estimate(generator, current, times, condition)
        mean, deviation = generator.schedule.posterior(current, clean, times, following)
        current = mean + deviation * torch.randn(current.shape, generator=seed).to(device)
    return current.clamp(-1, 1)


def _full(t: int, like: Tensor) -> Tensor:
    return torch.full((len(like),), t, dtype=torch.int64, device=like.device)


def _step_mean(
    generator: DiffusionGenerator, noisy: Tensor, t: int, t_next: int, condition: Condition
) -> Tensor:
    times = _full(t, noisy)
    clean = guided_estimate(generator, noisy, times, condition)
    return generator.schedule.posterior(noisy, clean, times, _full(t_next, noisy))[0]
