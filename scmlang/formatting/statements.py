"""Printers of statements: one for each kind, all of it from the source but the blanks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from scmlang.formatting.building import Printer, bracket, leaf, run
from scmlang.formatting.cursor import Cursor
from scmlang.formatting.document import HARD, Document, Text, sequence
from scmlang.formatting.rows import rows
from scmlang.formatting.terms import Place, term
from scmlang.syntax import ast


def program(cursor: Cursor, node: ast.Program) -> Document:
    """One statement a line; at most one blank line in a row, and none at either end."""
    parts: list[Document] = []
    for part in node.statements:
        parts += [cursor.line(HARD, blank=True, between=True), statement(cursor, part)]
    parts.append(cursor.last(blank=True, between=True))
    return sequence(parts)


def statement(cursor: Cursor, node: ast.Statement) -> Document:
    """The document of a statement."""
    return sequence(_parts(cursor, node))


def _parts(cursor: Cursor, node: ast.Statement) -> Iterable[Document]:
    match node:
        case ast.ModelName():
            yield from (cursor.take("model"), Text(" "), cursor.copy(node.name.span))
        case ast.Declaration():
            yield from _declaration(cursor, node)
        case ast.Exogenous():
            yield from (cursor.take("exogenous"), Text(" "), _names(cursor, node.names))
            yield from _spaced(cursor, "~")
            yield run(_call(cursor, node.call))
        case ast.Arrows():
            yield from _arrows(cursor, node)
        case ast.Monotone():
            yield from (cursor.take("monotone"), Text(" "), *_arrows(cursor, node))
        case ast.Let():
            yield from (cursor.take("let"), Text(" "), cursor.copy(node.name.span))
            yield from _spaced(cursor, "=")
            yield _alone(cursor, node.value)
        case ast.Assignment():
            yield cursor.copy(node.name.span)
            yield from _spaced(cursor, ":=")
            yield _alone(cursor, node.value)
        case ast.Draw():
            yield cursor.copy(node.name.span)
            yield from _spaced(cursor, "~")
            yield run(_call(cursor, node.call))
            if node.rows is not None:
                yield from (Text(" "), rows(cursor, node.rows))
        case ast.Mechanism():
            yield from (cursor.take("mechanism"), Text(" "), _names(cursor, node.names))
            yield from (cursor.take(":"), Text(" "), run(_call(cursor, node.call)))
        case ast.NamedQuery():
            yield from (cursor.take("query"), Text(" "), cursor.copy(node.name.span))
            yield from _spaced(cursor, "=")
            yield from _query(cursor, node.query)
        case ast.Assertion():
            yield from _assertion(cursor, node)
        case _:
            assert_never(node)


def _spaced(cursor: Cursor, token: str) -> Iterable[Document]:
    yield from (Text(" "), cursor.take(token), Text(" "))


def _names(cursor: Cursor, names: Iterable[ast.Name]) -> Document:
    parts: list[Document] = []
    for name in names:
        parts += [cursor.take(","), Text(" ")] if parts else []
        parts.append(cursor.copy(name.span))
    return sequence(parts)


def _alone(cursor: Cursor, node: ast.Expression | ast.Quantity) -> Document:
    return run(term(cursor, node, Place.STATEMENT))


# --- the diagram and domains


def _declaration(cursor: Cursor, node: ast.Declaration) -> Iterable[Document]:
    if node.latent:
        yield from (cursor.take("latent"), Text(" "))
    yield _names(cursor, node.names)
    if node.domain is not None:
        yield from (cursor.take(":"), Text(" "), _domain(cursor, node.domain))


def _domain(cursor: Cursor, node: ast.Domain) -> Document:
    match node:
        case ast.RangeDomain():
            return sequence([cursor.integer(), cursor.take(".."), cursor.integer()])
        case ast.NamedDomain():
            return run(bracket(cursor, "{", (leaf(cursor, level) for level in node.levels), "}"))
        case ast.WordDomain():
            word = cursor.copy(node.word.span)
            if not cursor.sees("("):
                return word
            integers = (_integer(cursor) for _ in node.arguments)
            return sequence([word, run(bracket(cursor, "(", integers, ")"))])
        case _:
            assert_never(node)


def _integer(cursor: Cursor) -> Printer:
    yield from ()
    return cursor.integer()


def _arrows(cursor: Cursor, node: ast.Arrows | ast.Monotone) -> Iterable[Document]:
    for i, group in enumerate(node.groups):
        if i:
            yield from _spaced(cursor, node.links[i - 1].operator)
        if cursor.sees("{"):
            yield run(bracket(cursor, "{", (leaf(cursor, name) for name in group.names), "}"))
        else:
            yield _names(cursor, group.names)


# --- calls


def _call(cursor: Cursor, node: ast.Call) -> Printer:
    name = cursor.copy(node.function.span)
    if not cursor.sees("("):
        return name
    items = (_argument(cursor, argument) for argument in node.arguments)
    return sequence([name, (yield bracket(cursor, "(", items, ")"))])


def _argument(cursor: Cursor, node: ast.Argument) -> Printer:
    name = [] if node.name is None else [cursor.copy(node.name.span), cursor.take("=")]
    if isinstance(node.value, ast.Range):
        low = yield term(cursor, node.value.low, Place.OPERAND)
        dots = cursor.take("..")
        return sequence([*name, low, dots, (yield term(cursor, node.value.high, Place.OPERAND))])
    return sequence([*name, (yield term(cursor, node.value))])


# --- queries and assertions


def _query(cursor: Cursor, node: ast.Query) -> Iterable[Document]:
    if isinstance(node, ast.Do):
        yield run(term(cursor, node))
        return
    yield _alone(cursor, node.quantity)
    for i, condition in enumerate(node.conditions):
        yield from (cursor.take(","), Text(" ")) if i else _spaced(cursor, "|")
        yield run(term(cursor, condition, Place.STATEMENT))


def _assertion(cursor: Cursor, node: ast.Assertion) -> Iterable[Document]:
    yield from (cursor.take("assert"), Text(" "))
    if node.negated:
        yield from (cursor.take("not"), Text(" "))
    for i, quantity in enumerate(node.quantities):
        if i:
            yield from _spaced(cursor, node.relations[i - 1])
        yield _alone(cursor, quantity)
    if node.tolerance is not None:
        yield from _spaced(cursor, "within")
        yield _alone(cursor, node.tolerance)
