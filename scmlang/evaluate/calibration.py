"""Calibration of guidance: for each label the least scale with which edits reach their target.

Guidance presses a picture towards a label, and too much of it harms the rest. How much is needed depends on
the label and on the trained weights, so it is measured: held-out pictures are edited to another level of one
label, all others held, and the judge reads what they show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scmlang.evaluate.classifier import Judge
from scmlang.evaluate.edits import answer
from scmlang.neural.edit import EditOptions
from scmlang.neural.ncm import NeuralCausalModel
from scmlang.semantics.domains import Finite
from scmlang.semantics.expressions import Columns
from scmlang.train.calibration import Trial

GRID = (1.0, 1.5, 2.0, 3.0, 4.0)
TARGET = 0.98
TOLERANCE = 0.01
Advance = Callable[[int], None]


def calibrate(
    model: NeuralCausalModel,
    judge: Judge,
    images: NDArray[np.uint8],
    columns: Columns,
    options: EditOptions,
    *,
    grid: Sequence[float] = GRID,
    target: float = TARGET,
    advance: Advance = lambda rows: None,
) -> tuple[dict[str, float], tuple[Trial, ...]]:
    """The scale of every finite label that causes the image, and what was tried.

    Scales are tried in ascending order until one reaches the target, for every label on its own.

    Args:
        model: a trained model with an image.
        judge: reads the labels, and has seen no generated picture.
        images: uint8[n, C, H, W] that the model was not trained on; columns: their labels.
        options: how edits are made; their guidance is not used.
        grid: the scales, 1 among them.
        target: the share of edits in which the new level is to be recognised.
        advance: called with the number of images edited.
    """
    finite = [head.name for head in judge.heads if isinstance(head.domain, Finite) and head.domain.size > 1]
    before = judge.read(images)
    trials: list[Trial] = []
    open_ = dict(zip(finite, _targets(model, finite, columns, options.seed), strict=True))
    for scale in sorted(grid):
        trials += _tried(model, judge, images, columns, options, open_, before, scale, advance)
        reached = {trial.variable for trial in trials if trial.reached >= target}
        open_ = {name: levels for name, levels in open_.items() if name not in reached}
        if not open_:
            break
    chosen = {name: choose([t for t in trials if t.variable == name], target) for name in finite}
    return chosen, tuple(sorted(trials, key=lambda trial: (finite.index(trial.variable), trial.scale)))


def choose(trials: Sequence[Trial], target: float, tolerance: float = TOLERANCE) -> float:
    """The least scale that reaches the target and keeps the rest.

    It keeps the rest where it does so as well as the first scale, up to the tolerance. Where none of these
    reaches the target, it is the one that reaches most.
    """
    first = min(trials, key=lambda trial: trial.scale)
    harmless = [trial for trial in trials if trial.kept >= first.kept - tolerance]
    enough = [trial for trial in harmless if trial.reached >= target]
    if enough:
        return min(trial.scale for trial in enough)
    return max(harmless, key=lambda trial: (trial.reached, -trial.scale)).scale


def _targets(
    model: NeuralCausalModel, names: Sequence[str], columns: Columns, seed: int
) -> list[NDArray[np.int64]]:
    """For every label another level of every picture, all as likely."""
    rng = np.random.default_rng([seed, 2])
    found = []
    for name in names:
        domain = model.plan.label(name).domain
        if not isinstance(domain, Finite):
            raise TypeError(f"{name} is not finite")
        level = np.asarray(columns[name], np.int64) - domain.offset
        other = (level + rng.integers(1, domain.size, len(level))) % domain.size
        found.append(other + domain.offset)
    return found


def _tried(
    model: NeuralCausalModel,
    judge: Judge,
    images: NDArray[np.uint8],
    columns: Columns,
    options: EditOptions,
    targets: Mapping[str, NDArray[np.int64]],
    before: Mapping[str, NDArray[np.generic]],
    scale: float,
    advance: Advance,
) -> list[Trial]:
    held = {label.name: np.asarray(columns[label.name]) for label in model.plan.labels}
    acts = [{**held, name: levels} for name, levels in targets.items()]
    guided = replace(options, guidance=dict.fromkeys(targets, scale))
    edited = answer(model, images, columns, acts, guided, advance).edited
    trials = []
    for (name, levels), pictures in zip(targets.items(), edited, strict=True):
        seen = judge.read(pictures)
        others = [head.name for head in judge.heads if head.name != name and isinstance(head.domain, Finite)]
        kept = [float((seen[other] == before[other]).mean()) for other in others]
        reached = float((seen[name] == levels).mean())
        trials.append(
            Trial(
                variable=name, scale=scale, images=len(levels), reached=reached, kept=min(kept, default=1.0)
            )
        )
    return trials
