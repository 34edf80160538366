"""Walks the syntax tree by its fields, so that nodes which the language gains are walked too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from scmlang.syntax import ast


@dataclass(frozen=True)
class Place:
    """A name in a statement.

    Attributes:
        name: the name.
        owner: the node that it is directly in.
        field: the field of ``owner`` that holds it.
        above: the node that ``owner`` is in; None where that is the statement.
        statement: the statement.
    """

    name: ast.Name | ast.Word
    owner: ast.Node
    field: str
    above: ast.Node | None
    statement: ast.Statement


def names(statement: ast.Statement) -> Iterator[Place]:
    """Every name in a statement, in the order they are written."""
    found = list(_names(statement))
    found.sort(key=lambda place: place.name.span)
    return iter(found)


def _names(statement: ast.Statement) -> Iterator[Place]:
    waiting: list[tuple[ast.Node, ast.Node | None]] = [(statement, None)]
    while waiting:
        node, above = waiting.pop()
        for field, child in children(node):
            if isinstance(child, ast.Name | ast.Word):
                yield Place(child, node, field, above, statement)
            else:
                waiting.append((child, node))


def children(node: ast.Node) -> Iterator[tuple[str, ast.Node]]:
    """The nodes directly inside ``node``, each with the field that holds it."""
    for field in _fields(type(node)):
        value = getattr(node, field)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, ast.Node):
                yield field, item


_FIELDS: dict[type[ast.Node], tuple[str, ...]] = {}


def _fields(kind: type[ast.Node]) -> tuple[str, ...]:
    if kind not in _FIELDS:
        _FIELDS[kind] = tuple(field.name for field in fields(kind))
    return _FIELDS[kind]
