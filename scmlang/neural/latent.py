"""Latent diffusion: the diffusion model of :mod:`scmlang.neural.generator` on an autoencoder's latents.

The first stage (:mod:`scmlang.neural.first_stage`) is trained in a first part of the training, and frozen
then. What it loses of an image is no function of the latents, so it is noise of the image: I = D(x_0) + R. In
an edit R is abducted as I − D(E(I)) and put back, which makes the null intervention exact and carries over
what the decoder cannot draw, of the old image; without ``residual`` R is left out, and composition tells what
was lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import torch
from torch import Tensor, nn

from scmlang.neural.code_flow import CodeFlow
from scmlang.neural.first_stage import FirstStage
from scmlang.neural.generator import DiffusionGenerator
from scmlang.neural.image import Code, Condition, Fidelity, Generator, Replay, Vectors
from scmlang.neural.inversion import INVERSIONS
from scmlang.neural.settings import NeuralSettings

BOUND = 10.0  # of estimates of the latents, in deviations
UNSETTLED = 0.1  # part of the second stage in which no labels are swapped


class LatentDiffusionGenerator(Generator):
    """The generator; its arguments are those of the diffusion model."""

    inversions = tuple(INVERSIONS)

    def __init__(
        self, shape: tuple[int, int, int], widths: Mapping[str, int], settings: NeuralSettings
    ) -> None:
        super().__init__()
        self.shape = shape
        self.widths = dict(widths)
        self.first = FirstStage(shape, settings.autoencoder)
        self.prior = DiffusionGenerator(self.first.latent_shape, widths, settings, bound=BOUND)
        self.code_shape = self.prior.code_shape
        self.residual = settings.residual
        self.share = settings.autoencoder.share
        self.early, self._settled = True, False
        self.advance(0.0)

    def condition(self, vectors: Vectors, dropped: Vectors | None = None) -> Tensor:
        return self.prior.condition(vectors, dropped)

    @property
    def code_encoder(self) -> nn.Module | None:
        return self.prior.code_encoder

    @property
    def flow(self) -> CodeFlow | None:
        return self.prior.flow

    def encode(self, image: Tensor, condition: Tensor) -> Code:
        """q(z | I, v), read off the latents."""
        return self.prior.encode(self.first.encode(image), condition)

    def first_stage(self, image: Tensor) -> dict[str, Tensor]:
        return {"first_stage": self.first.loss(image)} if self.early else {}

    def advance(self, fraction: float) -> None:
        """Compiled code is made anew when an attribute changes, so there are two that change once each."""
        if self.early and fraction >= self.share:
            self.early = False
            self.first.requires_grad_(False)
        self._settled = fraction >= self.share + UNSETTLED * (1 - self.share)

    @property
    def settled(self) -> bool:
        return self._settled

    def losses(
        self, image: Tensor, vectors: Vectors, code: Tensor, dropout: float, noise_bias: float
    ) -> dict[str, Tensor]:
        """``diffusion``, of the latents."""
        return self.prior.losses(self.first.encode(image), vectors, code, dropout, noise_bias)

    def draw(self, condition: Tensor, code: Tensor, start: Tensor | None = None) -> Tensor:
        return self.first.decode(self.prior.draw(condition, code, start)).clamp(-1, 1)

    def start(self, n: int, seed: torch.Generator) -> Tensor:
        return self.prior.start(n, seed)

    def redraw(self, condition: Tensor, code: Tensor, noise_bias: float) -> Tensor:
        return self.first.decode(self.prior.redraw(condition, code, noise_bias)).clamp(-1, 1)

    def fidelity(self, inversion: str) -> Fidelity:
        """As exact as the inversion of the latents with ``residual``, else as the first stage too."""
        of_latents = self.prior.fidelity(inversion)
        return Fidelity.CLOSE if of_latents is Fidelity.EXACT and not self.residual else of_latents

    def invert(
        self,
        image: Tensor,
        condition: Condition,
        inversion: str,
        steps: int,
        seed: torch.Generator,
        rows: Tensor | None = None,
    ) -> Replay:
        latents = self.first.encode(image)
        rest = image - self.first.decode(latents) if self.residual else torch.zeros_like(image)
        replay = self.prior.invert(latents, condition, inversion, steps, seed, rows)
        return partial(self._replay, replay, rest if rows is None else rest[rows])

    def sample(self, condition: Condition, sampler: str, steps: int, seed: torch.Generator) -> Tensor:
        return self.first.decode(self.prior.sample(condition, sampler, steps, seed)).clamp(-1, 1)

    def _replay(
        self, replay: Replay, rest: Tensor, condition: Condition, rows: Tensor | None = None
    ) -> Tensor:
        here = rest if rows is None else rest[rows]
        return (self.first.decode(replay(condition, rows)) + here).clamp(-1, 1)
