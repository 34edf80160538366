"""The training loop: one optimiser, every part of the model, end to end.

:class:`Trainer` is an iterator of :class:`Progress`; between two of its items the caller may save, draw or
stop. What it trains is :class:`scmlang.neural.losses.TrainingObjective`; devices and precision are
accelerate's, the moving average of the weights is diffusers'.

Where several processes train one model, each has a trainer, and every batch is shared among them
(:mod:`scmlang.neural.sharing`), so that losses and weights are those of one process, up to rounding.
"""

from __future__ import annotations

import copy
import math
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from typing import Any

import torch
from diffusers.training_utils import EMAModel
from torch import Tensor

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.neural.embeddings import RealAutoencoder
from scmlang.neural.losses import Batch, TrainingObjective
from scmlang.neural.ncm import NeuralCausalModel
from scmlang.neural.sharing import sharing
from scmlang.train.batches import TensorData, step_rows
from scmlang.train.checkpoint import Checkpoint, load_latest, save
from scmlang.train.devices import accelerator_of, choose_device
from scmlang.train.optimizer import optimizer_tensors, parameter_groups, refinement_of, restore_optimizer
from scmlang.train.parallel import check_layout, local, parts, split, whole
from scmlang.train.processes import Processes, processes
from scmlang.train.progress import Divergence, Meter, Progress
from scmlang.train.recipe import Recipe
from scmlang.train.rng import restore_shared_rng, shared_rng_state
from scmlang.train.runs import Run
from scmlang.train.settings import loss_weights

SWAPPING_STARTS = 200
REFINEMENT_WARMUP = 0.05  # part of the refinement in which its learning rate rises


def is_due(step: int, period: int) -> bool:
    """Whether something that happens every ``period`` steps (0 for never) happens after this one."""
    return period > 0 and step % period == 0


def fit_scales(model: NeuralCausalModel, data: TensorData) -> None:
    """Set the location and scale of every real variable from the training data."""
    for name, values in data.labels.items():
        part = model.autoencoder(name)
        if isinstance(part, RealAutoencoder):
            part.location.copy_(values.mean())
            part.scale.copy_(values.std(correction=0).clamp(min=1e-6))


