"""A data set, in memory or in files: frozen values that training, queries and evaluation share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, Protocol, TypeVar

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


class StoredImages(Protocol):
    """Images that stay in their files until they are asked for; reading is fast within a file."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many images each file holds, in order."""
        ...

    def __len__(self) -> int: ...

    def __getitem__(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        """uint8[m, C, H, W] of m rows."""
        ...


@dataclass(frozen=True)
class StoredSplit:
    """One part of a data set that does not fit into memory: as :class:`Split`, but for its images."""

    name: str
    images: StoredImages = field(repr=False)
    columns: Mapping[str, NDArray[np.generic]] = field(repr=False)
    files: tuple[str, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.images)


Part = TypeVar("Part", Split, StoredSplit)


@dataclass(frozen=True)
class _Splits(Generic[Part]):
    path: Path
    splits: Mapping[str, Part]

    def __getitem__(self, split: str) -> Part:
        return self.splits[split]

    def __contains__(self, split: object) -> bool:
        return split in self.splits


class Dataset(_Splits[Split]):
    """The splits of a data folder, those that it has, in the order train, val, test."""


class StoredDataset(_Splits[StoredSplit]):
    """The splits of a data set that does not fit into memory, likewise."""
