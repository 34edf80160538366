"""Diagnostics as text, with the source underlined.

The primary place is underlined with carets, other places of the same source with dashes::

    error[E021]: `Y` is its own ancestor
      --> frontdoor.scm:9:1
       |
     7 | X -> Z
       | ------ X causes Z here
     9 | Z -> X
       | ^^^^^^ this closes the cycle X -> Z -> X
       = help: a feedback loop has no SCM; if Z and X only share a cause, write Z <-> X
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TextIO

from scmlang.diagnostics.base import Diagnostic, Severity
from scmlang.diagnostics.width import clean, columns, shown
from scmlang.source import Source, Span

_LONGEST = 160  # columns of a source line before it is cut around its underline
_RESET, _BOLD, _BLUE = "\x1b[0m", "\x1b[1m", "\x1b[1;34m"
_COLOUR = {Severity.ERROR: "\x1b[1;31m", Severity.WARNING: "\x1b[1;33m"}


def wants_colour(stream: TextIO, choice: str = "auto") -> bool:
    """Whether to print in colour: ``always``, ``never``, or ``auto`` (a terminal, no NO_COLOR)."""
    if choice != "auto":
        return choice == "always"
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and stream.isatty()


def render(diagnostics: Iterable[Diagnostic], *, colour: bool = False) -> str:
    """All of them, blank lines between, ending in a line that counts them."""
    found = list(diagnostics)
    parts = [render_one(diagnostic, colour=colour) for diagnostic in found]
    return "\n".join([*parts, summary(found) + "\n"]) if found else ""


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """``2 errors, 1 warning``."""
    severities = [diagnostic.severity for diagnostic in diagnostics]
    counts = [(severities.count(severity), severity.value) for severity in Severity]
    return ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count)


def render_one(diagnostic: Diagnostic, *, colour: bool = False) -> str:
    """One diagnostic, ending in a newline."""
    return "\n".join(_Page(diagnostic, colour).lines()) + "\n"


@dataclass(frozen=True)
class _Mark:
    """An underline: on which line, from and to which character, and what it says."""

    line: int
    start: int
    end: int
    text: str
    primary: bool


class _Page:
    def __init__(self, diagnostic: Diagnostic, colour: bool) -> None:
        self.diagnostic = diagnostic
        self.colour = colour
        self.marks = list(_marks(diagnostic))
        self.gutter = max((len(str(mark.line)) for mark in self.marks), default=1)

    def lines(self) -> Iterator[str]:
        d = self.diagnostic
        head = self._paint(f"{d.severity.value}[{d.code}]", _COLOUR[d.severity])
        yield head + self._paint(f": {clean(d.message)}", _BOLD)
        if d.source is not None:
            yield from self._excerpt(d.source)
        for text in (note.text for note in d.notes if note.span is None or d.source is None):
            yield self._tail("note", text)
        for text in d.helps:
            yield self._tail("help", text)

    def _excerpt(self, source: Source) -> Iterator[str]:
        arrow = self._paint(" " * self.gutter + " -->", _BLUE)
        if self.diagnostic.span is None:
            yield f"{arrow} {clean(source.name)}"
            return
        line, column = source.position(self.diagnostic.span.start)
        yield f"{arrow} {clean(source.name)}:{line}:{column}"
        yield self._bar()
        for number in sorted({mark.line for mark in self.marks}):
            yield from self._line(source, number)

    def _line(self, source: Source, number: int) -> Iterator[str]:
        marks = sorted((m for m in self.marks if m.line == number), key=lambda m: (m.start, not m.primary))
        text = source.line(number)
        cut = _Cut.around(len(text), marks)
        cells = shown(text[cut.start : cut.end])
        yield self._paint(f" {number:>{self.gutter}} |", _BLUE) + _space(cut.text(cells))
        for mark in marks:
            yield self._bar() + " " + self._underline(cells, mark, cut)

    def _underline(self, cells: list[str], mark: _Mark, cut: _Cut) -> str:
        before, length = columns(cells, *(min(end, cut.end) - cut.start for end in (mark.start, mark.end)))
        before += len(cut.before)
        line = ("^" if mark.primary else "-") * length + (f" {clean(mark.text)}" if mark.text else "")
        tint = _COLOUR[self.diagnostic.severity] if mark.primary else _BLUE
        return " " * before + self._paint(line, tint)

    def _bar(self) -> str:
        return self._paint(" " * self.gutter + "  |", _BLUE)

    def _tail(self, kind: str, text: str) -> str:
        sign = self._paint(" " * self.gutter + "  =", _BLUE)
        return f"{sign} {self._paint(kind + ':', _BOLD)} {clean(text)}"

    def _paint(self, text: str, tint: str) -> str:
        return f"{tint}{text}{_RESET}" if self.colour else text


@dataclass(frozen=True)
class _Cut:
    """The characters of a long line that are shown; a file may have one of megabytes."""

    start: int
    end: int
    whole: int

    @classmethod
    def around(cls, length: int, marks: list[_Mark]) -> _Cut:
        if length <= _LONGEST:
            return cls(0, length, length)
        start = max(0, min(mark.start for mark in marks) - _LONGEST // 4)
        return cls(start, min(length, start + _LONGEST), length)

    @property
    def before(self) -> str:
        return "..." if self.start else ""

    def text(self, cells: list[str]) -> str:
        return self.before + "".join(cells) + ("..." if self.end < self.whole else "")


def _marks(diagnostic: Diagnostic) -> Iterator[_Mark]:
    source = diagnostic.source
    if source is None:
        return
    if diagnostic.span is not None:
        yield _mark(source, diagnostic.span, diagnostic.label, primary=True)
    for note in diagnostic.notes:
        if note.span is not None:
            yield _mark(source, note.span, note.text, primary=False)


def _mark(source: Source, span: Span, text: str, *, primary: bool) -> _Mark:
    """The underline of a span; of one over several lines, its part on the first."""
    line, column = source.position(span.start)
    last, end = source.position(span.end)
    stop = end - 1 if last == line else len(source.line(line))
    return _Mark(line, column - 1, max(stop, column), text, primary)


def _space(text: str) -> str:
    return f" {text}" if text else ""
