"""``scmlang train``: learn a model's unknown mechanisms from data."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from scmlang.cli.model import ModelFile, ModelText, open_model
from scmlang.compiler import Compilation
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagnostics.render import render, wants_colour

if TYPE_CHECKING:
    from scmlang.train.processes import Processes
    from scmlang.train.progress import Progress
    from scmlang.train.runs import Run

ECHO = 5.0  # seconds in which a signal may come again by way of the launcher
SHOWN = ("first_stage", "diffusion", "pixels", "likelihood", "kl", "recognition", "effect", "refinement")


def train(
    file: ModelFile = None,
    model: ModelText = None,
    data: Annotated[
        Path | None,
        typer.Option(help="The data folder, see docs/data.md, or shards: 'DIR/{000000..000009}.tar'."),
    ] = None,
    recipe: Annotated[
        str | None, typer.Option(help="A recipe's name (cpu, gpu, paper) or path; cpu by default.")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override a key.")
    ] = None,
    runs: Annotated[Path, typer.Option(help="Where run folders are kept.")] = Path("runs"),
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the model's newest run.")] = False,
) -> None:
    """Train a model on a data folder and keep everything in a new run folder.

    The model's text is kept in it. Ctrl-C saves a checkpoint and stops; `--resume` goes on from there,
    with the recipe and the data of that run. Under `torchrun -m` or `accelerate launch -m` the processes
    train one model together, see docs/scaling.md.
    """
    compilation = open_model(file, model)
    if resume:
        _require_alone({"--data": data, "--recipe": recipe, "--set": set_})
    elif data is None:
        raise typer.BadParameter("a new training needs --data DIR", param_hint="--data")
    from scmlang.train.processes import Elsewhere, joined

    try:
        with joined() as team:
            _train(compilation, team, data, recipe or "cpu", set_ or [], runs, file, model)
    except Elsewhere:
        raise typer.Exit(1) from None


def _train(
    compilation: Compilation,
    team: Processes,
    data: Path | None,
    recipe: str,
    overrides: list[str],
    runs: Path,
    file: Path | None,
    text: str | None,
) -> None:
    """Train in a new run on ``data``; without it, go on with the newest."""
    from scmlang.data.shards import read_data
    from scmlang.train.loading import load_recipe
    from scmlang.train.runs import newest_run
    from scmlang.train.session import shared_run, start_run, train_run

    causal_model, plan = compilation.model, compilation.plan
    if team.leads:
        sys.stderr.write(render(compilation.unheld, colour=wants_colour(sys.stderr, "auto")))
    if data is None:
        run = shared_run(team, lambda: newest_run(runs, causal_model.name))
        _require_same(run, compilation)
        dataset = read_data(run.data, causal_model)
    else:
        loaded, folder = load_recipe(recipe, overrides), data
        dataset = read_data(data, causal_model)
        run = shared_run(team, lambda: start_run(runs, causal_model, plan, loaded, folder))
    if team.leads:
        print(f"run {run.folder}: {len(dataset['train']):,} training rows", flush=True)
    with _interruptible(team) as stopped, _progress(team.leads) as listen:
        outcome = train_run(run, plan, dataset, resume=data is None, listen=listen, stopped=stopped)
    if team.leads:
        sys.stderr.write(render(outcome.warnings, colour=wants_colour(sys.stderr, "auto")))
    if not outcome.finished:
        again = shlex.join(["scmlang", "train", *_named(file, text), "--resume", "--runs", str(runs)])
        if team.leads:
            print(f"stopped at step {outcome.step}; `{again}` goes on")
        raise typer.Exit(130)
    if team.leads:
        print(f"trained {outcome.step} steps; checkpoints, metrics and samples are in {run.folder}")


def _named(file: Path | None, text: str | None) -> tuple[str, ...]:
    return (str(file),) if text is None else ("--model", text)


def _require_alone(others: Mapping[str, object]) -> None:
    for name, value in others.items():
        if value:
            message = f"`--resume` goes on with the data and the recipe of the run, so it takes no `{name}`"
            raise ScmError([Diagnostic("E184", message)])


def _require_same(run: Run, compilation: Compilation) -> None:
    if run.record.model_text != compilation.source.text:
        message = f"the model has changed since the run `{run.folder}` was made"
        helps = ("start a new run without --resume", "the run keeps its own text in run.json")
        raise ScmError([Diagnostic("E185", message, helps=helps)])


@contextmanager
def _interruptible(team: Processes) -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed, or the process told to terminate; a second time interrupts at once.

    A launcher passes a signal on that the terminal has sent to its processes already, so of several processes
    none is interrupted by the same signal once more within some seconds.
    """
    pressed: list[float] = []

    def handle(number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if pressed and (team.count == 1 or now - pressed[0] > ECHO):
            raise KeyboardInterrupt
        pressed.append(now)
        if len(pressed) == 1 and team.leads:
            # Whatever was interrupted may be printing: a file object cannot be entered twice.
            os.write(2, b"\nstopping after this step; once more to stop without saving\n")

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, handle) for number in numbers]
    try:
        yield lambda: bool(pressed)
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


@contextmanager
def _progress(shown: bool = True) -> Iterator[Callable[[Progress], None]]:
    """A bar with speed, time left and losses on a terminal, a line every so often elsewhere."""
    if not shown:
        yield lambda progress: None
        return
    from rich.console import Console, Group
    from rich.live import Live
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn
    from rich.progress import Progress as Bar
    from rich.text import Text

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _line_printer()
        return
    bar = Bar(BarColumn(), TaskProgressColumn(), TextColumn("{task.description}", markup=False))
    task = bar.add_task("starting", total=1.0)
    with Live(bar, console=console) as live:

        def listen(progress: Progress) -> None:
            pace = f"step {progress.step} | {_pace(progress)}"
            bar.update(task, completed=progress.fraction, description=pace)
            live.update(Group(bar, Text(_losses(progress), overflow="ellipsis", no_wrap=True)))

        yield listen


def _line_printer() -> Callable[[Progress], None]:
    shown = [-1.0]

    def listen(progress: Progress) -> None:
        if progress.fraction - shown[0] >= 0.02 or progress.fraction >= 1:
            shown[0] = progress.fraction
            print(f"{progress.fraction:4.0%} {describe(progress)}", file=sys.stderr, flush=True)

    return listen


def describe(progress: Progress) -> str:
    """One line: step, losses, speed, time left."""
    return f"step {progress.step} | {_losses(progress)} | {_pace(progress)}"


def _losses(progress: Progress) -> str:
    return " ".join(f"{name} {progress.terms[name]:.4g}" for name in SHOWN if name in progress.terms)


def _pace(progress: Progress) -> str:
    minutes, seconds = divmod(round(progress.seconds_left), 60)
    return f"{progress.images_per_second:.0f} images/s | {minutes}:{seconds:02d} left"
