"""``scmlang export``: a model in another format."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from scmlang.cli.model import ModelFile, ModelText, open_model
from scmlang.diagnostics.render import render, wants_colour


def export(
    file: ModelFile = None,
    model: ModelText = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="FORMAT", help="The format; by default from the name of --out."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Where to write; default stdout.")
    ] = None,
) -> None:
    """Write a model in another format, and warn of what that format cannot hold.

    Formats: bif, cg, dagitty, dot, gml, graphml, json, mermaid, svg, tikz, and ir, the language's own.
    """
    from scmlang.cli.output import write_text
    from scmlang.exchange.convert import guess, writer
    from scmlang.exchange.losses import losses

    form = guess(out, to, "--to")
    write = writer(form)
    compilation = open_model(file, model)
    text = write(compilation.model)
    warnings = (*compilation.warnings, *losses(compilation.model, form))
    sys.stderr.write(render(warnings, colour=wants_colour(sys.stderr)))
    write_text(text, out)
