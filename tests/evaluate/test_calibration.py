"""Guidance calibrated: the choice among trials, the trials themselves, and what a run makes of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.cli import calibrate as command
from scmlang.cli.app import load
from scmlang.compiler import open_artefact
from scmlang.diagnostics.base import ScmError
from scmlang.evaluate import calibration
from scmlang.evaluate import judge as judges
from scmlang.evaluate.calibration import TOLERANCE, calibrate, choose
from scmlang.evaluate.edits import answer
from scmlang.evaluate.judge import obtain_judge
from scmlang.evaluate.truth import Units
from scmlang.query import QueryOptions, _guidance
from scmlang.train.calibration import Calibration, Trial, load_calibration, save_calibration
from scmlang.train.runs import Run, open_run
from tests.evaluate.support import EDIT, JUDGE, untrained
from tests.evaluate.test_command import make_run

shares = st.sampled_from([0.0, 0.5, 0.9, 0.97, 0.98, 0.99, 1.0])
trial_lists = st.lists(st.tuples(shares, shares), min_size=1, max_size=5).map(
    lambda pairs: [
        Trial(variable="D", scale=1.0 + i, images=9, reached=reached, kept=kept)
        for i, (reached, kept) in enumerate(pairs)
    ]
)


@given(trial_lists, shares)
def test_the_least_scale_that_reaches_and_does_no_harm(trials: list[Trial], target: float) -> None:
    chosen = next(trial for trial in trials if trial.scale == choose(trials, target))
    assert chosen.kept >= trials[0].kept - TOLERANCE
    for other in trials:
        if other.kept < trials[0].kept - TOLERANCE:
            continue
        if chosen.reached >= target:
            assert other.reached < target or other.scale >= chosen.scale
        else:
            assert (other.reached, -other.scale) <= (chosen.reached, -chosen.scale)


def test_scales_rise_until_the_target_is_reached(units: Units) -> None:
    """Every finite label is edited to another level, alone; nothing reaches 1 here, everything reaches 0."""
    model, split = untrained().model, units.split
    judge = obtain_judge(units.truth, ("S", "T", "K"), JUDGE, None)
    scales, trials = calibrate(model, judge, split.images, split.columns, EDIT, grid=(2.0, 1.0), target=0.0)
    assert scales == {"S": 1.0, "K": 1.0}
    assert [(t.variable, t.scale, t.images) for t in trials] == [("S", 1.0, 24), ("K", 1.0, 24)]
    again = calibrate(model, judge, split.images, split.columns, EDIT, grid=(1.0, 2.0), target=1.0)[1]
    assert [(t.variable, t.scale) for t in again] == [("S", 1.0), ("S", 2.0), ("K", 1.0), ("K", 2.0)]
    assert again[0] == trials[0]


def test_a_trial_counts_what_the_judge_reads(units: Units, monkeypatch: pytest.MonkeyPatch) -> None:
    model, split = untrained().model, units.split
    judge = obtain_judge(units.truth, ("S", "T", "K"), JUDGE, None)
    seen: list[Any] = []

    def spy(*given: Any) -> Any:
        found = answer(*given)
        seen.append((given[3], given[4].guidance, found))
        return found

    monkeypatch.setattr(calibration, "answer", spy)
    _, trials = calibrate(model, judge, split.images, split.columns, EDIT, grid=(1.5,), target=1.0)
    ((acts, guidance, found),) = seen
    assert guidance == {"S": 1.5, "K": 1.5}
    before = judge.read(split.images)
    for trial, act, other, pictures in zip(trials, acts, ("K", "S"), found.edited, strict=True):
        assert (act[trial.variable] != split.columns[trial.variable]).all()
        assert all((act[n] == split.columns[n]).all() for n in act if n != trial.variable)
        read = judge.read(pictures)
        assert trial.reached == np.mean(read[trial.variable] == act[trial.variable])
        assert trial.kept == np.mean(read[other] == before[other])


@pytest.fixture
def run(data: Path, tmp_path: Path) -> Run:
    return make_run(data, tmp_path)


def kept(step: int) -> Calibration:
    trial = Trial(variable="K", scale=3.0, images=2, reached=1.0, kept=1.0)
    return Calibration(step=step, steps=3, inversion="ddim", target=0.9, scales={"K": 3.0}, trials=(trial,))


def test_a_run_uses_what_was_calibrated(run: Run) -> None:
    assert load_calibration(run) is None
    assert open_artefact(run).guidance == {"S": 2.0}
    save_calibration(run, kept(0))
    assert load_calibration(run) == kept(0)
    artefact = open_artefact(run)
    assert artefact.guidance == {"S": 2.0, "K": 3.0}
    assert _guidance(artefact, QueryOptions(guidance={"K": "1"})) == {"S": 2.0, "K": 1.0}
    assert artefact.warnings == ()


def test_scales_of_other_weights_are_passed_over(run: Run) -> None:
    save_calibration(run, kept(7))
    artefact = open_artefact(run)
    assert artefact.guidance == {"S": 2.0}
    assert [w.code for w in artefact.warnings] == ["W225"]


@pytest.mark.parametrize("text", ["", "{}", '{"schema": 1, "scales": {"K": "much"}}'])
def test_a_damaged_calibration(run: Run, text: str) -> None:
    run.calibration.write_text(text)
    with pytest.raises(ScmError) as error:
        open_artefact(run)
    assert [d.code for d in error.value.diagnostics] == ["E225"]


def test_a_calibration_that_cannot_be_written(run: Run) -> None:
    run.calibration.mkdir()
    with pytest.raises(ScmError) as error:
        save_calibration(run, kept(0))
    assert [d.code for d in error.value.diagnostics] == ["E226"]


def test_the_command(run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    obtain = judges.obtain_judge

    def quickly(truth: Any, parents: Any, _: Any, *rest: Any) -> Any:
        return obtain(truth, parents, JUDGE, *rest)

    monkeypatch.setattr(judges, "obtain_judge", quickly)
    truth = run.folder.parents[2] / "truth.scm"
    arguments = ["--truth", str(truth), "--run", str(run.folder), "-n", "12", "--target", "0"]
    load(command.calibrate, "calibrate").main(arguments, standalone_mode=False)
    printed = capsys.readouterr().out
    assert printed.count("chosen") == 2
    assert printed.endswith(f"kept in {run.calibration}\n")
    assert open_artefact(open_run(run.folder)).calibrated == {"S": 1.0, "K": 1.0}
    load(command.calibrate, "calibrate").main([*arguments, "--format", "json"], standalone_mode=False)
    assert json.loads(capsys.readouterr().out) == json.loads(run.calibration.read_text())
