"""``scmlang import``: a graph or network in another format, as text of the language."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from scmlang.diagnostics.render import render, wants_colour


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A graph or network; - for standard input.")],
    from_: Annotated[
        str | None, typer.Option("--from", metavar="FORMAT", help="Its format; by default from its name.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Where to write; default stdout.")
    ] = None,
    domain: Annotated[
        str | None, typer.Option(metavar="DOMAIN", help="The domain of variables that come without one.")
    ] = None,
) -> None:
    """Turn a file in another format into a model file that checks clean.

    Formats: bif, cg, dagitty, dot, gml, graphml, json. What is renamed, assumed or left out is warned of.
    """
    from scmlang.cli.model import open_source
    from scmlang.cli.output import write_text
    from scmlang.compiler import Compilation
    from scmlang.exchange.convert import guess, read_default, reader
    from scmlang.exchange.text import heading, to_text

    read = reader(guess(file, from_, "--from"))
    default = read_default(domain)
    sketch = read(open_source(file))
    compilation = Compilation.from_text(to_text(sketch, default), str(out or "<imported>"))
    comments = "".join(f"{line}\n" for line in heading(sketch))
    text = comments + "\n" * bool(comments) + compilation.emit("ir")
    sys.stderr.write(render(sketch.warnings, colour=wants_colour(sys.stderr)))
    write_text(text, out)
