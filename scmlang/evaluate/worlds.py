"""What became of the held-out units under one intervention."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scmlang.evaluate.interventions import Act
from scmlang.evaluate.truth import Units
from scmlang.semantics.expressions import Columns

Images = NDArray[np.uint8]
Rows = NDArray[np.bool_]


@dataclass(frozen=True)
class World:
    """One intervention on n units: what the model says, what the judge sees, and what is true.

    Attributes:
        act: the intervention.
        labels, edited: the model's counterfactual labels and images.
        seen: the labels that the judge reads off ``edited``.
        responses: the true counterfactual value of every variable.
        true: the true counterfactual images.
    """

    act: Act
    labels: Columns = field(repr=False)
    edited: Images = field(repr=False)
    seen: Columns = field(repr=False)
    responses: Columns = field(repr=False)
    true: Images = field(repr=False)


def altered(units: Units, act: Act) -> Rows:
    """Where the intervention changes the value of anything that it sets.

    Elsewhere the counterfactual is the factual unit, which every edit of an exact inversion gets right.
    """
    columns = units.split.columns
    changed: Rows = np.any([columns[name] != value for name, value in act.settings.items()], axis=0)
    return changed
