"""Tables and lines on standard output: literal text, readable at 80 columns, unbroken in a pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Sequence

PIPE_WIDTH = 200
WORD = 24  # characters of a word that are kept together where a column has to wrap


def print_table(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[str]], right: Collection[str] = ()
) -> None:
    """Print rows under their headings, as wide as the terminal, or ``PIPE_WIDTH`` where there is none.

    Args:
        title: a line above.
        headings: one a column.
        rows: cells, literal text: ``[64, 64]`` is no markup.
        right: the headings of columns that are set to the right.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table

    known = sys.stdout.isatty() or "COLUMNS" in os.environ
    console = Console(markup=False, highlight=False, emoji=False, width=None if known else PIPE_WIDTH)
    table = Table(box=box.SIMPLE, pad_edge=False)
    cells = [tuple(row) for row in rows]
    for heading, column in zip(headings, zip(*cells, strict=True), strict=True):
        words = [word for cell in (heading, *column) for word in cell.split()]
        table.add_column(
            heading,
            justify="right" if heading in right else "left",
            overflow="fold",
            min_width=min(max(map(len, words)), WORD),
        )
    for row in cells:
        table.add_row(*row)
    print(title)
    with console.capture() as capture:
        console.print(table)
    for line in capture.get().splitlines():
        if line.strip():
            print(line.rstrip())
    print()
