"""The report as words: the same tables for the terminal and for the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from scmlang.evaluate.metrics import Estimate
from scmlang.evaluate.report import ACCURACY, Effect, PixelError, Report
from scmlang.evaluate.scores import RATE

NONE = "–"


@dataclass(frozen=True)
class Section:
    """One table: a title, a remark on how to read it, column heads and cells."""

    title: str
    remark: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def sections(report: Report) -> tuple[Section, ...]:
    """Every table of a report, in order."""
    return (
        _targets(report),
        _others(report),
        _pixels(report),
        _composition(report),
        _mechanisms(report),
        _distributions(report),
        _judge(report),
    )


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
            console.print(_rich(section), highlight=False)
    for note in notes(report):
        console.print(f"note: {escape(note)}", highlight=False)


def notes(report: Report) -> Iterator[str]:
    """The remarks of the report and of its interventions."""
    yield from report.notes
    for effect in report.effects:
        yield from (f"{effect.do}: {note}" for note in effect.notes)


def estimate(value: Estimate | None, form: str) -> str:
    """A mean with its interval."""
    if value is None:
        return NONE
    return f"{value.mean:{form}} [{value.low:{form}}, {value.high:{form}}]"


def _rich(section: Section) -> RichTable:
    table = RichTable(
        title=section.title, title_justify="left", title_style="bold", box=box.SIMPLE, pad_edge=False
    )
    for head in section.heads:
        table.add_column(escape(head))
    for row in section.rows:
        table.add_row(*map(escape, row))
    return table


def _scored(value: Estimate | None, measure: str) -> str:
    """A score with its measure, where it is not the usual one."""
    if measure in (ACCURACY, RATE) or value is None:
        return estimate(value, ".3f")
    return "MAE " + estimate(value, ".3g")


def _counted(value: Estimate | None, measure: str) -> tuple[str, str]:
    return str(value.n) if value else NONE, _scored(value, measure)


def _targets(report: Report) -> Section:
    rows = [
        (e.do, t.variable, *(cell for part in (t.all, t.changed) for cell in _counted(part, t.measure)))
        for e in report.effects
        for t in e.targets
    ]
    remark = (
        "How often the judge sees in the edited picture what was asked for: in all pictures, and in those "
        "whose factual value was another. MAE is the mean absolute error of a real label."
    )
    heads = ("intervention", "label", "n", "all", "n", "changed")
    return Section("Effectiveness", remark, heads, tuple(rows))


def _others(report: Report) -> Section:
    rows = []
    for e in report.effects:
        for o in e.others:
            known = {"itself before": o.factual, "the model's": o.model, "the true one": o.truth}
            rows += [
                (e.do, o.variable, o.role, name, _scored(value, o.measure))
                for name, value in known.items()
                if value is not None
            ]
    remark = (
        "What the judge sees of the labels that were not set, in the pictures that the intervention changes. "
        "Non-descendants must be as they were; descendants as the model itself says (an error is the "
        "image generator's) and as the truth says (an error is the generator's or a label mechanism's)."
    )
    heads = ("intervention", "label", "role", "compared with", "agreement")
    return Section("Other labels", remark, heads, tuple(rows))


def _pixels(report: Report) -> Section:
    rows = [_pixel_row(e, p) for e in report.effects for p in e.pixels if p.l1]
    remark = (
        "In the pictures that the intervention changes, where the true counterfactual has the same source. "
        "L1 on 0..255, PSNR in dB. true: the edit against the true counterfactual; agreeing: the same where "
        "the model's labels are the true ones; render: the edit against the true picture under the model's "
        "labels; unedited: the factual picture against the true counterfactual, what doing nothing scores."
    )
    heads = ("intervention", "comparison", "n", "L1", "PSNR", "SSIM")
    return Section("Pictures", remark, heads, tuple(rows))


def _pixel_row(effect: Effect, error: PixelError) -> tuple[str, ...]:
    n = error.l1.n if error.l1 else 0
    values = estimate(error.l1, ".1f"), estimate(error.psnr, ".2f"), estimate(error.ssim, ".3f")
    return effect.do, error.comparison, str(n), *values


def _composition(report: Report) -> Section:
    rows = [(str(c.cycles), estimate(c.l1, ".3f")) for c in report.composition]
    remark = "The null intervention, repeated, should give the picture back."
    return Section("Composition", remark, ("cycles", "L1 to the original, 0..255"), tuple(rows))


def _mechanisms(report: Report) -> Section:
    rows = [(e.do, m.variable, _scored(m.error, m.measure)) for e in report.effects for m in e.mechanisms]
    remark = (
        "How often the model's counterfactual label is not the true one, in the units that the intervention "
        "changes. Labels leave a unit's noise partly "
        "open, so even the true model, knowing no more, would not reach 0."
    )
    return Section("Label mechanisms", remark, ("intervention", "label", "error"), tuple(rows))


def _distributions(report: Report) -> Section:
    rows = []
    for d in report.distributions:
        margins = ", ".join(f"{name} {value:.4f}" for name, value in d.marginals.items())
        joint, floor = (NONE if v is None else f"{v:.4f}" for v in (d.joint, d.floor))
        rows.append((d.do or "none", joint, floor, margins))
    remark = (
        "Total variation between the learned and the true distribution of the labels. The column sampling "
        "says by how much two samples of the truth itself differ."
    )
    heads = ("intervention", "joint", "sampling", "margins")
    return Section("Label distributions", remark, heads, tuple(rows))


def _judge(report: Report) -> Section:
    rows = [(j.variable, j.measure, f"{j.randomised:.4f}", f"{j.observed:.4f}") for j in report.judge]
    how = "with" if report.jitter else "without"
    remark = (
        f"The classifier that reads the pictures, trained on real pictures alone, {how} distortions. Its own "
        "errors are in every number that it judges."
    )
    heads = ("label", "measure", "randomised validation", "these pictures, unedited")
    return Section("The judge", remark, heads, tuple(rows))
