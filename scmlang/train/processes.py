"""The processes of one training: who they are, what they tell each other, and what one does for all.

``torchrun`` and ``accelerate launch`` start them and say so in the environment. Gradients travel as the
device would have them, by NCCL or Gloo; what is said here is small, and goes by Gloo as bytes of JSON, never
as a pickle.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.neural.sharing import Shard
from scmlang.train.atomic import reason

PATIENCE = timedelta(minutes=30)  # with a process that neither answers nor ends


class Elsewhere(ScmError):
    """Another process of the training has found a mistake, and tells of it; there is nothing to add."""

    def __init__(self) -> None:
        super().__init__(())


@dataclass(frozen=True)
class Processes:
    """The processes of a training, seen from this one; one alone needs nobody.

    Whatever it does that needs the others, all must do, in the same order.

    Attributes:
        index: of this process, from 0. The first one leads: it writes and it speaks.
        count: of all.
    """

    index: int = 0
    count: int = 1

    @property
    def leads(self) -> bool:
        return self.index == 0

    @property
    def shard(self) -> Shard:
        """Its part of every batch."""
        return Shard(self.index, self.count)

    def any(self, here: bool) -> bool:
        """Whether it is so in any process."""
        return bool(self._combined(float(here), dist.ReduceOp.MAX) > 0) if self.count > 1 else here

    def mean(self, values: Tensor) -> Tensor:
        """The mean over the processes, on the CPU."""
        return self.total(values) / self.count

    def total(self, values: Tensor) -> Tensor:
        """The sum over the processes, on the CPU."""
        values = values.detach().cpu().clone()
        if self.count > 1:
            dist.all_reduce(values)
        return values

    def clock(self, seconds: float) -> float:
        """The leader's seconds: what depends on the clock is the same everywhere."""
        return self._combined(seconds if self.leads else 0.0, dist.ReduceOp.SUM)

    def told(self, value: Any) -> Any:
        """The leader's value, of JSON; what the others say is not heard."""
        if self.count == 1:
            return value
        data = _encoded(value) if self.leads else torch.empty(0, dtype=torch.uint8)
        size = torch.tensor([len(data)])
        dist.broadcast(size, 0)
        data = data if self.leads else torch.empty(int(size), dtype=torch.uint8)
        dist.broadcast(data, 0)
        return json.loads(data.numpy().tobytes())

    def everyone(self, value: Any) -> list[Any]:
        """The values of all processes, of JSON, by their index."""
        if self.count == 1:
            return [value]
        data = _encoded(value)
        sizes = [torch.zeros(1, dtype=torch.int64) for _ in range(self.count)]
        dist.all_gather(sizes, torch.tensor([len(data)]))
        longest = int(max(sizes))
        parts = [torch.empty(longest, dtype=torch.uint8) for _ in range(self.count)]
        dist.all_gather(parts, torch.nn.functional.pad(data, (0, longest - len(data))))
        return [json.loads(part[: int(n)].numpy().tobytes()) for part, n in zip(parts, sizes, strict=True)]

    def tensors(self, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
        """The leader's tensors, on the CPU."""
        if self.count == 1:
            return tensors
        described = {name: [list(t.shape), str(t.dtype).split(".")[1]] for name, t in tensors.items()}
        result: dict[str, Tensor] = {}
        for name, (shape, dtype) in self.told(described).items():
            empty = torch.empty(shape, dtype=getattr(torch, dtype))
            kept = tensors[name].contiguous() if self.leads else empty
            dist.broadcast(kept, 0)
            result[name] = kept
        return result

    def lead(self, work: Callable[[], Any]) -> Any:
        """What the leader's work gives, of JSON.

        Raises:
            Elsewhere: in the others, when the leader has failed.
        """
        if self.count == 1:
            return work()
        value, failure = None, None
        if self.leads:
            try:
                value = work()
            except Exception as error:
                failure = error
        if self.any(failure is not None):
            raise failure or Elsewhere()
        return self.told(value)

    def _combined(self, value: float, operation: dist.ReduceOp.RedOpType) -> float:
        if self.count == 1:
            return value
        held = torch.tensor([value], dtype=torch.float64)
        dist.all_reduce(held, operation)
        return float(held)


def processes() -> Processes:
    """Those that were joined; this one alone where none were."""
    if dist.is_available() and dist.is_initialized():
        return Processes(dist.get_rank(), dist.get_world_size())
    return Processes()


@contextmanager
def joined() -> Iterator[Processes]:
    """Meet the processes that the launcher has started, for as long as the context lasts.

    Raises:
        ScmError: E212 when they cannot be reached, or one of them is lost on the way.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) < 2:
        yield Processes()
        return
    gpus = torch.cuda.is_available() and dist.is_nccl_available()
    if gpus:
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    with _losses():
        dist.init_process_group("cpu:gloo,cuda:nccl" if gpus else "gloo", timeout=PATIENCE)
        try:
            yield processes()
        finally:
            dist.destroy_process_group()


@contextmanager
def _losses() -> Iterator[None]:
    """What the libraries say of a process that is gone, in words."""
    try:
        yield
    except (RuntimeError, ValueError) as error:
        if not _is_loss(error):
            raise
        message = f"another process of this training is lost: {_last_words(error)}"
        helps = (
            "the process that failed says why, further up",
            "go on with --resume: the last checkpoint is whole",
        )
        raise ScmError([Diagnostic("E212", message, helps=helps)]) from None


def _is_loss(error: Exception) -> bool:
    words = str(error)
    signs = ("gloo", "NCCL", "Connection closed", "Connection reset", "rendezvous", "timed out", "MASTER_")
    return isinstance(error, dist.DistError) or any(sign in words for sign in signs)


def _last_words(error: Exception) -> str:
    """The library's first line without the place in its source."""
    return reason(error).rpartition("] ")[2].rstrip(".")[:200]


def _encoded(value: Any) -> Tensor:
    return torch.frombuffer(bytearray(json.dumps(value).encode()), dtype=torch.uint8)
