"""Scores of edits that are perfect, that do nothing, or that are wrong in a known way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scmlang.evaluate.interventions import act
from scmlang.evaluate.metrics import PSNR_CAP, Estimate
from scmlang.evaluate.report import Effect, PixelError
from scmlang.evaluate.scores import score
from scmlang.evaluate.truth import Units
from scmlang.evaluate.worlds import World


def perfect(units: Units, **settings: float) -> World:
    """What an oracle would answer, and a judge without errors see."""
    responses = units.responses(settings)
    labels = {name: responses[name] for name in units.split.columns}
    images = units.images(responses)
    seen = {name: labels[name] for name in ("S", "T", "K")}
    return World(act(units.truth.model, settings), labels, images, seen, responses, images)


def mean(estimate: Estimate | None) -> float:
    assert estimate is not None
    return estimate.mean


def pixels(effect: Effect) -> dict[str, PixelError]:
    return {error.comparison: error for error in effect.pixels}


def test_a_perfect_edit_has_perfect_scores(units: Units) -> None:
    effect = score(units, perfect(units, S=2), 0)
    (target,) = effect.targets
    assert (target.variable, target.value, target.measure) == ("S", "triangle", "accuracy")
    assert mean(target.all) == mean(target.changed) == 1
    assert target.changed is not None
    assert target.changed.n == int((units.split.columns["S"] != 2).sum()) > 0
    others = {other.variable: other for other in effect.others}
    assert others.keys() == {"T", "K"}
    assert {other.role for other in others.values()} == {"descendant"}
    assert mean(others["K"].model) == mean(others["K"].truth) == 1
    assert mean(others["T"].truth) == 0
    assert others["K"].factual is None
    assert {m.variable: mean(m.error) for m in effect.mechanisms} == {"T": 0, "K": 0}
    for name in ("true", "agreeing", "render"):
        assert mean(pixels(effect)[name].l1) == 0
        assert mean(pixels(effect)[name].psnr) == PSNR_CAP
    true = pixels(effect)["true"].l1
    assert true is not None
    assert true.n == target.changed.n
    assert mean(pixels(effect)["unedited"].l1) > 0
    assert effect.notes == ()


def test_what_is_no_descendant_must_not_change(units: Units) -> None:
    world = perfect(units, K=4)
    seen = dict(world.seen)
    rows = np.flatnonzero(units.split.columns["K"] != 4)
    seen["S"] = seen["S"].copy()
    seen["S"][rows[::2]] = (seen["S"][rows[::2]] + 1) % 3
    effect = score(units, replace(world, seen=seen), 0)
    shape = next(other for other in effect.others if other.variable == "S")
    assert shape.role == "non-descendant"
    assert mean(shape.factual) == pytest.approx(1 - len(rows[::2]) / len(rows))
    assert shape.model is None
    assert shape.truth is None
    assert effect.mechanisms == ()


def test_doing_nothing_scores_as_the_unedited_image(units: Units) -> None:
    world = replace(perfect(units, K=4), edited=units.split.images)
    errors = pixels(score(units, world, 0))
    assert errors["true"].l1 == errors["unedited"].l1
    assert mean(errors["true"].l1) > 1


def test_a_wrong_mechanism_is_not_a_wrong_rendering(units: Units) -> None:
    """The labels are wrong, and the image shows exactly them."""
    world = perfect(units, S=2)
    wrong = dict(world.labels)
    rows = np.flatnonzero(units.split.columns["S"] != 2)
    wrong["K"] = wrong["K"].copy()
    wrong["K"][rows[:6]] = 1
    edited = units.images(units.responses(wrong))
    seen = {**world.seen, "K": wrong["K"]}
    effect = score(units, replace(world, labels=wrong, edited=edited, seen=seen), 0)
    rate = next(m for m in effect.mechanisms if m.variable == "K")
    assert rate.measure == "rate"
    assert mean(rate.error) == pytest.approx(6 / len(rows))
    ink = next(other for other in effect.others if other.variable == "K")
    assert mean(ink.model) == 1
    assert mean(ink.truth) == pytest.approx(1 - 6 / len(rows))
    errors = pixels(effect)
    assert mean(errors["true"].l1) > 0
    assert mean(errors["render"].l1) == 0
    assert mean(errors["agreeing"].l1) == 0
    assert errors["agreeing"].l1 is not None
    assert errors["agreeing"].l1.n == len(rows) - 6


def test_a_real_target_has_an_absolute_error(units: Units) -> None:
    world = perfect(units, T=3.0)
    effect = score(units, replace(world, seen={**world.seen, "T": np.full(len(units), 3.25)}), 0)
    (target,) = effect.targets
    assert target.measure == "mean absolute error"
    assert mean(target.all) == 0.25
    assert target.changed is None


def test_pixels_are_compared_only_where_the_source_is_kept(
    units: Units, monkeypatch: pytest.MonkeyPatch
) -> None:
    renderer = units.truth.renderers["strokes"]
    monkeypatch.setattr(type(renderer), "fixes", frozenset({"thickness", "ink"}))
    effect = score(units, perfect(units, S=2), 0)
    assert all(error.l1 is None for error in effect.pixels)
    moved = int((units.split.columns["S"] != 2).sum())
    (note,) = effect.notes
    assert moved
    assert note.startswith("in the units that change")
    assert score(units, perfect(units, K=4), 0).notes == ()


def test_labels_that_cannot_be_rendered_are_said_so(units: Units) -> None:
    world = perfect(units, S=2)
    labels = {**world.labels, "K": np.full(len(units), 9)}
    effect = score(units, replace(world, labels=labels), 0)
    assert "render" not in pixels(effect)
    assert "no image can be rendered" in effect.notes[0]


def test_minimality_counts_only_what_should_stay(units: Units) -> None:
    world = perfect(units, S=2)
    perfectly = score(units, world, 0).minimality
    assert mean(perfectly) == 0
    edited = np.where(units.split.images > 200, units.split.images - 50, units.split.images + 50)
    found = score(units, replace(world, edited=edited.astype(np.uint8)), 0).minimality
    assert mean(found) == 50
    naive = []
    smeared = replace(world, edited=np.roll(world.edited, 1, axis=3))
    for row in np.flatnonzero(units.split.columns["S"] != 2):
        before, true, after = (
            each[row, 0].astype(float) for each in (units.split.images, world.true, smeared.edited)
        )
        naive.append(np.mean([abs(after[p] - before[p]) for p in np.ndindex(24, 24) if before[p] == true[p]]))
    assert mean(score(units, smeared, 0).minimality) == pytest.approx(np.mean(naive))


def test_identity_is_where_nothing_is_set_anew(units: Units) -> None:
    world = perfect(units, S=2)
    edited = np.where(
        (units.split.columns["S"] == 2)[:, None, None, None], units.split.images ^ 1, world.edited
    )
    found = score(units, replace(world, edited=edited), 0).identity
    assert found is not None
    assert (found.mean, found.n) == (1, int((units.split.columns["S"] == 2).sum()))


def test_a_formula_measures_what_it_can(units: Units, monkeypatch: pytest.MonkeyPatch) -> None:
    """A measurement of the thickness that is the mean grey level, and undefined in one picture."""

    def measure(self: object, images: np.ndarray) -> dict[str, np.ndarray]:
        found = images.mean((1, 2, 3))
        found[0] = np.nan
        return {"thickness": found}

    renderer = units.truth.renderers["strokes"]
    monkeypatch.setattr(type(renderer), "measure", measure)
    world = perfect(units, T=3.0)
    (found,) = score(units, world, 0).measured
    assert found.parameter == "thickness"
    assert found.model == found.truth
    assert mean(found.truth) == pytest.approx(np.abs(world.edited.mean((1, 2, 3)) - 3)[1:].mean())
    factual = np.clip(units.split.columns["T"], 1, 4)
    assert mean(found.unedited) == pytest.approx(
        np.abs(units.split.images.mean((1, 2, 3)) - factual)[1:].mean()
    )
