"""``scmlang evaluate``: a trained model held against the model that its data were sampled from."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scmlang.cli.model import ModelText, open_model
from scmlang.compiler import Compilation, open_artefact
from scmlang.diagnostics.base import Diagnostic
from scmlang.diagnostics.render import render, wants_colour

if TYPE_CHECKING:
    from rich.console import Console

    from scmlang.evaluate.evaluation import Options
    from scmlang.evaluate.interventions import Act
    from scmlang.evaluate.report import Report
    from scmlang.evaluate.truth import Units
    from scmlang.train.artefact import Artefact
    from scmlang.train.runs import Run


PIPED_WIDTH = 160
LARGEST_SEED = 2**62


class Format(StrEnum):
    text = "text"
    json = "json"


class Metric(StrEnum):
    """The edits are always evaluated; the others are :class:`scmlang.evaluate.evaluation.Part`."""

    edits = "edits"
    composition = "composition"
    reversibility = "reversibility"
    probes = "probes"
    distributions = "distributions"
    units = "units"
    realism = "realism"


def evaluate(
    compared: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[RUN]...", help="With --compare, the runs; the first is the baseline."),
    ] = None,
    truth: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The model that the data were sampled from.")
    ] = None,
    model: ModelText = None,
    run: Annotated[Path | None, typer.Option(metavar="DIR", help="The run; the newest by default.")] = None,
    runs: Annotated[Path, typer.Option(metavar="DIR", help="Where runs are.")] = Path("runs"),
    compare: Annotated[bool, typer.Option("--compare", help="Put several runs side by side.")] = False,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The data folder; the run's by default.")
    ] = None,
    n: Annotated[int, typer.Option("-n", "--n", min=2, metavar="N", help="Held-out images to edit.")] = 500,
    do: Annotated[
        list[str] | None,
        typer.Option(
            metavar="QUERY",
            help="An intervention, such as 'do(D=8)'; repeatable. By default every level of labels with up "
            "to ten, the most frequent level of others, and the quartiles of real ones.",
        ),
    ] = None,
    metrics: Annotated[
        list[Metric] | None,
        typer.Option(help="What to evaluate beside the edits; repeatable. Everything by default."),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="K", help="Sampling steps, of runs that draw in steps; the recipe's by default."
        ),
    ] = None,
    sampler: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="What they invert: ddpm, ddim or sde-dpmsolver++; the recipe's by default.",
        ),
    ] = None,
    cycles: Annotated[int, typer.Option(min=1, metavar="K", help="Cycles of the null intervention.")] = 10,
    few: Annotated[
        int,
        typer.Option(min=2, metavar="N", help="Images for more than one cycle, and to undo of each edit."),
    ] = 100,
    seed: Annotated[
        int, typer.Option(min=0, max=LARGEST_SEED, metavar="S", help="The same seed gives the same report.")
    ] = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="A page (.html), or a folder for report.html and report.json; by default the run's "
            "evaluation/, or for --compare the present folder.",
        ),
    ] = None,
    format: Annotated[Format, typer.Option(help="What to print.")] = Format.text,
) -> None:
    """Hold a trained model against the truth, on held-out images.

    Edits images of the split `test` under interventions and scores the result: is the target reached, what
    else changed, how far is the picture from the true counterfactual one. A classifier trained on real
    images alone is the judge; it is trained on the first evaluation of a run and kept with it.

    With --compare, several runs are put side by side on the same images. A run that was evaluated before with
    the same options is not edited again.
    """
    from scmlang.train.runs import newest_run, open_run

    if compare != bool(compared) or (compared is not None and len(compared) == 1):
        raise typer.BadParameter("give two runs or more, and --compare", param_hint="RUN")
    if compared and run is not None:
        raise typer.BadParameter("the runs to compare stand behind --compare", param_hint="--run")
    asked = _Asked(
        truth, model, data, n, tuple(do or ()), tuple(metrics or Metric), steps, sampler, cycles, few, seed
    )
    if compared:
        _compare(asked, [open_run(each) for each in compared], out if out is not None else Path(), format)
        return
    chosen = open_run(run) if run is not None else newest_run(runs)
    _evaluate(asked, chosen, out, format)


@dataclass(frozen=True)
class _Asked:
    """The options that every run is evaluated with."""

    truth: Path | None
    text: str | None
    data: Path | None
    n: int
    do: tuple[str, ...]
    metrics: tuple[Metric, ...]
    steps: int | None
    sampler: str | None
    cycles: int
    few: int
    seed: int

    @cached_property
    def compilation(self) -> Compilation:
        return open_model(self.truth, self.text, "--truth")

    def opened(self, run: Run) -> _Opened:
        """A run, ready to be evaluated; what is wrong with it is told, what is odd is warned of."""
        from scmlang.evaluate.interventions import read_acts
        from scmlang.evaluate.match import compare_diagrams
        from scmlang.evaluate.truth import held_out, open_truth

        artefact = open_artefact(run)
        learner = artefact.causal_model
        acts = read_acts(self.do, learner)
        options = self._options(artefact)
        truth = self.compilation.model
        known = open_truth(truth, learner, self.data if self.data is not None else run.data)
        _warn((*self.compilation.warnings, *artefact.warnings, *compare_diagrams(truth, learner)))
        return _Opened(run, artefact, held_out(known, learner, self.n), acts, options)

    def _options(self, artefact: Artefact) -> Options:
        from scmlang.evaluate.evaluation import Options, Part

        diffusion = artefact.recipe.diffusion
        chosen = (self.steps, self.sampler) if artefact.has_sampler else (None, None)
        if self.steps is not None and self.steps > diffusion.train_timesteps:
            raise typer.BadParameter(
                f"the model was trained with {diffusion.train_timesteps} time steps", param_hint="--steps"
            )
        edit = artefact.edit_options(*chosen, artefact.guidance, self.seed)
        parts = frozenset(Part(each.value) for each in self.metrics if each is not Metric.edits)
        return Options(edit, self.cycles, self.few, parts)


@dataclass(frozen=True)
class _Opened:
    """A run with the held-out units, the interventions and the options."""

    run: Run
    artefact: Artefact
    units: Units
    acts: tuple[Act, ...]
    options: Options

    @property
    def folder(self) -> Path:
        return self.run.folder / "evaluation"

    @property
    def key(self) -> str:
        from scmlang.evaluate.kept import evaluation_key

        return evaluation_key(self.run, self.artefact.step, self.units, self.acts, self.options)

    def evaluated(self, judges: Path) -> Report:
        """Its report; the cells are kept with the run."""
        from scmlang.evaluate.cells import cells, save_cells
        from scmlang.evaluate.evaluation import evaluate

        with bars() as progress:
            report = evaluate(
                self.artefact,
                self.units,
                self.acts,
                self.options,
                run=self.run.name,
                folder=judges,
                progress=progress,
            )
        save_cells(cells(report), self.key, self.folder)
        return report


def _evaluate(asked: _Asked, run: Run, out: Path | None, format: Format) -> None:
    from scmlang.evaluate.output import write_report

    opened = asked.opened(run)
    report = opened.evaluated(opened.folder)
    page = write_report(report, out if out is not None else opened.folder)
    if format is Format.json:
        print_json(report.to_json())
        return
    from scmlang.evaluate.text import print_report

    print_report(report, _console())
    typer.echo(f"report: {page}")


def _compare(asked: _Asked, runs: list[Run], out: Path, format: Format) -> None:
    from scmlang.evaluate.cells import cells, load_cells
    from scmlang.evaluate.comparison import compare, print_comparison
    from scmlang.evaluate.kept import require_same_units
    from scmlang.evaluate.output import write_comparison, write_report

    opened = [asked.opened(run) for run in runs]
    names = _names(runs)
    require_same_units(names, [each.units for each in opened])
    found = {}
    for name, each in zip(names, opened, strict=True):
        kept = load_cells(each.key, each.folder)
        if kept is None:
            report = each.evaluated(opened[0].folder)
            write_report(report, each.folder)
            kept = cells(report)
        found[name] = kept
    facts = tuple(_facts(each) for each in opened)
    comparison = compare(found, facts, asked.seed)
    page = write_comparison(comparison, out)
    if format is Format.json:
        print_json(comparison.to_json())
        return
    print_comparison(comparison, _console())
    typer.echo(f"comparison: {page}")


def _facts(opened: _Opened) -> str:
    edit = opened.options.edit
    return (
        f"step {opened.artefact.step}, {edit.steps} sampling steps, {edit.inversion} inversion, "
        f"{len(opened.units)} images"
    )


def _names(runs: list[Run]) -> list[str]:
    """Short names where they tell the runs apart, else their folders."""
    short = [run.name for run in runs]
    return short if len(set(short)) == len(short) else [str(run.folder) for run in runs]


def print_json(body: dict[str, Any]) -> None:
    from scmlang.train.atomic import to_json

    sys.stdout.write(to_json(body).decode())


def _console() -> Console:
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=PIPED_WIDTH)


def _warn(warnings: tuple[Diagnostic, ...]) -> None:
    sys.stderr.write(render(warnings, colour=wants_colour(sys.stderr)))


@contextmanager
def bars() -> Iterator[Callable[[str, int, int], None]]:
    """One progress bar per stage on a terminal, nothing elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        tasks = {}

        def update(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage)
            bar.update(tasks[stage], completed=done, total=total)

        yield update
