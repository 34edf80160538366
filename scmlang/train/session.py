"""A training from start to end: run folder, metrics, previews, checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import torch

from scmlang.data.dataset import Dataset, StoredDataset
from scmlang.diagnostics.base import Diagnostic
from scmlang.mechanisms.build import build_model
from scmlang.neural.losses import Batch, TrainingObjective
from scmlang.neural.ncm import NeuralCausalModel
from scmlang.neural.plan import NeuralPlan
from scmlang.semantics.model import CausalModel
from scmlang.train.atomic import to_json, write_file
from scmlang.train.autoencoder import sized, take_over
from scmlang.train.batches import TensorData, tensor_data
from scmlang.train.checkpoint import save
from scmlang.train.devices import choose_device
from scmlang.train.lock import locked
from scmlang.train.metrics_log import MetricsLog, finite
from scmlang.train.parallel import check_layout, whole
from scmlang.train.plugins import plugins_of, require_plugins
from scmlang.train.preview import preview
from scmlang.train.processes import Elsewhere, Processes, processes
from scmlang.train.progress import Divergence, Progress
from scmlang.train.recipe import Recipe
from scmlang.train.runs import Run, RunRecord, create_run
from scmlang.train.settings import neural_settings
from scmlang.train.trainer import Trainer, fit_scales, is_due

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
        ScmError: E180, E186 to E189, E211 and E214 to E219 when the recipe does not fit this machine or the
            model; E194 when nothing can be written.
    """
    choose_device(recipe)
    if processes().count > 1:
        check_layout(recipe, processes(), refines=plan.image is not None and recipe.code.refinement > 0)
    recipe = sized(recipe, plan)
    neural_settings(recipe, plan)
    return create_run(runs, model, recipe, data, plugins_of(plan, recipe))


def shared_run(team: Processes, make: Callable[[], Run]) -> Run:
    """The run that the process that leads makes or finds; the others need not see its folder."""

    made: list[Run] = []

    def told() -> list[str]:
        made.append(make())
        return [str(made[0].folder), made[0].record.model_dump_json(by_alias=True)]

    folder, record = team.lead(told)
    return made[0] if made else Run(Path(folder), RunRecord.model_validate_json(record))


def train_run(
    run: Run,
    plan: NeuralPlan,
    data: Dataset | StoredDataset,
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
    with open_training(run, plan, data, resume=resume, stopped=stopped) as training:
        for progress in training:
            listen(progress)
    return Outcome(run, training.step, training.finished, training.warnings)


@contextmanager
def open_training(
    run: Run,
    plan: NeuralPlan,
    data: Dataset | StoredDataset,
    *,
    resume: bool = False,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Training]:
    """A training that the caller drives, with the run locked for as long as the context lasts.

    The number of threads and how denormal numbers are treated are the recipe's until then, for the whole
    process. Arguments and errors are those of :func:`train_run`.
    """
    recipe = run.record.recipe
    require_plugins(run.record.plugins, f"the run `{run.folder}`")
    with _held(run), _arithmetic(recipe.train.threads):
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
        yield Training(run, trainer, shown, warnings)


class Training:
    """A training in a run folder; made by :func:`open_training`.

    Iterating trains: records are logged, pictures drawn and checkpoints saved as the recipe says, and at
    every record the caller has its turn. Leaving the iteration early saves nothing by itself; a second one
    goes on. A loop of the caller's own takes :attr:`objective` and :meth:`batches`, and :meth:`save_weights`
    at its end.

    Args:
        run: where it is kept.
        trainer: what takes the steps.
        shown: the rows that previews are made of.
        warnings: about damaged checkpoints that a resumption passed over.
    """

    def __init__(
        self, run: Run, trainer: Trainer, shown: TensorData, warnings: tuple[Diagnostic, ...]
    ) -> None:
        self.run, self.trainer, self.warnings = run, trainer, warnings
        self.finished = False
        self._shown = shown

    @property
    def step(self) -> int:
        """Optimiser steps done, or batches taken by a loop of the caller's own."""
        return self.trainer.step

    @property
    def model(self) -> NeuralCausalModel:
        """The model, with the weights of the last step."""
        return self.trainer.model

    @property
    def objective(self) -> TrainingObjective:
        """The loss: a module from a batch to the weighted sum and its terms."""
        objective: TrainingObjective = self.trainer.objective
        return objective

    def batches(self) -> Iterator[Batch]:
        """Batches of the training split without end, as the recipe says; each counts as a step."""
        while True:
            batch = self.trainer.next_batch()
            self.trainer.step += 1
            yield batch

    def __iter__(self) -> Iterator[Progress]:
        """Train to the end, or until the training is stopped; ``finished`` then says which.

        Raises:
            ScmError: E181 when the loss diverges, E194 and E195 when nothing can be written.
        """
        trainer, run, options = self.trainer, self.run, self.trainer.recipe.train
        with _kept(trainer, run), self._log() as log:
            for progress in trainer:
                if log is not None:
                    log.write(progress.step, _record(progress))
                yield progress
                if progress.fraction >= 1:
                    break
                if trainer.team.any(trainer.stopped()):
                    self.save()
                    return
                if is_due(progress.step, options.sample_every):
                    self._draw()
                if is_due(progress.step, options.checkpoint_every):
                    self.save()
            self.save()
            self._draw()
        self.finished = True

    def save(self) -> None:
        """Write a checkpoint of the whole state, which queries use and a resumption goes on from.

        Raises:
            ScmError: E195 when it cannot be written.
        """
        self.trainer.save(self.run)

    def save_weights(self) -> None:
        """Write the model's present weights as a checkpoint for queries, after a loop of the caller's own.

        It has no state of an optimiser, so no training goes on from it (E208).

        Raises:
            ScmError: E195 when it cannot be written.
        """
        weights = {"model": whole(self.model.state_dict())}
        self.trainer.team.lead(lambda: str(save(self.run, self.step, weights, {"step": self.step})))

    def _draw(self) -> None:
        with self.trainer.shown() as model:
            if model is not None:
                preview(model, self._shown, self.run.samples / f"step_{self.step:08d}.png", seed=0)

    def _log(self) -> AbstractContextManager[MetricsLog | None]:
        """The log, in the process that leads."""
        if not self.trainer.team.leads:
            return nullcontext()
        return MetricsLog(self.run.metrics, self.step + 1 if self.step else None)


@contextmanager
def _held(run: Run) -> Iterator[None]:
    """The run locked by the process that leads, for all of them."""
    with ExitStack() as stack:
        processes().lead(lambda: stack.enter_context(locked(run)))
        yield


@contextmanager
def _kept(trainer: Trainer, run: Run) -> Iterator[None]:
    """When the loss diverges, keep the state that it diverged from and say what the batch was."""
    try:
        yield
    except Divergence as divergence:
        if trainer.is_finite:
            trainer.save(run)
        if not trainer.team.leads:
            raise Elsewhere() from None
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


def _record(progress: Progress) -> dict[str, float]:
    return {
        "fraction": progress.fraction,
        "loss": progress.loss,
        **progress.terms,
        "images_per_second": progress.images_per_second,
        "seconds": progress.seconds,
    }
