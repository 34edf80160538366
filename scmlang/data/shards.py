"""Data larger than memory: tar files, each with a ``metadata.csv`` and the images that it lists.

A shard is named by a pattern such as ``shards/{000000..000009}.tar``, or is one of all ``*.tar`` in a split's
folder. Labels and the places of the images are read in one pass over tables and headers and kept; an image is
decoded when it is asked for, under the checks of an image folder.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scmlang.data.dataset import SPLITS, Dataset, Split, StoredDataset, StoredSplit
from scmlang.data.image_file import decode_image, quiet_decoder
from scmlang.data.image_folder import (
    FILE_NAME,
    check_columns,
    image_variable,
    label_variables,
    read_folder,
)
from scmlang.data.problems import Problems
from scmlang.data.table import Table, parse_table
from scmlang.data.tar_file import Member, read_member, tar_members
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.semantics.domains import Image
from scmlang.semantics.model import CausalModel
from scmlang.source import Source

METADATA = "metadata.csv"
SHARDS = 100_000  # that a pattern may name
_RANGE = re.compile(r"\{([0-9]{1,12})\.\.([0-9]{1,12})\}")


def read_data(path: Path, model: CausalModel) -> Dataset | StoredDataset:
    """The data of a folder of images, of a folder whose splits hold shards, or of a pattern of shards.

    Raises:
        ScmError: as :func:`scmlang.data.image_folder.read_folder`, and E213 for a shard.
    """
    shards = _shards_of(path)
    if not shards:
        return read_folder(path, model)
    return StoredDataset(path, {name: read_shards(files, name, model) for name, files in shards.items()})


def read_rows(path: Path, model: CausalModel, split: str, limit: int) -> Split:
    """The first rows of one split, in memory, of whatever :func:`read_data` reads.

    Raises:
        ScmError: as of that, and E121 when the shards have no such split.
    """
    shards = _shards_of(path)
    if not shards:
        return read_folder(path, model, (split,), limit)[split]
    if split not in shards:
        helps = (f"a folder of shards has {split}/*.tar; a pattern is the training split alone",)
        raise ScmError([Diagnostic("E121", f"the shards `{path}` have no split `{split}`", helps=helps)])
    stored = read_shards(shards[split], split, model)
    images = stored.images[np.arange(min(limit, len(stored)))]
    columns = {name: values[:limit] for name, values in stored.columns.items()}
    return Split(split, images, columns, stored.files[:limit])


def _shards_of(path: Path) -> dict[str, list[Path]]:
    """The shards of each split; none of an image folder."""
    if path.suffix == ".tar":
        return {"train": _matching(path)}
    found = {split: sorted((path / split).glob("*.tar")) for split in SPLITS}
    return {split: files for split, files in found.items() if files} if found["train"] else {}


@dataclass(frozen=True)
class TarImages:
    """Images in tar files, decoded when they are asked for.

    Attributes:
        files: the shards.
        members: where the images of each are.
        domain: theirs.
    """

    files: tuple[Path, ...]
    members: tuple[tuple[Member, ...], ...]
    domain: Image

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        return tuple(map(len, self.members))

    @cached_property
    def _ends(self) -> NDArray[np.int64]:
        return np.cumsum(self.sizes, dtype=np.int64)

    def __len__(self) -> int:
        return int(self._ends[-1])

    def __getitem__(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        images = np.empty((len(rows), *self.domain.shape), np.uint8)
        with quiet_decoder():
            for place, image in enumerate(_decoders().map(self._read, rows.tolist())):
                images[place] = image
        return images

    def _read(self, row: int) -> NDArray[np.uint8]:
        shard = int(np.searchsorted(self._ends, row, side="right"))
        member = self.members[shard][row - (int(self._ends[shard - 1]) if shard else 0)]
        path = self.files[shard]
        try:
            with path.open("rb") as file:
                data = read_member(file, member)
        except OSError as error:
            message = f"the shard `{path}` cannot be read any more: {error.strerror or error}"
            raise ScmError([Diagnostic("E213", message)]) from None
        return decode_image(io.BytesIO(data), path / member.name, self.domain, convert=False)


@lru_cache(maxsize=1)
def _decoders() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(min(8, os.cpu_count() or 1), "decode")


def read_shards(files: Sequence[Path], name: str, model: CausalModel) -> StoredSplit:
    """A split of shards, its images left where they are.

    Raises:
        ScmError: E123 to E128 for a table, E137 for a model without an image, E213 for a shard.
    """
    image = image_variable(model)
    if image is None or not isinstance(image.domain, Image):
        message = "shards hold images, and the model observes none"
        raise ScmError([Diagnostic("E137", message, helps=("a table is a folder with train/table.csv",))])
    problems, tables, members = Problems(), list[Table](), list[tuple[Member, ...]]()
    for file in files:
        there = {member.name: member for member in tar_members(file)}
        table = _table(file, there)
        check_columns(table, model, image, problems)
        problems.raise_any()
        tables.append(table)
        members.append(_located(file, table, there, problems))
    columns = {
        variable.name: np.concatenate([t.values(variable.name, variable.domain, problems) for t in tables])
        for variable in label_variables(model)
    }
    problems.raise_any()
    names = tuple(f"{file.name}/{m.name}" for file, part in zip(files, members, strict=True) for m in part)
    if not names:
        raise ScmError([Diagnostic("E121", f"the shards of `{name}` have no rows")])
    return StoredSplit(name, TarImages(tuple(files), tuple(members), image.domain), columns, names)


def _table(file: Path, there: dict[str, Member]) -> Table:
    if METADATA not in there:
        raise ScmError([Diagnostic("E213", f"the shard `{file}` cannot be used: it has no {METADATA}")])
    with file.open("rb") as stream:
        data = read_member(stream, there[METADATA])
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise ScmError([Diagnostic("E122", f"`{file / METADATA}` is not UTF-8")]) from None
    return parse_table(Source(str(file / METADATA), text))


def _located(file: Path, table: Table, there: dict[str, Member], problems: Problems) -> tuple[Member, ...]:
    found, seen = [], set[str]()
    for row, name in enumerate(table.columns[FILE_NAME]):
        if name not in there:
            problems.add(table.problem("E128", f"there is no `{name}` in `{file}`", row, FILE_NAME))
        elif name in seen:
            problems.add(table.problem("E133", f"`{name}` is listed twice", row, FILE_NAME))
        else:
            found.append(there[name])
        seen.add(name)
    return tuple(found)


def _matching(pattern: Path) -> list[Path]:
    """The files of a pattern; a plain name is one file."""
    text = str(pattern)
    match = _RANGE.search(text)
    if match is None:
        return [pattern]
    first, last = int(match[1]), int(match[2])
    if not first <= last < first + SHARDS:
        message = f"`{match[0]}` names no shards, or more than {SHARDS:,}"
        raise ScmError([Diagnostic("E213", message)])
    width = len(match[1])
    before, after = text[: match.start()], text[match.end() :]
    return [Path(f"{before}{number:0{width}}{after}") for number in range(first, last + 1)]
