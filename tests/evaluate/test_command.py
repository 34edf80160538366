"""The command, on a run that was claimed and saved but never trained."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer

from scmlang.cli.app import load
from scmlang.cli.evaluate import Metric, evaluate
from scmlang.compiler import Compilation
from scmlang.diagnostics.base import ScmError
from scmlang.evaluate import evaluation
from scmlang.mechanisms.build import build_model
from scmlang.train.checkpoint import save
from scmlang.train.recipe import Backbone, Code, Diffusion, Recipe
from scmlang.train.runs import Run, create_run
from scmlang.train.settings import neural_settings
from tests.evaluate.support import JUDGE, LEARNER, TRUTH, small_data

RECIPE = Recipe(
    backbone=Backbone(channels=(8, 16)),
    code=Code(channels=2, size=3, width=8),
    diffusion=Diffusion(train_timesteps=20, steps=3, guidance={"S": 2.0}),
)


def make_run(data: Path, folder: Path, learner: str = LEARNER) -> Run:
    compilation = Compilation.from_text(learner, "learner.scm")
    made = create_run(folder / "runs", compilation.model, RECIPE, data)
    model = build_model(compilation.plan, neural_settings(RECIPE, compilation.plan))
    save(made, 0, {"model": model.state_dict()}, {})
    (folder / "truth.scm").write_text(TRUTH)
    return made


@pytest.fixture
def run(data: Path, tmp_path: Path) -> Run:
    return make_run(data, tmp_path)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge that is hardly trained, and small samples."""
    obtain, options = evaluation.obtain_judge, evaluation.Options

    def obtain_quickly(truth: Any, parents: Any, _: Any, *rest: Any) -> Any:
        return obtain(truth, parents, JUDGE, *rest)

    monkeypatch.setattr(evaluation, "obtain_judge", obtain_quickly)
    monkeypatch.setattr(evaluation, "Options", lambda *given: replace(options(*given), rows=500, probed=20))


def command(run: Run, *arguments: str) -> None:
    runs = run.folder.parents[1]
    given = ["--truth", str(runs.parent / "truth.scm"), "--runs", str(runs), *arguments]
    load(evaluate, "evaluate").main(given, standalone_mode=False)


def test_the_newest_run_by_default(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    command(run, "--n", "10", "--do", "thick")
    printed = capsys.readouterr()
    assert "do(T=3)" in printed.out
    assert printed.out.endswith(f"report: {run.folder / 'evaluation' / 'report.html'}\n")
    assert printed.err == ""
    body = json.loads((run.folder / "evaluation" / "report.json").read_text())
    assert body["provenance"]["run"] == "Small/1"
    assert body["provenance"]["steps"] == 3
    assert body["provenance"]["guidance"] == {"S": 2.0}
    assert body["provenance"]["images"] == 10


def test_json_is_all_that_is_printed(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.html"
    command(run, "--n", "8", "--do", "do(K=1)", "--steps", "2", "--format", "json", "--out", str(page))
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((tmp_path / "page.json").read_text())
    assert printed["provenance"]["steps"] == 2
    assert page.is_file()


def test_a_wrong_diagram_is_warned_of(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = make_run(data, tmp_path, LEARNER.replace("S <-> K\n", ""))
    command(run, "--n", "8", "--do", "do(K=1)")
    printed = capsys.readouterr()
    assert "warning[W230]" in printed.err
    assert "it lacks K <-> S" in printed.err


def test_another_truth_than_that_of_the_data(run: Run, tmp_path: Path) -> None:
    (tmp_path / "truth.scm").write_text(TRUTH.replace("1 + (S == triangle)", "1 + (S == ring)"))
    with pytest.raises(ScmError) as caught:
        command(run, "--n", "8")
    assert [d.code for d in caught.value.diagnostics] == ["E232"]


def test_a_seed_that_no_generator_takes(run: Run) -> None:
    with pytest.raises(typer.BadParameter, match="less than or equal"):
        command(run, "--seed", str(2**64))


def test_more_steps_than_were_trained(run: Run) -> None:
    with pytest.raises(typer.BadParameter, match="20 time steps"):
        command(run, "--steps", "21")


def test_runs_side_by_side(run: Run, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The second time nothing is edited."""
    other = make_run(data, tmp_path)
    folders = [str(run.folder), str(other.folder)]
    given = [
        "--compare",
        *folders,
        "--n",
        "8",
        "--do",
        "do(K=1)",
        "--metrics",
        "edits",
        "--out",
        str(tmp_path),
    ]
    command(run, *given)
    first = capsys.readouterr().out
    assert first.endswith(f"comparison: {tmp_path / 'comparison.html'}\n")
    assert f"A: {run.name}, step 0" in first
    body = json.loads((tmp_path / "comparison.json").read_text())
    assert body["runs"] == [run.name, other.name]
    (rows,) = [row for row in body["rows"] if row["what"] == "do(K): K reached"]
    assert rows["differences"][1]["n"] == rows["values"][0]["n"]
    made = (run.folder / "evaluation" / "scores.npz").stat().st_mtime_ns
    command(run, *given)
    assert capsys.readouterr().out == first
    assert (run.folder / "evaluation" / "scores.npz").stat().st_mtime_ns == made


def test_runs_with_other_data_are_not_compared(run: Run, tmp_path: Path) -> None:
    other = make_run(small_data(tmp_path / "others", seed=1), tmp_path)
    with pytest.raises(ScmError) as caught:
        command(run, "--compare", str(run.folder), str(other.folder), "--n", "8")
    assert [d.code for d in caught.value.diagnostics] == ["E210"]


@pytest.mark.parametrize(
    "arguments", [["--compare"], ["--compare", "a"], ["a", "b"], ["--compare", "a", "b", "--run", "c"]]
)
def test_comparing_takes_two_runs_and_its_option(run: Run, arguments: list[str]) -> None:
    with pytest.raises(typer.BadParameter):
        command(run, *arguments)


def test_every_part_can_be_asked_for() -> None:
    assert {metric.value for metric in Metric} == {"edits", *(part.value for part in evaluation.Part)}
