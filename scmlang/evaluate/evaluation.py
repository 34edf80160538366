"""The evaluation of a trained model against the truth, from the first image to the report."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from scmlang.diagnostics.base import InternalError
from scmlang.evaluate.classifier import Judge, JudgeOptions, Labelled, read_scores
from scmlang.evaluate.edits import Answers, answer, codes, new_images
from scmlang.evaluate.gallery import gallery
from scmlang.evaluate.interventions import Act, default_acts
from scmlang.evaluate.judge import MARGINAL, obtain_judge
from scmlang.evaluate.learned import learned_labels
from scmlang.evaluate.probes import Coded, probe_labels
from scmlang.evaluate.realism import realism
from scmlang.evaluate.repeats import composition, reversibility
from scmlang.evaluate.report import (
    Composition,
    Inside,
    JudgeScore,
    Probe,
    Provenance,
    Realism,
    Report,
    Reversal,
)
from scmlang.evaluate.scores import score
from scmlang.evaluate.summary import with_summary
from scmlang.evaluate.tables import ROWS, compare_distributions, compare_marginals
from scmlang.evaluate.truth import Truth, Units, training_images, training_labels
from scmlang.evaluate.units import inside, staying
from scmlang.evaluate.worlds import World, altered
from scmlang.neural.edit import EditOptions
from scmlang.neural.ncm import NeuralCausalModel
from scmlang.semantics.domains import Finite
from scmlang.semantics.model import CausalModel

Progress = Callable[[str, int, int], None]


class Part(StrEnum):
    """What can be evaluated beside the edits themselves, which always are."""

    composition = "composition"
    reversibility = "reversibility"
    probes = "probes"
    distributions = "distributions"
    units = "units"
    realism = "realism"


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
        few: images that more than one edit in a row is made of: more cycles, and undoing.
        parts: what is evaluated beside the edits.
        judge: how the judge is trained.
        rows: drawn from each model to compare distributions.
        probed: training images that probes learn from.
    """

    edit: EditOptions = field(default_factory=EditOptions)
    cycles: int = 10
    few: int = 100
    parts: frozenset[Part] = frozenset(Part)
    judge: JudgeOptions = field(default_factory=JudgeOptions)
    rows: int = ROWS
    probed: int = 4_000


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
    steps = Counter("training the judge", options.judge.steps, progress)
    judge = obtain_judge(truth, parents, options.judge, folder, steps)
    images = Counter("editing images", len(units) * (1 + len(acts)), progress)
    settings = [act.settings for act in acts]
    answers = answer(model, units.split.images, units.split.columns, settings, options.edit, images)
    worlds = [_world(units, judge, act, answers, i) for i, act in enumerate(acts)]
    evaluation = _Evaluation(subject, units, worlds, answers, judge, options, progress)
    distributions = Part.distributions in options.parts and not model.reads_image
    report = Report(
        provenance=_provenance(subject, units, options, run),
        judge=_judge_scores(judge, units),
        jitter=judge.jitter,
        effects=tuple(score(units, world, seed) for world in worlds),
        composition=evaluation.composition() if Part.composition in options.parts else (),
        reversibility=evaluation.reversibility() if Part.reversibility in options.parts else (),
        probes=evaluation.probes() if Part.probes in options.parts else (),
        distributions=compare_distributions(model, truth, acts, seed, options.rows) if distributions else (),
        marginals=compare_marginals(
            model,
            subject.causal_model,
            truth,
            training_labels(truth, subject.causal_model),
            acts,
            seed,
            options.rows,
        )
        if distributions
        else (),
        staying=staying(units, worlds, seed) if Part.units in options.parts else (),
        inside=evaluation.inside() if Part.units in options.parts else (),
        realism=evaluation.realism() if Part.realism in options.parts else (),
        notes=_notes(model, units),
        galleries=tuple(gallery(units, world, answers.reconstruction) for world in worlds),
    )
    return with_summary(report, seed)


@dataclass(frozen=True)
class _Evaluation:
    """The parts that need more than the edits."""

    subject: Subject
    units: Units
    worlds: Sequence[World]
    answers: Answers
    judge: Judge
    options: Options
    progress: Progress

    @property
    def seed(self) -> int:
        return self.options.edit.seed

    def composition(self) -> tuple[Composition, ...]:
        few = min(self.options.few, len(self.units))
        done = Counter("repeating", few * (self.options.cycles - 1), self.progress)
        split, edit = self.units.split, self.options.edit
        cycles, first = self.options.cycles, self.answers.reconstruction
        return composition(self.subject.model, split, first, cycles, few, edit, done)

    def reversibility(self) -> tuple[Reversal, ...]:
        few = min(self.options.few, len(self.units))
        changed = [(world, altered(self.units, world.act)) for world in self.worlds]
        total = 2 * sum(min(few, int(rows.sum())) for _, rows in changed)
        done = Counter("undoing", total, self.progress)
        return reversibility(self.subject.model, self.units.split, changed, few, self.options.edit, done)

    def probes(self) -> tuple[Probe, ...]:
        model, split = self.subject.model, self.units.split
        training = training_images(self.units.truth, self.subject.causal_model, self.options.probed)
        learned = codes(model, training.images, training.columns, self.seed)
        tested = codes(model, split.images, split.columns, self.seed)
        return tuple(
            probe
            for name, code in learned.items()
            for probe in probe_labels(
                name,
                model.plan.labels,
                Coded(code, training.columns),
                Coded(tested[name], split.columns),
                self.seed,
            )
        )

    def inside(self) -> tuple[Inside, ...]:
        learned = learned_labels(self.subject.model, self.subject.causal_model.name)
        acts = [world.act for world in self.worlds]
        return inside(learned, self.units, acts, self.seed) if learned is not None else ()

    def realism(self) -> tuple[Realism, ...]:
        """New real pictures are drawn with the sources of the same split."""
        truth, n, seed = self.units.truth, len(self.units), self.seed
        found = []
        for world in self.worlds:
            real, again, fake = (
                self.judge.features(pictures)
                for pictures in (truth.again(n, seed + 1, world.act.settings), world.true, world.edited)
            )
            found.append(realism(world.act.text, "edited", fake, real, again, seed))
        if not self.subject.model.reads_image:
            sampled = new_images(self.subject.model, n, self.options.edit.steps, seed)
            real, again, fake = (
                self.judge.features(pictures)
                for pictures in (truth.again(n, seed + 1, {}), self.units.split.images, sampled)
            )
            found.append(realism("", "sampled", fake, real, again, seed))
        return tuple(found)


class Counter:
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
