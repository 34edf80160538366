"""Where a command's model comes from: a file, or text on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scmlang.compiler import Compilation

INLINE = "<model>"
ModelFile = Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A model file.", show_default=False)]
ModelText = Annotated[
    str | None,
    typer.Option("--model", metavar="TEXT", help='The model itself in place of a file: "X -> Y; X <-> Y".'),
]


def open_model(file: Path | None, text: str | None) -> Compilation:
    """The model of a command that takes FILE or ``--model TEXT``.

    Raises:
        typer.BadParameter: when both are given, or neither.
        ScmError: when the file cannot be read.
    """
    if (file is None) == (text is None):
        raise typer.BadParameter("give either a model file or --model TEXT", param_hint="FILE")
    return Compilation.from_text(text, INLINE) if text is not None else Compilation.from_file(file or Path())
