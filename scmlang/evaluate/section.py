"""Tables of text, which the terminal and the page both show."""

from __future__ import annotations

from dataclasses import dataclass

from rich import box
from rich.markup import escape
from rich.table import Table as RichTable

from scmlang.evaluate.metrics import Estimate

NONE = "–"


@dataclass(frozen=True)
class Section:
    """One table: a title, a remark on how to read it, column heads and cells."""

    title: str
    remark: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def estimate(value: Estimate | None, form: str) -> str:
    """A mean with its interval."""
    if value is None:
        return NONE
    if value.low is None or value.high is None:
        return f"{value.mean:{form}}"
    return f"{value.mean:{form}} [{value.low:{form}}, {value.high:{form}}]"


def rich_table(section: Section) -> RichTable:
    """A section for the terminal, without its remark."""
    table = RichTable(
        title=section.title, title_justify="left", title_style="bold", box=box.SIMPLE, pad_edge=False
    )
    for head in section.heads:
        table.add_column(escape(head))
    for row in section.rows:
        table.add_row(*map(escape, row))
    return table
