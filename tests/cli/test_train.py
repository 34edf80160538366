"""``scmlang train``: runs, their ends, and going on."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from scmlang.cli.train import _progress, describe
from scmlang.train.metrics_log import read_metrics
from scmlang.train.progress import Progress
from tests.cli.process import EXAMPLES, TINY, command, run_here

STROKES = EXAMPLES / "strokes" / "strokes.scm"
Capture = pytest.CaptureFixture[str]


def test_a_training_prints_where_everything_is(strokes: Path, tmp_path: Path, capsys: Capture) -> None:
    runs = tmp_path / "runs"
    assert run_here("train", STROKES, "--data", strokes / "data", "--runs", runs, *TINY) == 0
    captured = capsys.readouterr()
    folder = runs / "Strokes" / "1"
    assert captured.out.splitlines() == [
        f"run {folder}: 20 training rows",
        f"trained 4 steps; checkpoints, metrics and samples are in {folder}",
    ]
    assert re.fullmatch(r" 50% step 2 \| .*left\n100% step 4 \| .*left\n", captured.err)
    assert json.loads((folder / "run.json").read_text())["recipe"]["train"]["steps"] == 4
    assert [record["step"] for record in read_metrics(folder / "metrics.jsonl")] == [2, 4]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--data", "nowhere"], "E120"),
        (["--data", "DATA", "--set", "train.steps=0"], "E157"),
        (["--data", "DATA", "--set", "train.steps"], "E159"),
        (["--data", "DATA", "--recipe", "absent.yaml"], "E150"),
        (["--data", "DATA", "--set", "train.precision=fp16"], "E186"),
        (["--data", "DATA", "--set", "backbone.channels=[12]"], "E187"),
        (["--data", "DATA", "--set", "diffusion.guidance={Z: 2.0}"], "E188"),
        (["--resume"], "E190"),
        (["--resume", "--data", "DATA"], "E184"),
        (["--resume", "--set", "train.steps=3"], "E184"),
        (["--resume", "--recipe", "cpu"], "E184"),
    ],
)
def test_mistakes_are_diagnostics_and_leave_no_run(
    strokes: Path, tmp_path: Path, capsys: Capture, arguments: list[str], code: str
) -> None:
    given = [str(strokes / "data") if word == "DATA" else word for word in arguments]
    assert run_here("train", STROKES, *given, "--runs", tmp_path / "runs") == 1
    captured = capsys.readouterr()
    assert f"error[{code}]" in captured.err
    assert "internal error" not in captured.err
    assert not (tmp_path / "runs").exists()


def test_runs_that_cannot_be_written(strokes: Path, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "file").write_text("")
    assert run_here("train", STROKES, "--data", strokes / "data", "--runs", tmp_path / "file", *TINY) == 1
    assert "error[E194]" in capsys.readouterr().err


def test_a_truth_has_nothing_to_learn(strokes: Path, tmp_path: Path, capsys: Capture) -> None:
    truth = EXAMPLES / "strokes" / "strokes_truth.scm"
    assert run_here("train", truth, "--data", strokes / "data", "--runs", tmp_path / "runs") == 1
    assert "error[E173]" in capsys.readouterr().err


def test_a_changed_model_is_not_gone_on_with(strokes: Path, tmp_path: Path, capsys: Capture) -> None:
    changed = tmp_path / "strokes.scm"
    changed.write_text(STROKES.read_text(encoding="utf-8") + "# more\n", encoding="utf-8")
    assert run_here("train", changed, "--resume", "--runs", strokes / "runs") == 1
    assert "error[E185]" in capsys.readouterr().err


def test_a_wrong_command_line_exits_with_2(capsys: Capture) -> None:
    assert run_here("train", STROKES) == 2
    assert "--data" in capsys.readouterr().err
    assert run_here("train") == 2


def test_progress_in_one_line() -> None:
    progress = Progress(20, 0.5, 1.0, {"kl": 3.25, "diffusion": 0.12345, "odd": 1.0}, 215.4, 10.0, 125.2)
    assert describe(progress) == "step 20 | diffusion 0.1235 kl 3.25 | 215 images/s | 2:05 left"


def test_a_terminal_of_80_columns_shows_all_of_it(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    terms = {"diffusion": 0.38341, "likelihood": 2.838, "kl": 42.43, "recognition": 2.179, "effect": 2.471}
    with _progress() as listen:
        listen(Progress(123_456, 0.425, 1.0, terms, 1215.4, 10.0, 6125.2))
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", capsys.readouterr().err)
    for part in ("42%", "step 123456", "1215 images/s", "102:05 left", "diffusion 0.3834", "effect 2.471"):
        assert part in text


@pytest.mark.slow
def test_ctrl_c_saves_and_resume_goes_on(strokes: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    folder = runs / "Strokes" / "1"
    long = [*TINY, "--set", "train.steps=400", "--set", "train.seconds=null"]
    process = subprocess.Popen(
        command("train", STROKES, "--data", strokes / "data", "--runs", runs, *long),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 120
    while not ((folder / "metrics.jsonl").exists() and read_metrics(folder / "metrics.jsonl")):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "stopping after this step" in err
    assert "Traceback" not in err
    said = re.search(r"stopped at step (\d+)", out)
    assert said is not None
    stopped = int(said[1])
    assert 2 <= stopped < 400
    assert [p.name for p in (folder / "checkpoints").iterdir()] == [f"step_{stopped:08d}"]
    assert run_here("train", STROKES, "--resume", "--runs", runs) == 0
    steps = [record["step"] for record in read_metrics(folder / "metrics.jsonl")]
    assert steps == sorted(set(steps))
    assert steps[-1] == 400
    assert list(runs.glob("*/*")) == [folder]
