"""Cuts a text into statements before it is parsed.

The scanner only knows brackets, comments, line ends and `;`. It finds brackets that do not match and
nesting that is too deep, and it gives the parser a place to start again after a syntax error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from scmlang.diagnostics.base import Diagnostic, Note
from scmlang.limits import LIMITS
from scmlang.source import Source, Span

_MARK = re.compile(r"#[^\n]*|[()\[\]{}]|[\n;]")
_BLANK = " \t\r\n\f"
_CLOSER = {"(": ")", "[": "]", "{": "}"}
# No line inside brackets of a valid program looks like this, so one that does was meant to be new. (But
# `X <- 2` may compare with -2 in a query.)
_STATEMENT = re.compile(
    r"[ \t]*(?:(?:model|exogenous|latent|mechanism|monotone|query|assert|let)\s+[A-Za-z]"
    r"|[A-Za-z]\w*(?:[ \t]*,[ \t]*[A-Za-z]\w*)*[ \t]*(?::|~|->|<->)"
    r"|\{[A-Za-z0-9_, \t]*\}[ \t]*(?:->|<->))",
    re.ASCII,
)


@dataclass(frozen=True)
class Pieces:
    """Statements as spans (blank ones left out), and the bracket problems, in source order."""

    statements: tuple[Span, ...]
    problems: tuple[Diagnostic, ...]


class _Scanner:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.open: list[int] = []
        self.start = 0
        self.broken = False
        self.statements: list[Span] = []
        self.problems: list[Diagnostic] = []

    def run(self) -> Pieces:
        text = self.source.text
        for match in _MARK.finditer(text):
            mark, at = match.group(), match.start()
            if mark == "\n":
                self._newline(at)
            elif mark == ";":
                self._semicolon(at)
            elif mark in _CLOSER:
                self._opened(at)
            elif not mark.startswith("#"):
                self._closed(at)
        self._end(len(text))
        return Pieces(tuple(self.statements), tuple(self.problems))

    def _newline(self, at: int) -> None:
        if not self.open or begins_statement(self.source.text, at + 1):
            self._end(at)

    def _semicolon(self, at: int) -> None:
        if not self.open:
            self._end(at)
            self.start = at + 1

    def _opened(self, at: int) -> None:
        self.open.append(at)
        if len(self.open) == LIMITS.brackets + 1:
            self._problem("E007", f"brackets are nested more than {LIMITS.brackets} deep", at)

    def _closed(self, at: int) -> None:
        text = self.source.text
        if not self.open:
            self._problem("E006", f"`{text[at]}` closes nothing", at, "no bracket is open here")
        elif _CLOSER[text[self.open[-1]]] != text[at]:
            opened = self.open.pop()
            note = Note("opened here", Span(opened, opened + 1))
            message = f"`{text[opened]}` is closed by `{text[at]}`"
            self._problem("E006", message, at, f"expected `{_CLOSER[text[opened]]}`", note)
        else:
            self.open.pop()

    def _end(self, at: int) -> None:
        if self.open:
            opened = self.open[-1]
            bracket = self.source.text[opened]
            self._problem("E006", f"`{bracket}` is never closed", opened, f"`{_CLOSER[bracket]}` is missing")
        if not self.broken and self.source.text[self.start : at].strip(_BLANK):
            self.statements.append(Span(self.start, at))
        self.start, self.open, self.broken = at, [], False

    def _problem(self, code: str, message: str, at: int, label: str = "", *notes: Note) -> None:
        if not self.broken:
            span = Span(at, at + 1)
            self.problems.append(Diagnostic(code, message, self.source, span, label, notes))
        self.broken = True


def begins_statement(text: str, at: int) -> bool:
    """Whether the line that starts at ``at`` begins a statement, though a bracket may still be open."""
    return _STATEMENT.match(text, at) is not None


def split(source: Source) -> Pieces:
    """The statements of a text whose brackets match, and a problem for each that does not.

    A statement whose brackets are wrong is left out of ``statements``: its one problem is enough.
    """
    return _Scanner(source).run()
