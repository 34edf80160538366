"""The labels of the learned model: drawn from it, and as a model of the language that answers exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from scmlang.data.renderers import RENDERERS
from scmlang.diagnostics.base import ScmError
from scmlang.evaluate.interventions import Act
from scmlang.evaluate.metrics import Floats
from scmlang.exact.engine import answer
from scmlang.mechanisms import MECHANISMS
from scmlang.neural.columns import numpy_columns, tensor_column
from scmlang.neural.fitted import fitted
from scmlang.neural.ncm import NeuralCausalModel
from scmlang.semantics.check import check
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import Constant, Counterfactual, Event, Held, Probability, World
from scmlang.source import Source
from scmlang.syntax.parser import parse

Settings = Mapping[str, int | float]


@torch.no_grad()
def draw_labels(model: NeuralCausalModel, act: Act, seed: int, rows: int) -> dict[str, NDArray[np.generic]]:
    """Numeric values of ``rows`` units of the learned model under an intervention."""
    columns = {name: np.full(rows, value) for name, value in act.settings.items()}
    do = {n: tensor_column(model.plan.label(n), c).to(model.device) for n, c in columns.items()}
    return numpy_columns(model.plan, model.sample_labels(rows, do, torch.Generator().manual_seed(seed)))


def learned_labels(model: NeuralCausalModel, name: str) -> CausalModel | None:
    """The learned model of the labels, fully specified; None where nothing of it can be written."""
    text = fitted(model, name).text
    if not text:
        return None
    source = Source(f"{name}, as learned", text)
    return check(parse(source), source, renderers=RENDERERS, mechanisms=MECHANISMS).model


def world_of(settings: Settings) -> World:
    """The subscript of an intervention."""
    return tuple(Held(name, value) for name, value in settings.items())


def given(values: Settings) -> tuple[Event, ...]:
    """The evidence that some variables have their values in the actual world."""
    return tuple(Event("=", Counterfactual(name), Constant(value)) for name, value in values.items())


def distribution(
    model: CausalModel, names: Sequence[str], settings: Settings, evidence: Settings | None = None
) -> Floats | None:
    """P(names[settings] | evidence) by variable elimination, an axis for each name; None where none is had.

    Args:
        model: fully specified.
        names: finite variables, none of them in ``settings``.
        settings: the intervention.
        evidence: values in the actual world.
    """
    world = world_of(settings)
    asked = Probability(tuple(Counterfactual(n, world) for n in names), given(evidence or {}))
    try:
        result = answer(model, asked)
    except ScmError:  # real variables among the ancestors, too large a table, evidence of probability 0
        return None
    present = [axis.variable for axis in result.axes]
    table = np.asarray(result.array, np.float64).transpose([present.index(n) for n in names])
    return None if np.isnan(table).any() else table
