"""Writing data folders and tables, whole or not at all.

A folder holds ``manifest.json`` and, for each split, the table that :mod:`scmlang.data.image_folder`
reads, the images as PNG, and ``exogenous.csv``: for each row every exogenous value, the noise implied
by ``~``, every latent variable and every renderer's provenance, exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scmlang.data.columns import format_column
from scmlang.data.exogenous import EXOGENOUS_FILE
from scmlang.data.image_file import write_image
from scmlang.data.image_folder import FILE_NAME, image_variable, label_variables, table_name
from scmlang.data.manifest import FILE, Manifest, is_ours
from scmlang.data.output import whole_file, whole_folder
from scmlang.data.table import write_table
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.semantics.domains import Finite
from scmlang.semantics.expressions import Columns
from scmlang.semantics.model import CausalModel

Progress = Callable[[int], None]


def _no_progress(rows: int) -> None:
    """Report to nobody."""


@dataclass(frozen=True)
class SplitRows:
    """One split to be written, n rows.

    Attributes:
        name: ``train``, ``val`` or ``test``.
        columns: the numeric values of at least the observed variables that are no image.
        exogenous: what goes into ``exogenous.csv``, by column.
        images: uint8[k, C, H, W] chunks that make up n images; empty without an image.
    """

    name: str
    columns: Columns = field(repr=False)
    exogenous: Columns = field(repr=False)
    images: Iterable[NDArray[np.uint8]] = field(repr=False, default=())


def write_folder(
    path: Path,
    model: CausalModel,
    manifest: Manifest,
    parts: Iterable[SplitRows],
    *,
    force: bool = False,
    progress: Progress = _no_progress,
) -> None:
    """Write a data folder.

    Args:
        path: the folder; it must not hold anything, or be an earlier one and ``force`` be given.
        model: names and domains of the columns.
        manifest: the record that goes with the data.
        parts: the splits; each is consumed before the next is asked for.
        progress: called with the number of further rows that are written.

    Raises:
        ScmError: E137 when the model's images do not fit a folder; E138, E139 as
            :func:`scmlang.data.output.whole_folder`.
    """
    image = image_variable(model)
    with whole_folder(path, force, is_ours) as stage:
        for part in parts:
            (stage / part.name).mkdir()
            files = list(_write_images(stage / part.name, part.images, progress))
            lead: dict[str, list[str]] = {FILE_NAME: files} if image else {}
            write_table(
                stage / part.name / table_name(image), {**lead, **observed_texts(model, part.columns)}
            )
            exogenous = {name: format_column(values) for name, values in part.exogenous.items()}
            write_table(stage / part.name / EXOGENOUS_FILE, {**lead, **exogenous})
        (stage / FILE).write_text(manifest.to_json(), encoding="utf-8")


def write_single_table(path: Path, model: CausalModel, columns: Columns, *, force: bool = False) -> None:
    """Write the observed variables of a model without an image as one CSV or Parquet file.

    Parquet holds level names as strings, other finite values as integers, reals as float64.

    Raises:
        ScmError: E138, E139 as :func:`scmlang.data.output.whole_file`; E140 for ``.parquet``
            without the package polars.
    """
    with whole_file(path, force) as stage:
        if path.suffix == ".parquet":
            _write_parquet(stage, model, columns)
        else:
            write_table(stage, observed_texts(model, columns))


def observed_texts(model: CausalModel, columns: Columns) -> dict[str, list[str]]:
    """The observed variables that are no image, as text."""
    return {v.name: format_column(columns[v.name], v.domain) for v in label_variables(model)}


def _write_images(folder: Path, chunks: Iterable[NDArray[np.uint8]], progress: Progress) -> Iterator[str]:
    number = 0
    for chunk in chunks:
        for image in chunk:
            name = f"{number:06d}.png"
            write_image(folder / name, image)
            number += 1
            yield name
        progress(len(chunk))


def _write_parquet(path: Path, model: CausalModel, columns: Columns) -> None:
    try:
        import polars
    except ImportError as error:
        helps = ('pip install "scmlang[parquet]"', "or name a file that ends in .csv")
        message = f"`{path.suffix}` files are written with the package polars, which is not installed"
        raise ScmError([Diagnostic("E140", message, helps=helps)]) from error
    named: Mapping[str, object] = {
        v.name: format_column(columns[v.name], v.domain)
        if isinstance(v.domain, Finite) and v.domain.names
        else columns[v.name]
        for v in label_variables(model)
    }
    polars.DataFrame(named).write_parquet(path)
