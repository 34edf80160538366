"""The distributions of the labels, learned against true: rungs one and two of the ladder."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from scmlang.evaluate.interventions import Act
from scmlang.evaluate.metrics import Floats, total_variation
from scmlang.evaluate.report import Distribution
from scmlang.evaluate.truth import Truth
from scmlang.neural.columns import numpy_columns, tensor_column
from scmlang.neural.ncm import NeuralCausalModel
from scmlang.semantics.domains import Finite
from scmlang.semantics.expressions import Columns

ROWS = 200_000
CELLS = 4096


def compare_distributions(
    model: NeuralCausalModel, truth: Truth, acts: Sequence[Act], seed: int, rows: int = ROWS
) -> tuple[Distribution, ...]:
    """P(v) and P(v | do(x)) of the finite labels, by sampling both models.

    Args:
        model: no mechanism of it reads the image.
        truth: the true model.
        acts: the interventions.
        seed: of both samples.
        rows: in each sample.
    """
    domains = {p.name: p.domain for p in model.plan.labels if isinstance(p.domain, Finite)}
    if not domains:
        return ()
    everything = [Act("", {}), *acts]
    return tuple(_compare(model, truth, domains, act, seed, rows) for act in everything)


def frequencies(columns: Columns, domains: Mapping[str, Finite]) -> Floats:
    """The relative frequency of every joint level, flat, the last variable running fastest."""
    cell = np.zeros(len(next(iter(columns.values()))), np.int64)
    for name, domain in domains.items():
        cell = cell * domain.size + (columns[name].astype(np.int64) - domain.offset)
    size = math.prod(domain.size for domain in domains.values())
    return np.bincount(cell, minlength=size) / len(cell)


@torch.no_grad()
def _learned(model: NeuralCausalModel, act: Act, seed: int, rows: int) -> dict[str, NDArray[np.generic]]:
    columns = {name: np.full(rows, value) for name, value in act.settings.items()}
    do = {n: tensor_column(model.plan.label(n), c).to(model.device) for n, c in columns.items()}
    return numpy_columns(model.plan, model.sample_labels(rows, do, torch.Generator().manual_seed(seed)))


def _compare(
    model: NeuralCausalModel, truth: Truth, domains: Mapping[str, Finite], act: Act, seed: int, rows: int
) -> Distribution:
    learned = _learned(model, act, seed, rows)
    true, again = (truth.sample(rows, seed + extra, act.settings) for extra in (1, 2))
    marginals = {
        name: total_variation(*(frequencies(each, {name: domain}) for each in (learned, true)))
        for name, domain in domains.items()
        if name not in act.settings
    }
    few = math.prod(domain.size for domain in domains.values()) <= CELLS
    p, q, r = (frequencies(each, domains) if few else None for each in (learned, true, again))
    joint = total_variation(p, q) if p is not None and q is not None else None
    floor = total_variation(q, r) if q is not None and r is not None else None
    return Distribution(act.text, joint, marginals, floor, rows)
