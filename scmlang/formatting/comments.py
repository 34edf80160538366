"""The text of comments, and their columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scmlang.diagnostics.width import width
from scmlang.formatting.layout import STEP, WIDTH, Line

GAP = "  "


def tidy(comment: str) -> str:
    """A comment with a blank before its first word, and no tabs or stray line ends.

    What begins with a sign, such as ``#!``, ``##`` or ``#:``, means something to someone, and is kept.
    """
    comment = comment.expandtabs(STEP).translate(_BLANKS).rstrip()
    return f"# {comment[1:]}" if comment[1:2].isalnum() else comment


_BLANKS = str.maketrans("\r\f\v", "   ")


def align(lines: Sequence[Line]) -> Iterator[str]:
    """The lines as text; comments behind neighbouring lines share a column where all of them fit so."""
    start = 0
    while start < len(lines):
        end = start + 1
        while lines[start].comment and end < len(lines) and _neighbours(lines[start], lines[end]):
            end += 1
        yield from _run(lines[start:end])
        start = end


def _neighbours(first: Line, other: Line) -> bool:
    return bool(other.comment) and _indent(first) == _indent(other)


def _indent(line: Line) -> int:
    return len(line.code) - len(line.code.lstrip())


def _run(lines: Sequence[Line]) -> Iterator[str]:
    column = max(len(line.code) for line in lines)
    room = WIDTH - len(GAP)
    comments = [(len(line.code), width(line.comment)) for line in lines]
    crowded = any(code + comment <= room < column + comment for code, comment in comments)
    for line in lines:
        code = line.code if crowded or not line.comment else line.code.ljust(column)
        yield f"{code}{GAP}{line.comment}" if line.comment else code
