"""Tables as lines of text: literal cells under their headings, readable at 80 columns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

WORD = 24  # characters of a word that are kept together where a column has to wrap
PIPE_WIDTH = 200


def table_lines(
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    right: Collection[str] = (),
    width: int | None = PIPE_WIDTH,
) -> list[str]:
    """The lines of a table, blank ones left out.

    Args:
        headings: one a column.
        rows: cells, literal text: ``[64, 64]`` is no markup.
        right: the headings of columns that are set to the right.
        width: at most so many characters a line; None for the terminal's.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(markup=False, highlight=False, emoji=False, width=width)
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
    with console.capture() as capture:
        console.print(table)
    return [line.rstrip() for line in capture.get().splitlines() if line.strip()]
