"""A cursor over the tokens of a foreign text; its mistakes are located in that text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, NoReturn

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.source import Source, Span


class Token(NamedTuple):
    """``kind`` is the name of the pattern's group; ``end`` closes every text."""

    kind: str
    text: str
    span: Span


class Tokens:
    """The tokens of a text, one ahead.

    Args:
        source: the text.
        pattern: one named group for each kind; ``skip`` is left out.
        format: what the format is called, for messages.
    """

    def __init__(self, source: Source, pattern: re.Pattern[str], format: str) -> None:
        self.source = source
        self.format = format
        self._tokens = self._cut(pattern)
        self.next = next(self._tokens)

    def _cut(self, pattern: re.Pattern[str]) -> Iterator[Token]:
        text, at = self.source.text, 0
        while at < len(text):
            match = pattern.match(text, at)
            if match is None or match.lastgroup is None:
                self.fail(f"`{text[at]}` has no meaning here", Span(at, at + 1))
            if match.lastgroup != "skip":
                yield Token(match.lastgroup, match.group(), Span(at, match.end()))
            at = match.end()
        yield Token("end", "the end of the file", Span(at, at))

    def take(self) -> Token:
        """The next token; the end of the text is never passed."""
        token = self.next
        if token.kind != "end":
            self.next = next(self._tokens)
        return token

    def accept(self, text: str) -> Token | None:
        """The next token, where it is that mark or word."""
        return self.take() if self.next.text == text and self.next.kind != "string" else None

    def expect(self, text: str) -> Token:
        """The next token, which must be that mark or word."""
        return self.accept(text) or self.unexpected(f"`{text}`")

    def kind(self, *kinds: str, wanted: str) -> Token:
        """The next token, which must be of one of these kinds."""
        return self.take() if self.next.kind in kinds else self.unexpected(wanted)

    def unexpected(self, wanted: str) -> NoReturn:
        token = self.next
        found = token.text if token.kind == "end" else f"`{token.text[:40]}`"
        self.fail(f"{found} where {wanted} was expected", token.span)

    def fail(self, message: str, span: Span, code: str = "E251", *helps: str) -> NoReturn:
        """Give the text up.

        Raises:
            ScmError: always.
        """
        label = f"read as {self.format}" if code == "E251" else ""
        raise ScmError([Diagnostic(code, message, self.source, span, label, helps=helps)])
