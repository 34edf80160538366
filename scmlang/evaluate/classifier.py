"""The judge: a convolutional network that reads labels off real images.

It scores the learner's pictures, so it shares nothing with the learner: other data (images rendered by the
truth under randomised labels, so that no label can be guessed from another), another network, and no
generated image in its training.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from scmlang.evaluate.metrics import agreement, r_squared
from scmlang.semantics.domains import Finite, Real
from scmlang.semantics.expressions import Columns

Advance = Callable[[int], None]
LARGEST_MAP = 7
POOLING = -3  # pooling, flattening and dropout come after the convolutions
ROTATION, SCALE, SHEAR, SHIFT = 0.17, 0.1, 0.1, 0.14


@dataclass(frozen=True)
class JudgeOptions:
    """How the judge is trained.

    Attributes:
        images: rendered training images; ``validation``: those that choose between judges.
        steps, batch: optimiser steps, and images in each.
        width: channels of the first two convolutions; the others have twice as many.
        rate, decay: peak learning rate and weight decay of AdamW.
        jitter: the chance that a training image is distorted (:func:`distort`).
        enough: a validation score of every label at which no judge without jitter is tried.
        seed: of everything random.
    """

    images: int = 24_000
    validation: int = 2_000
    steps: int = 1_500
    batch: int = 96
    width: int = 32
    rate: float = 4e-3
    decay: float = 1e-2
    jitter: float = 0.8
    enough: float = 0.97
    seed: int = 0


@dataclass(frozen=True)
class Head:
    """One label to read: a finite one by its level, a real one standardised by ``location`` and ``scale``."""

    name: str
    domain: Finite | Real
    location: float = 0.0
    scale: float = 1.0

    @property
    def outputs(self) -> int:
        return self.domain.size if isinstance(self.domain, Finite) else 1

    def target(self, column: NDArray[np.generic]) -> Tensor:
        """Level indices int64 ``[n]``, or standardised values float32 ``[n]``."""
        if isinstance(self.domain, Finite):
            return torch.from_numpy(column.astype(np.int64) - self.domain.offset)
        return torch.from_numpy(((column.astype(np.float64) - self.location) / self.scale).astype(np.float32))

    def value(self, output: Tensor) -> NDArray[np.generic]:
        """The numeric values ``[n]`` that outputs ``[n, outputs]`` stand for."""
        if isinstance(self.domain, Finite):
            return np.asarray(output.argmax(1).cpu().numpy() + self.domain.offset)
        return np.asarray(output[:, 0].double().cpu().numpy() * self.scale + self.location)


class JudgeNetwork(nn.Module):
    """Four convolutions and one linear head per label.

    Args:
        shape: (C, H, W) of the images.
        outputs: of every head.
        width: channels of the first two convolutions.
    """

    def __init__(self, shape: tuple[int, int, int], outputs: tuple[int, ...], width: int) -> None:
        super().__init__()
        channels, height, side = shape
        grid = [min(LARGEST_MAP, -(-length // 4)) for length in (height, side)]
        self.trunk = nn.Sequential(
            *_block(channels, width, 1),
            *_block(width, width, 2),
            *_block(width, 2 * width, 1),
            *_block(2 * width, 2 * width, 2),
            nn.AdaptiveAvgPool2d((grid[0], grid[1])),
            nn.Flatten(),
            nn.Dropout(0.3),
        )
        self.heads = nn.ModuleList(nn.Linear(2 * width * grid[0] * grid[1], size) for size in outputs)

    def features(self, images: Tensor) -> Tensor:
        """What the last convolution finds, its mean over the image: ``[n, 2 · width]``."""
        hidden: Tensor = self.trunk[:POOLING](images)
        return hidden.mean((2, 3))

    def forward(self, images: Tensor) -> list[Tensor]:
        """The outputs of every head for images ``[n, C, H, W]`` in [0, 1]."""
        hidden = self.trunk(images)
        return [head(hidden) for head in self.heads]


@dataclass(frozen=True)
class Judge:
    """A trained judge.

    Attributes:
        network: in evaluation mode.
        heads: what it reads.
        scores: on held-out rendered images, accuracy (finite) or R² (real) by label.
        jitter: whether it was trained with distorted images.
    """

    network: JudgeNetwork = field(repr=False)
    heads: tuple[Head, ...]
    scores: Mapping[str, float]
    jitter: bool

    @torch.no_grad()
    def read(self, images: NDArray[np.uint8], batch: int = 512) -> dict[str, NDArray[np.generic]]:
        """The labels it reads off images uint8[n, C, H, W]: numeric values ``[n]``."""
        outputs = [self.network(part) for part in _parts(images, batch)]
        columns = [torch.cat(parts) for parts in zip(*outputs, strict=True)]
        return {head.name: head.value(column) for head, column in zip(self.heads, columns, strict=True)}

    @torch.no_grad()
    def features(self, images: NDArray[np.uint8], batch: int = 512) -> NDArray[np.float64]:
        """Features float64[n, d] of images uint8[n, C, H, W], by which their distributions are compared."""
        found = [self.network.features(part).double() for part in _parts(images, batch)]
        return np.asarray(torch.cat(found).numpy())


@dataclass(frozen=True)
class Labelled:
    """Real images uint8[n, C, H, W] and their labels."""

    images: NDArray[np.uint8] = field(repr=False)
    columns: Columns = field(repr=False)


def train_judge(
    heads: tuple[Head, ...],
    training: Labelled,
    validation: Labelled,
    options: JudgeOptions,
    advance: Advance = lambda steps: None,
) -> Judge:
    """Train with distorted images; if some label then scores below ``enough``, without, and keep the better.

    Distortion helps where labels are shapes, and harms where they are sizes or places; which it is, the
    validation says.

    Args:
        heads: what to read.
        training: images to learn from.
        validation: images to choose by.
        options: how.
        advance: called with the number of optimiser steps done.
    """
    first = _train(heads, training, validation, options, True, advance)
    if min(first.scores.values()) >= options.enough:
        return first
    second = _train(heads, training, validation, options, False, advance)
    return max(first, second, key=lambda judge: sum(judge.scores.values()))


def read_scores(judge: Judge, labelled: Labelled) -> dict[str, float]:
    """Accuracy of every finite label and R² of every real one."""
    values = judge.read(labelled.images)
    return {head.name: _score(head, values[head.name], labelled.columns[head.name]) for head in judge.heads}


def distort(images: Tensor, chance: float, generator: torch.Generator) -> Tensor:
    """Random affine maps of some images ``[n, C, H, W]``, bilinear, the border continued.

    Each distorted image is rotated by up to 10°, scaled by up to 10 %, sheared by up to .1 and shifted by
    up to 7 % of its side.
    """
    n = len(images)
    angle, scale, shear, right, down = (2 * torch.rand(5, n, generator=generator) - 1).unbind()
    angle, scale = ROTATION * angle, 1 + SCALE * scale
    cos, sin = scale * angle.cos(), scale * angle.sin()
    maps = torch.stack([cos, SHEAR * shear - sin, SHIFT * right, sin, cos, SHIFT * down], 1)
    kept = torch.rand(n, generator=generator) >= chance
    maps[kept] = torch.tensor([1.0, 0, 0, 0, 1, 0])
    grid = F.affine_grid(maps.reshape(n, 2, 3), list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, padding_mode="border", align_corners=False)


def _parts(images: NDArray[np.uint8], batch: int) -> Iterator[Tensor]:
    """Images as the network takes them, ``batch`` at a time."""
    pixels = torch.from_numpy(np.ascontiguousarray(images))
    for start in range(0, len(pixels), batch):
        yield pixels[start : start + batch].float() / 255


def _block(inputs: int, outputs: int, stride: int) -> list[nn.Module]:
    return [nn.Conv2d(inputs, outputs, 3, stride, 1), nn.BatchNorm2d(outputs), nn.ReLU()]


def _train(
    heads: tuple[Head, ...],
    training: Labelled,
    validation: Labelled,
    options: JudgeOptions,
    jitter: bool,
    advance: Advance,
) -> Judge:
    images = torch.from_numpy(np.ascontiguousarray(training.images))
    targets = [head.target(np.asarray(training.columns[head.name])) for head in heads]
    generator = torch.Generator().manual_seed(options.seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(options.seed)
        network = JudgeNetwork(_shape(images), tuple(head.outputs for head in heads), options.width)
        optimizer = torch.optim.AdamW(network.parameters(), lr=options.rate, weight_decay=options.decay)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, options.rate, options.steps)
        for _ in range(options.steps):
            rows = torch.randint(len(images), (options.batch,), generator=generator)
            batch = images[rows].float() / 255
            batch = distort(batch, options.jitter, generator) if jitter else batch
            loss = _loss(network(batch), [target[rows] for target in targets])
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
            schedule.step()
            advance(1)
    judge = Judge(network.eval(), heads, {}, jitter)
    return Judge(judge.network, heads, read_scores(judge, validation), jitter)


def _loss(outputs: list[Tensor], targets: list[Tensor]) -> Tensor:
    """Σ over labels of the cross-entropy, or of the squared error of real ones."""
    total = torch.zeros(())
    for output, target in zip(outputs, targets, strict=True):
        real = target.is_floating_point()
        total = total + (F.mse_loss(output[:, 0], target) if real else F.cross_entropy(output, target))
    return total


def _score(head: Head, predicted: NDArray[np.generic], target: NDArray[np.generic]) -> float:
    if isinstance(head.domain, Finite):
        return float(agreement(predicted, target).mean())
    return r_squared(predicted.astype(np.float64), target.astype(np.float64))


def _shape(images: Tensor) -> tuple[int, int, int]:
    _, channels, height, width = images.shape
    return channels, height, width
