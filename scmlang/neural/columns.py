"""Between columns of numeric values, as data and people have them, and the network's label columns.

A value of a finite variable becomes its level index (int64), a real one stays what it is (float32).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scmlang.neural.plan import LabelPlan, NeuralPlan
from scmlang.semantics.domains import Finite

Columns = Mapping[str, NDArray[np.generic]]


def tensor_labels(plan: NeuralPlan, columns: Columns) -> dict[str, Tensor]:
    """Label columns of data columns: every label variable, each ``[n]``."""
    return {label.name: tensor_column(label, columns[label.name]) for label in plan.labels}


def tensor_column(label: LabelPlan, values: NDArray[np.generic]) -> Tensor:
    """One label column ``[n]`` of numeric values ``[n]``."""
    if isinstance(label.domain, Finite):
        return torch.from_numpy(values.astype(np.int64) - label.domain.offset)
    return torch.from_numpy(values.astype(np.float32))


def numpy_columns(plan: NeuralPlan, labels: Mapping[str, Tensor]) -> dict[str, NDArray[np.generic]]:
    """The inverse of :func:`tensor_labels`."""
    columns: dict[str, NDArray[np.generic]] = {}
    for label in plan.labels:
        values = labels[label.name].cpu().numpy()
        columns[label.name] = values + label.domain.offset if isinstance(label.domain, Finite) else values
    return columns


def shown(label: LabelPlan, value: Tensor) -> str | int | float:
    """One value as people write it: a level name, an integer, or a real number."""
    if isinstance(label.domain, Finite):
        number = int(value) + label.domain.offset
        return label.domain.level(number) if label.domain.names else number
    return float(value)
