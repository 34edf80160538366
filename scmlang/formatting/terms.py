"""Printers of expressions, and of the quantities of queries, which share their operators.

Parentheses around an operation inside another one are kept, one pair, for they say how it is meant; so is
a pair that has a comment directly inside. All others group nothing and go.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from typing import TypeAlias, assert_never

from scmlang.formatting.building import Printer, bracket, leaf
from scmlang.formatting.cursor import Cursor
from scmlang.formatting.document import (
    SOFT,
    SPACE,
    Document,
    Text,
    WhenBroken,
    group,
    indented,
    sequence,
)
from scmlang.syntax import ast

Term: TypeAlias = ast.Expression | ast.Condition | ast.Setting
_Chain: TypeAlias = ast.Binary | ast.Arithmetic
_OPERATIONS = (ast.Binary, ast.Arithmetic, ast.Unary, ast.Opposite, ast.Conditional)
_LEVELS = ("or", "xor", "and", "== != <= >= < >", "+ -", "* // / %", "**")
_LEVEL = {operator: level for level, group in enumerate(_LEVELS) for operator in group.split()}


class Place(Enum):
    """Where a term stands: alone in a statement, as an item in brackets, or in an operation."""

    STATEMENT = auto()
    ITEM = auto()
    OPERAND = auto()


def term(cursor: Cursor, node: Term, place: Place = Place.ITEM) -> Printer:
    """The printer of a term with the parentheses around it.

    In a statement a line can only end inside brackets, so an operation that is too long is given a pair.
    """
    waiting, opened, commented = _open(cursor, node)
    operation = isinstance(node, _OPERATIONS)
    if not commented and not (opened and operation and place is Place.OPERAND):
        body = yield _bare(cursor, node, place)
        _close(cursor, opened)
        body = _breakable(body) if operation and place is Place.STATEMENT else body
        return sequence([waiting, body]) if waiting.hard else body
    first = cursor.line(SOFT)
    body = yield _bare(cursor, node, Place.ITEM)
    _close(cursor, opened - 1)
    last = cursor.last()
    _close(cursor, 1)
    return group(waiting, Text("("), indented(first, body, last), SOFT, Text(")"))


def _open(cursor: Cursor, node: Term) -> tuple[Document, int, bool]:
    """Passes the parentheses that open around ``node``: the comments before, how many, and if any has one."""
    opened, commented = 0, False
    cursor.next()
    waiting = cursor.waiting()
    while cursor.next() < node.span.start:
        commented |= cursor.at in cursor.commented
        cursor.drop("(")
        opened += 1
    return waiting, opened, commented


def _close(cursor: Cursor, count: int) -> None:
    for _ in range(count):
        cursor.drop(")")


def _breakable(body: Document) -> Document:
    return group(WhenBroken("("), indented(SOFT, body), SOFT, WhenBroken(")"))


def _bare(cursor: Cursor, node: Term, place: Place) -> Printer:
    match node:
        case ast.Binary() | ast.Arithmetic():
            return (yield _chain(cursor, node, nested=place is Place.OPERAND))
        case ast.Conditional():
            return (yield _conditional(cursor, node))
        case ast.Unary() | ast.Opposite():
            operator = cursor.take(node.operator)
            blank = Text(" " if node.operator == "not" else "")
            return sequence([operator, blank, (yield term(cursor, node.operand, Place.OPERAND))])
        case ast.Number() | ast.Truth() | ast.Word():
            return cursor.copy(node.span)
        case ast.Vector(items=items):
            return (yield bracket(cursor, "[", (term(cursor, item) for item in items), "]"))
        case ast.Index():
            base = yield term(cursor, node.base, Place.OPERAND)
            return sequence([base, (yield bracket(cursor, "[", [term(cursor, node.index)], "]"))])
        case ast.Apply():
            name = cursor.copy(node.function.span)
            arguments = (term(cursor, argument) for argument in node.arguments)
            return sequence([name, (yield bracket(cursor, "(", arguments, ")"))])
        case ast.Several(names=names):
            return (yield bracket(cursor, "{", (leaf(cursor, name) for name in names), "}"))
        case ast.Application() | ast.Counterfactual() | ast.Do() | ast.Event() | ast.Setting():
            return (yield _query_part(cursor, node, place))
        case _:
            assert_never(node)


def _chain(cursor: Cursor, node: _Chain, nested: bool) -> Printer:
    """Operations of one level, such as ``a - b + c``: a line may end before each operator."""
    links = list(_links(node))
    first = yield term(cursor, links[-1].left, Place.OPERAND)
    rest: list[Document] = []
    for link in reversed(links):
        cursor.drop(link.operator)
        rest += [cursor.line(SPACE), Text(f"{link.operator} ")]
        rest.append((yield term(cursor, link.right, Place.OPERAND)))
    return group(first, indented(*rest)) if nested else group(first, *rest)


def _links(node: _Chain) -> Iterator[_Chain]:
    """``node`` and the operations of its level that are its left operand without parentheses."""
    level, start = _LEVEL[node.operator], node.span.start
    link: Term = node
    while (
        isinstance(link, ast.Binary | ast.Arithmetic)
        and _LEVEL[link.operator] == level
        and link.span.start == start
    ):
        yield link
        link = link.left


def _conditional(cursor: Cursor, node: ast.Conditional) -> Printer:
    """``if … then …``, each further ``else if`` as a line of its own where it is broken."""
    clauses: list[Document] = [(yield _clause(cursor, node))]
    cursor.drop("else")
    clauses.append(cursor.line(SPACE))
    while isinstance(node.otherwise, ast.Conditional) and cursor.next() == node.otherwise.span.start:
        node = node.otherwise
        clauses += [Text("else "), (yield _clause(cursor, node))]
        cursor.drop("else")
        clauses.append(cursor.line(SPACE))
    return group(*clauses, Text("else "), (yield _choice(cursor, node.otherwise)))


def _clause(cursor: Cursor, node: ast.Conditional) -> Printer:
    keyword = cursor.take("if")
    condition = yield _choice(cursor, node.condition)
    cursor.drop("then")
    line = cursor.line(SPACE)
    chosen = yield _choice(cursor, node.then)
    return group(keyword, Text(" "), condition, indented(line, Text("then "), chosen))


def _choice(cursor: Cursor, node: ast.Expression) -> Printer:
    """A part of a conditional needs no parentheses, but a conditional in another reads better with them."""
    return term(cursor, node, Place.OPERAND if isinstance(node, ast.Conditional) else Place.ITEM)


def _query_part(
    cursor: Cursor,
    node: ast.Application | ast.Counterfactual | ast.Do | ast.Event | ast.Setting,
    place: Place,
) -> Printer:
    match node:
        case ast.Application():
            name = cursor.copy(node.function.span)
            arguments, conditions = (
                [term(cursor, part) for part in parts] for parts in (node.arguments, node.conditions)
            )
            return sequence([name, (yield bracket(cursor, "(", arguments, ")", conditions))])
        case ast.Counterfactual(variable=variable, subscript=()):
            return cursor.copy(variable.span)
        case ast.Counterfactual():
            name = cursor.copy(node.variable.span)
            subscript = (term(cursor, setting) for setting in node.subscript)
            return sequence([name, (yield bracket(cursor, "[", subscript, "]"))])
        case ast.Do():
            name = cursor.take("do")
            settings = (term(cursor, setting) for setting in node.settings)
            return sequence([name, (yield bracket(cursor, "(", settings, ")"))])
        case ast.Setting():
            return _setting(cursor, node)
        case ast.Event():
            return (yield _event(cursor, node, place))
        case _:
            assert_never(node)


def _setting(cursor: Cursor, node: ast.Setting) -> Document:
    name = cursor.copy(node.variable.span)
    if node.value is None:
        return name
    equal = cursor.take("=")
    sign = [cursor.take("-")] if cursor.sees("-") else []
    return sequence([name, equal, *sign, cursor.take(node.value.text.removeprefix("-"))])


def _event(cursor: Cursor, node: ast.Event, place: Place) -> Printer:
    """``Y=1`` without blanks, as probabilists write it; other relations, and sums, with them."""
    left = yield term(cursor, node.left, place)
    cursor.drop("==" if cursor.sees("==") else node.relation)
    tight = node.relation == "=" and not {type(node.left), type(node.right)} & {ast.Arithmetic}
    relation = Text(node.relation if tight else f" {node.relation} ")
    return sequence([left, cursor.waiting(), relation, (yield term(cursor, node.right, place))])
