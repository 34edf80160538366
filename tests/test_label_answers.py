"""The labels of an edited picture: their chances in the learned model, beside what the diagram leaves."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest

import scmlang
from tests.cli.process import run_here

Capture = pytest.CaptureFixture[str]


def test_every_label_that_is_reached_has_a_distribution_within_its_bounds(strokes: Path) -> None:
    model = scmlang.load(Path(__file__).parents[1] / "examples" / "strokes" / "strokes.scm")
    answer = model.query("do(S=ring)", run=strokes / "runs" / "Strokes" / "1", steps=2)
    for image in answer.images:
        chances: dict[str, list[float]] = defaultdict(list)
        for chance in image.labels:
            chances[chance.variable].append(chance.p)
            assert chance.bounds is not None
            low, high = chance.bounds
            assert low - 1e-6 <= chance.p <= high + 1e-6
            assert chance.identifiable is not None
            assert not chance.identifiable or high - low < 1e-6
        assert chances.keys() == {"K"}  # Z is a cause of S, and T has no table
        assert sum(chances["K"]) == pytest.approx(1)
        drawn = image.counterfactual[0]["K"]
        assert next(c.p for c in image.labels if c.level == str(drawn)) > 0


def test_nothing_is_said_where_no_table_holds_what_is_set(strokes: Path) -> None:
    model = scmlang.load(Path(__file__).parents[1] / "examples" / "strokes" / "strokes.scm")
    answer = model.query("do(T=2.5)", run=strokes / "runs" / "Strokes" / "1", steps=2)
    assert all(image.labels == () for image in answer.images)


def test_the_command_shows_them(strokes: Path, tmp_path: Path, capsys: Capture) -> None:
    ask = ("query", "do(S=ring)", "--run", strokes / "runs" / "Strokes" / "1", "--steps", 2)
    assert run_here(*ask, "--out", tmp_path / "a.png") == 0
    assert "bounds over all models that fit as well" in capsys.readouterr().out
    assert run_here(*ask, "--out", tmp_path / "b.png", "--format", "json") == 0
    labels = json.loads(capsys.readouterr().out)["images"][0]["labels"]
    assert {label["variable"] for label in labels} == {"K"}
    assert labels[0].keys() == {"variable", "level", "p", "bounds", "identifiable"}
