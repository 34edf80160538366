"""Models from text, and the exogenous space of a model, enumerated."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scmlang.compiler import Compilation
from scmlang.exact.noise import Noise
from scmlang.semantics.distributions import respond
from scmlang.semantics.model import Assignment, CausalModel, Draw, Render, Role, Table

EXAMPLES = Path(__file__).parents[2] / "examples"


def model_from(text: str) -> CausalModel:
    return Compilation.from_text(text, "test.scm").model


def example(name: str) -> CausalModel:
    return Compilation.from_file(EXAMPLES / name).model


def enumerate_noise(model: CausalModel, cells: int = 20) -> tuple[Noise, NDArray[np.float64]]:
    """Every unit of a discrete model, with its probability.

    Exact where all probabilities are multiples of ``1 / cells``: the response to a uniform noise is
    then constant on each of ``cells`` intervals, and their midpoints stand for them.
    """
    midpoints = (np.arange(cells) + 0.5) / cells
    names, axes = [], []
    for name, variable in model.variables.items():
        equation = variable.equation
        if equation is None or isinstance(equation, (Assignment, Render)):
            continue
        if variable.role is Role.EXOGENOUS:
            levels, counts = np.unique(respond(equation, variable.domain, {}, midpoints), return_counts=True)
            axis = list(zip(levels.tolist(), (counts / cells).tolist(), strict=True))
        else:
            assert isinstance(equation, (Draw, Table))
            axis = [(u, 1 / cells) for u in midpoints.tolist()]
        names.append(name)
        axes.append(axis)
    rows = list(product(*axes))
    weights = np.array([np.prod([weight for _, weight in row]) for row in rows])
    columns = {name: np.array([row[i][0] for row in rows]) for i, name in enumerate(names)}
    exogenous = {v.name: columns[v.name] for v in model.exogenous if v.name in columns}
    private = {name: column for name, column in columns.items() if name not in exogenous}
    drawing = {v.name: {"rank": np.zeros(len(rows))} for v in model.endogenous if v.is_image}
    return Noise(len(rows), "train", exogenous, private, drawing), weights


def probability(event: NDArray[np.bool_], weights: NDArray[np.float64], given: object = True) -> float:
    """P(event | given) by weights."""
    condition = np.broadcast_to(np.asarray(given), event.shape)
    return float(weights[event & condition].sum() / weights[condition].sum())
