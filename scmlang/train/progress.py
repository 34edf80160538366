"""What a training says of itself: means of its losses, how far it is, and that it has diverged."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.train.processes import Processes


@dataclass(frozen=True)
class Progress:
    """The state after a step.

    Attributes:
        step: optimiser steps done.
        fraction: of the training, 0..1, by steps or by the wall clock, whichever is ahead.
        loss: the weighted sum; ``terms``: every unweighted term. Means since the last record.
        images_per_second: since the last record.
        seconds: spent in training, those before a resumption included.
        seconds_left: at the present rate.
    """

    step: int
    fraction: float
    loss: float
    terms: Mapping[str, float]
    images_per_second: float
    seconds: float
    seconds_left: float


class Divergence(ScmError):
    """E181: the loss of a step was not finite.

    Attributes:
        step: optimiser steps done before it.
        rows: of the training split, of the step's batch, from 0.
        terms: every term of the loss.
    """

    def __init__(self, step: int, rows: list[int], terms: Mapping[str, float]) -> None:
        helps = (
            "lower the learning rate, for instance --set train.lr=5e-4",
            "look for huge values in a real column of the data",
        )
        message = f"the loss of step {step + 1} is not a finite number"
        super().__init__([Diagnostic("E181", message, helps=helps)])
        self.step, self.rows, self.terms = step, rows, dict(terms)


class Meter:
    """Means of the losses since the last reading, added up on the device: no waiting between steps."""

    def __init__(self, team: Processes) -> None:
        self._team = team
        self._clear()

    def add(self, images: int, loss: Tensor, terms: Mapping[str, Tensor]) -> None:
        for name, value in {"loss": loss, **terms}.items():
            self._sums[name] = self._sums.get(name, torch.zeros_like(value)) + value
            self._counts[name] = self._counts.get(name, 0) + 1
        self._images += images

    def read(self, step: int, fraction: float, seconds: float) -> Progress:
        sums = self._team.mean(torch.stack([value.float() for value in self._sums.values()])).tolist()
        means = {name: value / self._counts[name] for name, value in zip(self._sums, sums, strict=True)}
        rate = self._images / max(time.monotonic() - self._since, 1e-9)
        self._clear()
        left = seconds / fraction * (1 - fraction) if fraction else math.inf
        return Progress(step, fraction, means.pop("loss"), means, rate, seconds, left)

    def _clear(self) -> None:
        self._sums: dict[str, Tensor] = {}
        self._counts: dict[str, int] = {}
        self._images, self._since = 0, time.monotonic()
