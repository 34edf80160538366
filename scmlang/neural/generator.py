"""The image mechanism as a conditional diffusion model with a semantic code.

U_I has two parts: a small spatial code z ~ q(z | I, v), regularised towards N(0, 1), that carries what the
labels leave open (handwriting), and the diffusion noise (Preechakul et al., "Diffusion autoencoders",
arXiv:2111.15640). Images are [n, C, H, W] in [−1, 1]; pixel-unshuffling by ``patch`` trades resolution for
channels, which on a CPU costs a fraction of the full size.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from scmlang.neural import sharing
from scmlang.neural.backbone import BACKBONES, BackboneShape
from scmlang.neural.code_flow import CodeFlow
from scmlang.neural.image import Code, Condition, Fidelity, Generator, Replay, Vectors
from scmlang.neural.inversion import FIDELITY, INVERSIONS, Inversion
from scmlang.neural.naming import module_key
from scmlang.neural.samplers import sample
from scmlang.neural.schedule import NoiseSchedule, draw_times
from scmlang.neural.settings import NeuralSettings

CODE_FEATURES = 16


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


class NetworkGenerator(Generator):
    """A generator that is one backbone on patches, with its condition and its code.

    Args:
        shape: (C, H, W) of the image.
        widths: width of v of every parent of the image, in order.
        settings: all other sizes.
        sees_image: whether the backbone is given a (noisy) image beside the code.
    """

    def __init__(
        self,
        shape: tuple[int, int, int],
        widths: Mapping[str, int],
        settings: NeuralSettings,
        sees_image: bool,
    ) -> None:
        super().__init__()
        self.shape = shape
        self.widths = dict(widths)
        self.patch = settings.patch
        self.has_code = settings.code_channels > 0
        self.code_shape = (settings.code_channels, settings.code_size, settings.code_size)
        channels, height, width = shape
        step = settings.patch * 2 ** (len(settings.channels) - 1)
        self.padding = (0, _missing(width, step), 0, _missing(height, step))
        self.grid = ((height + self.padding[3]) // self.patch, (width + self.padding[1]) // self.patch)
        patches = channels * self.patch**2
        total = sum(widths.values())
        self.null = nn.ParameterDict(
            {module_key(name): nn.Parameter(torch.randn(w)) for name, w in widths.items()}
        )
        self.encoder = CodeEncoder(patches, self.grid, total, settings) if self.has_code else None
        self.code_flow: CodeFlow | None = None
        if self.has_code and settings.code_flow:
            self.code_flow = CodeFlow(
                self.code_shape,
                list(widths.values()),
                settings.code_flow,
                settings.code_width,
                settings.code_refinement,
            )
        self.lift = nn.Conv2d(settings.code_channels, CODE_FEATURES, 3, padding=1) if self.has_code else None
        self.backbone = BACKBONES[settings.backbone](
            BackboneShape(
                inputs=(patches if sees_image else 0) + (CODE_FEATURES if self.has_code else 0),
                outputs=patches,
                side=self.grid,
                channels=settings.channels,
                layers=settings.layers,
                attention=settings.attention,
            )
        )
        self.project = nn.Linear(total, self.backbone.condition_width)

    def condition(self, vectors: Vectors, dropped: Vectors | None = None) -> Tensor:
        parts = []
        for name in self.widths:
            part = vectors[name]
            if dropped is not None and name in dropped:
                part = torch.where(dropped[name][:, None], self.null[module_key(name)], part)
            parts.append(part)
        return torch.cat(parts, 1)

    @property
    def code_encoder(self) -> nn.Module | None:
        return self.encoder

    @property
    def flow(self) -> CodeFlow | None:
        return self.code_flow

    def _patches(self, image: Tensor) -> Tensor:
        return F.pixel_unshuffle(F.pad(image, self.padding, mode="replicate"), self.patch)

    def _unpatch(self, patches: Tensor) -> Tensor:
        _, height, width = self.shape
        return F.pixel_shuffle(patches, self.patch)[:, :, :height, :width]

    def _lifted(self, code: Tensor) -> list[Tensor]:
        """The code's features at the backbone's resolution; none without a code."""
        if self.lift is None:
            return []
        return [F.interpolate(self.lift(code), size=self.grid, mode="nearest")]

    def encode(self, image: Tensor, condition: Tensor) -> Code:
        """q(z | I, v) for images ``[n, C, H, W]`` and conditions ``[n, Σ width]``."""
        if self.encoder is None:
            empty = image.new_zeros((len(image), *self.code_shape))
            return Code(empty, empty)
        code: Code = self.encoder(self._patches(image), condition)
        return code


def _missing(side: int, step: int) -> int:
    """What a side lacks to be a multiple of ``step``, and two of them at least.

    At its coarsest the backbone sees one number a step, and one number alone cannot be normalised.
    """
    return max(-side % step, 2 * step - side)


class DiffusionGenerator(NetworkGenerator):
    """The diffusion model.

    Args:
        shape, widths, settings: as of the base.
        bound: images are within ±bound; estimates of them are clamped to it.
    """

    inversions = tuple(INVERSIONS)

    def __init__(
        self,
        shape: tuple[int, int, int],
        widths: Mapping[str, int],
        settings: NeuralSettings,
        bound: float = 1.0,
    ) -> None:
        super().__init__(shape, widths, settings, sees_image=True)
        self.schedule = NoiseSchedule(
            settings.train_timesteps, settings.beta_schedule, settings.prediction, settings.path, bound
        )

    def forward(self, noisy: Tensor, t: Tensor, condition: Tensor, code: Tensor) -> Tensor:
        """The network's prediction at time t: ``[n, C, H, W]``."""
        sample = torch.cat([self._patches(noisy), *self._lifted(code)], 1)
        if noisy.is_contiguous(memory_format=torch.channels_last):
            sample = sample.contiguous(memory_format=torch.channels_last)
        return self._unpatch(self.backbone(sample, t, self.project(condition)))

    def estimate(self, noisy: Tensor, t: Tensor, condition: Tensor, code: Tensor) -> Tensor:
        """The estimate of the clean image, in its range."""
        return self.schedule.clean(noisy, self(noisy, t, condition, code), t)

    def losses(
        self, image: Tensor, vectors: Vectors, code: Tensor, dropout: float, noise_bias: float
    ) -> dict[str, Tensor]:
        """``diffusion``: E‖target − prediction‖² per number, at a random time a row."""
        n, device = len(image), image.device
        t = draw_times(n, self.schedule.train_timesteps, noise_bias).to(device)
        noise = sharing.normal_like(image)
        dropped = {name: sharing.uniform((n,), device) < dropout for name in vectors}
        output = self(self.schedule.add_noise(image, noise, t), t, self.condition(vectors, dropped), code)
        return {"diffusion": F.mse_loss(output, self.schedule.target(image, noise, t))}

    def draw(self, condition: Tensor, code: Tensor, start: Tensor | None = None) -> Tensor:
        """The estimate from pure noise at the last time step."""
        t = torch.full((len(code),), self.schedule.train_timesteps - 1, device=code.device)
        noise = sharing.normal((len(code), *self.shape), code.device) if start is None else start
        return self.estimate(noise, t, condition, code)

    def start(self, n: int, seed: torch.Generator) -> Tensor:
        return torch.randn((n, *self.shape), generator=seed)

    def redraw(self, condition: Tensor, code: Tensor, noise_bias: float) -> Tensor:
        """In two steps: from pure noise, then once more from a random time, which alone has a gradient.

        Were the gradient only ever at the last time step, the generator would obey the labels there and take
        them from z at all others.
        """
        with torch.no_grad():
            first = self.draw(condition, code)
        t = draw_times(len(code), self.schedule.train_timesteps, noise_bias).to(code.device)
        noisy = self.schedule.add_noise(first, sharing.normal_like(first), t)
        return self.estimate(noisy, t, condition, code)

    def fidelity(self, inversion: str) -> Fidelity:
        return FIDELITY[inversion]

    def invert(
        self,
        image: Tensor,
        condition: Condition,
        inversion: str,
        steps: int,
        seed: torch.Generator,
        rows: Tensor | None = None,
    ) -> Replay:
        return partial(self._replay, INVERSIONS[inversion](self, image, condition, steps, seed, rows))

    def _replay(self, noise: Inversion, condition: Condition, rows: Tensor | None = None) -> Tensor:
        return (noise if rows is None else noise.take(rows)).replay(self, condition)

    def sample(self, condition: Condition, sampler: str, steps: int, seed: torch.Generator) -> Tensor:
        return sample(self, condition, sampler, steps, seed)
