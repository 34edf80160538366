"""Sample grids on the way: what the model can do by now, on the same few images every time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scmlang.data.output import whole_file
from scmlang.data.pictures import Row, draw_grid
from scmlang.neural.edit import EditOptions, counterfactual_edit
from scmlang.neural.ncm import Labels, NeuralCausalModel
from scmlang.neural.pixels import to_bytes
from scmlang.semantics.domains import Finite
from scmlang.train.batches import TensorData

COLUMNS, STEPS = 8, 15


def preview(model: NeuralCausalModel, data: TensorData, path: Path, seed: int) -> None:
    """Write a PNG: the first images of a split, and each of them under one intervention per parent.

    Finite parents are moved to their next level, real ones to the value of the next image.
    """
    index = torch.arange(min(COLUMNS, len(data)), device=data.weight.device)
    images, labels, _ = data.rows(index)
    if images is None or model.plan.image is None or model.generator is None:
        return
    rows = [Row("factual", _pixels(images))]
    options = EditOptions(STEPS, model.generator.inversions[0], seed=seed)
    for name in model.plan.image.parents:
        do = {name: _moved(model, labels, name)}
        edit = counterfactual_edit(model, images, labels, do, options)
        if len(rows) == 1:
            rows.append(Row("reconstruction", _pixels(edit.reconstruction)))
        rows.append(Row(f"do({name}) moved", _pixels(edit.edited)))
    with whole_file(path, force=True) as stage:
        draw_grid(rows).save(stage, format="PNG")


def _moved(model: NeuralCausalModel, labels: Labels, name: str) -> Tensor:
    domain = model.plan.label(name).domain
    if isinstance(domain, Finite):
        return (labels[name] + 1) % domain.size
    return labels[name].roll(1)


def _pixels(images: Tensor) -> NDArray[np.uint8]:
    pixels: NDArray[np.uint8] = to_bytes(images).cpu().numpy()
    return pixels
