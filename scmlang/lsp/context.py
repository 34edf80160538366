"""What stands before the cursor in its statement, which need not parse."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scmlang.syntax.lexicon import lexicon
from scmlang.syntax.scanner import begins_statement

_LEXICON = lexicon()
_TOKEN = re.compile(
    rf"(?P<comment>{_LEXICON.comment})|(?P<number>{_LEXICON.decimal}|{_LEXICON.integer})"
    rf"|(?P<name>{_LEXICON.name})|(?P<line>\n)|(?P<sign>{_LEXICON.signs}|[{re.escape(_LEXICON.punctuation)}])"
)
_CLOSERS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True)
class Context:
    """The tokens of a statement before the word that is being typed.

    Attributes:
        tokens: their texts.
        open: the places in ``tokens`` of the brackets that are open, outermost first.
        comment: whether the cursor is in a comment.
    """

    tokens: tuple[str, ...]
    open: tuple[int, ...] = ()
    comment: bool = False

    @property
    def last(self) -> str:
        return self.tokens[-1] if self.tokens else ""

    @property
    def bracket(self) -> str:
        """The innermost open bracket, or nothing."""
        return self.tokens[self.open[-1]] if self.open else ""

    @property
    def function(self) -> str:
        """The word before the innermost open bracket, or nothing."""
        before = self.tokens[self.open[-1] - 1] if self.open and self.open[-1] > 0 else ""
        return before if re.fullmatch(_LEXICON.name, before) else ""

    @property
    def inside(self) -> tuple[str, ...]:
        """The tokens since the innermost open bracket."""
        return self.tokens[self.open[-1] + 1 :] if self.open else self.tokens


def is_name(token: str) -> bool:
    return re.fullmatch(_LEXICON.free_name, token) is not None


def context(text: str, offset: int) -> Context:
    """The context of a cursor."""
    start = offset
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    tokens: list[str] = []
    open: list[int] = []
    for match in _TOKEN.finditer(text, _beginning(text, start), start):
        token = match.group()
        if match.lastgroup == "comment":
            if match.end() == start:
                return Context((), comment=True)
        elif match.lastgroup == "line" or (token == ";" and not open):
            if token == ";" or not open or begins_statement(text, match.end()):
                tokens, open = [], []
        else:
            _push(token, tokens, open)
    return Context(tuple(tokens), tuple(open))


def _beginning(text: str, offset: int) -> int:
    """The nearest line before an offset at which a statement begins, whatever was open."""
    at = text.rfind("\n", 0, offset) + 1
    while at > 0 and not begins_statement(text, at):
        at = text.rfind("\n", 0, at - 1) + 1
    return at


def _push(token: str, tokens: list[str], open: list[int]) -> None:
    if token in _CLOSERS.values():
        open.append(len(tokens))
    elif token in _CLOSERS and open and tokens[open[-1]] == _CLOSERS[token]:
        open.pop()
    tokens.append(token)
