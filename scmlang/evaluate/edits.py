"""Asking the model: many edits of the same images, their noise abducted once.

The answer to each intervention is the one that :func:`scmlang.neural.edit.counterfactual_edit` gives to it
alone with the same options. Abduction costs as much as an edit, and here it is shared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scmlang.neural.abduction import abduct, predict
from scmlang.neural.columns import numpy_columns, tensor_column, tensor_labels
from scmlang.neural.edit import EditOptions
from scmlang.neural.generator import DiffusionGenerator
from scmlang.neural.inversion import Condition, DdimInversion, EditFriendlyInversion, Inversion
from scmlang.neural.ncm import Labels, NeuralCausalModel
from scmlang.neural.pixels import to_bytes, to_unit
from scmlang.neural.plan import NeuralPlan
from scmlang.semantics.domains import Finite
from scmlang.semantics.expressions import Columns

Advance = Callable[[int], None]


@dataclass(frozen=True)
class Answers:
    """What the model makes of n images.

    Attributes:
        reconstruction: uint8[n, C, H, W], the images under the null intervention.
        labels: for every intervention the counterfactual labels, numeric values ``[n]`` by variable.
        edited: for every intervention the images uint8[n, C, H, W].
    """

    reconstruction: NDArray[np.uint8] = field(repr=False)
    labels: Sequence[dict[str, NDArray[np.generic]]] = field(repr=False)
    edited: Sequence[NDArray[np.uint8]] = field(repr=False)


@torch.no_grad()
def answer(
    model: NeuralCausalModel,
    images: NDArray[np.uint8],
    columns: Columns,
    settings: Sequence[Mapping[str, int | float]],
    options: EditOptions,
    advance: Advance = lambda rows: None,
) -> Answers:
    """The edits of n images under several interventions.

    Args:
        model: a trained model with an image.
        images: uint8[n, C, H, W].
        columns: the numeric values ``[n]`` of every label.
        settings: the interventions, each a numeric value by variable.
        options: how an edit is made.
        advance: called with the number of images generated.

    Raises:
        ValueError: when the model has no image variable.
    """
    if model.generator is None:
        raise ValueError("the model has no image variable to edit")
    seed = torch.Generator().manual_seed(options.seed)
    pixels = to_unit(torch.from_numpy(images)).to(model.device)
    factual = _on(model.device, tensor_labels(model.plan, columns))
    noise = abduct(model, factual, pixels, seed)
    acts = [_on(model.device, _do(model, each, len(images))) for each in settings]
    worlds = [predict(model, noise, factual, do, pixels) for do in acts]
    parts = []
    for start in range(0, len(images), options.batch):
        rows = slice(start, start + options.batch)
        parts.append(
            _replays(model, model.generator, pixels[rows], rows, factual, worlds, options, seed, advance)
        )
    reconstruction, *edited = (np.concatenate(each) for each in zip(*parts, strict=True))
    return Answers(reconstruction, [_values(model.plan, world, columns) for world in worlds], edited)


def _replays(
    model: NeuralCausalModel,
    generator: DiffusionGenerator,
    images: Tensor,
    rows: slice,
    factual: Labels,
    worlds: Iterable[Labels],
    options: EditOptions,
    seed: torch.Generator,
    advance: Advance,
) -> list[NDArray[np.uint8]]:
    """The images under the factual labels and under those of every world, with the same noise."""
    here = _take(factual, rows)
    vectors = model.vectors(here)
    code = generator.encode(images, generator.condition(vectors)).mean
    conditions = [Condition(vectors, code, {})]
    for world in worlds:
        there = _take(world, rows)
        conditions.append(Condition(model.vectors(there), code, _guidance(model, here, there, options)))
    inversion = _invert(generator, images, conditions[0], options, seed)
    replays = []
    for condition in conditions:
        replays.append(to_bytes(inversion.replay(generator, condition)).cpu().numpy())
        advance(len(images))
    return replays


def _invert(
    generator: DiffusionGenerator,
    images: Tensor,
    condition: Condition,
    options: EditOptions,
    seed: torch.Generator,
) -> Inversion:
    if options.inversion == "ddim":
        return DdimInversion.invert(generator, images, condition, options.steps)
    return EditFriendlyInversion.invert(generator, images, condition, options.steps, seed)


def _guidance(
    model: NeuralCausalModel, here: Labels, there: Labels, options: EditOptions
) -> dict[str, Tensor]:
    """The scale of every row: guidance acts where the variable's value changed."""
    parents = model.plan.image.parents if model.plan.image else ()
    return {
        name: torch.where(there[name] == here[name], 1.0, scale)
        for name, scale in (options.guidance or {}).items()
        if name in parents
    }


def _do(model: NeuralCausalModel, settings: Mapping[str, int | float], n: int) -> dict[str, Tensor]:
    columns = {name: np.full(n, value) for name, value in settings.items()}
    return {name: tensor_column(model.plan.label(name), value) for name, value in columns.items()}


def _values(plan: NeuralPlan, labels: Labels, factual: Columns) -> dict[str, NDArray[np.generic]]:
    """Numeric values; a real one that is as it was is given in full precision."""
    values = numpy_columns(plan, labels)
    for label in plan.labels:
        if not isinstance(label.domain, Finite):
            before = np.asarray(factual[label.name], np.float64)
            same = values[label.name] == before.astype(np.float32)
            values[label.name] = np.where(same, before, values[label.name])
    return values


def _on(device: torch.device, labels: Labels) -> dict[str, Tensor]:
    return {name: value.to(device) for name, value in labels.items()}


def _take(labels: Labels, rows: slice) -> dict[str, Tensor]:
    return {name: value[rows] for name, value in labels.items()}
