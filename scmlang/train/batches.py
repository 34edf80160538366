"""The training data as tensors, resident on the device, and the order in which it is seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scmlang.data.dataset import Split, StoredImages, StoredSplit
from scmlang.neural.columns import tensor_labels
from scmlang.neural.pixels import to_unit
from scmlang.neural.plan import NeuralPlan
from scmlang.semantics.domains import Finite

LARGEST_WEIGHT = 20.0
TOGETHER = 16  # files whose rows are shuffled with each other


@dataclass(frozen=True)
class TensorData:
    """A split as tensors.

    Attributes:
        images: uint8 ``[N, C, H, W]``, or what reads them from files; None where the model has no image.
        labels: int64 level indices or float32 values, ``[N]`` each.
        weight: float32 ``[N]``, see :func:`deconfounding_weights`.
    """

    images: Tensor | StoredImages | None
    labels: Mapping[str, Tensor]
    weight: Tensor

    def __len__(self) -> int:
        return len(self.weight)

    @property
    def files(self) -> tuple[int, ...]:
        """How many rows each file holds, where images are read as they are needed; else nothing."""
        return () if self.images is None or isinstance(self.images, Tensor) else self.images.sizes

    def rows(self, index: Tensor) -> tuple[Tensor | None, dict[str, Tensor], Tensor]:
        """Images in [−1, 1], labels and weights of some rows."""
        images = None if self.images is None else to_unit(self._pixels(self.images, index))
        return images, {name: value[index] for name, value in self.labels.items()}, self.weight[index]

    def _pixels(self, images: Tensor | StoredImages, index: Tensor) -> Tensor:
        if isinstance(images, Tensor):
            return images[index]
        return torch.from_numpy(images[index.cpu().numpy()]).to(self.weight.device)


def tensor_data(plan: NeuralPlan, split: Split | StoredSplit, device: torch.device) -> TensorData:
    """A split on a device."""
    labels = tensor_labels(plan, split.columns)
    images = _pictures(split.images, device) if plan.image else None
    weight = deconfounding_weights(plan, labels)
    return TensorData(images, {name: value.to(device) for name, value in labels.items()}, weight.to(device))


def _pictures(images: NDArray[np.uint8] | StoredImages, device: torch.device) -> Tensor | StoredImages:
    if isinstance(images, np.ndarray):
        return torch.from_numpy(np.ascontiguousarray(images)).to(device)
    return images


def deconfounding_weights(plan: NeuralPlan, labels: Mapping[str, Tensor]) -> Tensor:
    """Weights ``[N]``, mean 1, under which the image's finite parents are close to independent and uniform.

    Each row weighs the inverse of how often its joint level occurs (inverse-probability weighting), so that
    a classifier trained under them gains nothing by reading one label from another. What weighs more than
    ``LARGEST_WEIGHT`` times the mean is cut to that before the mean is made 1 again.
    """
    n = len(next(iter(labels.values())))
    joint = torch.zeros(n, dtype=torch.int64)
    for name in plan.image.parents if plan.image else ():
        domain = plan.label(name).domain
        if isinstance(domain, Finite):
            joint = joint * domain.size + labels[name]
            joint = torch.unique(joint, return_inverse=True)[1]
    weight = 1.0 / torch.bincount(joint)[joint].float()
    weight = (weight / weight.mean()).clamp(max=LARGEST_WEIGHT)
    return weight / weight.mean()


@lru_cache(maxsize=4)
def epoch_order(rows: int, epoch: int, seed: int, files: tuple[int, ...] = ()) -> Tensor:
    """The order of one epoch: a permutation that depends on nothing but its arguments.

    Args:
        rows: how many there are.
        epoch: from 0.
        seed: of the order.
        files: how many rows each file holds, if it takes time to read here and there: then the files come in
            a random order, and rows are shuffled within :data:`TOGETHER` files that follow each other.
    """
    generator = torch.Generator().manual_seed((seed * 1_000_003 + epoch) % 2**63)
    if not files:
        return torch.randperm(rows, generator=generator)
    ends = torch.tensor(files).cumsum(0)[:-1]
    spans = torch.tensor_split(torch.arange(rows), ends)
    order = torch.randperm(len(files), generator=generator).tolist()
    parts = []
    for first in range(0, len(order), TOGETHER):
        there = torch.cat([spans[number] for number in order[first : first + TOGETHER]])
        parts.append(there[torch.randperm(len(there), generator=generator)])
    return torch.cat(parts)


def step_rows(rows: int, batch: int, step: int, seed: int, files: tuple[int, ...] = ()) -> Tensor:
    """The rows of a step's batch ``[batch]``: the epochs' orders laid end to end and cut into batches.

    A function of the step alone, so that a resumed training sees what an uninterrupted one would have; for
    ``files`` see :func:`epoch_order`.
    """
    position, parts, missing = step * batch, [], batch
    while missing:
        epoch, offset = divmod(position, rows)
        part = epoch_order(rows, epoch, seed, files)[offset : offset + missing]
        parts.append(part)
        position += len(part)
        missing -= len(part)
    return torch.cat(parts)
