"""Printing a tree without recursion: a printer of a node asks for the documents of its parts.

A printer is a generator. It yields the printers of its parts, is sent their documents, and returns its
own; :func:`run` keeps the printers that wait on a list, so that depth costs memory and never the stack.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from typing import TypeAlias

from scmlang.formatting.cursor import Cursor
from scmlang.formatting.document import NOTHING, SOFT, SPACE, Document, Text, group, indented, sequence
from scmlang.syntax import ast

Printer: TypeAlias = "Generator[Printer, Document, Document]"


def run(printer: Printer) -> Document:
    """The document of a printer."""
    waiting = [printer]
    document: Document = NOTHING
    started = False
    while waiting:
        try:
            part = waiting[-1].send(document) if started else next(waiting[-1])
        except StopIteration as finished:
            document, started = finished.value, True
            waiting.pop()
        else:
            waiting.append(part)
            started = False
    return document


def leaf(cursor: Cursor, node: ast.Node) -> Printer:
    """The printer of a node that is one token."""
    yield from ()
    return cursor.copy(node.span)


def bracket(
    cursor: Cursor,
    opening: str,
    items: Iterable[Printer],
    closing: str,
    conditions: Sequence[Printer] = (),
) -> Printer:
    """``(a, b | c, d)`` on one line, or one item a line; a comma before ``closing`` is dropped."""
    before = cursor.take(opening)
    inside: list[Document] = []
    for item in items:
        inside += [_comma(cursor) if inside else cursor.line(SOFT), (yield item)]
    if conditions:
        inside.append((yield _conditions(cursor, conditions)))
    if inside and cursor.sees(","):
        cursor.drop(",")
    inside.append(cursor.last())
    cursor.drop(closing)
    if len(inside) == 1 and not inside[0].hard:
        return sequence([before, Text(closing)])
    return group(before, indented(*inside), SOFT, Text(closing))


def _comma(cursor: Cursor) -> Document:
    cursor.drop(",")
    return sequence([Text(","), cursor.line(SPACE)])


def _conditions(cursor: Cursor, items: Sequence[Printer]) -> Printer:
    """The bar begins a line, and what follows it stays together where it fits."""
    cursor.drop("|")
    before = cursor.line(SPACE)
    found: list[Document] = []
    for item in items:
        found += [_comma(cursor)] if found else []
        found.append((yield item))
    return sequence([before, Text("| "), group(indented(*found))])
