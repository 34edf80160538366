"""A conditional variational autoencoder as the image mechanism, to hold diffusion models against.

p(I | z, v) = N(μ(z, v), σ²) with one learned σ (Rybkin et al., "Simple and effective VAE training with
calibrated decoders", arXiv:2006.13202), z ~ N(0, 1) and q(z | I, v) as of the other generators. The paper
puts a diffusion model where its predecessor, the augmented neural causal model of Pan & Bareinboim,
"Counterfactual image editing", arXiv:2403.09683, is said to have a VAE. The decoder is the backbone that
a diffusion model of the same settings has, so that models are compared and not their networks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from scmlang.neural import sharing
from scmlang.neural.generator import NetworkGenerator
from scmlang.neural.guidance import guided
from scmlang.neural.image import Condition, Fidelity, Replay, Vectors
from scmlang.neural.settings import NeuralSettings


class VariationalGenerator(NetworkGenerator):
    """The generator; U_I is z and the decoder's noise ε = (I − μ(z, v)) / σ.

    ε is abducted as what z leaves over, as in Pawlowski et al., "Deep structural causal models for tractable
    counterfactual inference", arXiv:2006.06485: the counterfactual is I + μ(z, v') − μ(z, v). Without
    ``residual`` it is μ(z, v'), and what the decoder cannot draw is lost.
    """

    inversions = ("encoder",)

    def __init__(
        self, shape: tuple[int, int, int], widths: Mapping[str, int], settings: NeuralSettings
    ) -> None:
        super().__init__(shape, widths, settings, sees_image=False)
        self.log_deviation = nn.Parameter(torch.tensor(-1.0))
        self.residual = settings.residual

    def forward(self, condition: Tensor, code: Tensor) -> Tensor:
        """μ(z, v) ``[n, C, H, W]``, unbounded."""
        (features,) = self._lifted(code)
        t = torch.zeros(len(code), dtype=torch.int64, device=code.device)
        return self._unpatch(self.backbone(features, t, self.project(condition)))

    def losses(
        self, image: Tensor, vectors: Vectors, code: Tensor, dropout: float, noise_bias: float
    ) -> dict[str, Tensor]:
        """``pixels``: −log p(I | z, v) in nats, per number of the image.

        With a weight of KL(q ‖ N(0, 1)) of one over the count of those numbers, the sum is the negative
        evidence lower bound, per number.
        """
        dropped = {name: sharing.uniform((len(image),), image.device) < dropout for name in vectors}
        error = F.mse_loss(self(self.condition(vectors, dropped), code), image)
        log_variance = 2 * self.log_deviation.clamp(min=-6)
        return {"pixels": 0.5 * (error / log_variance.exp() + log_variance + math.log(2 * math.pi))}

    def draw(self, condition: Tensor, code: Tensor, start: Tensor | None = None) -> Tensor:
        image: Tensor = self(condition, code).clamp(-1, 1)
        return image

    def redraw(self, condition: Tensor, code: Tensor, noise_bias: float) -> Tensor:
        return self.draw(condition, code)

    def fidelity(self, inversion: str) -> Fidelity:
        return Fidelity.EXACT if self.residual else Fidelity.CLOSE

    def invert(
        self,
        image: Tensor,
        condition: Condition,
        inversion: str,
        steps: int,
        seed: torch.Generator,
        rows: Tensor | None = None,
    ) -> Replay:
        """Nothing is random and there are no steps."""
        if rows is not None:
            image, condition = image[rows], condition.take(rows)
        rest = image - self._mean(condition) if self.residual else torch.zeros_like(image)
        return partial(self._replay, rest)

    def sample(self, condition: Condition, sampler: str, steps: int, seed: torch.Generator) -> Tensor:
        """μ(z, v), without the decoder's noise, as is usual."""
        return self._mean(condition).clamp(-1, 1)

    def _replay(self, rest: Tensor, condition: Condition, rows: Tensor | None = None) -> Tensor:
        return (self._mean(condition) + (rest if rows is None else rest[rows])).clamp(-1, 1)

    def _mean(self, condition: Condition) -> Tensor:
        def network(rows: Tensor, joined: Tensor, code: Tensor) -> Tensor:
            mean: Tensor = self(joined, code)
            return mean

        return guided(self, condition, network)
