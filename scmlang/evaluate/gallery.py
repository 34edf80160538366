"""Example pictures of an intervention: factual, reconstruction, counterfactual, true counterfactual."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scmlang.data.pictures import Caption, Row
from scmlang.evaluate.interventions import show
from scmlang.evaluate.report import Gallery
from scmlang.evaluate.truth import Units
from scmlang.evaluate.worlds import World, altered
from scmlang.semantics.expressions import Columns

COLUMNS = 8


def gallery(units: Units, world: World, reconstruction: NDArray[np.uint8], columns: int = COLUMNS) -> Gallery:
    """The first units that the intervention changes, filled up with the first that it does not."""
    rows = _chosen(units, world, columns)
    source = "true" if units.same_source(world.responses)[rows].all() else "true (other source)"
    factual = units.split.columns
    return Gallery(
        world.act.text,
        (
            Row("factual", units.split.images[rows], _captions(units, factual, factual, rows)),
            Row("reconstruction", reconstruction[rows]),
            Row(world.act.text, world.edited[rows], _captions(units, world.labels, factual, rows)),
            Row(source, world.true[rows], _captions(units, world.responses, factual, rows)),
        ),
    )


def _chosen(units: Units, world: World, columns: int) -> NDArray[np.int64]:
    changed = altered(units, world.act)
    return np.concatenate([np.flatnonzero(changed), np.flatnonzero(~changed)])[:columns]


def _captions(units: Units, values: Columns, factual: Columns, rows: NDArray[np.int64]) -> list[Caption]:
    """One line per label, those that differ from the factual ones emphasised."""
    domains = {name: units.truth.model.variables[name].domain for name in factual}
    captions = []
    for row in rows:
        lines = tuple(f"{name}={show(domain, values[name][row])}" for name, domain in domains.items())
        marked = tuple(bool(values[name][row] != factual[name][row]) for name in domains)
        captions.append(Caption(lines, marked))
    return captions
