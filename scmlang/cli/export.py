"""``scmlang export``: a model in another format."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from scmlang.cli.model import ModelText, open_model
from scmlang.compiler import Compilation
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagnostics.render import render, wants_colour


def export(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="A model file, - for standard input, or a run folder.", show_default=False
        ),
    ] = None,
    model: ModelText = None,
    to: Annotated[
        str | None,
        typer.Option("--to", "--as", metavar="FORMAT", help="The format; by default from the name of --out."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Where to write; default stdout.")
    ] = None,
) -> None:
    """Write a model in another format, and warn of what that format cannot hold.

    Formats: bif, cg, dagitty, dot, gml, graphml, json, mermaid, svg, tikz, and the language's own, scm.

    Of a run folder the learned mechanisms of the finite label variables are written, as tables.
    """
    from scmlang.cli.output import write_text
    from scmlang.exchange.convert import guess, writer
    from scmlang.exchange.losses import losses

    form = guess(out, to, "--to")
    write = writer(form)
    if model is None and file is not None and file.is_dir():
        compilation = _fitted(file)
    else:
        compilation = open_model(file, model)
    text = write(compilation.model)
    warnings = (*compilation.warnings, *losses(compilation.model, form))
    sys.stderr.write(render(warnings, colour=wants_colour(sys.stderr)))
    write_text(text, out)


def _fitted(folder: Path) -> Compilation:
    """The model that a run has learned, with a warning for each variable that is not in it.

    Raises:
        ScmError: E207 where nothing can be written.
    """
    from scmlang.compiler import open_artefact
    from scmlang.neural.fitted import fitted
    from scmlang.train.runs import open_run

    artefact = open_artefact(open_run(folder))
    found = fitted(artefact.model, artefact.causal_model.name)
    reasons = [f"`{name}` is left out: {reason}" for name, reason in found.left_out.items()]
    if not found.text:
        message = f"nothing of `{folder}` can be written as equations"
        raise ScmError([Diagnostic("E207", message, helps=tuple(reasons))])
    warnings = (*artefact.warnings, *(Diagnostic("W200", reason) for reason in reasons))
    sys.stderr.write(render(warnings, colour=wants_colour(sys.stderr)))
    return Compilation.from_text(found.text, str(folder))
