"""The labels of an edited picture: their chances in the learned model, beside what the diagram leaves."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from itertools import product
from pathlib import Path

import pytest

import scmlang
from scmlang.answers import answer_exactly
from scmlang.compiler import Compilation, open_artefact
from scmlang.neural.fitted import fitted
from scmlang.neural.readings import likeliest
from scmlang.train.runs import open_run
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


@pytest.mark.slow
def test_chances_given_a_picture_are_means_over_the_labels_it_may_have(strokes: Path) -> None:
    """Recomputed from the exported model, over all labels."""
    model = scmlang.load(Path(__file__).parents[1] / "examples" / "strokes" / "strokes.scm")
    run = strokes / "runs" / "Strokes" / "1"
    picture = next((strokes / "data" / "test").glob("*.png"))
    (image,) = model.query("do(S=ring)", run=run, images=[picture], given={"T": 2.5}, steps=2).images
    assert image.recognised.keys() == {"Z", "S", "K"}
    learned = Compilation.from_text(fitted(open_artefact(open_run(run)).model, "Learned").text).model
    wanted: dict[str, float] = defaultdict(float)
    for levels in product(*image.recognised.values()):
        weight = math.prod(image.recognised[n][v] for n, v in zip(image.recognised, levels, strict=True))
        given = ", ".join(f"{n}={v}" for n, v in zip(image.recognised, levels, strict=True))
        for record in answer_exactly(learned, f"P(K[S=ring] | {given})").table:
            wanted[str(record["K[S=ring]"])] += weight * float(record["p"])
    left = 1 - sum(p for p, _ in likeliest(image.recognised, 0.999, 16))
    for chance in image.labels:
        assert chance.bounds is not None
        assert chance.bounds[0] - 1e-6 <= wanted[chance.level] <= chance.bounds[1] + 1e-6
        assert chance.p == pytest.approx(wanted[chance.level], abs=left + 1e-9)
    assert sum(chance.p for chance in image.labels) == pytest.approx(1)


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
