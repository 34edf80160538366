"""Text to syntax tree in one pass, and recovery at the ends of statements.

The pass is that of :mod:`scmlang.syntax.lalr`; what is wrong with a statement that it rejects is told by
:mod:`scmlang.syntax.messages`. Guarantees: a tree comes back only for a text without errors; otherwise every
statement that has one is reported. Nothing here is recursive, so no input can exhaust the stack.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any

from lark import Lark, Token
from lark.lark import PostLex

from scmlang.collector import paused
from scmlang.diagnostics.base import Diagnostic, InternalError, ScmError
from scmlang.limits import LIMITS
from scmlang.source import Source, Span
from scmlang.syntax import ast
from scmlang.syntax.build import Builder
from scmlang.syntax.foreign import foreign
from scmlang.syntax.lalr import Driver, NoNodes, Rejected
from scmlang.syntax.messages import Explainer
from scmlang.syntax.recovery import Recovery
from scmlang.syntax.scanner import Pieces, split

FILE = "model_file"
QUERY = "query_text"


# Its group is one token of the grammar, or more that cannot stand side by side.
_TOKEN = re.compile(r"[ \t\f\r]++|#[^\n]*+|([\w.]++|<->|->|<-|[*/<>=!:]++|\S|\n)")


class NewLines(PostLex):
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
def _lark() -> Lark:
    return Lark(
        grammar_text(), parser="lalr", start=[FILE, QUERY], postlex=NewLines(), maybe_placeholders=True
    )


@cache
def _driver() -> Driver:
    return Driver(_lark(), "_NL")


@cache
def _explainer() -> Explainer:
    return Explainer(_lark(), _driver(), QUERY)


@paused()
def parse(source: Source) -> ast.Program:
    """The syntax tree of a model file.

    Raises:
        ScmError: E003 to E007, one for every statement that cannot be parsed, or E007 to E009 for what the
            grammar allows and a program may not have.
    """
    program = _read(source, FILE)
    if not isinstance(program, ast.Program):
        raise TypeError(f"a {type(program).__name__} is no model file")
    return program


@paused()
def parse_query(source: Source) -> ast.Query:
    """The syntax tree of a query; errors as :func:`parse`."""
    query = _read(source, QUERY)
    if not isinstance(query, ast.Do | ast.Conditioned):
        raise TypeError(f"a {type(query).__name__} is no query")
    return query


def _read(source: Source, start: str) -> Any:
    _check_size(source)
    pieces = split(source)
    if pieces.problems:
        raise _failure(source, pieces, start)
    builder = Builder(source)
    try:
        result = _driver().run(source.text, start, builder)
    except Rejected as rejected:
        raise _failure(source, _from(pieces, rejected.at), start, rejected.at) from None
    if builder.problems:
        raise ScmError(_in_order(builder.problems[: LIMITS.diagnostics]))
    return result


def _check_size(source: Source) -> None:
    if len(source.text) > LIMITS.source_bytes:
        message = f"the text has more than {LIMITS.source_bytes} characters"
        raise ScmError([Diagnostic("E003", message, source)])
    if len(source.text) > LIMITS.tokens and _tokens(source.text) > LIMITS.tokens:
        message = f"the text has more than {LIMITS.tokens} words, signs and line ends"
        help = "a number above it is set by `scmlang --limit tokens=NUMBER`"
        raise ScmError([Diagnostic("E003", message, helps=(help,))])


def _tokens(text: str) -> int:
    return sum(match.lastindex is not None for match in _TOKEN.finditer(text))


def _failure(source: Source, pieces: Pieces, start: str, at: int = 0) -> ScmError:
    """Every syntax error of a text that has one: a query's first, or the first of each statement.

    Where each statement is right by itself, what is wrong is what follows at ``at``.
    """
    other = foreign(source) if start == FILE else None
    if other is not None:
        return ScmError([other])
    whole = (Span(0, len(source.text)),)
    statements = whole if start == QUERY and not pieces.problems else pieces.statements
    recovery = Recovery(source, statements, _reading(start), _telling(source, start))
    found = [*pieces.problems[: LIMITS.diagnostics], *islice(recovery.errors(), LIMITS.diagnostics)]
    if not found:
        found = [_explainer().explain(source, whole[0], start, at)]
    return ScmError(_in_order(found))


def _from(pieces: Pieces, at: int) -> Pieces:
    """The pieces from the one before ``at``: all before a place that the parser came to are right."""
    first = bisect_left(pieces.statements, at, key=lambda span: span.end)
    return replace(pieces, statements=pieces.statements[max(0, first - 1) :])


def _reading(start: str) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        try:
            _driver().run(text, start, NoNodes())
        except Rejected as rejected:
            return rejected.at
        return None

    return read


def _telling(source: Source, start: str) -> Callable[[Span, int], Diagnostic]:
    return lambda statement, at: _explainer().explain(source, statement, start, at)


def _in_order(problems: list[Diagnostic]) -> list[Diagnostic]:
    return sorted(problems, key=lambda d: d.span or Span(0, 0))
