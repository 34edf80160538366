"""Guidance per variable: the network's output, moved away from what it would be without a label."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from scmlang.neural.image import Condition, Generator

Network = Callable[[Tensor, Tensor, Tensor], Tensor]


def guided(generator: Generator, condition: Condition, network: Network) -> Tensor:
    """The guided output, all branches in one forward pass.

    With o the network's output and o_(−j) its output where the vector of parent j is the null vector, it is
    o + Σ_j (w_j − 1)(o − o_(−j)): classifier-free guidance (arXiv:2207.12598) in the direction of each
    variable alone.

    Args:
        generator: whose null vectors are used.
        condition: of n rows.
        network: called once with the rows ``[m]`` that it is to work on, and their conditions
            ``[m, Σ width]`` and codes; its output has m rows. A row is there once, and once more for every
            parent that guides it.
    """
    active = {name: (scale != 1).nonzero()[:, 0] for name, scale in condition.guidance.items()}
    active = {name: rows for name, rows in active.items() if len(rows)}
    every = torch.arange(len(condition), device=condition.code.device)
    inputs = [generator.condition(condition.vectors)]
    for name, rows in active.items():
        vectors = {parent: value[rows] for parent, value in condition.vectors.items()}
        inputs.append(generator.condition(vectors, {name: torch.ones_like(rows, dtype=torch.bool)}))
    rows = torch.cat([every, *active.values()])
    output = network(rows, torch.cat(inputs), condition.code[rows])
    whole = output[: len(every)]
    total, end = whole.clone(), len(every)
    for name, rows in active.items():
        start, end = end, end + len(rows)
        scale = condition.guidance[name][rows, None, None, None] - 1
        total[rows] += scale.to(whole.dtype) * (whole[rows] - output[start:end])
    return total
