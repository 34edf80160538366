"""Guidance per variable: the network's output, moved away from what it would be without a label."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from scmlang.neural.image import Condition, Generator

Network = Callable[[int, Tensor, Tensor], Tensor]


def guided(generator: Generator, condition: Condition, network: Network) -> Tensor:
    """The guided output, all branches in one forward pass.

    With o the network's output and o_(−j) its output where the vector of parent j is the null vector, it is
    o + Σ_j (w_j − 1)(o − o_(−j)): classifier-free guidance (arXiv:2207.12598) in the direction of each
    variable alone.

    Args:
        generator: whose null vectors are used.
        condition: of n rows.
        network: called once with the number k of branches, the conditions ``[k n, Σ width]`` and the codes
            of the same rows; its output has k n rows.
    """
    active = [name for name, scale in condition.guidance.items() if bool((scale != 1).any())]
    branches = 1 + len(active)
    everywhere = torch.ones(len(condition), dtype=torch.bool, device=condition.code.device)
    inputs = [generator.condition(condition.vectors)]
    inputs += [generator.condition(condition.vectors, {name: everywhere}) for name in active]
    codes = condition.code.repeat(branches, 1, 1, 1)
    outputs = network(branches, torch.cat(inputs), codes).chunk(branches)
    total = outputs[0]
    for name, without in zip(active, outputs[1:], strict=True):
        scale = condition.guidance[name][:, None, None, None] - 1
        total = total + scale * (outputs[0] - without)
    return total
