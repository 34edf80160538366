"""A data set in memory: frozen values that training, queries and evaluation share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SPLITS = ("train", "val", "test")


@dataclass(frozen=True)
class Split:
    """One part of a data set, n rows.

    Attributes:
        name: ``train``, ``val`` or ``test``.
        images: uint8[n, C, H, W]; uint8[n, 0, 0, 0] where the model has no image.
        columns: for each observed variable that is no image its numeric values, int64[n] where it
            is finite, float64[n] where it is real.
        files: the images' paths within the split's folder; empty where there is no image.
    """

    name: str
    images: NDArray[np.uint8] = field(repr=False)
    columns: Mapping[str, NDArray[np.generic]] = field(repr=False)
    files: tuple[str, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True)
class Dataset:
    """The splits of a data folder, those that it has, in the order train, val, test."""

    path: Path
    splits: Mapping[str, Split]

    def __getitem__(self, split: str) -> Split:
        return self.splits[split]

    def __contains__(self, split: object) -> bool:
        return split in self.splits
