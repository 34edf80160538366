"""What the labels of one picture would have been, by draws of the posterior.

Every draw has labels of the picture (:mod:`scmlang.neural.readings`), noise abducted given all of them, and
the labels that the noise gives under the intervention. It asks nothing of the mechanisms but that they can be
abducted, so it serves where no table can be summed: with real labels, with large domains, with mechanisms
that read the image.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import torch
from torch import Tensor

from scmlang.neural.abduction import abduct, predict
from scmlang.neural.columns import tensor_column
from scmlang.neural.ncm import NeuralCausalModel
from scmlang.neural.pixels import to_unit
from scmlang.neural.plan import LabelPlan
from scmlang.neural.query import ImageAnswer
from scmlang.neural.readings import Reading, Readings
from scmlang.semantics.domains import Finite

DRAWS = 2000
_BATCH = 500


@torch.no_grad()
def estimated_chances(
    model: NeuralCausalModel,
    answer: ImageAnswer,
    do: Mapping[str, float],
    names: Iterable[str],
    draws: int = DRAWS,
    seed: int = 0,
) -> dict[str, Tensor]:
    """The share of the draws in which each level of some finite labels occurs, float64 ``[levels]``.

    Args:
        model: the trained model.
        answer: of the picture; what it says of its labels is used.
        do: numeric values of the intervened labels.
        names: finite labels.
        draws: of the posterior; a share p has the standard error √(p (1 − p) / draws).
        seed: of the draws.
    """
    labels = Readings({p.name: _reading(p, answer, draws) for p in model.plan.labels}).draw(seed)
    one = to_unit(torch.from_numpy(answer.factual_image)) if model.reads_image else None
    generator = torch.Generator().manual_seed(seed)
    worlds = []
    for start in range(0, draws, _BATCH):
        part = {name: value[start : start + _BATCH] for name, value in labels.items()}
        n = min(_BATCH, draws - start)
        image = None if one is None else one.expand(n, *one.shape)
        action = {name: tensor_column(model.plan.label(name), np.full(n, v)) for name, v in do.items()}
        worlds.append(predict(model, abduct(model, part, image, generator), part, action, image))
    return {
        name: _shares(model.plan.label(name), torch.cat([world[name] for world in worlds])) for name in names
    }


def _shares(plan: LabelPlan, value: Tensor) -> Tensor:
    if not isinstance(plan.domain, Finite):
        raise TypeError(f"{plan.name} is not finite")
    return torch.bincount(value, minlength=plan.domain.size).double() / len(value)


def _reading(plan: LabelPlan, answer: ImageAnswer, n: int) -> Reading:
    given = torch.full((n,), plan.name not in answer.confidence)
    if not isinstance(plan.domain, Finite):
        best = torch.full((n,), float(answer.factual[plan.name]))
        return Reading(best, None, torch.full((n,), answer.confidence.get(plan.name, 0.0)), given)
    level = str(answer.factual[plan.name])
    read = answer.recognised.get(plan.name, {level: 1.0})
    chances = torch.tensor([read.get(one, 0.0) for one in plan.domain.levels], dtype=torch.float64)
    table = chances.expand(n, -1)
    return Reading(table.argmax(1), table, None, given)
