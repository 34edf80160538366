"""The optimiser's groups of parameters, and its state as named tensors."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from scmlang.neural.code_refinement import CodeRefinement
from scmlang.neural.ncm import NeuralCausalModel
from scmlang.train.parallel import parts
from scmlang.train.recipe import Recipe


def refinement_of(model: NeuralCausalModel) -> CodeRefinement | None:
    """The refinement of the code's flow, if the model has one."""
    flow = model.generator.flow if model.generator else None
    return flow.refinement if flow else None


def parameter_groups(model: NeuralCausalModel, recipe: Recipe) -> list[dict[str, object]]:
    """Label mechanisms at their own rate; they and the code's flow without decay.

    Decay would pull probabilities to uniform. The flow's gradient is clipped apart from the generator's, as
    the two losses have nothing to do with each other.
    """
    labels = [*model.mechanisms.parameters(), *model.shared.parameters()]
    code_flow = model.generator.flow if model.generator else None
    flow = list(code_flow.parameters()) if code_flow else []
    known = {id(parameter) for parameter in (*labels, *flow)}
    others = [parameter for parameter in model.parameters() if id(parameter) not in known]
    options = recipe.train
    return [
        {"params": others, "lr": options.lr, "weight_decay": options.weight_decay},
        {"params": labels, "lr": options.label_lr, "weight_decay": 0.0},
        *([{"params": flow, "lr": options.lr, "weight_decay": 0.0}] if flow else []),
    ]


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Its state, each tensor by the number of its parameter and what it is of it: ``3.exp_avg``."""
    state = optimizer.state_dict()["state"]
    return {f"{i}.{key}": value for i, entry in state.items() for key, value in entry.items()}


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Take over what :func:`optimizer_tensors` gave, in whole tensors, split as its parameters are."""
    state: dict[int, dict[str, Tensor]] = {}
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    for name, value in tensors.items():
        index, key = name.split(".", 1)
        parameter = parameters[int(index)]
        state.setdefault(int(index), {})[key] = parts({key: value}, {key: parameter})[key]
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
