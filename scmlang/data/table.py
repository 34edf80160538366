"""CSV tables with places: every cell can be pointed at in a diagnostic.

Comma-separated, UTF-8 with or without a byte order mark, quoted as RFC 4180 says, first row the
names of the columns; empty lines are skipped.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scmlang.data.columns import parse_column
from scmlang.data.problems import Problems
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.semantics.domains import Domain
from scmlang.source import Source, Span


@dataclass(frozen=True)
class Table:
    """The cells of a table as text.

    Attributes:
        source: the file's text.
        header: column names in order.
        columns: by name, one text a row.
        lines: for each row the line of the file that it starts on, 1-based.
    """

    source: Source
    header: tuple[str, ...]
    columns: Mapping[str, Sequence[str]] = field(repr=False)
    lines: Sequence[int] = field(repr=False)

    def __len__(self) -> int:
        return len(self.lines)

    def problem(
        self, code: str, message: str, row: int, column: str, helps: tuple[str, ...] = ()
    ) -> Diagnostic:
        """A diagnostic that underlines one cell."""
        return Diagnostic(code, message, self.source, self._span(row, column), helps=helps)

    def values(self, column: str, domain: Domain, problems: Problems) -> NDArray[np.generic]:
        """The numeric values of a column; E124, E125, E126 are added to ``problems``."""
        values, unreadable = parse_column(column, self.columns[column], domain)
        for cell in unreadable:
            problems.add(self.problem(cell.code, cell.message, cell.row, column))
        return values

    def head(self, count: int) -> Table:
        """The first rows."""
        columns = {name: cells[:count] for name, cells in self.columns.items()}
        return Table(self.source, self.header, columns, self.lines[:count])

    def _span(self, row: int, column: str) -> Span:
        return _cell_span(self.source, self.lines[row], self.header.index(column))


def read_table(path: Path) -> Table:
    """Read a CSV file.

    Raises:
        ScmError: E122 when it is missing, not UTF-8 or no CSV; E124 when a row is too long or short.
    """
    return parse_table(Source(str(path), _read_text(path)))


def parse_table(source: Source) -> Table:
    """The table that a CSV text writes.

    Raises:
        ScmError: E122 when it is no CSV; E124 when a row is too long or short.
    """
    header, rows, lines = _parse(source)
    _require_header(source, header)
    problems = Problems()
    for row, line in zip(rows, lines, strict=True):
        if len(row) != len(header):
            message = f"this row has {len(row)} cells, and the first line names {len(header)} columns"
            problems.add(Diagnostic("E124", message, source, source.line_span(line)))
    problems.raise_any()
    cells = list(zip(*rows, strict=True)) if rows else [()] * len(header)
    return Table(source, header, dict(zip(header, cells, strict=True)), lines)


def table_of(columns: Mapping[str, Sequence[object]], name: str = "<data>") -> Table:
    """The table of columns of Python's values, each written as ``str`` writes it.

    Raises:
        ScmError: E122 where it has no columns, or columns of several lengths.
    """
    lengths = {key: len(column) for key, column in columns.items()}
    if len(set(lengths.values())) > 1:
        (first, most), *others = sorted(lengths.items(), key=lambda item: -item[1])
        other, fewest = others[-1]
        message = (
            f"the columns of `{name}` have several lengths: `{first}` has {most} values, `{other}` {fewest}"
        )
        raise ScmError([Diagnostic("E122", message)])
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return parse_table(Source(name, text.getvalue()))


def write_table(path: Path, columns: Mapping[str, Sequence[str]]) -> None:
    """Write columns of text as CSV with Unix line ends."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def _read_text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ScmError([Diagnostic("E122", f"`{path}` cannot be read: {error.strerror}")]) from error
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"`{path}` is not UTF-8: line {line} has the byte 0x{data[error.start]:02x}"
        helps = ("save it as CSV in UTF-8",)
        raise ScmError([Diagnostic("E122", message, helps=helps)]) from error


def _parse(source: Source) -> tuple[tuple[str, ...], list[list[str]], list[int]]:
    """The header, the rows that are not empty, and the line each of them starts on."""
    reader = csv.reader((line + "\n" for line in source.text.split("\n")), strict=True)
    rows, lines, last = [], [], 0
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(last + 1)
            last = reader.line_num
    except csv.Error as error:
        span = source.line_span(min(last + 1, source.line_count))
        raise ScmError([Diagnostic("E122", f"`{source.name}` is no CSV: {error}", source, span)]) from error
    header = tuple(name.strip() for name in rows[0]) if rows else ()
    return header, rows[1:], lines[1:]


def _require_header(source: Source, header: tuple[str, ...]) -> None:
    if not header:
        raise ScmError([Diagnostic("E122", f"`{source.name}` is empty: its first line names the columns")])
    twice = next((name for i, name in enumerate(header) if name in header[:i]), None)
    if twice is not None:
        span = source.line_span(1)
        raise ScmError([Diagnostic("E122", f"the column `{twice}` is there twice", source, span)])


def _cell_span(source: Source, line: int, index: int) -> Span:
    """The characters of a cell; the whole line where a quoted line break makes that unclear."""
    whole = source.line_span(line)
    start, text = whole.start, source.line(line)
    if text.count('"') % 2:
        return whole
    commas = [i for i, char in enumerate(text) if char == "," and text.count('"', 0, i) % 2 == 0]
    ends = [-1, *commas, len(text)]
    if index + 1 >= len(ends):
        return whole
    return Span(start + ends[index] + 1, start + ends[index + 1])
