"""Offsets in a text, and the lines and columns that the Language Server Protocol counts.

The protocol ends a line at LF, CRLF or CR, and counts columns in code units of the encoding that client and
server agree on (LSP 3.17, Text Documents). Offsets here count characters, as spans do.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from scmlang.source import Span

_LINE_END = re.compile(r"\r\n|\n|\r")
_WIDE = {"utf-8": (0x80, 0x800, 0x10000), "utf-16": (0x10000,), "utf-32": ()}
Position = tuple[int, int]


class Lines:
    """The lines of a text.

    Args:
        text: the text.
        encoding: ``utf-8``, ``utf-16`` or ``utf-32``: in whose code units columns are counted.
    """

    def __init__(self, text: str, encoding: str = "utf-16") -> None:
        self._text = text
        self._bounds = _WIDE[encoding]
        ends = list(_LINE_END.finditer(text))
        self._starts = [0, *(end.end() for end in ends)]
        self._ends = [*(end.start() for end in ends), len(text)]

    def position(self, offset: int) -> Position:
        """The 0-based line and column of an offset; inside a line end, the end of its line."""
        line = bisect_right(self._starts, offset) - 1
        end = min(offset, self._ends[line])
        return line, sum(map(self._units, self._text[self._starts[line] : end]))

    def range(self, span: Span) -> tuple[Position, Position]:
        """Both ends of a span; one that underlines a line end is empty."""
        start = min(span.start, len(self._text))
        if self._text[start : start + 1] in ("\n", "\r"):
            return self.position(start), self.position(start)
        return self.position(start), self.position(max(start, min(span.end, len(self._text))))

    def offset(self, line: int, column: int) -> int:
        """The offset of a position; one beyond a line is its end, one within a character its start."""
        if line >= len(self._starts):
            return len(self._text)
        offset = self._starts[line]
        while offset < self._ends[line]:
            column -= self._units(self._text[offset])
            if column < 0:
                break
            offset += 1
        return offset

    def _units(self, char: str) -> int:
        return 1 + sum(ord(char) >= bound for bound in self._bounds)
