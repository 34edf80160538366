"""A batch that several processes share, so that it means the same however many there are.

Process r of W holds the rows r, r + W, r + 2W, … of every batch. Each draws the random numbers of the whole
batch, from generators in the same state, and keeps those of its rows; what is a statistic of a batch is taken
over all of them. So a row meets the same times and the same noise with any W, and the mean of the processes'
gradients is the gradient of the batch. With one process these are torch's functions and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor


@dataclass(frozen=True)
class Shard:
    """Which part of every batch is here.

    Attributes:
        index: of this process, from 0.
        count: of processes.
    """

    index: int = 0
    count: int = 1

    def rows(self, whole: Tensor) -> Tensor:
        """The rows of a whole batch that are here."""
        return whole[self.index :: self.count]


_here = Shard()


@contextmanager
def sharing(shard: Shard) -> Iterator[None]:
    """Inside, batches are those of a shard. For one thread: the processes meet in what is called there."""
    global _here
    before, _here = _here, shard
    try:
        yield
    finally:
        _here = before


def uniform(shape: Sequence[int], device: torch.device | None = None) -> Tensor:
    """Uniform on 0..1; ``shape`` is of the rows that are here."""
    return _here.rows(torch.rand(_whole(shape), device=device))


def normal(shape: Sequence[int], device: torch.device | None = None) -> Tensor:
    """Standard normal; ``shape`` is of the rows that are here."""
    return _here.rows(torch.randn(_whole(shape), device=device))


def normal_like(rows: Tensor) -> Tensor:
    """Standard normal, in the memory layout of ``rows``, which is the order of the draws."""
    if _here.count == 1:
        return torch.randn_like(rows)
    whole = rows.new_empty(_whole(rows.shape))
    if rows.dim() == 4 and rows.is_contiguous(memory_format=torch.channels_last):
        whole = whole.contiguous(memory_format=torch.channels_last)
        return _here.rows(whole.normal_()).contiguous(memory_format=torch.channels_last)
    return _here.rows(whole.normal_())


def integers(levels: int, shape: Sequence[int]) -> Tensor:
    """Uniform on 0..levels − 1; ``shape`` is of the rows that are here."""
    return _here.rows(torch.randint(levels, _whole(shape)))


def shuffled(column: Tensor) -> Tensor:
    """The values of the whole batch in another order: those that fall to the rows here."""
    order = torch.randperm(len(column) * _here.count)
    if _here.count == 1:
        return column[order.to(column.device)]
    parts = [torch.empty_like(column) for _ in range(_here.count)]
    dist.all_gather(parts, column.contiguous())
    return torch.stack(parts, 1).flatten(0, 1)[_here.rows(order).to(column.device)]


def mean(value: Tensor) -> Tensor:
    """The mean over the whole batch of what is a mean over the rows here; without a gradient."""
    if _here.count == 1:
        return value
    total = value.detach().clone()
    dist.all_reduce(total)
    return total / _here.count


def moments(columns: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation ``[c]`` of the numbers ``[c, n]`` of the whole batch."""
    if _here.count == 1:
        return columns.mean(1), columns.std(1)
    n = columns.shape[1] * _here.count
    centre = mean(columns.mean(1))
    spread = mean((columns - centre[:, None]).square().mean(1))
    return centre, (spread * (n / (n - 1))).sqrt()


def _whole(shape: Sequence[int]) -> tuple[int, ...]:
    return (shape[0] * _here.count, *shape[1:])
