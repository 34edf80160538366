from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.evaluate import classifier
from scmlang.evaluate import judge as judges
from scmlang.evaluate.classifier import Head, JudgeOptions, Labelled, distort, train_judge
from scmlang.evaluate.judge import obtain_judge, randomised, read_heads
from scmlang.evaluate.truth import Units
from scmlang.semantics.domains import Finite, Real
from tests.evaluate.support import JUDGE

PARENTS = ("S", "T", "K")
HEADS = (Head("A", Finite("range", 2, 5)), Head("R", Real(), 100.0, 20.0))


def squares(n: int, seed: int) -> Labelled:
    """A bright left or right half, 5 or 6, of a brightness around 100."""
    rng = np.random.default_rng(seed)
    side, brightness = rng.integers(0, 2, n), rng.uniform(60, 160, n)
    images = np.zeros((n, 1, 8, 8), np.uint8)
    for image, place, level in zip(images, side, brightness, strict=True):
        image[0, :, 4 * place : 4 * place + 4] = level
    return Labelled(images, {"A": side + 5, "R": brightness})


def test_it_learns_levels_and_real_values() -> None:
    options = JudgeOptions(steps=150, batch=32, width=8)
    judge = train_judge(HEADS, squares(512, 0), squares(128, 1), options)
    assert judge.scores["A"] == 1
    assert judge.scores["R"] > 0.9
    test = squares(64, 2)
    values = judge.read(test.images)
    assert np.array_equal(values["A"], test.columns["A"])
    assert np.abs(values["R"] - test.columns["R"]).mean() < 10


def test_the_same_seed_trains_the_same_judge_and_leaves_the_global_one() -> None:
    options = JudgeOptions(steps=3, batch=8, width=2)
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    first = train_judge(HEADS, squares(32, 0), squares(16, 1), options)
    assert torch.equal(before, torch.random.get_rng_state())
    second = train_judge(HEADS, squares(32, 0), squares(16, 1), options)
    for a, b in zip(first.network.parameters(), second.network.parameters(), strict=True):
        assert torch.equal(a, b)


def test_distortion_is_dropped_where_it_harms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classifier, "distort", lambda images, chance, generator: 0 * images)
    done: list[int] = []
    options = JudgeOptions(steps=100, batch=32, width=8)
    judge = train_judge(HEADS, squares(512, 0), squares(128, 1), options, done.append)
    assert len(done) == 2 * options.steps
    assert not judge.jitter
    assert judge.scores["A"] == 1


@given(st.floats(0, 1), st.integers(0, 100))
@settings(max_examples=10, deadline=None)
def test_distortion_keeps_range_and_flat_images(chance: float, seed: int) -> None:
    images = torch.rand(4, 2, 9, 9, generator=torch.Generator().manual_seed(seed))
    images[0] = 0.25
    distorted = distort(images, chance, torch.Generator().manual_seed(seed))
    assert distorted.shape == images.shape
    assert bool((distorted >= -1e-6).all() and (distorted <= 1 + 1e-6).all())
    assert torch.allclose(distorted[0], images[0], atol=1e-5)


def test_without_chance_nothing_is_distorted() -> None:
    images = torch.rand(3, 1, 8, 8)
    assert torch.allclose(distort(images, 0.0, torch.Generator()), images, atol=1e-5)


def test_randomised_labels_are_independent(units: Units) -> None:
    heads = read_heads(units.truth, PARENTS, 0)
    labelled = randomised(units.truth, heads, 3000, 0, "train")
    columns = [labelled.columns[name].astype(np.float64) for name in PARENTS]
    correlations = np.corrcoef(columns) - np.eye(3)
    assert np.abs(correlations).max() < 0.07
    counts = np.bincount(labelled.columns["K"])[1:]
    assert counts / 3000 == pytest.approx(np.full(4, 0.25), abs=0.04)
    factual = units.truth.sample(3000, 0)
    assert np.corrcoef(factual["S"], factual["T"])[0, 1] > 0.5


def test_a_kept_judge_is_the_trained_one(units: Units, tmp_path: Path) -> None:
    steps: list[int] = []
    first = obtain_judge(units.truth, PARENTS, JUDGE, tmp_path, steps.append)
    trained = len(steps)
    second = obtain_judge(units.truth, PARENTS, JUDGE, tmp_path, steps.append)
    assert len(steps) == trained > 0
    assert second.scores == first.scores
    assert second.jitter == first.jitter
    images = units.split.images
    for name, column in first.read(images).items():
        assert np.array_equal(column, second.read(images)[name])


@pytest.mark.parametrize("file", ["judge.json", "judge.safetensors"])
def test_a_damaged_judge_is_trained_again(units: Units, tmp_path: Path, file: str) -> None:
    obtain_judge(units.truth, PARENTS, JUDGE, tmp_path)
    (tmp_path / file).write_bytes((tmp_path / file).read_bytes()[:-9])
    steps: list[int] = []
    obtain_judge(units.truth, PARENTS, JUDGE, tmp_path, steps.append)
    assert len(steps) == JUDGE.steps


def test_other_options_train_another_judge(units: Units, tmp_path: Path) -> None:
    obtain_judge(units.truth, PARENTS, JUDGE, tmp_path)
    steps: list[int] = []
    obtain_judge(units.truth, PARENTS, replace(JUDGE, seed=1), tmp_path, steps.append)
    assert len(steps) == JUDGE.steps


def test_a_full_disk_is_a_diagnostic(units: Units, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(judges, "replace_file", refuse)
    with pytest.raises(judges.ScmError) as caught:
        obtain_judge(units.truth, PARENTS, JUDGE, tmp_path)
    assert [d.code for d in caught.value.diagnostics] == ["E234"]
