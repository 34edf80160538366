"""Reading image folders, one's own as well as those that ``scmlang sample`` writes.

The form is the ecosystem's: each of ``train/``, ``val/`` and ``test/`` holds images and a
``metadata.csv`` with the column ``file_name`` (relative to that folder, ``/`` between its parts) and
one column for each observed variable that is no image; further columns and further files are
ignored. ``train/`` is required where it is asked for, the other two are optional; a folder that has
its ``metadata.csv`` at the root is refused, since nothing could be held out. For a model without an
observed image the file is ``table.csv`` and needs no ``file_name``.

Everything is checked before anything is returned, and the first twenty problems are reported, each
with its file and row.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scmlang.data.dataset import SPLITS, Dataset, Split
from scmlang.data.file_names import locate
from scmlang.data.image_file import quiet_decoder, read_image, unsupported_channels
from scmlang.data.problems import Problems
from scmlang.data.table import Table, read_table
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.semantics.domains import Image
from scmlang.semantics.model import CausalModel, Variable

FILE_NAME = "file_name"


def read_folder(
    path: Path, model: CausalModel, splits: Sequence[str] = SPLITS, limit: int | None = None
) -> Dataset:
    """Read the data of a model's observed variables.

    Args:
        path: the data folder.
        model: says which columns there are, and their domains.
        splits: which of its parts to read.
        limit: read only the first rows of each part.

    Raises:
        ScmError: E120 to E137, all problems found, up to twenty.
    """
    image = image_variable(model)
    tables = {split: read_table(file) for split, file in _table_files(path, splits, image).items()}
    problems = Problems()
    for split, table in tables.items():
        check_columns(table, model, image, problems)
        if not len(table):
            problems.add(Diagnostic("E121", f"`{table.source.name}` has no rows, so `{split}` is empty"))
    problems.raise_any()
    read = {
        name: _read_split(path / name, table, model, image, limit, problems) for name, table in tables.items()
    }
    problems.raise_any()
    return Dataset(path, read)


def image_variable(model: CausalModel) -> Variable | None:
    """The one observed image of a model, if it has one.

    Raises:
        ScmError: E137 when it has several, or one whose channels no image file holds.
    """
    images = [variable for variable in model.observed if variable.is_image]
    if len(images) > 1:
        names = " and ".join(f"`{variable.name}`" for variable in images)
        message = f"an image folder holds one image a row, and the model observes {names}"
        raise ScmError([Diagnostic("E137", message, model.source, images[1].span, "the second image")])
    for variable in images:
        if isinstance(variable.domain, Image) and variable.domain.channels not in (1, 3, 4):
            raise ScmError([unsupported_channels(variable.domain)])
    return images[0] if images else None


def table_name(image: Variable | None) -> str:
    """The name of the table within a split's folder."""
    return "metadata.csv" if image else "table.csv"


def label_variables(model: CausalModel) -> tuple[Variable, ...]:
    """The observed variables that are columns."""
    return tuple(variable for variable in model.observed if not variable.is_image)


def _table_files(path: Path, splits: Sequence[str], image: Variable | None) -> dict[str, Path]:
    name = table_name(image)
    if not path.is_dir():
        raise ScmError([Diagnostic("E120", f"there is no folder `{path}`", helps=_folder_helps(name))])
    found = {split: path / split / name for split in splits if (path / split).is_dir()}
    missing = [file for file in found.values() if not file.is_file()]
    if missing:
        raise ScmError([Diagnostic("E121", f"there is no file `{file}`") for file in missing])
    if not found or ("train" in splits and "train" not in found):
        wanted = "train" if "train" in splits else " or ".join(splits)
        message = f"`{path}` has no folder `{wanted}`"
        raise ScmError([Diagnostic("E121", message, helps=_folder_helps(name))])
    return found


def _folder_helps(name: str) -> tuple[str, ...]:
    return (f"a data folder has train/{name}, and val/{name} and test/{name} as far as there are such data",)


def check_columns(table: Table, model: CausalModel, image: Variable | None, problems: Problems) -> None:
    """Add E123 to ``problems`` for every column that the model needs and the table lacks."""
    wanted = [variable.name for variable in label_variables(model)]
    for name in [FILE_NAME, *wanted] if image else wanted:
        if name not in table.columns:
            has = ", ".join(f"`{column}`" for column in table.header)
            span = table.source.line_span(1)
            message = f"`{table.source.name}` has no column `{name}`"
            problems.add(Diagnostic("E123", message, table.source, span, f"the columns are {has}"))


def _read_split(
    folder: Path,
    table: Table,
    model: CausalModel,
    image: Variable | None,
    limit: int | None,
    problems: Problems,
) -> Split:
    table = table if limit is None else table.head(limit)
    columns = {v.name: table.values(v.name, v.domain, problems) for v in label_variables(model)}
    if image is None or not isinstance(image.domain, Image):
        return Split(folder.name, np.empty((len(table), 0, 0, 0), np.uint8), columns, ())
    paths = locate(folder, table, FILE_NAME, problems)
    images = _read_images(paths, table, image.domain, problems)
    return Split(folder.name, images, columns, tuple(table.columns[FILE_NAME]))


def _read_images(
    paths: Sequence[Path | None], table: Table, domain: Image, problems: Problems
) -> NDArray[np.uint8]:
    """Decode every located image; those with a problem stay undefined."""
    try:
        images = np.empty((len(paths), *domain.shape), np.uint8)
    except MemoryError as error:
        message = f"{len(paths)} images of {domain} do not fit into memory"
        raise ScmError([Diagnostic("E136", message)]) from error
    with quiet_decoder():
        for row, path in enumerate(paths):
            if path is None:
                continue
            try:
                images[row] = read_image(path, domain, convert=False)
            except ScmError as error:
                for found in error.diagnostics:
                    problems.add(table.problem(found.code, found.message, row, FILE_NAME, found.helps))
    return images
