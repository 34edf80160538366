"""``scmlang fmt``: model files in the one style."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from scmlang.cli.model import STDIN, open_source
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagnostics.render import render, wants_colour
from scmlang.source import Source

_PIPE = Path("-")


def fmt(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE...]", help="Model files; - for standard input.", show_default=False),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 where something would change.")
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Write nothing but what would change.")] = False,
) -> None:
    """Put model files into the one style, in place; standard input goes to standard output.

    A file is replaced whole or not at all, keeps its permissions, and is not touched when nothing changes.
    Folders are not searched, since .scm is the suffix of Scheme's files as well. Exits with 1 when a
    file cannot be parsed, and under --check when one would change; the others are formatted all the same.
    """
    from scmlang.formatting import format_text

    problems: list[Diagnostic] = []
    changed = False
    for file in _chosen(files):
        try:
            source, unchanged = _read(file)
            text = format_text(source)
        except ScmError as error:
            problems += error.diagnostics
            continue
        same = unchanged(text)
        changed |= not same
        try:
            _give(file, source, text, same, check, diff)
        except ScmError as error:
            problems += error.diagnostics
    sys.stderr.write(render(problems, colour=wants_colour(sys.stderr)))
    if problems or (check and changed):
        raise typer.Exit(1)


def _chosen(files: list[Path] | None) -> list[Path]:
    if not files and sys.stdin.isatty():
        raise typer.BadParameter("give model files, or a model on standard input", param_hint="FILE")
    if files and _PIPE in files and len(files) > 1:
        raise typer.BadParameter("standard input is formatted alone", param_hint="FILE")
    return files or [_PIPE]


def _read(file: Path) -> tuple[Source, Callable[[str], bool]]:
    """A text, and whether another is the same, byte by byte where it is a file."""
    if file == _PIPE:
        source = open_source(file)
        return source, lambda text: text == source.text
    if file.exists() and not file.is_file():
        help = "name the files themselves; folders are not searched"
        raise ScmError([Diagnostic("E001", f"`{file}` is no file", helps=(help,))])
    return open_source(file), lambda text: text.encode("utf-8") == file.read_bytes()


def _give(file: Path, source: Source, text: str, same: bool, check: bool, diff: bool) -> None:
    """What the options ask for: the text, what changes, or the name of the file that does."""
    if diff:
        _print("" if same else _difference(source, text))
    elif check:
        _print("" if same else f"{source.name}: would change\n")
    elif file == _PIPE:
        _print(text)
    elif not same:
        _replace(file, text)
        _print(f"{source.name}: formatted\n")


def _print(text: str) -> None:
    """As UTF-8 whatever the locale, for the text may become a file."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", errors="surrogateescape"))
    sys.stdout.buffer.flush()


def _replace(file: Path, text: str) -> None:
    from scmlang.data.output import whole_file

    if not os.access(file, os.W_OK):
        raise ScmError([Diagnostic("E139", f"`{file}` cannot be written: permission denied")])
    with whole_file(file, force=True) as stage:
        stage.write_bytes(text.encode("utf-8"))
        shutil.copymode(file, stage)


def _difference(source: Source, text: str) -> str:
    from difflib import unified_diff

    names = ("before", "after") if source.name == STDIN else (source.name, source.name)
    lines = unified_diff(_lines(source.text), _lines(text), *names)
    return "".join(line if line.endswith("\n") else f"{line}\n{_NO_END}\n" for line in lines)


_NO_END = "\\ No newline at end of file"


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)
