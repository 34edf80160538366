"""Runs side by side: every cell of every run, and the differences from the first, image by image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from rich.console import Console

from scmlang.evaluate.cells import Cell
from scmlang.evaluate.metrics import Estimate, difference
from scmlang.evaluate.page import page, section_html
from scmlang.evaluate.report import plain
from scmlang.evaluate.section import NONE, Section, rich_table
from scmlang.evaluate.text import number

SCHEMA = 1


@dataclass(frozen=True)
class ComparedRow:
    """One cell of all runs.

    Attributes:
        part, do, what, measure: its place, see :class:`~scmlang.evaluate.cells.Cell`.
        values: of every run; None where a run does not have it.
        differences: of every run from the first, over the units that both have scores of; None for the first,
            and where there are no such units.
    """

    part: str
    do: str
    what: str
    measure: str
    values: tuple[Estimate | None, ...]
    differences: tuple[Estimate | None, ...]


@dataclass(frozen=True)
class Comparison:
    """Several runs on the same held-out units.

    Attributes:
        runs: what each is called.
        facts: of each, for people.
        rows: the cells.
    """

    runs: tuple[str, ...]
    facts: tuple[str, ...]
    rows: tuple[ComparedRow, ...]

    def to_json(self) -> dict[str, Any]:
        """A strict JSON object."""
        return {
            "schema": SCHEMA,
            "runs": plain(self.runs),
            "facts": plain(self.facts),
            "rows": plain(self.rows),
        }


def compare(runs: Mapping[str, tuple[Cell, ...]], facts: tuple[str, ...], seed: int) -> Comparison:
    """Several runs side by side.

    Args:
        runs: the cells of each by its name, all of the same units.
        facts: of each.
        seed: of the bootstrap.
    """
    tables = [{cell.place: cell.estimate for cell in each} for each in runs.values()]
    places = dict.fromkeys(place for table in tables for place in table)
    rows = []
    for place in places:
        values = tuple(table.get(place) for table in tables)
        apart = (None, *(difference(values[0], value, seed) for value in values[1:]))
        rows.append(ComparedRow(*place, values, apart))
    return Comparison(tuple(runs), facts, tuple(rows))


def comparison_html(comparison: Comparison) -> str:
    """The page; it refers to nothing outside itself."""
    return page(f"{', '.join(comparison.runs)} side by side", _body(comparison))


def print_comparison(comparison: Comparison, console: Console) -> None:
    """The summary on a terminal; the other tables are left to the page."""
    for section in _sections(comparison):
        if section.title == "Summary":
            console.print(rich_table(section), highlight=False)
    for line in _legend(comparison):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _legend(comparison: Comparison) -> Iterator[str]:
    for letter, name, facts in zip(_letters(comparison), comparison.runs, comparison.facts, strict=True):
        yield f"{letter}: {name}, {facts}"


def _letters(comparison: Comparison) -> list[str]:
    """A, B, … Z, then A1, B1, …"""
    return [chr(ord("A") + i % 26) + str(i // 26 or "") for i in range(len(comparison.runs))]


def _body(comparison: Comparison) -> Iterator[str]:
    yield "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in _legend(comparison)) + "</ul>"
    for section in _sections(comparison):
        yield from section_html(section)


def _sections(comparison: Comparison) -> Iterator[Section]:
    first, *others = letters = _letters(comparison)
    heads = ("what", "measure", *letters, *(f"{name} − {first}" for name in others))
    remark = (
        f"Differences are from {first}, over the pictures that both have, each drawn with both of its scores."
    )
    for part in dict.fromkeys(row.part for row in comparison.rows):
        rows = tuple(_cells(row) for row in comparison.rows if row.part == part)
        yield Section(part.capitalize(), remark if part == "summary" else "", heads, rows)


def _cells(row: ComparedRow) -> tuple[str, ...]:
    values = [number(value, row.measure) for value in row.values]
    apart = [NONE if d is None else number(d, row.measure) for d in row.differences[1:]]
    return f"{row.do} {row.what}".strip(), row.measure, *values, *apart
