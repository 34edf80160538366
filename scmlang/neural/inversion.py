"""Abduction of the diffusion noise: inverting the sampler on a given image.

Both methods invert without guidance and against the schedule's own coefficients, whatever its path and
prediction. What they return replays to the image under the factual condition, and under another condition it
is the image's counterfactual with the same noise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor

from scmlang.neural.image import Condition, Fidelity
from scmlang.neural.samplers import Estimates, full, guided_estimate, sample

if TYPE_CHECKING:
    from scmlang.neural.generator import DiffusionGenerator


class Inversion(Protocol):
    """The noise of an image, and how to run the sampler on it."""

    def replay(self, generator: DiffusionGenerator, condition: Condition) -> Tensor:
        """The image under a condition, with this noise: ``[n, C, H, W]`` in the generator's range."""
        ...

    def take(self, rows: Tensor) -> Inversion:
        """That of the images of these indices."""
        ...


@dataclass(frozen=True)
class EditFriendlyInversion:
    """Edit-friendly inversion of the stochastic samplers.

    At order one, DDPM (Huberman-Spiegelglas et al., arXiv:2304.06140); at order two, SDE-DPM-Solver++ (Brack
    et al., "LEDITS++", arXiv:2311.16711).

    Attributes:
        start: x_T ``[n, C, H, W]``.
        residuals: for every step x_{t'} − μ(x_t), the papers' σ_t z_t, ``[steps, n, C, H, W]``; the last
            one, at σ = 0, is kept too, so that replaying is exact.
        order: of the sampler's estimates.
    """

    start: Tensor
    residuals: Tensor
    order: int = 1

    @classmethod
    def invert(
        cls,
        generator: DiffusionGenerator,
        image: Tensor,
        condition: Condition,
        steps: int,
        seed: torch.Generator,
        rows: Tensor | None = None,
        order: int = 1,
    ) -> EditFriendlyInversion:
        """The noise of images ``[n, C, H, W]``, or of those with the indices ``rows``.

        x_1 … x_T are drawn independently of each other given x_0, unlike in the forward chain, which makes
        the residuals larger and tie them to the image's content (section 3 of the first paper).
        """
        schedule = generator.schedule
        pairs = schedule.pairs(steps)
        drawn = [torch.randn(image.shape, generator=seed) for _ in pairs]
        if rows is not None:
            image, condition = image[rows], condition.take(rows)
            drawn = [noise[rows.cpu()] for noise in drawn]
        path = [
            schedule.add_noise(image, noise.to(image.device), full(t, image))
            for (t, _), noise in zip(pairs, drawn, strict=True)
        ]
        path.append(image)
        residuals = []
        estimates = Estimates(schedule, order)
        for (t, t_next), noisy, following in zip(pairs, path[:-1], path[1:], strict=True):
            residuals.append(following - _mean(generator, noisy, t, t_next, condition, estimates))
        return cls(path[0], torch.stack(residuals), order)

    def replay(self, generator: DiffusionGenerator, condition: Condition) -> Tensor:
        current = self.start
        schedule = generator.schedule
        estimates = Estimates(schedule, self.order)
        for (t, t_next), residual in zip(schedule.pairs(len(self.residuals)), self.residuals, strict=True):
            current = _mean(generator, current, t, t_next, condition, estimates) + residual
        return schedule.clip(current)

    def take(self, rows: Tensor) -> EditFriendlyInversion:
        return replace(self, start=self.start[rows], residuals=self.residuals[:, rows])


@dataclass(frozen=True)
class DdimInversion:
    """Deterministic inversion: DDIM (arXiv:2010.02502) run backwards, each step refined.

    The backward step x_t = DDIM⁻¹(x_{t'}) needs the network at x_t itself; the usual approximation takes it
    at x_{t'}. Here the implicit equation is solved by fixed-point iteration (Pan et al., "Effective real
    image editing with accelerated iterative diffusion inversion", arXiv:2309.04907). The network gives x_0
    where noise prevails (b' > a') and ε elsewhere; x_{t'} = a' x_0 + b' ε gives the other. With tan θ = b/a
    the iteration then contracts by about sin(θ_t − θ_{t'}) everywhere; with ε from the network throughout it
    would stand still at the last time step, where a = 0. On the straight path this inverts Euler's method.
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
            a, b = schedule.coefficients(full(t, image))
            a_next, b_next = schedule.coefficients(full(t_next, image))
            noisy = bool((b_next > a_next).all())
            guess = current
            for _ in range(1 + refinements):
                clean = guided_estimate(generator, guess, full(t, image), condition)
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
            clean = guided_estimate(generator, current, full(t, current), condition)
            current = schedule.ddim(current, clean, full(t, current), full(t_next, current))
        return schedule.clip(current)

    def take(self, rows: Tensor) -> DdimInversion:
        return replace(self, start=self.start[rows])


@dataclass(frozen=True)
class FreshNoise:
    """No abduction: every replay is a new draw by ``ddpm``, as in the paper. What v does not say is lost."""

    steps: int
    seed: torch.Generator

    def replay(self, generator: DiffusionGenerator, condition: Condition) -> Tensor:
        return sample(generator, condition, "ddpm", self.steps, self.seed)

    def take(self, rows: Tensor) -> FreshNoise:
        return self


Invert = Callable[["DiffusionGenerator", Tensor, Condition, int, torch.Generator, Tensor | None], Inversion]


def _ddim(
    generator: DiffusionGenerator,
    image: Tensor,
    condition: Condition,
    steps: int,
    seed: torch.Generator,
    rows: Tensor | None,
) -> Inversion:
    if rows is not None:
        image, condition = image[rows], condition.take(rows)
    return DdimInversion.invert(generator, image, condition, steps)


def _fresh(
    generator: DiffusionGenerator,
    image: Tensor,
    condition: Condition,
    steps: int,
    seed: torch.Generator,
    rows: Tensor | None,
) -> Inversion:
    return FreshNoise(steps, seed)


INVERSIONS: Mapping[str, Invert] = {
    "edit_friendly": EditFriendlyInversion.invert,
    "ddim": _ddim,
    "ledits++": partial(EditFriendlyInversion.invert, order=2),
    "fresh": _fresh,
}
FIDELITY: Mapping[str, Fidelity] = {
    "edit_friendly": Fidelity.EXACT,
    "ddim": Fidelity.CLOSE,
    "ledits++": Fidelity.EXACT,
    "fresh": Fidelity.FRESH,
}
INVERTED: Mapping[str, str] = {"ddpm": "edit_friendly", "ddim": "ddim", "sde-dpmsolver++": "ledits++"}


def _mean(
    generator: DiffusionGenerator,
    noisy: Tensor,
    t: int,
    t_next: int,
    condition: Condition,
    estimates: Estimates,
) -> Tensor:
    times = full(t, noisy)
    clean = estimates(guided_estimate(generator, noisy, times, condition), t, t_next)
    return generator.schedule.posterior(noisy, clean, times, full(t_next, noisy))[0]
