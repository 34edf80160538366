"""Where a command's model comes from: a file, standard input, or text on the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from scmlang.compiler import Compilation, make_source, read_source
from scmlang.limits import LIMITS
from scmlang.source import Source

INLINE, STDIN = "<inline>", "<stdin>"
ModelFile = Annotated[
    Path | None,
    typer.Argument(metavar="[FILE]", help="A model file; - for standard input.", show_default=False),
]
ModelText = Annotated[
    str | None,
    typer.Option("--model", metavar="TEXT", help='The model itself in place of a file: "X -> Y; X <-> Y".'),
]


def open_model(file: Path | None, text: str | None, name: str = "FILE") -> Compilation:
    """The model of a command that takes FILE or ``--model TEXT``.

    Args:
        file: a path; ``-`` is standard input.
        text: the model itself.
        name: what the command calls the file.

    Raises:
        typer.BadParameter: when both are given, or neither.
        ScmError: E001 to E003 when the model cannot be read.
    """
    if (file is None) == (text is None):
        message = f"give either a model file ({name}) or --model TEXT"
        raise typer.BadParameter(message, param_hint=name)
    if text is not None:
        return Compilation.from_text(text, INLINE)
    return Compilation(open_source(file or Path()))


def leading_file(words: list[str], text: str | None, metavar: str) -> tuple[Path | None, list[str]]:
    """The model file of a command that takes ``[FILE] …``, and the words behind it.

    Args:
        words: as typed.
        text: the model, where it is given in place of a file.
        metavar: what stands behind the file, as the command's help says it.

    Raises:
        typer.BadParameter: for too many words or too few.
    """
    wanted = len(metavar.split()) + (text is None)
    if len(words) != wanted:
        message = f"give a model file (or --model TEXT) and {metavar}"
        raise typer.BadParameter(message, param_hint=metavar)
    return (Path(words[0]), words[1:]) if text is None else (None, words)


def open_source(file: Path) -> Source:
    """The text of a file; ``-`` is standard input.

    Raises:
        ScmError: E001 unreadable, E002 not UTF-8, E003 too large.
    """
    if file != Path("-"):
        return read_source(file)
    return make_source(STDIN, sys.stdin.buffer.read(LIMITS.source_bytes + 1))
