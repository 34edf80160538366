"""Scoring the pictures of one intervention: distances, what should not have changed, and measurements."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from scmlang.diagnostics.base import ScmError
from scmlang.evaluate.metrics import Estimate, absolute_error, bootstrap, psnr, ssim
from scmlang.evaluate.report import Measured, PixelError
from scmlang.evaluate.truth import Units
from scmlang.evaluate.worlds import Images, Rows, World
from scmlang.semantics.expressions import Columns


def pixel_errors(
    units: Units, world: World, rows: Rows, seed: int
) -> tuple[tuple[PixelError, ...], tuple[str, ...]]:
    """The distances of pictures, see :class:`~scmlang.evaluate.report.PixelError`, and notes on them.

    Args:
        units: the held-out units.
        world: what became of them.
        rows: those that the intervention changes.
        seed: of the bootstrap.
    """
    kept = rows & units.same_source(world.responses)
    notes = [] if (kept == rows).all() else [_moved(int((rows & ~kept).sum()), int(rows.sum()))]
    factual = units.split.images
    errors = [
        pixel_error("true", world.edited, world.true, kept, seed),
        pixel_error("agreeing", world.edited, world.true, kept & agreeing(units, world), seed),
    ]
    try:
        under = units.responses(world.labels)
        same = rows & units.same_source(under)
        errors.append(pixel_error("render", world.edited, units.images(under), same, seed))
    except ScmError as error:
        notes.append(f"no image can be rendered under the model's labels: {error.diagnostics[0].message}")
    errors.append(pixel_error("unedited", factual, world.true, kept, seed))
    return tuple(errors), tuple(notes)


def pixel_error(comparison: str, a: Images, b: Images, rows: Rows, seed: int) -> PixelError:
    """The distances of two stacks of images, in some rows of them."""
    metrics: tuple[Callable[[Images, Images], NDArray[np.float64]], ...] = (absolute_error, psnr, ssim)
    at = np.flatnonzero(rows)
    l1, peak, structure = (bootstrap(metric(a[at], b[at]), seed, units=at) for metric in metrics)
    return PixelError(comparison, l1, peak, structure)


def identity(units: Units, world: World, rows: Rows, seed: int) -> Estimate | None:
    """L1 between picture and edit in the units that the intervention leaves as they are."""
    at = np.flatnonzero(~rows)
    return bootstrap(absolute_error(units.split.images[at], world.edited[at]), seed, units=at)


def minimality(units: Units, world: World, rows: Rows, seed: int) -> Estimate | None:
    """L1 between picture and edit over the pixels that are the same in the true counterfactual."""
    kept = rows & units.same_source(world.responses) & agreeing(units, world)
    factual = units.split.images
    still = (factual == world.true).all(1)
    at = np.flatnonzero(kept & still.any((1, 2)))
    change = np.abs(factual[at].astype(np.float64) - world.edited[at]).mean(1)
    values = (change * still[at]).sum((1, 2)) / still[at].sum((1, 2))
    return bootstrap(values, seed, units=at)


def measurements(units: Units, world: World, seed: int) -> tuple[Measured, ...]:
    """What the renderer's formulas measure of the edits; empty for a renderer without any."""
    renderer, true = units.arguments(world.responses)
    edited, unedited = renderer.measure(world.edited), renderer.measure(units.split.images)
    factual = units.arguments(units.responses({}))[1]
    own = _arguments(units, world.labels)
    return tuple(
        Measured(
            name,
            model=_error(edited[name], own, name, seed),
            truth=_error(edited[name], true, name, seed),
            unedited=_error(unedited[name], factual, name, seed),
        )
        for name in edited
    )


def _error(found: NDArray[np.float64], wanted: Columns, name: str, seed: int) -> Estimate | None:
    """The mean absolute error where something was measured."""
    if name not in wanted:
        return None
    error = np.abs(found - np.asarray(wanted[name], np.float64))
    at = np.flatnonzero(np.isfinite(error))
    return bootstrap(error[at], seed, units=at)


def _arguments(units: Units, labels: Columns) -> Columns:
    """The renderer's parameters under the model's labels; none where they leave a parameter's range."""
    try:
        return units.arguments(units.responses(labels))[1]
    except ScmError:
        return {}


def agreeing(units: Units, world: World) -> Rows:
    """Where the model's labels of everything that causes the image are the true ones."""
    same = np.ones(len(units), np.bool_)
    for name in units.truth.diagram.parents(units.truth.image):
        model, truth = world.labels[name], world.responses[name]
        same &= np.isclose(model.astype(np.float64), truth.astype(np.float64), rtol=1e-5)
    return same


def _moved(rows: int, n: int) -> str:
    where = "in the units that change" if rows == n else f"in {rows} of the {n} units that change"
    return (
        f"{where} the true counterfactual image has another source, since the renderer does not fix it under "
        "this change, so their pixels are not compared"
    )
