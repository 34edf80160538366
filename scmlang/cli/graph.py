"""``scmlang graph``: the diagram of a model as a picture."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scmlang.cli.model import ModelFile, ModelText, open_model
from scmlang.diagnostics.render import render, wants_colour


class Format(StrEnum):
    svg = "svg"
    dot = "dot"
    mermaid = "mermaid"
    tikz = "tikz"


class Direction(StrEnum):
    right = "right"
    down = "down"


_SUFFIXES = {".dot": Format.dot, ".gv": Format.dot, ".mmd": Format.mermaid, ".tex": Format.tikz}


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
    out. An intervention is shown by the arrows it cuts; in DOT and Mermaid those are left out.
    """
    from scmlang.graph import Graph

    compilation = open_model(file, model)
    sys.stderr.write(render(compilation.warnings, colour=wants_colour(sys.stderr, "auto")))
    picture = Graph(compilation, do or (), latent, exogenous, direction.value)
    form = format or _SUFFIXES.get(out.suffix.lower() if out else "", Format.svg)
    text: str = getattr(picture, form.value)
    if out is None:
        sys.stdout.write(text)
        return
    from scmlang.data.output import whole_file

    with whole_file(out, force=True) as stage:
        stage.write_text(text, encoding="utf-8")
