"""A training from start to end: run folder, metrics, previews, checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch

from scmlang.data.dataset import Dataset
from scmlang.diagnostics.base import Diagnostic
from scmlang.mechanisms.build import build_model
from scmlang.neural.plan import NeuralPlan
from scmlang.semantics.model import CausalModel
from scmlang.train.atomic import to_json, write_file
from scmlang.train.autoencoder import sized, take_over
from scmlang.train.batches import TensorData, tensor_data
from scmlang.train.lock import locked
from scmlang.train.metrics_log import MetricsLog, finite
from scmlang.train.preview import preview
from scmlang.train.recipe import Recipe
from scmlang.train.runs import Run, create_run
from scmlang.train.settings import neural_settings
from scmlang.train.trainer import Divergence, Progress, Trainer, choose_device, fit_scales, is_due

Listener = Callable[[Progress], None]


@dataclass(frozen=True)
class Outcome:
    """How a training ended.

    Attributes:
        run: its run folder.
        step: optimiser steps done.
        finished: whether it came to its end; False when it was stopped.
        warnings: about damaged checkpoints that a resumption passed over.
    """

    run: Run
    step: int
    finished: bool
    warnings: tuple[Diagnostic, ...] = ()


def start_run(runs: Path, model: CausalModel, plan: NeuralPlan, recipe: Recipe, data: Path) -> Run:
    """A new run folder, made once it is sure that its training can start.

    Args:
        runs: where run folders are kept.
        model: the checked model.
        plan: what is to be built of it.
        recipe: the recipe.
        data: the data folder, which was read without an error.

    Raises:
        ScmError: E180, E186 to E189 and E215 to E219 when the recipe does not fit this machine or the model;
            E194 when nothing can be written.
    """
    choose_device(recipe)
    recipe = sized(recipe, plan)
    neural_settings(recipe, plan)
    return create_run(runs, model, recipe, data)


def train_run(
    run: Run,
    plan: NeuralPlan,
    data: Dataset,
    *,
    resume: bool = False,
    listen: Listener = lambda progress: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Train the model of a plan in a run folder, as the run's recipe says.

    Args:
        run: a new run, or the one to go on with.
        plan: the model to build.
        data: the run's data; the splits ``train`` and, for previews, ``val`` are used.
        resume: go on from the run's newest whole checkpoint.
        listen: called at every record of progress.
        stopped: asked after every step; when true, the state is saved and the training ends.

    Raises:
        ScmError: when the device is missing, the loss diverges, another process trains the run, or nothing
            can be written. A loss that diverges leaves the last state that was finite as a checkpoint.
    """
    with locked(run), _arithmetic(run.record.recipe.train.threads):
        return _train_run(run, plan, data, resume, listen, stopped)


def _train_run(
    run: Run,
    plan: NeuralPlan,
    data: Dataset,
    resume: bool,
    listen: Listener,
    stopped: Callable[[], bool],
) -> Outcome:
    recipe = run.record.recipe
    torch.manual_seed(recipe.train.seed)
    device = choose_device(recipe)
    tensors = tensor_data(plan, data["train"], device)
    model = build_model(plan, neural_settings(recipe, plan))
    fit_scales(model, tensors)
    if not resume:
        take_over(model, recipe, tensors)
    trainer = Trainer(model, tensors, recipe, stopped)
    warnings = trainer.resume(run).warnings if resume else ()
    shown = tensor_data(plan, data["val" if "val" in data else "train"], device)
    with _kept(trainer, run), MetricsLog(run.metrics, trainer.step + 1 if resume else None) as log:
        finished = _loop(trainer, run, recipe, log, listen, stopped, lambda: _preview(trainer, run, shown))
    return Outcome(run, trainer.step, finished, warnings)


@contextmanager
def _kept(trainer: Trainer, run: Run) -> Iterator[None]:
    """When the loss diverges, keep the state that it diverged from and say what the batch was."""
    try:
        yield
    except Divergence as divergence:
        if trainer.is_finite:
            trainer.save(run)
        told = {"step": divergence.step + 1, "rows": divergence.rows, "terms": finite(divergence.terms)}
        write_file(run.divergence, to_json(told))
        raise


@contextmanager
def _arithmetic(threads: int) -> Iterator[None]:
    """Flush denormal numbers, which moments and averages decay into and CPUs are slow with, and set the
    number of threads (0 for no change). Both are the whole process's, so they are put back."""
    before, kept = torch.get_num_threads(), bool(torch.tensor([5e-324], dtype=torch.float64).mul(1).item())
    torch.set_flush_denormal(True)
    torch.set_num_threads(threads or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)
        torch.set_flush_denormal(not kept)


def _loop(
    trainer: Trainer,
    run: Run,
    recipe: Recipe,
    log: MetricsLog,
    listen: Listener,
    stopped: Callable[[], bool],
    draw: Callable[[], None],
) -> bool:
    """Train, record, draw and save; whether the end was reached."""
    options = recipe.train
    for progress in trainer:
        log.write(progress.step, _record(progress))
        listen(progress)
        if progress.fraction >= 1:
            break
        if stopped():
            trainer.save(run)
            return False
        if is_due(progress.step, options.sample_every):
            draw()
        if is_due(progress.step, options.checkpoint_every):
            trainer.save(run)
    trainer.save(run)
    draw()
    return True


def _record(progress: Progress) -> dict[str, float]:
    return {
        "fraction": progress.fraction,
        "loss": progress.loss,
        **progress.terms,
        "images_per_second": progress.images_per_second,
        "seconds": progress.seconds,
    }


def _preview(trainer: Trainer, run: Run, shown: TensorData) -> None:
    with trainer.averaged() as model:
        preview(model, shown, run.samples / f"step_{trainer.step:08d}.png", seed=0)
