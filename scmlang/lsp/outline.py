"""The outline of a text: one entry for each thing that it states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from scmlang.lsp.document import Document
from scmlang.source import Span
from scmlang.syntax import ast

EntryKind = Literal[
    "model",
    "variable",
    "latent",
    "exogenous",
    "arrows",
    "monotone",
    "constant",
    "equation",
    "mechanism",
    "query",
    "assertion",
]
_LONGEST = 60


@dataclass(frozen=True)
class Entry:
    """A line of the outline.

    Attributes:
        kind: what kind of statement it is.
        name: the name, or the statement itself where it names nothing.
        detail: what stands behind the name.
        span: the statement.
        place: the name in it.
    """

    kind: EntryKind
    name: str
    detail: str
    span: Span
    place: Span


def outline(document: Document) -> tuple[Entry, ...]:
    """What the statements that parse state, in their order."""
    statements = document.recovered.program.statements
    return tuple(entry for statement in statements for entry in _entries(document, statement))


def _entries(document: Document, statement: ast.Statement) -> Iterator[Entry]:
    match statement:
        case ast.ModelName(span, name):
            yield Entry("model", name.text, "model", span, name.span)
        case ast.Declaration(_, names, domain, latent):
            detail = document.written(domain.span) if domain else ""
            yield from _each(document, statement, "latent" if latent else "variable", names, detail)
        case ast.Exogenous(_, names, call):
            yield from _each(document, statement, "exogenous", names, document.written(call.span))
        case ast.Mechanism(_, names, call):
            yield from _each(document, statement, "mechanism", names, document.written(call.span))
        case ast.Let(_, name, value):
            yield from _each(document, statement, "constant", (name,), document.written(value.span))
        case ast.Assignment(_, name) | ast.Draw(_, name):
            behind = Span(name.span.end, statement.span.end)
            yield from _each(document, statement, "equation", (name,), document.written(behind))
        case ast.NamedQuery(_, name, query):
            yield from _each(document, statement, "query", (name,), document.written(query.span))
        case ast.Arrows():
            yield _whole(document, "arrows", statement)
        case ast.Monotone():
            yield _whole(document, "monotone", statement)
        case _:
            yield _whole(document, "assertion", statement)


def _each(
    document: Document, statement: ast.Statement, kind: EntryKind, names: tuple[ast.Name, ...], detail: str
) -> Iterator[Entry]:
    for name in names:
        yield Entry(kind, name.text, _line(detail), statement.span, name.span)


def _whole(document: Document, kind: EntryKind, statement: ast.Statement) -> Entry:
    return Entry(kind, _line(document.written(statement.span)), "", statement.span, statement.span)


def _line(text: str) -> str:
    """The text on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} …"
