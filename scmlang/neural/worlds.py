"""The counterfactual posterior of a picture's labels, configuration by configuration, and a picture of each.

Given the picture, the labels under an intervention have a distribution: that of f(U) with U from the
posterior of the labels' noise. It is had by drawing that noise many times, for which the image's network is
not asked; then one picture is made of each of the most probable configurations, with the image's noise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scmlang.neural.abduction import abduct, predict
from scmlang.neural.columns import shown, tensor_column
from scmlang.neural.edit import EditOptions, counterfactual_edits
from scmlang.neural.ncm import Labels, NeuralCausalModel
from scmlang.neural.pixels import to_bytes, to_unit
from scmlang.neural.query import Level, Subject
from scmlang.neural.readings import Reading, Readings, read_labels
from scmlang.semantics.domains import Finite

DRAWS = 4096


@dataclass(frozen=True)
class World:
    """One configuration of the labels under the intervention.

    Attributes:
        labels: as people write them.
        p: its probability under the counterfactual posterior, a share of draws.
        image: the picture of it, uint8 ``[C, H, W]``.
    """

    labels: Mapping[str, Level]
    p: float
    image: NDArray[np.uint8] = field(repr=False)


@dataclass(frozen=True)
class Strip:
    """What one picture would have been.

    Attributes:
        file: the subject's.
        factual: its labels; of those that were recognised, the most probable.
        factual_image: uint8 ``[C, H, W]``.
        worlds: the most probable first.
        draws: of the labels' noise, from which the probabilities are.
    """

    file: str
    factual: Mapping[str, Level]
    factual_image: NDArray[np.uint8] = field(repr=False)
    worlds: tuple[World, ...]
    draws: int

    @property
    def rest(self) -> float:
        """The probability of all configurations that are not shown."""
        return max(0.0, 1 - sum(world.p for world in self.worlds))


def strips(
    model: NeuralCausalModel,
    subjects: Sequence[Subject],
    do: Mapping[str, float],
    options: EditOptions,
    most: int,
    draws: int = DRAWS,
) -> list[Strip]:
    """The most probable counterfactual label configurations of every subject, with a picture of each.

    The image is inverted under its most probable labels. Where labels that are drawn are real, no two draws
    are alike: then ``most`` draws are made, all as probable.

    Args:
        model: a trained model with an image.
        subjects: at least one.
        do: numeric values of the intervened label variables.
        options: of the edits.
        most: configurations of a subject, at least 1.
        draws: of the labels' noise.
    """
    images = to_unit(torch.from_numpy(np.stack([subject.image for subject in subjects])))
    readings = read_labels(model, images, [subject.known for subject in subjects])
    n = most if _draws_reals(model, do, readings) else draws
    found = [_posterior(model, images[i], readings, i, do, options.seed, n) for i in range(len(subjects))]
    found = [(labels[:most], p[:most]) for labels, p in found]
    factual = readings.best()
    acts = [_ranked(model, found, factual, rank) for rank in range(max(len(p) for _, p in found))]
    _, edits = counterfactual_edits(model, images, factual, acts, options)
    return [
        Strip(
            subject.file,
            _shown(model, factual, i),
            subject.image,
            tuple(
                World(_shown(model, acts[rank], i), float(p), to_bytes(edits[rank].edited[i]).numpy())
                for rank, p in enumerate(found[i][1])
            ),
            n,
        )
        for i, subject in enumerate(subjects)
    ]


@torch.no_grad()
def _posterior(
    model: NeuralCausalModel,
    image: Tensor,
    readings: Readings,
    i: int,
    do: Mapping[str, float],
    seed: int,
    n: int,
) -> tuple[Tensor, Tensor]:
    """Distinct configurations float64 ``[k, labels]`` and their shares ``[k]``, the most frequent first."""
    images = image.expand(n, *image.shape)
    labels = Readings({name: _row(reading, i, n) for name, reading in readings.of.items()}).draw(seed)
    noise = abduct(model, labels, images, torch.Generator().manual_seed(seed))
    action = {name: tensor_column(model.plan.label(name), np.full(n, value)) for name, value in do.items()}
    world = predict(model, noise, labels, action, images)
    rows = np.stack([world[plan.name].double().cpu().numpy() for plan in model.plan.labels], 1)
    distinct, counts = np.unique(rows, axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return torch.from_numpy(distinct[order]), torch.from_numpy(counts[order] / n)


def _row(reading: Reading, i: int, n: int) -> Reading:
    """What is known of picture i, n times."""
    chances = None if reading.chances is None else reading.chances[i].expand(n, -1)
    deviation = None if reading.deviation is None else reading.deviation[i].expand(n)
    return Reading(reading.best[i].expand(n), chances, deviation, reading.given[i].expand(n))


def _ranked(
    model: NeuralCausalModel, found: Sequence[tuple[Tensor, Tensor]], factual: Labels, rank: int
) -> dict[str, Tensor]:
    """All labels of every picture's configuration of that rank; the factual ones where it has fewer."""
    acts = {name: column.clone() for name, column in factual.items()}
    for i, (labels, _) in enumerate(found):
        if rank < len(labels):
            for plan, value in zip(model.plan.labels, labels[rank], strict=True):
                acts[plan.name][i] = value.to(acts[plan.name].dtype)
    return acts


def _draws_reals(model: NeuralCausalModel, do: Mapping[str, float], readings: Readings) -> bool:
    """Whether a real label is drawn: one that the intervention reaches, or that was recognised."""
    reached = model.plan.descendants(frozenset(do)) - set(do)
    return any(
        plan.name in reached or (plan.name not in do and not bool(readings.of[plan.name].given.all()))
        for plan in model.plan.labels
        if not isinstance(plan.domain, Finite)
    )


def _shown(model: NeuralCausalModel, labels: Labels, i: int) -> dict[str, Level]:
    return {plan.name: shown(plan, labels[plan.name][i]) for plan in model.plan.labels}
