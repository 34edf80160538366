"""Counterfactual queries about images, answered by a trained model.

An answer says of itself that it is *estimated*: counterfactuals of images are not identifiable from
observations (Pan & Bareinboim, arXiv:2403.09683), so besides the data it rests on the model's diagram and on
how its mechanisms let noise in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray

from scmlang.identify.standing import Standing
from scmlang.neural.columns import shown, tensor_column
from scmlang.neural.edit import Edit, EditOptions, counterfactual_edit
from scmlang.neural.ncm import Labels, NeuralCausalModel
from scmlang.neural.pixels import to_bytes, to_unit
from scmlang.neural.readings import Readings, read_labels
from scmlang.semantics.domains import Finite

Level = str | int | float
STATUS = "estimated from the learned model, not identified"


@dataclass(frozen=True)
class Subject:
    """An image that a query is about.

    Attributes:
        file: where it came from, for people.
        image: uint8 ``[C, H, W]``.
        known: numeric values of the labels that are given; the others are recognised.
    """

    file: str
    image: NDArray[np.uint8] = field(repr=False)
    known: Mapping[str, float]


@dataclass(frozen=True)
class LabelChance:
    """How probable a level of a label is under the intervention, given the picture.

    Where labels of the picture were recognised, chances and bounds are means over what these may be.

    Attributes:
        variable, level: as people write them.
        p: by the learned model.
        bounds: by all models of the diagram that have the learned distribution of the labels; None where they
            were not computed.
        identifiable: whether that distribution and the diagram determine the chance; None where that has not
            been decided.
        standard_error: of ``p`` where it is a share of draws; None where it was summed.
    """

    variable: str
    level: str
    p: float
    bounds: tuple[float, float] | None = None
    identifiable: bool | None = None
    standard_error: float | None = None


@dataclass(frozen=True)
class ImageAnswer:
    """One image's answer.

    Attributes:
        file: the subject's.
        factual: its labels, as people write them; of those that were recognised, the most probable.
        confidence: of each label that was recognised: the probability of the level, or the standard deviation
            of a real value.
        recognised: of each finite label that was recognised, the probability of every level.
        readings: the factual labels of every draw of the posterior. They differ from ``factual`` where the
            recogniser is not sure (:mod:`scmlang.neural.readings`).
        counterfactual: the labels of every draw, given its own ``readings``.
        reconstruction_l1: mean |reconstruction − image| on 0..255.
        labels: the chances of the labels that the intervention reaches, where they were asked for.
        factual_image, reconstruction: uint8 ``[C, H, W]``.
        counterfactual_images: uint8, one a draw.
    """

    file: str
    factual: Mapping[str, Level]
    confidence: Mapping[str, float]
    recognised: Mapping[str, Mapping[str, float]]
    readings: tuple[Mapping[str, Level], ...]
    counterfactual: tuple[Mapping[str, Level], ...]
    reconstruction_l1: float
    factual_image: NDArray[np.uint8] = field(repr=False)
    reconstruction: NDArray[np.uint8] = field(repr=False)
    counterfactual_images: tuple[NDArray[np.uint8], ...] = field(repr=False)
    labels: tuple[LabelChance, ...] = ()


@dataclass(frozen=True)
class EditAnswer:
    """The answer to a counterfactual query about images.

    Attributes:
        query: the query in canonical form.
        status: how the answer was had.
        images: one answer per subject, in order.
        samples: posterior draws per image.
        identification: whether P(V) and the diagram determine the edited picture's distribution.
    """

    query: str
    images: tuple[ImageAnswer, ...]
    samples: int
    status: str = STATUS
    identification: Standing | None = None


def edit_subjects(
    model: NeuralCausalModel,
    subjects: Sequence[Subject],
    do: Mapping[str, float],
    options: EditOptions,
    query: str,
    samples: int = 1,
) -> EditAnswer:
    """I[X=x] | I for every subject.

    A draw of the posterior draws the labels that are not given, from the recogniser's posterior, then the
    noise given all labels.

    Args:
        model: a trained model with an image.
        subjects: at least one.
        do: numeric values of the intervened label variables.
        options: of the edit; draw k uses the seed ``options.seed + k``.
        query: the query as text.
        samples: draws of the posterior, at least 1.
    """
    images = to_unit(torch.from_numpy(np.stack([subject.image for subject in subjects])))
    readings = read_labels(model, images, [subject.known for subject in subjects])
    n = len(subjects)
    action = {name: tensor_column(model.plan.label(name), np.full(n, value)) for name, value in do.items()}
    edits = [
        counterfactual_edit(model, images, readings.draw(seed), action, replace(options, seed=seed))
        for seed in range(options.seed, options.seed + samples)
    ]
    answers = tuple(_answer(model, subjects[i], i, edits, readings) for i in range(n))
    return EditAnswer(query, answers, samples)


def _answer(
    model: NeuralCausalModel, subject: Subject, i: int, edits: Sequence[Edit], readings: Readings
) -> ImageAnswer:
    reconstruction = to_bytes(edits[0].reconstruction[i])
    return ImageAnswer(
        file=subject.file,
        factual=_shown(model, readings.best(), i),
        confidence={name: float(reading.confidence()[i]) for name, reading in readings.read(i)},
        recognised=_recognised(model, readings, i),
        readings=tuple(_shown(model, edit.factual, i) for edit in edits),
        counterfactual=tuple(_shown(model, edit.counterfactual, i) for edit in edits),
        reconstruction_l1=float((edits[0].reconstruction[i] - edits[0].images[i]).abs().mean()) * 127.5,
        factual_image=subject.image,
        reconstruction=reconstruction.numpy(),
        counterfactual_images=tuple(to_bytes(edit.edited[i]).numpy() for edit in edits),
    )


def _shown(model: NeuralCausalModel, labels: Labels, i: int) -> dict[str, Level]:
    return {plan.name: shown(plan, labels[plan.name][i]) for plan in model.plan.labels}


def _recognised(model: NeuralCausalModel, readings: Readings, i: int) -> dict[str, dict[str, float]]:
    found = {}
    for name, reading in readings.read(i):
        domain = model.plan.label(name).domain
        if isinstance(domain, Finite) and reading.chances is not None:
            found[name] = dict(zip(domain.levels, reading.chances[i].tolist(), strict=True))
    return found
