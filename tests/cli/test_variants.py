"""Every variant of the image's generator from training to a report, on strokes, in a few steps."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scmlang.evaluate import evaluation
from tests.cli.process import EXAMPLES, TINY, run_here
from tests.evaluate.support import JUDGE

TRUTH, LEARNER = (EXAMPLES / "strokes" / f"strokes{end}.scm" for end in ("_truth", ""))
QUICK = [*TINY, "--set", "train.seconds=null"]
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge that is hardly trained, and small samples."""
    obtain, options = evaluation.obtain_judge, evaluation.Options
    monkeypatch.setattr(evaluation, "Options", lambda *given: replace(options(*given), rows=500))
    monkeypatch.setattr(
        evaluation,
        "obtain_judge",
        lambda truth, parents, _, *rest: obtain(truth, parents, JUDGE, *rest),
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("recipe", "term", "inversion"),
    [
        ("flow", "diffusion", "edit_friendly"),
        ("latent", "first_stage", "edit_friendly"),
        ("cvae", "pixels", "encoder"),
    ],
)
def test_a_variant_is_trained_asked_and_evaluated(
    strokes: Path, tmp_path: Path, capsys: Capture, recipe: str, term: str, inversion: str
) -> None:
    runs, data = tmp_path / "runs", strokes / "data"
    small = [] if recipe != "latent" else ["--set", "latent.channels=[8, 16]"]
    assert run_here("train", LEARNER, "--data", data, "--runs", runs, "--recipe", recipe, *QUICK, *small) == 0
    run = runs / "Strokes" / "1"
    records = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert term in records[0]
    capsys.readouterr()

    assert (
        run_here("query", "do(S=ring)", "--runs", runs, "--format", "json", "--out", tmp_path / "q.png") == 0
    )
    images = json.loads(capsys.readouterr().out)["images"]
    assert len(images) == 8
    assert all(image["counterfactual"]["S"] == "ring" for image in images)
    assert all(image["reconstruction_l1"] < 0.1 for image in images)

    asked = ["--truth", TRUTH, "--runs", runs, "-n", 4, "--do", "do(S=ring)", "--format", "json"]
    assert run_here("evaluate", *asked) == 0
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert report["provenance"]["inversion"] == inversion
    assert report["composition"][0]["l1"]["mean"] < 0.1
