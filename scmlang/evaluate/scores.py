"""Scoring the edits of one intervention."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scmlang.diagnostics.base import ScmError
from scmlang.evaluate.interventions import Act, show
from scmlang.evaluate.metrics import Estimate, absolute_error, agreement, bootstrap, psnr, ssim
from scmlang.evaluate.report import ACCURACY, Effect, Mechanism, Other, PixelError, Target, measure_of
from scmlang.evaluate.truth import Units
from scmlang.semantics.domains import Finite
from scmlang.semantics.expressions import Columns

RATE = "rate"
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


def score(units: Units, world: World, seed: int) -> Effect:
    """All scores of one intervention.

    Args:
        units: the held-out units.
        world: what became of them.
        seed: of the bootstrap.
    """
    reached = units.truth.diagram.descendants(*world.act.settings)
    changed = altered(units, world.act)
    pixels, notes = _pixels(units, world, changed, seed)
    return Effect(
        do=world.act.text,
        settings=world.act.settings,
        targets=tuple(_targets(units, world, seed)),
        others=tuple(_others(units, world, reached, changed, seed)),
        mechanisms=tuple(_mechanisms(units, world, reached, changed, seed)),
        pixels=pixels,
        notes=notes,
    )


def altered(units: Units, act: Act) -> Rows:
    """Where the intervention changes the value of anything that it sets.

    Elsewhere the counterfactual is the factual unit, which every edit of an exact inversion gets right.
    """
    columns = units.split.columns
    changed: Rows = np.any([columns[name] != value for name, value in act.settings.items()], axis=0)
    return changed


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
        changed = bootstrap(hit[factual != wanted], seed) if isinstance(domain, Finite) else None
        yield Target(name, show(domain, value), measure_of(factual), bootstrap(hit, seed), changed)


def _others(units: Units, world: World, reached: frozenset[str], rows: Rows, seed: int) -> Iterator[Other]:
    for name, seen in world.seen.items():
        if name in world.act.settings:
            continue
        factual = units.split.columns[name]

        def against(column: NDArray[np.generic], seen: NDArray[np.generic] = seen) -> Estimate | None:
            return bootstrap(compare(seen, column)[rows], seed)

        if name in reached:
            model, truth = against(world.labels[name]), against(world.responses[name])
            yield Other(name, "descendant", measure_of(factual), model=model, truth=truth)
        else:
            yield Other(name, "non-descendant", measure_of(factual), factual=against(factual))


def _mechanisms(
    units: Units, world: World, reached: frozenset[str], rows: Rows, seed: int
) -> Iterator[Mechanism]:
    for name, factual in units.split.columns.items():
        if name in reached and name not in world.act.settings:
            error = compare(world.labels[name], world.responses[name])[rows]
            finite = measure_of(factual) == ACCURACY
            measure = RATE if finite else measure_of(factual)
            yield Mechanism(name, measure, bootstrap(1 - error if finite else error, seed))


def _pixels(
    units: Units, world: World, rows: Rows, seed: int
) -> tuple[tuple[PixelError, ...], tuple[str, ...]]:
    kept = rows & units.same_source(world.responses)
    notes = [] if (kept == rows).all() else [_moved(int((rows & ~kept).sum()), int(rows.sum()))]
    agree = kept & _agreeing(units, world)
    errors = [
        pixel_error("true", world.edited[kept], world.true[kept], seed),
        pixel_error("agreeing", world.edited[agree], world.true[agree], seed),
    ]
    try:
        under = units.responses(world.labels)
        same = rows & units.same_source(under)
        rendered = units.images(under)
        errors.append(pixel_error("render", world.edited[same], rendered[same], seed))
    except ScmError as error:
        notes.append(f"no image can be rendered under the model's labels: {error.diagnostics[0].message}")
    errors.append(pixel_error("unedited", units.split.images[kept], world.true[kept], seed))
    return tuple(errors), tuple(notes)


def pixel_error(comparison: str, a: Images, b: Images, seed: int) -> PixelError:
    """The distances of two stacks of images."""
    metrics: tuple[Callable[[Images, Images], NDArray[np.float64]], ...] = (absolute_error, psnr, ssim)
    l1, peak, structure = (bootstrap(metric(a, b), seed) for metric in metrics)
    return PixelError(comparison, l1, peak, structure)


def _agreeing(units: Units, world: World) -> NDArray[np.bool_]:
    """Where the model's labels of everything that causes the image are the true ones."""
    same = np.ones(len(units), np.bool_)
    for name in units.truth.diagram.parents(units.truth.image):
        model, truth = world.labels[name], world.responses[name]
        same &= np.isclose(model.astype(np.float64), truth.astype(np.float64), rtol=1e-5)
    return same


def _moved(rows: int, n: int) -> str:
    return (
        f"in {rows} of the {n} units that change the true counterfactual image has another source, since the "
        "renderer does not fix it under this change, so their pixels are not compared"
    )
