"""The evaluation of a trained model against the truth, from the first image to the report."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scmlang.diagnostics.base import InternalError
from scmlang.evaluate.classifier import Judge, JudgeOptions, Labelled, read_scores
from scmlang.evaluate.edits import Answers, answer
from scmlang.evaluate.gallery import gallery
from scmlang.evaluate.interventions import Act, default_acts
from scmlang.evaluate.judge import MARGINAL, obtain_judge
from scmlang.evaluate.metrics import absolute_error, bootstrap
from scmlang.evaluate.report import Composition, JudgeScore, Provenance, Report
from scmlang.evaluate.scores import World, score
from scmlang.evaluate.tables import ROWS, compare_distributions
from scmlang.evaluate.truth import Truth, Units
from scmlang.neural.edit import EditOptions
from scmlang.neural.ncm import NeuralCausalModel
from scmlang.semantics.domains import Finite
from scmlang.semantics.model import CausalModel

Progress = Callable[[str, int, int], None]


class Subject(Protocol):
    """What is evaluated: a trained model, and where it came from."""

    @property
    def causal_model(self) -> CausalModel: ...

    @property
    def model(self) -> NeuralCausalModel: ...

    @property
    def step(self) -> int: ...


@dataclass(frozen=True)
class Options:
    """How a model is evaluated.

    Attributes:
        edit: how edits are made; its seed is that of everything random.
        cycles: how often the null intervention is repeated, for composition.
        judge: how the judge is trained.
        rows: drawn from each model to compare distributions.
    """

    edit: EditOptions = field(default_factory=EditOptions)
    cycles: int = 1
    judge: JudgeOptions = field(default_factory=JudgeOptions)
    rows: int = ROWS


def evaluate(
    subject: Subject,
    units: Units,
    acts: Sequence[Act],
    options: Options,
    *,
    run: str = "",
    folder: Path | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> Report:
    """Hold a trained model against the truth.

    Args:
        subject: the trained model.
        units: the held-out units.
        acts: the interventions; none stands for the default ones.
        options: how.
        run: its name, for the report.
        folder: where judges are kept.
        progress: called with a stage, the work done in it and all of its work.

    Raises:
        ScmError: E234 when the judge cannot be kept.
    """
    model, truth, seed = subject.model, units.truth, options.edit.seed
    parents = _image_parents(model)
    if not acts:
        acts = default_acts(subject.causal_model, parents, truth.sample(MARGINAL, seed))
    steps = _Counter("training the judge", options.judge.steps, progress)
    judge = obtain_judge(truth, parents, options.judge, folder, steps)
    total = len(units) * (len(acts) + options.cycles)
    images = _Counter("editing images", total, progress)
    settings = [act.settings for act in acts]
    answers = answer(model, units.split.images, units.split.columns, settings, options.edit, images)
    worlds = [_world(units, judge, act, answers, i) for i, act in enumerate(acts)]
    return Report(
        provenance=_provenance(subject, units, options, run),
        judge=_judge_scores(judge, units),
        jitter=judge.jitter,
        composition=_composition(model, units, answers, options, images),
        effects=tuple(score(units, world, seed) for world in worlds),
        distributions=()
        if model.reads_image
        else compare_distributions(model, truth, acts, seed, options.rows),
        notes=_notes(model, units),
        galleries=tuple(gallery(units, world, answers.reconstruction) for world in worlds),
    )


class _Counter:
    """Adds up the work of a stage and reports it."""

    def __init__(self, stage: str, total: int, progress: Progress) -> None:
        self.stage, self.total, self.done, self.progress = stage, total, 0, progress

    def __call__(self, more: int) -> None:
        self.done += more
        self.progress(self.stage, self.done, max(self.total, self.done))


def _world(units: Units, judge: Judge, act: Act, answers: Answers, i: int) -> World:
    responses = units.responses(act.settings)
    edited = answers.edited[i]
    return World(act, answers.labels[i], edited, judge.read(edited), responses, units.images(responses))


def _composition(
    model: NeuralCausalModel, units: Units, answers: Answers, options: Options, advance: Callable[[int], None]
) -> tuple[Composition, ...]:
    """The error after one cycle, and after all of them where they are more."""
    current = answers.reconstruction
    found = [_drift(1, current, units, options)]
    for cycle in range(1, options.cycles):
        edit = replace(options.edit, seed=options.edit.seed + cycle)
        current = answer(model, current, units.split.columns, [], edit, advance).reconstruction
    if options.cycles > 1:
        found.append(_drift(options.cycles, current, units, options))
    return tuple(found)


def _drift(cycles: int, images: NDArray[np.uint8], units: Units, options: Options) -> Composition:
    return Composition(cycles, bootstrap(absolute_error(images, units.split.images), options.edit.seed))


def _judge_scores(judge: Judge, units: Units) -> tuple[JudgeScore, ...]:
    observed = read_scores(judge, Labelled(units.split.images, units.split.columns))
    return tuple(
        JudgeScore(
            head.name,
            "accuracy" if isinstance(head.domain, Finite) else "R²",
            judge.scores[head.name],
            observed[head.name],
        )
        for head in judge.heads
    )


def _provenance(subject: Subject, units: Units, options: Options, run: str) -> Provenance:
    truth: Truth = units.truth
    guidance: Mapping[str, float] = options.edit.guidance or {}
    return Provenance(
        learner=subject.causal_model.name,
        run=run,
        step=subject.step,
        truth=truth.model.name,
        truth_sha256=hashlib.sha256(truth.model.source.text.encode()).hexdigest(),
        data=str(truth.data),
        split=units.split.name,
        images=len(units),
        steps=options.edit.steps,
        inversion=options.edit.inversion,
        guidance=dict(guidance),
        seed=options.edit.seed,
        scmlang=version("scmlang"),
    )


def _notes(model: NeuralCausalModel, units: Units) -> tuple[str, ...]:
    notes = []
    hidden = [name for name in units.split.columns if name not in _image_parents(model)]
    if hidden:
        notes.append(f"the image does not show {', '.join(hidden)}, so nothing is read off images there")
    if model.reads_image:
        names = ", ".join(model.reads_image)
        notes.append(f"the mechanism of {names} reads the image, so labels cannot be sampled without one")
    return tuple(notes)


def _image_parents(model: NeuralCausalModel) -> tuple[str, ...]:
    if model.plan.image is None:
        raise InternalError("a model without an image is evaluated on images")
    return model.plan.image.parents
