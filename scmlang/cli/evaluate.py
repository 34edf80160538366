"""``scmlang evaluate``: a trained model held against the model that its data were sampled from."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scmlang.cli.model import ModelText, open_model
from scmlang.compiler import open_artefact
from scmlang.diagnostics.base import Diagnostic
from scmlang.diagnostics.render import render, wants_colour

if TYPE_CHECKING:
    from scmlang.evaluate.evaluation import Options
    from scmlang.train.artefact import Artefact


PIPED_WIDTH = 120
LARGEST_SEED = 2**62


class Format(StrEnum):
    text = "text"
    json = "json"


def evaluate(
    truth: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The model that the data were sampled from.")
    ] = None,
    model: ModelText = None,
    run: Annotated[Path | None, typer.Option(metavar="DIR", help="The run; the newest by default.")] = None,
    runs: Annotated[Path, typer.Option(metavar="DIR", help="Where runs are.")] = Path("runs"),
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The data folder; the run's by default.")
    ] = None,
    n: Annotated[int, typer.Option("-n", "--n", min=2, metavar="N", help="Held-out images to edit.")] = 500,
    do: Annotated[
        list[str] | None,
        typer.Option(
            metavar="QUERY",
            help="An intervention, such as 'do(D=8)'; repeatable. By default every level of labels with up "
            "to three, the most frequent level of others, and the quartiles of real ones.",
        ),
    ] = None,
    steps: Annotated[
        int | None, typer.Option(min=1, metavar="K", help="Sampling steps; the recipe's by default.")
    ] = None,
    sampler: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="What is inverted: ddpm, ddim or sde-dpmsolver++; the recipe's by default."
        ),
    ] = None,
    cycles: Annotated[int, typer.Option(min=1, metavar="K", help="Cycles of the null intervention.")] = 1,
    seed: Annotated[
        int, typer.Option(min=0, max=LARGEST_SEED, metavar="S", help="The same seed gives the same report.")
    ] = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="A page (.html), or a folder for report.html and report.json; by default the run's "
            "evaluation/.",
        ),
    ] = None,
    format: Annotated[Format, typer.Option(help="What to print.")] = Format.text,
) -> None:
    """Hold a trained model against the truth, on held-out images.

    Edits images of the split `test` under interventions and scores the result: is the target reached, what
    else changed, how far is the picture from the true counterfactual one. A classifier trained on real
    images alone is the judge; it is trained on the first evaluation of a run and kept with it.
    """
    from scmlang.evaluate.evaluation import evaluate as evaluate_model
    from scmlang.evaluate.interventions import read_acts
    from scmlang.evaluate.match import compare_diagrams
    from scmlang.evaluate.output import write_report
    from scmlang.evaluate.truth import held_out, open_truth
    from scmlang.train.runs import newest_run, open_run

    compilation = open_model(truth, model, "--truth")
    chosen = open_run(run) if run is not None else newest_run(runs)
    artefact = open_artefact(chosen)
    learner = artefact.causal_model
    acts = read_acts(do or (), learner)
    options = _options(artefact, steps, sampler, cycles, seed)
    folder = chosen.folder / "evaluation"
    known = open_truth(compilation.model, learner, data if data is not None else Path(chosen.record.data))
    differences = compare_diagrams(compilation.model, learner)
    _warn((*compilation.warnings, *artefact.warnings, *differences))
    units = held_out(known, learner, n)
    with _bars() as progress:
        report = evaluate_model(
            artefact, units, acts, options, run=chosen.name, folder=folder, progress=progress
        )
    page = write_report(report, out if out is not None else folder)
    if format is Format.json:
        from scmlang.train.atomic import to_json

        sys.stdout.write(to_json(report.to_json()).decode())
        return
    from rich.console import Console

    from scmlang.evaluate.text import print_report

    console = Console()
    print_report(report, console if console.is_terminal else Console(width=PIPED_WIDTH))
    typer.echo(f"report: {page}")


def _options(artefact: Artefact, steps: int | None, sampler: str | None, cycles: int, seed: int) -> Options:
    from scmlang.evaluate.evaluation import Options

    diffusion = artefact.recipe.diffusion
    if steps is not None and steps > diffusion.train_timesteps:
        raise typer.BadParameter(
            f"the model was trained with {diffusion.train_timesteps} time steps", param_hint="--steps"
        )
    return Options(artefact.edit_options(steps, sampler, dict(diffusion.guidance), seed), cycles)


def _warn(warnings: tuple[Diagnostic, ...]) -> None:
    sys.stderr.write(render(warnings, colour=wants_colour(sys.stderr)))


@contextmanager
def _bars() -> Iterator[Callable[[str, int, int], None]]:
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
