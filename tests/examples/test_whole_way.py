"""The examples that have a world, from sampling to the report; model and judge are hardly trained."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scmlang.evaluate import evaluation
from scmlang.evaluate.classifier import JudgeOptions
from tests.cli.process import EXAMPLES, TINY, run_here

JUDGE = JudgeOptions(images=200, validation=50, steps=6, batch=16, width=4, enough=-1e6)
WAYS = {
    "bar_mnist/frontdoor": ("do(C=green)", ("D",), ("B",)),
    "bar_mnist/backdoor": ("do(C=green)", ("D",), ("B",)),
    "morpho_mnist/morpho": ("do(T=3.5)", ("D",), ("K",)),
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    obtain, options = evaluation.obtain_judge, evaluation.Options

    def obtain_quickly(truth: Any, parents: Any, _: Any, *rest: Any) -> Any:
        return obtain(truth, parents, JUDGE, *rest)

    monkeypatch.setattr(evaluation, "obtain_judge", obtain_quickly)
    monkeypatch.setattr(evaluation, "Options", lambda *given: replace(options(*given), rows=500))


@pytest.mark.slow
@pytest.mark.parametrize("stem", WAYS)
def test_the_whole_way(stem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query, kept, recomputed = WAYS[stem]
    learner, truth = (EXAMPLES / f"{stem}{end}.scm" for end in ("", "_truth"))
    data, runs = tmp_path / "data", ("--runs", tmp_path / "runs")
    assert run_here("sample", truth, "-n", 120, "-o", data) == 0
    assert run_here("compile", learner) == 0
    assert run_here("train", learner, "--data", data, *runs, *TINY, "--set", "train.sample_every=0") == 0
    capsys.readouterr()
    assert run_here("query", query, *runs, "--out", tmp_path / "grid.png", "--format", "json") == 0
    images = json.loads(capsys.readouterr().out)["images"]
    for image in images:
        assert {name for name in kept if image["counterfactual"][name] != image["factual"][name]} == set()
        assert image["reconstruction_l1"] < 0.05
    assert run_here("evaluate", "--truth", truth, *runs, "-n", 8, "--do", query, "--format", "json") == 0
    (effect,) = json.loads(capsys.readouterr().out)["effects"]
    assert effect["do"] == query
    roles = {other["variable"]: other["role"] for other in effect["others"]}
    assert roles == dict.fromkeys(kept, "non-descendant") | dict.fromkeys(recomputed, "descendant")
    assert [mechanism["variable"] for mechanism in effect["mechanisms"]] == list(recomputed)
    unedited = {found["parameter"]: found["unedited"]["mean"] for found in effect["measured"]}
    if stem.startswith("morpho"):
        assert unedited["thickness"] < 0.3
        assert unedited["intensity"] <= 0.5
    else:
        assert unedited == {}
