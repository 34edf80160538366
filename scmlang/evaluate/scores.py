"""Scoring the edits of one intervention."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from scmlang.evaluate.interventions import show
from scmlang.evaluate.metrics import Estimate, agreement, bootstrap
from scmlang.evaluate.pictures import identity, measurements, minimality, pixel_errors
from scmlang.evaluate.report import ACCURACY, Effect, Mechanism, Other, Target, measure_of
from scmlang.evaluate.truth import Units
from scmlang.evaluate.worlds import Rows, World, altered
from scmlang.semantics.domains import Finite

RATE = "rate"


def score(units: Units, world: World, seed: int) -> Effect:
    """All scores of one intervention.

    Args:
        units: the held-out units.
        world: what became of them.
        seed: of the bootstrap.
    """
    reached = units.truth.diagram.descendants(*world.act.settings)
    changed = altered(units, world.act)
    pixels, notes = pixel_errors(units, world, changed, seed)
    return Effect(
        do=world.act.text,
        settings=world.act.settings,
        targets=tuple(_targets(units, world, seed)),
        others=tuple(_others(units, world, reached, changed, seed)),
        mechanisms=tuple(_mechanisms(units, world, reached, changed, seed)),
        pixels=pixels,
        measured=measurements(units, world, seed),
        identity=identity(units, world, changed, seed),
        minimality=minimality(units, world, changed, seed),
        notes=notes,
    )


def compare(a: NDArray[np.generic], b: NDArray[np.generic]) -> NDArray[np.float64]:
    """Per row, 1 or 0 for equal or unequal levels; |a − b| for real values."""
    if "f" in (a.dtype.kind, b.dtype.kind):
        return np.abs(a.astype(np.float64) - b.astype(np.float64))
    return agreement(a, b)


def _targets(units: Units, world: World, seed: int) -> Iterator[Target]:
    for name, value in world.act.settings.items():
        if name not in world.seen:
            continue
        domain = units.truth.model.variables[name].domain
        factual = units.split.columns[name]
        wanted = np.full(len(units), value, factual.dtype)
        hit = compare(world.seen[name], wanted)
        moved = np.flatnonzero(factual != wanted)
        changed = bootstrap(hit[moved], seed, units=moved) if isinstance(domain, Finite) else None
        yield Target(name, show(domain, value), measure_of(factual), bootstrap(hit, seed), changed)


def _others(units: Units, world: World, reached: frozenset[str], rows: Rows, seed: int) -> Iterator[Other]:
    at = np.flatnonzero(rows)
    for name, seen in world.seen.items():
        if name in world.act.settings:
            continue
        factual = units.split.columns[name]

        def against(column: NDArray[np.generic], seen: NDArray[np.generic] = seen) -> Estimate | None:
            return bootstrap(compare(seen, column)[at], seed, units=at)

        if name in reached:
            model, truth = against(world.labels[name]), against(world.responses[name])
            yield Other(name, "descendant", measure_of(factual), model=model, truth=truth)
        else:
            yield Other(name, "non-descendant", measure_of(factual), factual=against(factual))


def _mechanisms(
    units: Units, world: World, reached: frozenset[str], rows: Rows, seed: int
) -> Iterator[Mechanism]:
    at = np.flatnonzero(rows)
    for name, factual in units.split.columns.items():
        if name in reached and name not in world.act.settings:
            error = compare(world.labels[name], world.responses[name])[at]
            finite = measure_of(factual) == ACCURACY
            measure = RATE if finite else measure_of(factual)
            yield Mechanism(name, measure, bootstrap(1 - error if finite else error, seed, units=at))
