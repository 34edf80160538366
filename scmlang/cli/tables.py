"""Tables on standard output, unbroken in a pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Sequence

from scmlang.views.table import PIPE_WIDTH, table_lines


def print_table(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[str]], right: Collection[str] = ()
) -> None:
    """Print rows under their headings, as wide as the terminal, or ``PIPE_WIDTH`` where there is none.

    Args:
        title: a line above.
        headings: one a column.
        rows: cells, literal text.
        right: the headings of columns that are set to the right.
    """
    known = sys.stdout.isatty() or "COLUMNS" in os.environ
    print(title)
    for line in table_lines(headings, rows, right, None if known else PIPE_WIDTH):
        print(line)
    print()
