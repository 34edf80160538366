"""``scmlang runs``: what was trained, how it went, and the end of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scmlang.cli.output import write_text
from scmlang.cli.tables import print_table
from scmlang.diagnostics.render import render, wants_colour

if TYPE_CHECKING:
    from scmlang.train.catalogue import Entry

SCHEMA = 1
NOT_TERMS = {"step", "fraction", "images_per_second", "seconds"}
HEADINGS = ("run", "state", "steps", "time", "loss", "data", "size", "started")
Folder = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead.")]

runs = typer.Typer(name="runs", add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@runs.callback(invoke_without_command=True)
def list_(
    context: typer.Context,
    folder: Annotated[Path, typer.Option("--runs", help="Where run folders are kept.")] = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """List the runs of a folder, the last started first; `show` tells more of one, `rm` removes some."""
    if context.invoked_subcommand is not None:
        return
    from scmlang.train.catalogue import catalogue

    entries, problems = catalogue(folder)
    sys.stderr.write(render(problems, colour=wants_colour(sys.stderr, "auto")))
    if as_json:
        _print_json("runs", [_told(one) for one in entries])
    elif entries:
        print_table(str(folder), HEADINGS, map(_row, entries), right=("steps", "time", "loss", "size"))
    else:
        typer.echo(f"there is no run in `{folder}`; train one: scmlang train FILE --data DIR")


@runs.command()
def show(
    folder: Folder,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also draw its losses over the steps, as SVG.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell what a run was made of, how far it came and what its losses are."""
    from scmlang.train.catalogue import entry
    from scmlang.train.metrics_log import read_metrics
    from scmlang.train.runs import open_run
    from scmlang.views.curves import curves_svg

    found = entry(open_run(folder))
    if plot is not None:
        records = read_metrics(found.run.metrics) if found.run.metrics.exists() else []
        write_text(curves_svg(f"losses of {found.run.name}", _curves(records)), plot)
    if as_json:
        _print_json("run", _told(found))
        return
    print_table(str(folder), ("", ""), _facts(found))
    terms = [(name, f"{value:.5g}") for name, value in found.record.items() if _is_term(name, value)]
    if terms:
        print_table(f"losses at step {found.record['step']}", ("term", "mean"), terms, right=("mean",))


@runs.command()
def rm(
    folders: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run folders.", show_default=False)],
) -> None:
    """Remove runs with their checkpoints, pictures and logs. A run that is being trained is not removed."""
    from scmlang.train.catalogue import remove
    from scmlang.train.runs import open_run

    for run in [open_run(folder) for folder in folders]:
        remove(run)
        typer.echo(f"removed {run.folder}")


def _row(one: Entry) -> tuple[str, ...]:
    record = one.run.record
    loss = one.record.get("loss")
    return (
        one.run.name,
        one.state,
        f"{one.record.get('step', 0):,}",
        _span(one.record.get("seconds", 0.0)),
        "" if loss is None else f"{loss:.4g}",
        record.data,
        f"{one.size / 1e6:.1f} MB",
        _age(record.created),
    )


def _facts(one: Entry) -> Iterable[tuple[str, str]]:
    record = one.run.record
    yield "model", f"{record.model}, from {record.model_source}"
    yield "state", one.state
    yield "data", record.data
    yield "started", f"{record.created:%Y-%m-%d %H:%M} UTC, {_age(record.created)}"
    yield "scmlang", record.scmlang
    yield "seed", str(record.seed)
    yield "steps", f"{one.record.get('step', 0):,} of {record.recipe.train.steps:,}"
    yield "time", _span(one.record.get("seconds", 0.0))
    if rate := one.record.get("images_per_second"):
        yield "images per second", f"{rate:.0f}"
    yield "checkpoints", ", ".join(one.checkpoints) or "none"
    yield "size", f"{one.size / 1e6:.1f} MB"


def _told(one: Entry) -> dict[str, Any]:
    record = one.run.record
    return {
        "run": str(one.run.folder),
        "model": record.model,
        "state": one.state,
        "created": record.created.isoformat(),
        "data": record.data,
        "seed": record.seed,
        "bytes": one.size,
        "checkpoints": list(one.checkpoints),
        "last": dict(one.record),
    }


def _print_json(name: str, content: object) -> None:
    print(json.dumps({"schema": SCHEMA, name: content}, indent=2, ensure_ascii=False))


def _curves(records: list[dict[str, Any]]) -> dict[str, list[tuple[float, float]]]:
    curves: dict[str, list[tuple[float, float]]] = {}
    for record in records:
        for name, value in record.items():
            if _is_term(name, value):
                curves.setdefault(name, []).append((record["step"], float(value)))
    return curves


def _is_term(name: str, value: object) -> bool:
    return name not in NOT_TERMS and isinstance(value, int | float)


def _span(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))


def _age(then: datetime) -> str:
    minutes = int((datetime.now(UTC) - then).total_seconds() // 60)
    for size, unit in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            many = minutes // size
            return f"{many} {unit}{'s' * (many > 1)} ago"
    return "just now"
