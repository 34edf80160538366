"""Every syntax error of a text, one for each statement that has one.

Statements are read by themselves, so a mistake in one hides none in another. A statement that goes on over
several lines, as it may in other languages, is one mistake and not one for each line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from scmlang.diagnostics.base import Diagnostic
from scmlang.source import Source, Span

_LINES = 8  # over which a statement may go on and be known as one
_LONGEST = 1000  # characters of such a statement; a longer one is told line by line
_GOES_ON = "a statement goes on over several lines only inside brackets"
_IGNORED = re.compile(r"(?:\s|#[^\n]*+)*+")


class Recovery:
    """Finds the errors.

    Args:
        read: where reading a statement stops, or None when it is right.
        explain: what to say of a statement that stops there.
    """

    def __init__(
        self,
        source: Source,
        statements: tuple[Span, ...],
        read: Callable[[str], int | None],
        explain: Callable[[Span, int], Diagnostic],
    ) -> None:
        self._texts = [source.text[span.start : span.end] for span in statements]
        self._statements = statements
        self._read = read
        self._explain = explain

    def errors(self) -> Iterator[Diagnostic]:
        """One for each statement that is wrong, in their order."""
        whole, reported, lines, index = "", False, 0, 0  # the statement that a line may go on with
        while index < len(self._texts):
            at, after = self._read(self._texts[index]), index + 1
            if at is None:
                whole, reported, lines = self._texts[index], False, 1
            elif lines < _LINES and self._goes_on(whole, index, at):
                if not reported:
                    yield self._explain(self._statements[index], at)
                whole, reported = _bare(whole) + self._line(index), True
                lines += 1
            else:
                after = self._end(index, at)
                found = self._explain(self._statements[index], at)
                yield found if after == index + 1 else replace(found, helps=(_GOES_ON,))
                whole, reported, lines = self._joined(index, after), True, after - index
            index = after

    def _goes_on(self, whole: str, index: int, at: int) -> bool:
        """Whether a line that cannot be begun as it is goes on with the statement before it."""
        nothing_read = _IGNORED.fullmatch(self._texts[index], 0, at) is not None
        return (
            bool(whole)
            and nothing_read
            and self._adjacent(index)
            and self._right(_bare(whole) + self._line(index))
        )

    def _end(self, index: int, at: int) -> int:
        """Behind the lines that a statement which stops at its end goes on over, if so it becomes right."""
        if _IGNORED.fullmatch(self._texts[index], at):
            for after in range(index + 2, min(index + _LINES, len(self._texts)) + 1):
                if not self._adjacent(after - 1) or self._right(self._texts[after - 1]):
                    break
                if self._right(self._joined(index, after)):
                    return after
        return index + 1

    def _joined(self, start: int, end: int) -> str:
        whole = self._texts[start]
        for index in range(start + 1, end):
            whole = _bare(whole) + self._line(index)
        return whole

    def _line(self, index: int) -> str:
        """A statement without the end of the line before it."""
        return " " + self._texts[index].lstrip("\r\n")

    def _adjacent(self, index: int) -> bool:
        """Whether a statement stands on the very next line."""
        return self._statements[index - 1].end == self._statements[index].start

    def _right(self, text: str) -> bool:
        """Whether a text is a statement short enough to be tried again and again."""
        return len(text) <= _LONGEST and self._read(text) is None


def _bare(text: str) -> str:
    """A text without the comment that it ends with, if it does."""
    comment = text.find("#", text.rfind("\n") + 1)
    return text if comment < 0 else text[:comment]
