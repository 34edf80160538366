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
from torch import Tensor

from scmlang.identify.standing import Standing
from scmlang.neural.columns import shown, tensor_column
from scmlang.neural.edit import Edit, EditOptions, counterfactual_edit
from scmlang.neural.embeddings import RealAutoencoder
from scmlang.neural.labels import CategoricalRecognition
from scmlang.neural.ncm import NeuralCausalModel
from scmlang.neural.pixels import to_bytes, to_unit

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
    """How probable a level of a label is under the intervention, given the labels of the picture.

    Attributes:
        variable, level: as people write them.
        p: by the learned model.
        bounds: by all models of the diagram that have the learned distribution of the labels; None where they
            were not computed.
        identifiable: whether that distribution and the diagram determine the chance; None where that has not
            been decided.
    """

    variable: str
    level: str
    p: float
    bounds: tuple[float, float] | None = None
    identifiable: bool | None = None


@dataclass(frozen=True)
class ImageAnswer:
    """One image's answer.

    Attributes:
        file: the subject's.
        factual: its labels, as people write them.
        confidence: of each label that was recognised, see :class:`~scmlang.neural.recognition.Recognised`.
        counterfactual: the labels of every draw of the posterior, the first one first.
        reconstruction_l1: mean |reconstruction − image| on 0..255.
        labels: the chances of the labels that the intervention reaches, where they were asked for.
        factual_image, reconstruction: uint8 ``[C, H, W]``.
        counterfactual_images: uint8, one a draw.
    """

    file: str
    factual: Mapping[str, Level]
    confidence: Mapping[str, float]
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

    Args:
        model: a trained model with an image.
        subjects: at least one.
        do: numeric values of the intervened label variables.
        options: of the edit; draw k uses the seed ``options.seed + k``.
        query: the query as text.
        samples: draws of the posterior, at least 1.
    """
    images = to_unit(torch.from_numpy(np.stack([subject.image for subject in subjects])))
    labels, confidence = complete_labels(model, images, subjects)
    n = len(subjects)
    action = {name: tensor_column(model.plan.label(name), np.full(n, value)) for name, value in do.items()}
    edits = [
        counterfactual_edit(model, images, labels, action, replace(options, seed=options.seed + k))
        for k in range(samples)
    ]
    answers = tuple(_answer(model, subjects[i], i, edits, confidence[i]) for i in range(n))
    return EditAnswer(query, answers, samples)


@torch.no_grad()
def complete_labels(
    model: NeuralCausalModel, images: Tensor, subjects: Sequence[Subject]
) -> tuple[dict[str, Tensor], list[dict[str, float]]]:
    """Every label column, known or recognised, and per subject the confidence of the recognised ones."""
    if model.recogniser is None:
        raise ValueError("the model has no image variable to recognise labels from")
    outputs = model.recogniser(images)
    labels: dict[str, Tensor] = {}
    confidence: list[dict[str, float]] = [{} for _ in subjects]
    for plan in model.plan.labels:
        values, sure = _recognised(model, plan.name, images, outputs)
        for i, subject in enumerate(subjects):
            if plan.name in subject.known:
                known = np.array([subject.known[plan.name]])
                values[i] = tensor_column(plan, known)[0]
            else:
                confidence[i][plan.name] = float(sure[i])
        labels[plan.name] = values
    return labels, confidence


def _recognised(
    model: NeuralCausalModel, name: str, images: Tensor, outputs: Mapping[str, Tensor]
) -> tuple[Tensor, Tensor]:
    """Values ``[n]`` and confidences ``[n]`` of one label, by its own mechanism if that reads the image."""
    part, mechanism = model.autoencoder(name), model.mechanism(name)
    if isinstance(part, RealAutoencoder) and model.recogniser is not None:
        error = model.recogniser.deviation(name) * part.scale
        return outputs[name][:, 0] * part.scale + part.location, error.expand(len(images))
    if isinstance(mechanism, CategoricalRecognition):
        logits = mechanism.logits({}, torch.zeros(len(images), 0, dtype=torch.int64), images)
    else:
        logits = outputs[name]
    probability, level = torch.softmax(logits, 1).max(1)
    return level, probability


def _answer(
    model: NeuralCausalModel, subject: Subject, i: int, edits: Sequence[Edit], confidence: Mapping[str, float]
) -> ImageAnswer:
    reconstruction = to_bytes(edits[0].reconstruction[i])
    return ImageAnswer(
        file=subject.file,
        factual={plan.name: shown(plan, edits[0].factual[plan.name][i]) for plan in model.plan.labels},
        confidence=confidence,
        counterfactual=tuple(
            {plan.name: shown(plan, edit.counterfactual[plan.name][i]) for plan in model.plan.labels}
            for edit in edits
        ),
        reconstruction_l1=float((edits[0].reconstruction[i] - edits[0].images[i]).abs().mean()) * 127.5,
        factual_image=subject.image,
        reconstruction=reconstruction.numpy(),
        counterfactual_images=tuple(to_bytes(edit.edited[i]).numpy() for edit in edits),
    )
