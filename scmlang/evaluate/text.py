"""The report as words: the same tables for the terminal and for the page."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape

from scmlang.evaluate.edit_tables import edit_sections
from scmlang.evaluate.metrics import Estimate
from scmlang.evaluate.model_tables import model_sections
from scmlang.evaluate.report import Report
from scmlang.evaluate.section import Section, estimate, rich_table
from scmlang.evaluate.summary import DECIBEL, L1, POINTS

FORMS = {DECIBEL: ".2f", L1: ".3f", POINTS: ".1f"}


def sections(report: Report) -> tuple[Section, ...]:
    """Every table of a report, in order."""
    return (_summary(report), *edit_sections(report), *model_sections(report))


def print_report(report: Report, console: Console) -> None:
    """The tables on a terminal; the remarks are left to the page."""
    p = report.provenance
    console.print(
        f"[bold]{escape(p.learner)}[/bold] ({escape(p.run)}, step {p.step}) against {escape(p.truth)}: "
        f"{p.images} images of the split {p.split}, {p.steps} steps, seed {p.seed}; "
        "means with 95 % bootstrap intervals",
        highlight=False,
    )
    for section in sections(report):
        if section.rows:
            console.print(rich_table(section), highlight=False)
    for note in notes(report):
        console.print(f"note: {escape(note)}", highlight=False)


def notes(report: Report) -> Iterator[str]:
    """The remarks of the report, and those of its interventions, each once."""
    yield from report.notes
    acts: dict[str, list[str]] = {}
    for effect in report.effects:
        for note in effect.notes:
            acts.setdefault(note, []).append(effect.do)
    yield from (f"{', '.join(names)}: {note}" for note, names in acts.items())


def number(value: Estimate | None, measure: str) -> str:
    """A number of the summary in the form of its measure."""
    return estimate(value, FORMS.get(measure, ".4f"))


def _summary(report: Report) -> Section:
    rows = [(h.what, str(h.estimate.n), number(h.estimate, h.measure), h.measure) for h in report.summary]
    remark = (
        "Over all interventions on the same label, in the pictures that they change; n counts pictures, once "
        "for each intervention."
    )
    return Section("Summary", remark, ("what", "n", "value", "measure"), tuple(rows))
