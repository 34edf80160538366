"""The paper's model at small size: `frontdoor_paper.scm` under the recipe `paper`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.process import EXAMPLES, run_here
from tools.paper_figures import FIGURES, main

BAR_MNIST = EXAMPLES / "bar_mnist"
SMALL = [
    *("--set", "train.steps=2"),
    *("--set", "train.batch=4"),
    *("--set", "train.device=cpu"),
    *("--set", "backbone.channels=[8, 16]"),
    *("--set", "backbone.layers=1"),
    *("--set", "backbone.attention=false"),
    *("--set", "diffusion.steps=3"),
]
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("paper")
    truth, learner = (BAR_MNIST / f"frontdoor_{end}.scm" for end in ("truth", "paper"))
    assert run_here("sample", truth, "-n", 40, "-o", folder / "data", "--splits", "0.5,0.25,0.25") == 0
    trained = ("train", learner, "--data", folder / "data", "--recipe", "paper", "--runs", folder / "runs")
    assert run_here(*trained, *SMALL) == 0
    return folder / "runs"


def test_an_intervention_on_the_digit_never_reaches_the_colour(
    runs: Path, tmp_path: Path, capsys: Capture
) -> None:
    capsys.readouterr()
    asked = ("query", "do(D=8)", "--runs", runs, "--out", tmp_path / "grid.png", "--format", "json")
    assert run_here(*asked) == 0
    images = json.loads(capsys.readouterr().out)["images"]
    assert len(images) == 8
    for image in images:
        assert image["counterfactual"] == {**image["factual"], "D": 8}
    assert (tmp_path / "grid.png").stat().st_size > 0


def test_its_figures_are_drawn_by_runs_and_at_their_best(runs: Path, tmp_path: Path, capsys: Capture) -> None:
    run = str(runs / "BarMNISTFrontdoorPaper" / "1")
    truth = str(BAR_MNIST / "frontdoor_truth.scm")
    capsys.readouterr()
    assert (
        main(["--truth", truth, "--ours", run, "--paper", run, "--out", str(tmp_path), "--steps", "2"]) == 0
    )
    assert {picture.name for picture in tmp_path.iterdir()} == {figure.file for figure in FIGURES}
    red, green, eight = capsys.readouterr().out.splitlines()
    assert "D true 1.000" in red
    assert "D true 1.000" in green
    assert "PSNR" not in eight
