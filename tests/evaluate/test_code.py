"""Probes of the code, and edits of edits."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.evaluate.edits import codes, new_images
from scmlang.evaluate.probes import Coded, balance, probe_labels
from scmlang.evaluate.repeats import composition, reversibility
from scmlang.evaluate.report import Probe
from scmlang.evaluate.truth import Units
from tests.evaluate.support import EDIT, untrained
from tests.evaluate.test_scores import perfect


@cache
def probed(noise: float) -> dict[tuple[str, str], Probe]:
    """Codes that hold S and T, covered by noise."""
    labels = tuple(p for p in untrained().model.plan.labels if p.name in ("S", "T"))

    def coded(n: int, seed: int) -> Coded:
        rng = np.random.default_rng(seed)
        s, t = rng.integers(0, 3, n), rng.normal(2, 0.5, n)
        clean = np.stack([s == 0, s == 1, s == 2, t], 1)
        return Coded(torch.from_numpy(clean + noise * rng.normal(size=clean.shape)).float(), {"S": s, "T": t})

    found = probe_labels("mean", labels, coded(1500, 0), coded(600, 1), 0)
    return {(probe.variable, probe.probe): probe for probe in found}


def test_probes_read_what_is_there() -> None:
    found = probed(0.01)
    assert len(found) == 4
    for probe in found.values():
        assert probe.score is not None
        assert probe.score.mean > 0.9
        assert probe.above is not None
        assert probe.above.mean == pytest.approx(100 * (probe.score.mean - probe.chance))
    assert found["S", "linear"].chance == pytest.approx(1 / 3, abs=0.05)
    assert found["S", "linear"].measure == "accuracy"
    assert found["T", "linear"].measure == "R²"


def test_probes_read_nothing_where_there_is_nothing() -> None:
    for probe in probed(1000.0).values():
        assert probe.above is not None
        assert probe.above.mean < 6
    assert probed.__wrapped__(1000.0) == probed(1000.0)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=30), st.integers(0, 99))
@settings(deadline=None)
def test_balanced_hits_are_the_mean_of_the_recalls(levels: list[int], seed: int) -> None:
    known = np.array(levels)
    hit = np.random.default_rng(seed).integers(0, 2, len(known))
    recalls = [hit[known == level].mean() for level in sorted(set(levels))]
    assert np.mean(hit * balance(known)) == pytest.approx(np.mean(recalls))


def test_codes_are_those_of_the_encoder(units: Units) -> None:
    model, split = untrained().model, units.split
    found = codes(model, split.images, split.columns, 0, batch=7)
    assert found["mean"].shape == (len(units), 2 * 3 * 3)
    again = codes(model, split.images, split.columns, 1)["mean"]
    assert torch.allclose(found["mean"], again, atol=1e-4)
    assert not torch.equal(found["draw"], found["mean"])


def test_new_images_are_seeded() -> None:
    model = untrained().model
    first = new_images(model, 3, 2, 0)
    assert first.shape == (3, 1, 24, 24)
    assert np.array_equal(first, new_images(model, 3, 2, 0))
    assert not np.array_equal(first, new_images(model, 3, 2, 1))


def test_an_edit_that_did_nothing_is_undone_exactly(units: Units) -> None:
    """The factual picture under its own labels: undoing is a null intervention."""
    model, split = untrained().model, units.split
    world = replace(perfect(units, S=2), labels=split.columns, edited=split.images)
    changed = split.columns["S"] != 2
    (back,) = reversibility(model, split, [(world, changed)], 5, EDIT, lambda rows: None)
    assert back.l1 is not None
    assert back.l1.n == 5
    assert back.l1.mean < 0.01
    assert back.l1.scores is not None
    assert back.l1.scores.units.tolist() == np.flatnonzero(changed)[:5].tolist()


def test_an_edit_that_went_wrong_is_not_undone(units: Units) -> None:
    model, split = untrained().model, units.split
    world = replace(perfect(units, S=2), edited=255 - split.images)
    (back,) = reversibility(model, split, [(world, split.columns["S"] != 2)], 5, EDIT, lambda rows: None)
    assert back.l1 is not None
    assert back.l1.mean > 20
    (none,) = reversibility(
        model, split, [(world, np.zeros(len(units), np.bool_))], 5, EDIT, lambda rows: None
    )
    assert none.l1 is None


def test_cycles_are_counted_from_the_first_reconstruction(units: Units) -> None:
    model, split = untrained().model, units.split
    done: list[int] = []
    found = composition(model, split, 255 - split.images, 3, 4, EDIT, done.append)
    assert [c.cycles for c in found] == [1, 3]
    assert [c.l1.n for c in found if c.l1] == [len(units), 4]
    assert all(c.l1 is not None and c.l1.mean > 20 for c in found)
    assert sum(done) == 2 * 4
