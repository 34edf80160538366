"""Where the printer is in the source: tokens are taken in order, and the comments before them kept.

The parser drops comments, so they are found again here, and put between the same two tokens. None can be
lost: the printer passes over every character of the source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from scmlang.diagnostics.base import InternalError
from scmlang.formatting.comments import tidy
from scmlang.formatting.document import HARD, NOTHING, Break, Document, Remark, Sequence, Text, sequence
from scmlang.source import Source, Span

_INSIDE = re.compile(r"(?P<gap>[ \t\f\r\n]+)|(?P<comment>#[^\n]*)")
_BETWEEN = re.compile(r"(?P<gap>[ \t\f\r\n;]+)|(?P<comment>#[^\n]*)")
_BLANK_LINE = re.compile(r"\n[ \t\f\r]*\n")
_BRACKET = re.compile(r"#[^\n]*|[()\[\]{}]")
_DIGITS = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Comment:
    """``alone`` on its line or behind a token, and whether a blank line stands ``apart`` before it."""

    text: str
    alone: bool
    apart: bool


class Cursor:
    """A place in a source that parses.

    Attributes:
        at: the character that comes next.
        commented: the offsets of the brackets that have a comment directly inside.
    """

    def __init__(self, source: Source) -> None:
        self.text = source.text
        self.at = 0
        self.commented = _commented(source.text)
        self._taken = 0
        self._comments: list[Comment] = []

    # --- tokens

    def next(self, *, between: bool = False) -> int:
        """The offset of the next token; ``between`` statements, a `;` is none."""
        pattern = _BETWEEN if between else _INSIDE
        while found := pattern.match(self.text, self.at):
            if found.lastgroup == "comment":
                self._comment(found)
            self.at = found.end()
        return self.at

    def sees(self, token: str) -> bool:
        """Whether ``token`` is next."""
        return self.text.startswith(token, self.next())

    def drop(self, token: str) -> None:
        """Pass over ``token``; comments before it wait for the next place.

        Raises:
            InternalError: when something else is next, that is when the tree is not of this text.
        """
        if not self.sees(token):
            raise InternalError(f"expected `{token}` at character {self.at}")
        self.at += len(token)
        self._taken = self.at

    def take(self, token: str) -> Document:
        """``token``, which is next, as it is written."""
        self.next()
        waiting = self.waiting()
        self.drop(token)
        return sequence([waiting, Text(token)]) if waiting.parts else Text(token)

    def copy(self, span: Span) -> Document:
        """The token that is at ``span``."""
        return self.take(self.text[span.start : span.end])

    def integer(self) -> Document:
        """An integer with its sign, as it is written."""
        sign = [self.take("-")] if self.sees("-") else []
        digits = _DIGITS.match(self.text, self.next())
        return sequence([*sign, self.take(digits.group() if digits else "a digit")])

    # --- comments

    def waiting(self) -> Sequence:
        """The comments so far, where no line would end but for them."""
        if not self._comments:
            return NOTHING
        behind, alone = self._split()
        parts: list[Document] = [*behind, HARD]
        for comment in alone:
            parts += [Text(comment.text), HARD]
        return sequence(parts)

    def line(
        self, end: Break, *, blank: bool = False, opening: bool = False, between: bool = False
    ) -> Document:
        """A place where a line may end, with the comments up to the next token.

        Args:
            end: what stands there.
            blank: whether blank lines in the source are kept, as one.
            opening: the place is behind an opening bracket, where none is kept.
            between: as for :meth:`next`.
        """
        self.next(between=between)
        behind, alone = self._split()
        apart = [comment.apart for comment in alone] + [self._apart()]
        apart[0] &= not opening
        parts: list[Document] = [*behind, end]
        for comment, before in zip(alone, apart, strict=False):
            parts += [HARD] * (blank and before) + [Text(comment.text), HARD]
        return sequence([*parts, *[HARD] * (blank and apart[-1])])

    def last(self, *, blank: bool = False, between: bool = False) -> Document:
        """The comments before a closing bracket or the end of the text."""
        self.next(between=between)
        behind, alone = self._split()
        parts: list[Document] = [*behind]
        for comment in alone:
            parts += [HARD] * (1 + (blank and comment.apart))
            parts.append(Text(comment.text))
        return sequence(parts)

    def _split(self) -> tuple[list[Remark], list[Comment]]:
        """The comments so far: one behind the last token, if any, and those that get lines of their own."""
        if not self._comments:
            return [], []
        found, self._comments = self._comments, []
        behind = int(bool(found) and not found[0].alone)
        return [Remark(comment.text) for comment in found[:behind]], found[behind:]

    def _comment(self, found: re.Match[str]) -> None:
        line = self.text.rfind("\n", 0, found.start()) + 1
        alone = not self.text[line : found.start()].strip(" \t\f\r;")
        self._comments.append(Comment(tidy(found.group()), alone, self._apart()))
        self._taken = found.end()

    def _apart(self) -> bool:
        """Whether a blank line stands between what was taken last and the place at hand."""
        return _BLANK_LINE.search(self.text, self._taken, self.at) is not None


def _commented(text: str) -> frozenset[int]:
    found: set[int] = set()
    opened: list[int] = []
    for mark in _BRACKET.finditer(text):
        if mark.group().startswith("#"):
            found.update(opened[-1:])
        elif mark.group() in "([{":
            opened.append(mark.start())
        else:
            opened.pop()
    return frozenset(found)
