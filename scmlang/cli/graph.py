"""``scmlang graph``: the diagram of a model as a picture."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scmlang.cli.model import ModelFile, ModelText, open_model
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagnostics.render import render, wants_colour


class Format(StrEnum):
    svg = "svg"
    dot = "dot"
    mermaid = "mermaid"
    tikz = "tikz"


class Direction(StrEnum):
    right = "right"
    down = "down"


def graph(
    file: ModelFile = None,
    model: ModelText = None,
    format: Annotated[
        Format | None, typer.Option(help="The form; by the suffix of --out, else svg, by default.")
    ] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Where it goes; default stdout.")] = None,
    do: Annotated[
        list[str] | None, typer.Option(metavar="X=VALUE", help="Show an intervention; repeatable.")
    ] = None,
    latent: Annotated[bool, typer.Option("--latent", help="Show latent variables.")] = False,
    exogenous: Annotated[bool, typer.Option("--exogenous", help="Show exogenous variables.")] = False,
    direction: Annotated[Direction, typer.Option(help="Where effects lie.")] = Direction.right,
) -> None:
    """Draw a model's diagram, without any other program.

    A dashed arc with two heads is a hidden common cause. Latent variables that are not shown are projected
    out. An intervention is shown by the arrows it cuts.
    """
    from scmlang.cli.output import write_text
    from scmlang.graph import Graph

    form = format or _by_suffix(out)
    compilation = open_model(file, model)
    sys.stderr.write(render(compilation.warnings, colour=wants_colour(sys.stderr, "auto")))
    picture = Graph(compilation, do or (), latent, exogenous, direction.value)
    write_text(getattr(picture, form.value), out)


def _by_suffix(out: Path | None) -> Format:
    """What a file's name says, and SVG where it says nothing.

    Raises:
        ScmError: E250 for a suffix that is no picture's.
    """
    if out is None or not out.suffix:
        return Format.svg
    from scmlang.exchange.convert import guess
    from scmlang.semantics.errors import listing

    form = guess(out, None, "--format")
    if form not in Format.__members__:
        helps = ("name a format with `--format`", *listing(Format.__members__))
        raise ScmError([Diagnostic("E250", f"`{form}` is no format of pictures", helps=helps)])
    return Format(form)
