"""Asking the model: many edits of the same images, their codes, and new images."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scmlang.neural.columns import numpy_columns, tensor_column, tensor_labels
from scmlang.neural.edit import EditOptions, counterfactual_edits
from scmlang.neural.image import Condition
from scmlang.neural.ncm import Labels, NeuralCausalModel
from scmlang.neural.pixels import to_bytes, to_unit
from scmlang.neural.plan import NeuralPlan
from scmlang.semantics.domains import Finite
from scmlang.semantics.expressions import Columns

Advance = Callable[[int], None]
SAMPLER = "ddpm"


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
    settings: Sequence[Mapping[str, int | float | NDArray[np.generic]]],
    options: EditOptions,
    advance: Advance = lambda rows: None,
) -> Answers:
    """The edits of n images under several interventions.

    Args:
        model: a trained model with an image.
        images: uint8[n, C, H, W].
        columns: the numeric values ``[n]`` of every label.
        settings: the interventions, each by variable a numeric value, or one ``[n]`` for every image.
        options: how an edit is made.
        advance: called with the number of images generated.

    Raises:
        ValueError: when the model has no image variable.
    """
    pixels = to_unit(torch.from_numpy(images)).to(model.device)
    factual = _on(model.device, tensor_labels(model.plan, columns))
    acts = [_on(model.device, _do(model, each, len(images))) for each in settings]
    reconstruction, edits = counterfactual_edits(model, pixels, factual, acts, options, advance)
    return Answers(
        _bytes(reconstruction),
        [_values(model.plan, edit.counterfactual, columns) for edit in edits],
        [_bytes(edit.edited) for edit in edits],
    )


def _bytes(images: Tensor) -> NDArray[np.uint8]:
    pixels: NDArray[np.uint8] = to_bytes(images).cpu().numpy()
    return pixels


def _do(
    model: NeuralCausalModel, settings: Mapping[str, int | float | NDArray[np.generic]], n: int
) -> dict[str, Tensor]:
    columns = {name: np.array(np.broadcast_to(value, (n,))) for name, value in settings.items()}
    return {name: tensor_column(model.plan.label(name), value) for name, value in columns.items()}


@torch.no_grad()
def codes(
    model: NeuralCausalModel, images: NDArray[np.uint8], columns: Columns, seed: int, batch: int = 512
) -> dict[str, Tensor]:
    """The ``mean`` and a ``draw`` of the exogenous code, float32 ``[n, d]``; empty where there is no code.

    It is u = g⁻¹(z; v) of the mean and of a draw of q(z | I, v), and z itself in a model without a flow g.

    Args:
        model: a trained model with an image.
        images: uint8[n, C, H, W].
        columns: the numeric values ``[n]`` of every label.
        seed: of the draw.
        batch: rows per forward pass.
    """
    generator = model.generator
    if generator is None or generator.code_encoder is None:
        return {}
    noise = torch.Generator().manual_seed(seed)
    labels = tensor_labels(model.plan, columns)
    found: dict[str, list[Tensor]] = {"mean": [], "draw": []}
    for start in range(0, len(images), batch):
        rows = slice(start, start + batch)
        pixels = to_unit(torch.from_numpy(images[rows])).to(model.device)
        here = _on(model.device, {name: value[rows] for name, value in labels.items()})
        condition = generator.condition(model.vectors(here, pixels))
        code = generator.encode(pixels, condition)
        found["mean"].append(generator.code_noise(code.mean, condition).flatten(1).cpu())
        found["draw"].append(generator.code_noise(code.sample(noise), condition).flatten(1).cpu())
    return {name: torch.cat(parts) for name, parts in found.items()}


@torch.no_grad()
def new_images(
    model: NeuralCausalModel, n: int, steps: int, seed: int, batch: int = 128
) -> NDArray[np.uint8]:
    """Draws from the model's own P(I), uint8[n, C, H, W]: labels, code and noise from their priors.

    Args:
        model: a trained model with an image, whose labels can be sampled without one.
        n: how many.
        steps: sampling steps.
        seed: of every random draw.
        batch: rows per forward pass.

    Raises:
        ValueError: when the model has no image variable.
    """
    generator = model.generator
    if generator is None:
        raise ValueError("the model has no image variable to sample")
    noise = torch.Generator().manual_seed(seed)
    labels = model.sample_labels(n, {}, noise)
    code = torch.randn((n, *generator.code_shape), generator=noise).to(model.device)
    parts = []
    for start in range(0, n, batch):
        rows = slice(start, start + batch)
        vectors = model.vectors({name: value[rows] for name, value in labels.items()})
        there = generator.respond_code(code[rows], generator.condition(vectors))
        parts.append(generator.sample(Condition(vectors, there, {}), SAMPLER, steps, noise))
    return _bytes(torch.cat(parts))


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
