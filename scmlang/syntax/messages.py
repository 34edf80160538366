"""What a syntax error says, in the user's terms.

A mistake that people make often has a message of its own (:mod:`scmlang.syntax.hints`). Every other error is
told by the state that reading stopped in: with a sentence that a person wrote for it (``messages.txt``), the
user's own words in the sentence, and what stands there instead underlined.
"""

from __future__ import annotations

import re
import unicodedata
from string import Template

from lark import Lark

from scmlang.diagnostics.base import Diagnostic, InternalError
from scmlang.limits import LIMITS
from scmlang.source import Source, Span
from scmlang.syntax.build import KEYWORDS
from scmlang.syntax.characters import character
from scmlang.syntax.hints import hint
from scmlang.syntax.lalr import Driver, NoNodes, Rejected
from scmlang.syntax.states import Stack, States
from scmlang.syntax.telling import Teller, Told

_NOWHERE = "\0"  # begins no token, so reading stops before it with nothing reduced
_DEEPEST = 20 * LIMITS.brackets  # things on the stack; more are nested too deeply, whatever else is wrong
_LONGEST = 40
_BRACKETS = ("LPAR", "LSQB", "LBRACE")
_CLOSERS = {
    "COMMA": "`,`",
    "VBAR": "`|`",
    "RPAR": "`)`",
    "RSQB": "`]`",
    "_NL": "the end of the statement",
}


class Explainer:
    """Tells what is wrong with statements that ``driver`` rejects, by the states of ``lark``'s table.

    ``query`` is the start symbol of queries.
    """

    def __init__(self, lark: Lark, driver: Driver, query: str) -> None:
        self.states = States(lark)
        self.teller = Teller(self.states)
        self._driver = driver
        self._query = query

    def explain(self, source: Source, statement: Span, start: str, at: int) -> Diagnostic:
        """The diagnostic for an error at ``at`` in a statement (counted from its beginning)."""
        text = source.text[statement.start : statement.end]
        stack, token = self.stopped(text, start, at)
        strange = token.start == token.end < len(text)
        ends = not strange and not text[token.start : token.end].strip()
        found = None if ends else hint(text, token.start, query=start == self._query)
        if len(stack.states) > _DEEPEST:
            message, span = f"this is nested more than {LIMITS.nesting} deep", stack.span(1)
            return Diagnostic("E007", message, source, _moved(span, statement))
        if found is not None:
            code, span = found.code or ("E004" if strange else "E005"), _moved(found.span, statement)
            return Diagnostic(code, found.message, source, span, helps=(found.help,))
        message, help = self._said(stack, text)
        if strange:
            return _strange(message, help, source, statement.start + token.start)
        if not ends:
            return _misplaced(message, help, source, _moved(token, statement))
        end = statement.start + (stack.ends[-1] if stack.ends else token.start)
        label = f"the {'query' if start == self._query else 'statement'} ends here"
        return Diagnostic("E005", message, source, Span(end, end + 1), label, helps=(help,))

    def stopped(self, text: str, start: str, at: int) -> tuple[Stack, Span]:
        """What has been read, and the token that cannot follow; it is empty where there is none.

        A keyword where none is allowed is read as a name, so the error may be met only behind it.
        """
        stack = self._read(text[:at], start)
        if stack.ends and self.states.access[stack.states[-1]] == "NAME":
            last = stack.span(1)
            if text[last.start : last.end] in KEYWORDS:
                return self._read(text[: last.start], start), last
        return stack, self._driver.token(text, at)

    def _read(self, text: str, start: str) -> Stack:
        """The stack behind the last token of ``text``, which is the beginning of a longer one."""
        try:
            self._driver.run(text + _NOWHERE, start, NoNodes())
        except Rejected as rejected:
            return Stack(rejected.states, rejected.starts, rejected.ends)
        raise InternalError("a token of the grammar begins with a NUL")

    def _said(self, stack: Stack, text: str) -> tuple[str, str]:
        """Message and help of the state that knows what is missing, with the user's own words in them."""
        told, terminals = self.teller.tell(stack)
        words = {
            **_read_words(told, text),
            "last": _short(text, told.last),
            "function": self._function(stack, text),
            "next": _either([word for name, word in _CLOSERS.items() if name in terminals]),
        }
        return Template(told.entry.message).substitute(words), Template(told.entry.help).substitute(words)

    def _function(self, stack: Stack, text: str) -> str:
        """What stands before the innermost bracket that is open."""
        for back in range(1, len(stack.ends)):
            if self.states.access[stack.states[-back]] in _BRACKETS:
                return _short(text, stack.span(back + 1))
        return ""


def _read_words(told: Told, text: str) -> dict[str, str]:
    """The text of each symbol that the item of a state has read."""
    dot, symbols = told.item.dot, told.item.symbols
    return {
        symbols[i]: _short(text, told.stack.span(dot - i)) for i in range(dot) if symbols[i].isidentifier()
    }


def _short(text: str, span: Span) -> str:
    """A piece of the user's text on one line, without comments, cut where it is long."""
    piece = " ".join(re.sub(r"#[^\n]*", "", text[span.start : span.end]).split())
    piece = piece.lstrip(", ") or piece
    return piece if len(piece) <= _LONGEST else piece[: _LONGEST - 2].rstrip() + " …"


def _either(words: list[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _moved(span: Span, statement: Span) -> Span:
    return Span(span.start + statement.start, span.end + statement.start)


def _misplaced(message: str, help: str, source: Source, token: Span) -> Diagnostic:
    word = source.text[token.start : token.end]
    kind = "the keyword " if word in KEYWORDS else ""
    label = f"{kind}`{_short(source.text, token)}` cannot stand here"
    return Diagnostic("E005", message, source, token, label, helps=(help,))


def _strange(message: str, help: str, source: Source, at: int) -> Diagnostic:
    """For a character that begins no token; what is put over it belongs to it."""
    end = at + 1
    while unicodedata.combining(source.text[end : end + 1] or " "):
        end += 1
    said = f"{character(source.text[at:end])} is not a character of the language"
    return Diagnostic("E004", said, source, Span(at, end), helps=(message, help))
