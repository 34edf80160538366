"""Text to tree: the Lark parser, and recovery at the ends of statements.

Guarantees: a tree comes back only for a text without syntax errors; otherwise every statement that
has one is reported. The parser has no recursion, so no input can exhaust the stack.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import islice
from pathlib import Path

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput
from lark.lark import PostLex

from scmlang.diagnostics.base import Diagnostic, InternalError, ScmError
from scmlang.limits import LIMITS
from scmlang.source import Source, Span
from scmlang.syntax.messages import explain
from scmlang.syntax.scanner import split

SyntaxTree = Tree[Token]

FILE = "model_file"
QUERY = "query_text"


class _Newlines(PostLex):
    """Drops line ends inside brackets, where they mean nothing; a `;` stays, for it is a mistake there."""

    always_accept = ("_NL",)

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        depth = 0
        for token in stream:
            depth += (token in ("(", "[", "{")) - (token in (")", "]", "}"))
            if token.type != "_NL" or depth <= 0 or token == ";":
                yield token


def grammar_text() -> str:
    """The grammar, from the installed wheel or, in an editable install, from the source tree.

    Raises:
        InternalError: when neither is there, that is when the installation is broken.
    """
    shipped = files("scmlang") / "_grammar" / "scm.lark"
    tree = Path(__file__).parents[2] / "grammar" / "scm.lark"
    for place in (shipped, tree):
        if place.is_file():
            return place.read_text(encoding="utf-8")
    raise InternalError(f"the grammar is neither at {shipped} nor at {tree}")


@cache
def _parser() -> Lark:
    return Lark(
        grammar_text(),
        parser="lalr",
        start=[FILE, QUERY],
        postlex=_Newlines(),
        propagate_positions=True,
        maybe_placeholders=True,
    )


def parse(source: Source, start: str = FILE) -> SyntaxTree:
    """The Lark tree of a model file (or, with ``start=QUERY``, of a query).

    Raises:
        ScmError: E003 to E007, one for every statement that cannot be parsed.
    """
    _check_size(source)
    pieces = split(source)
    if not pieces.problems:
        try:
            return _parser().parse(source.text, start=start)
        except UnexpectedInput as error:
            if start == QUERY:
                raise ScmError([explain(error, source, Span(0, len(source.text)))]) from None
    errors = islice(_errors(source, pieces.statements, start), LIMITS.diagnostics)
    found = [*pieces.problems[: LIMITS.diagnostics], *errors]
    if not found:
        raise InternalError("the text does not parse, but each of its statements does")
    raise ScmError(sorted(found, key=lambda d: d.span or Span(0, 0)))


def _check_size(source: Source) -> None:
    if len(source.text) > LIMITS.source_bytes:
        message = f"the text has more than {LIMITS.source_bytes} characters"
        raise ScmError([Diagnostic("E003", message, source)])


def _errors(source: Source, statements: tuple[Span, ...], start: str) -> Iterator[Diagnostic]:
    for span in statements:
        try:
            _parser().parse(source.text[span.start : span.end], start=start)
        except UnexpectedInput as error:
            yield explain(error, source, span)
