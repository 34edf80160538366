"""The image mechanism p(I | v_pa, U_I): a conditional diffusion model with a semantic code.

U_I has two parts: a small spatial code z ~ q(z | I, v), regularised towards N(0, 1), that carries what the
labels leave open (handwriting), and the diffusion noise (Preechakul et al., "Diffusion autoencoders",
arXiv:2111.15640). Images are [n, C, H, W] in [−1, 1]; pixel-unshuffling by ``patch`` trades resolution for
channels, which on a CPU costs a fraction of the full size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from scmlang.neural.backbone import BACKBONES, BackboneShape
from scmlang.neural.naming import module_key
from scmlang.neural.schedule import NoiseSchedule
from scmlang.neural.settings import NeuralSettings

Vectors = Mapping[str, Tensor]
CODE_FEATURES = 16


@dataclass(frozen=True)
class Code:
    """The posterior q(z | I, v): independent normals, each ``[n, code_channels, side, side]``."""

    mean: Tensor
    log_variance: Tensor

    def sample(self, generator: torch.Generator | None = None) -> Tensor:
        noise = torch.randn(self.mean.shape, generator=generator).to(self.mean.device)
        return self.mean + noise * (0.5 * self.log_variance).exp()

    def kl(self) -> Tensor:
        """KL(q ‖ N(0, 1)) in nats, ``[n]``."""
        terms = self.mean**2 + self.log_variance.exp() - 1 - self.log_variance
        return 0.5 * terms.flatten(1).sum(1)


class CodeEncoder(nn.Module):
    """q(z | I, v): a small convolutional network whose first features the labels scale and shift.

    Args:
        inputs: channels of the patched image.
        grid: its height and width.
        condition: width of the condition.
        settings: sizes.
    """

    def __init__(self, inputs: int, grid: tuple[int, int], condition: int, settings: NeuralSettings) -> None:
        super().__init__()
        width = settings.code_width
        self.side = settings.code_size
        self.stem = nn.Conv2d(inputs, width, 3, padding=1)
        self.film = nn.Linear(condition, 2 * width)
        stride = max(1, min(grid) // self.side)
        self.body = nn.Sequential(
            nn.SiLU(), nn.Conv2d(width, 2 * width, 3, stride, padding=1), nn.GroupNorm(8, 2 * width)
        )
        self.head = nn.Sequential(
            nn.SiLU(),
            nn.Conv2d(2 * width, 2 * width, 3, padding=1),
            nn.GroupNorm(8, 2 * width),
            nn.SiLU(),
            nn.Conv2d(2 * width, 2 * settings.code_channels, 1),
        )

    def forward(self, patches: Tensor, condition: Tensor) -> Code:
        scale, shift = self.film(condition)[:, :, None, None].chunk(2, 1)
        hidden = self.body(self.stem(patches) * (1 + scale) + shift)
        mean, log_variance = self.head(F.adaptive_avg_pool2d(hidden, self.side)).chunk(2, 1)
        return Code(mean, log_variance.clamp(-8, 4))


class DiffusionGenerator(nn.Module):
    """The generator; its condition is the concatenation of the image's parents' vectors v.

    Each parent also has a learned null vector, put in its place where the condition is dropped, so that
    guidance can be applied to some parents alone (Ho & Salimans, arXiv:2207.12598, one variable at a time).

    Args:
        shape: (C, H, W) of the image.
        widths: width of v of every parent of the image, in order.
        settings: all other sizes.
    """

    def __init__(
        self, shape: tuple[int, int, int], widths: Mapping[str, int], settings: NeuralSettings
    ) -> None:
        super().__init__()
        self.shape = shape
        self.widths = dict(widths)
        self.patch = settings.patch
        self.has_code = settings.code_channels > 0
        self.code_shape = (settings.code_channels, settings.code_size, settings.code_size)
        self.schedule = NoiseSchedule(settings.train_timesteps, settings.beta_schedule, settings.prediction)
        channels, height, width = shape
        step = settings.patch * 2 ** (len(settings.channels) - 1)
        self.padding = (0, -width % step, 0, -height % step)
        self.grid = ((height + self.padding[3]) // self.patch, (width + self.padding[1]) // self.patch)
        patches = channels * self.patch**2
        total = sum(widths.values())
        self.null = nn.ParameterDict(
            {module_key(name): nn.Parameter(torch.randn(w)) for name, w in widths.items()}
        )
        self.encoder = CodeEncoder(patches, self.grid, total, settings) if self.has_code else None
        self.lift = nn.Conv2d(settings.code_channels, CODE_FEATURES, 3, padding=1) if self.has_code else None
        self.backbone = BACKBONES[settings.backbone](
            BackboneShape(
                inputs=patches + (CODE_FEATURES if self.has_code else 0),
                outputs=patches,
                side=self.grid,
                channels=settings.channels,
                layers=settings.layers,
                attention=settings.attention,
            )
        )
        self.project = nn.Linear(total, self.backbone.condition_width)

    def condition(self, vectors: Vectors, dropped: Vectors | None = None) -> Tensor:
        """The parents' vectors side by side ``[n, Σ width]``.

        Args:
            vectors: v of every parent of the image, ``[n, width]``.
            dropped: bool ``[n]`` per parent: where to put the null vector instead.
        """
        parts = []
        for name in self.widths:
            part = vectors[name]
            if dropped is not None and name in dropped:
                part = torch.where(dropped[name][:, None], self.null[module_key(name)], part)
            parts.append(part)
        return torch.cat(parts, 1)

    def _patches(self, image: Tensor) -> Tensor:
        return F.pixel_unshuffle(F.pad(image, self.padding, mode="replicate"), self.patch)

    def _unpatch(self, patches: Tensor) -> Tensor:
        _, height, width = self.shape
        return F.pixel_shuffle(patches, self.patch)[:, :, :height, :width]

    def encode(self, image: Tensor, condition: Tensor) -> Code:
        """q(z | I, v) for images ``[n, C, H, W]`` and conditions ``[n, Σ width]``."""
        if self.encoder is None:
            empty = image.new_zeros((len(image), *self.code_shape))
            return Code(empty, empty)
        code: Code = self.encoder(self._patches(image), condition)
        return code

    def forward(self, noisy: Tensor, t: Tensor, condition: Tensor, code: Tensor) -> Tensor:
        """The network's prediction at time t: ``[n, C, H, W]``."""
        sample = self._patches(noisy)
        if self.lift is not None:
            lifted = F.interpolate(self.lift(code), size=self.grid, mode="nearest")
            sample = torch.cat([sample, lifted], 1)
        if noisy.is_contiguous(memory_format=torch.channels_last):
            sample = sample.contiguous(memory_format=torch.channels_last)
        return self._unpatch(self.backbone(sample, t, self.project(condition)))

    def estimate(self, noisy: Tensor, t: Tensor, condition: Tensor, code: Tensor) -> Tensor:
        """The estimate of the clean image, in [−1, 1]."""
        return self.schedule.clean(noisy, self(noisy, t, condition, code), t)

    def decode_once(self, condition: Tensor, code: Tensor, noise: Tensor) -> Tensor:
        """The estimate from pure noise at the last time step: what labels and code alone determine."""
        t = torch.full((len(code),), self.schedule.train_timesteps - 1, device=code.device)
        return self.estimate(noise, t, condition, code)
