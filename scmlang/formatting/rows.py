"""The rows of a table: one a line, the columns lined up where every row fits on its line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from scmlang.formatting.building import Printer, bracket, run
from scmlang.formatting.cursor import Cursor
from scmlang.formatting.document import HARD, Document, Text, indented, sequence
from scmlang.formatting.layout import STEP, WIDTH, flat_text
from scmlang.formatting.terms import term
from scmlang.syntax import ast


@dataclass(frozen=True)
class _Row:
    """A row, and the cells of its two brackets."""

    document: Document
    configuration: tuple[Document, ...]
    probabilities: tuple[Document, ...]


def rows(cursor: Cursor, nodes: Sequence[ast.Row]) -> Document:
    """``{`` rows ``}``; commas between the rows are dropped, blank lines kept."""
    before = cursor.take("{")
    found: list[_Row] = []
    places: list[Document] = []
    for i, node in enumerate(nodes):
        places.append(cursor.line(HARD, blank=True, opening=i == 0))
        found.append(_row(cursor, node))
        if cursor.sees(","):
            cursor.drop(",")
    last = cursor.last(blank=True)
    cursor.drop("}")
    lines = _lined_up(found) or [row.document for row in found]
    inside = chain.from_iterable(zip(places, lines, strict=True))
    return sequence([before, indented(*inside, last), HARD, Text("}")])


def _row(cursor: Cursor, node: ast.Row) -> _Row:
    configuration: list[Document] = []
    probabilities: list[Document] = []
    left = run(bracket(cursor, "(", _cells(cursor, node.configuration, configuration), ")"))
    colon = cursor.take(":")
    right = run(bracket(cursor, "[", _cells(cursor, node.probabilities, probabilities), "]"))
    document = sequence([left, colon, Text(" "), right])
    return _Row(document, tuple(configuration), tuple(probabilities))


def _cells(cursor: Cursor, nodes: Iterable[ast.Expression], found: list[Document]) -> Iterable[Printer]:
    return (_cell(cursor, node, found) for node in nodes)


def _cell(cursor: Cursor, node: ast.Expression, found: list[Document]) -> Printer:
    found.append((yield term(cursor, node)))
    return found[-1]


def _lined_up(found: Sequence[_Row]) -> list[Document] | None:
    """The rows with their columns lined up; None one has a comment, is too long or has other columns."""
    if any(row.document.hard for row in found) or len({_shape(row) for row in found}) != 1:
        return None
    left = _columns([row.configuration for row in found])
    right = _columns([row.probabilities for row in found])
    heads = [f"({cells}):" for cells in left]
    width = max(map(len, heads))
    lines = [f"{head.ljust(width)} [{cells}]" for head, cells in zip(heads, right, strict=True)]
    return [Text(line) for line in lines] if max(map(len, lines)) <= WIDTH - STEP else None


def _shape(row: _Row) -> tuple[int, int]:
    return len(row.configuration), len(row.probabilities)


def _columns(found: Sequence[tuple[Document, ...]]) -> list[str]:
    """The cells of each line, all but the last as wide as the widest of their column."""
    table = [[flat_text(cell) for cell in cells] for cells in found]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [_line(cells, widths) for cells in table]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [f"{cell},".ljust(width + 1) for cell, width in zip(cells[:-1], widths[:-1], strict=True)]
    return " ".join([*padded, *cells[-1:]])