class Trainer:
    """Trains a model on data as a recipe says.

    Args:
        model: the model, on the CPU; it is moved to the device.
        data: the training split, on the device of :func:`choose_device`.
        recipe: every number.
        stopped: asked after every step; when true, an item is due at once, so that the caller can stop.

    Raises:
        ScmError: E211, E214 when the recipe does not fit the processes.
    """

    def __init__(
        self,
        model: NeuralCausalModel,
        data: TensorData,
        recipe: Recipe,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        options = recipe.train
        device = choose_device(recipe)
        self.recipe, self.data, self.stopped = recipe, data, stopped
        self.step, self.seconds = 0, 0.0
        self.team = processes()
        if self.team.count > 1:
            refines = refinement_of(model) is not None
            self.team.lead(lambda: check_layout(recipe, self.team, refines))
        self.accelerator = accelerator_of(device, options.precision, self.team)
        self._is_split = options.fsdp and self.team.count > 1
        # Parameters that are split must be contiguous; images are laid out as the recipe says all the same.
        last = options.channels_last and not self._is_split
        layout = torch.channels_last if last else torch.contiguous_format
        self.model = model.to(device)
        self.model.to(memory_format=layout)  # type: ignore[call-overload]  # missing from torch's stubs
        self._copy: NeuralCausalModel | None = None
        self.objective: Any = TrainingObjective(self.model, loss_weights(recipe))
        if self._is_split:
            self._copy = copy.deepcopy(self.model) if self.team.leads else None
            split(self.objective, device, self.team, recipe)
        optimizer = torch.optim.AdamW(parameter_groups(model, recipe), betas=options.betas, foreach=True)
        if not self._is_split:
            # Accelerate's name of `forward_sync_buffers` is PyTorch's old one.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)
                self.objective = self.accelerator.prepare(self.objective)
        self.optimizer = self.accelerator.prepare(optimizer)
        if options.compile:
            self.objective = torch.compile(self.objective)
        # PyTorch copies no list of split tensors at once.
        self.average = EMAModel(self.model.parameters(), decay=options.ema, foreach=not self._is_split)
        self._periods = (options.log_every, options.sample_every, options.checkpoint_every)
        self._rates = [group["lr"] for group in optimizer.param_groups]
        self._first_part = 1 - recipe.code.refinement_share if refinement_of(model) else 1.0
        self._settled = False

    @property
    def fraction(self) -> float:
        """How much of the training is done, 0..1."""
        options = self.recipe.train
        by_clock = self.seconds / options.seconds if options.seconds else 0.0
        return min(1.0, max(self.step / options.steps, by_clock))

    @property
    def refining(self) -> bool:
        """Whether the last part of the training is on, in which the code's flow is refined."""
        return self.fraction >= self._first_part

    @property
    def _stage(self) -> float:
        """How much of this part of the training is done, 0..1."""
        first = self._first_part
        return (self.fraction - first) / (1 - first) if self.refining else self.fraction / first

    def __iter__(self) -> Iterator[Progress]:
        """Train to the end; an item whenever a record, a picture or a checkpoint is due, and at the end.

        Raises:
            ScmError: E181 when the loss is not finite, before the weights have changed by it.
        """
        meter = Meter(self.team)
        started = time.monotonic() - self.seconds
        while self.fraction < 1:
            refining = self.refining
            if refining:
                self._settle()
            batch = self._batch(self.recipe.code.refinement_batch if refining else self.recipe.train.batch)
            with sharing(self.team.shard):
                meter.add(len(batch) * self.team.count, *self._step(batch, refining))
            self.step += 1
            self.seconds = self.team.clock(time.monotonic() - started)
            due = any(is_due(self.step, period) for period in self._periods)
            if self.team.any(self.stopped()) or due or self.fraction >= 1:
                yield meter.read(self.step, self.fraction, self.seconds)

    def _settle(self) -> None:
        """Go on with the averaged weights, which are those that the flow is to be refined for."""
        refinement = refinement_of(self.model)
        if self._settled or refinement is None:
            return
        own = [parameter.detach().clone() for parameter in refinement.parameters()]
        if self.recipe.train.ema:
            self.average.copy_to(self.model.parameters())
        for parameter, value in zip(refinement.parameters(), own, strict=True):
            parameter.data.copy_(value)
        self._settled = True

    def _step(self, batch: Batch, refining: bool) -> tuple[Tensor, dict[str, Tensor]]:
        options, loss_options = self.recipe.train, self.recipe.loss
        for group, rate in zip(self.optimizer.param_groups, self._rates, strict=True):
            group["lr"] = rate * self._schedule()
        warm = loss_options.kl_warmup
        kl_factor = min(1.0, self._stage / warm) if warm else 1.0
        if self.model.generator is not None:
            self.model.generator.advance(1.0 if refining else self._stage)
        self.optimizer.zero_grad()
        means: dict[str, Tensor] = {}
        pieces = batch.split(options.parts)
        for number, part in enumerate(pieces, start=1):
            with self._gathering(number == len(pieces)):
                with self.accelerator.autocast():
                    loss, terms = self.objective(part, self.step >= SWAPPING_STARTS, kl_factor, refining)
                if self.team.any(not torch.isfinite(loss)):
                    raise self._divergence(len(batch), terms)
                share = len(part) / len(batch)
                self.accelerator.backward(share * loss)
            for name, value in {"loss": loss.detach(), **terms}.items():
                means[name] = means.get(name, torch.zeros_like(value)) + share * value
        if options.grad_clip is not None:
            self._clip(options.grad_clip)
        self.optimizer.step()
        if options.ema:
            self.average.step(self.model.parameters())
        return means.pop("loss"), means

    def _gathering(self, last: bool) -> AbstractContextManager[None]:
        """Gradients of copies of the model are averaged once a step, with its last part."""
        apart = not last and self.team.count > 1 and not self._is_split
        context: AbstractContextManager[None] = (
            self.accelerator.no_sync(self.objective) if apart else nullcontext()
        )
        return context

    def _divergence(self, size: int, terms: Mapping[str, Tensor]) -> Divergence:
        values = self.team.mean(torch.stack([value.float() for value in terms.values()]))
        rows = self._rows(size * self.team.count).tolist()
        return Divergence(self.step, rows, dict(zip(terms, values.tolist(), strict=True)))

    def _clip(self, norm: float) -> None:
        """Clip each group's gradient by itself: steep tables shall not slow the generator down."""
        self.accelerator.unscale_gradients()
        for group in self.optimizer.param_groups:
            torch.nn.utils.clip_grad_norm_(group["params"], norm, foreach=True)

    def _schedule(self) -> float:
        """The factor of the learning rates: linear warm-up, then constant or half a cosine down to 1 %.

        Each part of the training has its own.
        """
        options = self.recipe.train
        if self.refining:
            warm = min(1.0, self._stage / REFINEMENT_WARMUP)
        else:
            warm = min(1.0, (self.step + 1) / options.warmup_steps) if options.warmup_steps else 1.0
        if options.schedule == "constant":
            return warm
        return warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * self._stage)))

    def _rows(self, size: int) -> Tensor:
        return step_rows(len(self.data), size, self.step, self.recipe.train.seed, self.data.files)

    def next_batch(self) -> Batch:
        """The batch of the step that is next, outside the refinement of the code's flow."""
        return self._batch(self.recipe.train.batch)

    def _batch(self, size: int) -> Batch:
        options, device = self.recipe.train, self.data.weight.device
        shard = self.team.shard
        images, labels, weight = self.data.rows(shard.rows(self._rows(size)).to(device))
        if images is not None and options.channels_last:
            images = images.contiguous(memory_format=torch.channels_last)
        if self.model.reads_image:
            return Batch(images, labels, weight, labels, images)
        wide = step_rows(len(self.data), options.label_batch, self.step, options.seed + 1)
        wide = shard.rows(wide).to(device)
        return Batch(images, labels, weight, {name: value[wide] for name, value in self.data.labels.items()})

    @property
    def is_finite(self) -> bool:
        """Whether every weight and its average are."""
        values = [*self.model.state_dict().values(), *self.average.shadow_params]
        return not self.team.any(not all(bool(torch.isfinite(local(value)).all()) for value in values))

    @contextmanager
    def averaged(self) -> Iterator[NeuralCausalModel]:
        """The model with its averaged weights, in evaluation mode, for as long as the context lasts."""
        if self.recipe.train.ema:
            self.average.store(self.model.parameters())
            self.average.copy_to(self.model.parameters())
        self.model.eval()
        try:
            yield self.model
        finally:
            self.model.train()
            if self.recipe.train.ema:
                self.average.restore(self.model.parameters())

    @contextmanager
    def shown(self) -> Iterator[NeuralCausalModel | None]:
        """What :meth:`averaged` gives, whole, in the process that leads; None in the others."""
        with self.averaged() as model:
            if not self._is_split:
                yield model if self.team.leads else None
                return
            state = whole(model.state_dict())
        if self._copy is not None:
            self._copy.load_state_dict(state)
            self._copy.eval()
        yield self._copy

    def save(self, run: Run) -> None:
        """Write a checkpoint: ``model`` (averaged, for use), ``training``, ``optimizer`` and ``rng``.

        The process that leads writes; what others hold of the model and their random states come to it.

        Raises:
            ScmError: when it cannot be written.
        """
        with self.averaged() as model:
            averaged = {name: value.clone() for name, value in whole(model.state_dict()).items()}
        random_tensors, random_states = shared_rng_state(self.team)
        tensors = {
            "model": averaged,
            "training": whole(self.model.state_dict()),
            "optimizer": whole(optimizer_tensors(self.optimizer)),
            "rng": random_tensors,
        }
        state = {"step": self.step, "seconds": self.seconds, **random_states}
        self.team.lead(lambda: str(save(run, self.step, tensors, state)))

    def resume(self, run: Run) -> Checkpoint:
        """Go on from the newest whole checkpoint of a run, with every random state as it was.

        The number of processes may be another one than before: the batches and their noise are the same.

        Raises:
            ScmError: E196 when there is none, E208 when it holds the weights alone.
        """
        checkpoint = shared_checkpoint(run, self.team)
        self._load(checkpoint.tensors["model"])
        self.average.shadow_params = [p.detach().clone() for p in self.model.parameters()]
        self.average.optimization_step = checkpoint.step
        self._load(checkpoint.tensors["training"])
        restore_optimizer(self.optimizer, checkpoint.tensors["optimizer"])
        restore_shared_rng(checkpoint.tensors["rng"], checkpoint.state, self.team)
        self.step, self.seconds = checkpoint.step, float(checkpoint.state["seconds"])
        return checkpoint

    def _load(self, state: Mapping[str, Tensor]) -> None:
        self.model.load_state_dict(parts(state, self.model.state_dict()))


def shared_checkpoint(run: Run, team: Processes) -> Checkpoint:
    """The newest whole checkpoint of a run, read by the process that leads.

    Raises:
        ScmError: E196 when there is none, E208 when it holds the weights alone.
    """
    found: list[Checkpoint] = []

    def read() -> list[str]:
        found.append(load_latest(run))
        if not {"training", "optimizer", "rng"} <= found[0].tensors.keys():
            message = f"the run `{run.folder}` holds the weights of a training, and not its state"
            raise ScmError([Diagnostic("E208", message, helps=("train anew, without --resume",))])
        return list(found[0].tensors)

    stems = team.lead(read)
    tensors = {stem: team.tensors(found[0].tensors[stem] if found else {}) for stem in stems}
    step, state = team.told([found[0].step, dict(found[0].state)] if found else None)
    return replace(found[0], tensors=tensors) if found else Checkpoint(step, run.folder, tensors, state)
