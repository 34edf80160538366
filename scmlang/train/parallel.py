"""How one training is laid over its processes: a copy of the model in each, or a part of it.

Copies (data parallelism) are accelerate's. Parts are PyTorch's ``fully_shard`` (Zhao et al., "PyTorch FSDP",
arXiv:2304.11277): every process holds its share of each parameter, of its gradient and of the optimiser's
moments, and gathers whole ones, block after block, where they are computed with.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.neural.backbone import Backbone
from scmlang.train.processes import Processes
from scmlang.train.recipe import Recipe


def check_layout(recipe: Recipe, team: Processes, refines: bool) -> None:
    """See that every process gets as many rows of every batch, that of a refinement included.

    Raises:
        ScmError: E211 when it cannot be; E214 when the launcher wants to split the model its own way.
    """
    if os.environ.get("ACCELERATE_USE_FSDP", "").lower() == "true":
        message = "`accelerate launch --use_fsdp` splits a model in ways that these checkpoints do not know"
        raise ScmError([Diagnostic("E214", message, helps=("launch without it: --set train.fsdp=true",))])
    sizes = {
        "train.batch": recipe.train.batch,
        "train.label_batch": recipe.train.label_batch,
    }
    if refines:
        sizes["code.refinement_batch"] = recipe.code.refinement_batch
    problems = [
        recipe.problem(
            key,
            "E211",
            f"{team.count} processes cannot share `{key}` {size} evenly",
            f"--set {key}={-(-size // team.count) * team.count}",
        )
        for key, size in sizes.items()
        if size % team.count
    ]
    if problems:
        raise ScmError(problems)


def split(objective: nn.Module, device: torch.device, team: Processes, recipe: Recipe) -> None:
    """Leave in this process its share of every parameter, in place.

    Each block of a backbone is gathered by itself; the small parts of the model are together.

    Raises:
        ScmError: E214 for a model with a parameter that is a single number.
    """
    team.lead(lambda: _require_divisible(objective, recipe))
    mesh = init_device_mesh(device.type, (team.count,))
    for backbone in [module for module in objective.modules() if isinstance(module, Backbone)]:
        for block in _blocks(backbone):
            fully_shard(block, mesh=mesh)
        fully_shard(backbone, mesh=mesh)
    fully_shard(objective, mesh=mesh, reshard_after_forward=False)


def _require_divisible(objective: nn.Module, recipe: Recipe) -> None:
    single = [name for name, parameter in objective.named_parameters() if parameter.dim() == 0]
    if single:
        message = f"`{single[0].removeprefix('model.')}` is one number, which cannot be split over processes"
        help_ = "without train.fsdp every process has a copy of the model"
        raise ScmError([recipe.problem("train.fsdp", "E214", message, help_)])


def _blocks(module: nn.Module) -> Iterable[nn.Module]:
    """The elements of the outermost lists of modules."""
    for child in module.children():
        yield from child.children() if isinstance(child, nn.ModuleList) else _blocks(child)


def whole(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Tensors as if nothing had been split; all processes together."""
    return {name: t.full_tensor() if isinstance(t, DTensor) else t for name, t in tensors.items()}


def parts(tensors: Mapping[str, Tensor], like: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Whole tensors laid out as others of the same names are; the inverse of :func:`whole`."""
    return {name: _part(value, like[name]) if name in like else value for name, value in tensors.items()}


def _part(value: Tensor, like: Tensor) -> Tensor:
    if not isinstance(like, DTensor) or value.shape != like.shape:
        return value
    there = value.to(like.device)
    # Everyone has the whole: nothing needs to be sent.
    return distribute_tensor(there, like.device_mesh, like.placements, src_data_rank=None)


def local(value: Tensor) -> Tensor:
    """What of a tensor is in this process."""
    return value.to_local() if isinstance(value, DTensor) else value
