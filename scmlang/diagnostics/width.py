"""Text as a terminal shows it: tabs, wide characters, and no control characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

TAB = 4


def shown(text: str) -> list[str]:
    """Each character of a line as it is printed: a tab becomes spaces to the next stop.

    The sum of the widths of the result up to an index is the column of that character.
    """
    cells: list[str] = []
    column = 0
    for char in text:
        cells.append(" " * (TAB - column % TAB) if char == "\t" else printable(char))
        column += width(cells[-1])
    return cells


def printable(char: str) -> str:
    """The character, or the replacement character for one that is a command to the terminal."""
    return "\ufffd" if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp", "Cf") else char


def clean(text: str) -> str:
    """A message made safe to print on one line."""
    return "".join(map(printable, text))


def width(text: str) -> int:
    """How many columns a terminal gives to ``text``."""
    return sum(_width(char) for char in text)


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def columns(cells: Sequence[str], start: int, end: int) -> tuple[int, int]:
    """The first column and the number of columns of the characters ``start`` to ``end``."""
    before = width("".join(cells[:start]))
    return before, max(1, width("".join(cells[start:end])))
