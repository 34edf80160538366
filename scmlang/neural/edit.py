"""The counterfactual edit I[X=x] | I: abduction, action, prediction.

Abduct the labels' noise (:mod:`scmlang.neural.abduction`), the semantic code z (the mean of q(z | I, v)) and
the diffusion noise (:mod:`scmlang.neural.inversion`); act by cutting the arrows into X; predict the labels in
topological order and the image from the new v with the same z and noise. The image is then one draw from
P(I_x | I, labels) under the learned model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from scmlang.neural.abduction import abduct, predict
from scmlang.neural.generator import DiffusionGenerator
from scmlang.neural.inversion import Condition, DdimInversion, EditFriendlyInversion, Inversion
from scmlang.neural.ncm import Labels, NeuralCausalModel


@dataclass(frozen=True)
class EditOptions:
    """How an edit is made.

    Attributes:
        steps: sampling steps, hence network evaluations per inversion and per replay.
        inversion: ``edit_friendly`` or ``ddim``.
        guidance: guidance scale per parent of the image, used where its value changed; 1 when absent.
        seed: of every random draw.
        batch: rows per forward pass.
    """

    steps: int = 30
    inversion: str = "edit_friendly"
    guidance: Mapping[str, float] | None = None
    seed: int = 0
    batch: int = 128


@dataclass(frozen=True)
class Edit:
    """Factual and counterfactual, row by row.

    Attributes:
        factual, counterfactual: label columns ``[n]``.
        images: the images given, ``[n, C, H, W]`` in [−1, 1].
        reconstruction: the same noise under the factual labels.
        edited: the same noise under the counterfactual labels.
    """

    factual: Labels
    counterfactual: Labels
    images: Tensor
    reconstruction: Tensor
    edited: Tensor


@torch.no_grad()
def counterfactual_edit(
    model: NeuralCausalModel, images: Tensor, labels: Labels, do: Labels, options: EditOptions
) -> Edit:
    """I[X=x] | I for every row.

    Args:
        model: a trained model with an image.
        images: ``[n, C, H, W]`` in [−1, 1].
        labels: every label column ``[n]``, given or recognised.
        do: the intervention, values ``[n]``.
        options: steps, inversion, guidance, seed.

    Raises:
        ValueError: when the model has no image variable.
    """
    if model.generator is None:
        raise ValueError("the model has no image variable to edit")
    seed = torch.Generator().manual_seed(options.seed)
    noise = abduct(model, labels, images, seed)
    counterfactual = predict(model, noise, labels, do, images)
    parts = []
    for start in range(0, len(images), options.batch):
        rows = slice(start, start + options.batch)
        parts.append(
            _edit_rows(
                model,
                model.generator,
                images[rows],
                {name: value[rows] for name, value in labels.items()},
                {name: value[rows] for name, value in counterfactual.items()},
                options,
                seed,
            )
        )
    reconstruction = torch.cat([part[0] for part in parts])
    edited = torch.cat([part[1] for part in parts])
    return Edit(labels, counterfactual, images, reconstruction, edited)


def _edit_rows(
    model: NeuralCausalModel,
    generator: DiffusionGenerator,
    images: Tensor,
    labels: Labels,
    counterfactual: Labels,
    options: EditOptions,
    seed: torch.Generator,
) -> tuple[Tensor, Tensor]:
    vectors = model.vectors(labels)
    code = generator.encode(images, generator.condition(vectors)).mean
    factual = Condition(vectors, code, {})
    guidance = {
        name: torch.where(counterfactual[name] == labels[name], 1.0, scale)
        for name, scale in (options.guidance or {}).items()
        if name in vectors
    }
    acted = Condition(model.vectors(counterfactual), code, guidance)
    inversion: Inversion
    if options.inversion == "ddim":
        inversion = DdimInversion.invert(generator, images, factual, options.steps)
    else:
        inversion = EditFriendlyInversion.invert(generator, images, factual, options.steps, seed)
    return inversion.replay(generator, factual), inversion.replay(generator, acted)
