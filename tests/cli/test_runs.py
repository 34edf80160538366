"""``scmlang runs``: what was trained, how it went, and the end of it."""

from __future__ import annotations

import json
import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from scmlang.train.lock import locked
from scmlang.train.metrics_log import read_metrics
from scmlang.train.runs import open_run
from tests.cli.process import run_here

Capture = pytest.CaptureFixture[str]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def runs(strokes: Path, tmp_path: Path) -> Path:
    shutil.copytree(strokes / "runs", tmp_path / "runs")
    return tmp_path / "runs"


@pytest.fixture
def one(runs: Path) -> Path:
    return runs / "Strokes" / "1"


def listed(runs: Path, capsys: Capture) -> list[dict[str, object]]:
    assert run_here("runs", "--runs", runs, "--json") == 0
    return json.loads(capsys.readouterr().out)["runs"]  # type: ignore[no-any-return]


def test_runs_are_listed_with_how_far_they_came(runs: Path, one: Path, capsys: Capture) -> None:
    assert run_here("runs", "--runs", runs) == 0
    out = capsys.readouterr().out
    assert re.search(r"Strokes/1 +finished +4 +0:00:\d\d", out)
    (entry,) = listed(runs, capsys)
    assert entry["last"] == read_metrics(one / "metrics.jsonl")[-1]
    assert entry["bytes"] == sum(path.stat().st_size for path in one.rglob("*") if path.is_file())
    assert entry["checkpoints"] == ["step_00000004"]


def test_the_state_of_a_run(runs: Path, one: Path, capsys: Capture) -> None:
    with locked(open_run(one)):
        assert [entry["state"] for entry in listed(runs, capsys)] == ["training"]
    log = one / "metrics.jsonl"
    log.write_text("".join(line for line in log.open() if json.loads(line)["fraction"] < 1))
    assert [entry["state"] for entry in listed(runs, capsys)] == ["stopped"]
    (one / "diverged.json").write_text("{}")
    assert [entry["state"] for entry in listed(runs, capsys)] == ["diverged"]


def test_a_damaged_run_is_reported_beside_the_others(runs: Path, one: Path, capsys: Capture) -> None:
    shutil.copytree(one, runs / "Strokes" / "2")
    (runs / "Strokes" / "2" / "run.json").write_text("{")
    assert run_here("runs", "--runs", runs) == 0
    said = capsys.readouterr()
    assert "Strokes/1" in said.out
    assert "error[E192]" in said.err


def test_no_runs_are_no_error(tmp_path: Path, capsys: Capture) -> None:
    assert run_here("runs", "--runs", tmp_path / "none") == 0
    assert "there is no run" in capsys.readouterr().out


def test_a_run_is_shown_with_its_losses_and_their_curves(one: Path, tmp_path: Path, capsys: Capture) -> None:
    picture = tmp_path / "losses.svg"
    assert run_here("runs", "show", one, "--plot", picture) == 0
    out = capsys.readouterr().out
    last = read_metrics(one / "metrics.jsonl")[-1]
    assert f"{last['loss']:.5g}" in out
    assert "4 of 4" in out
    drawing = ET.parse(picture).getroot()
    terms = last.keys() - {"step", "fraction", "images_per_second", "seconds"}
    names = {text.text for text in drawing.iter(f"{SVG}text")}
    assert terms <= names
    assert len(list(drawing.iter(f"{SVG}polyline"))) >= len(terms)


def test_one_run_as_json(one: Path, capsys: Capture) -> None:
    assert run_here("runs", "show", one, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == 1
    assert told["run"]["state"] == "finished"
    assert told["run"]["last"]["step"] == 4


def test_runs_are_removed_but_not_while_they_are_trained(runs: Path, one: Path, capsys: Capture) -> None:
    with locked(open_run(one)):
        assert run_here("runs", "rm", one) == 1
    assert "error[E209]" in capsys.readouterr().err
    assert run_here("runs", "rm", one) == 0
    assert list((runs / "Strokes").iterdir()) == []
    assert run_here("runs", "rm", one) == 1
    assert "error[E191]" in capsys.readouterr().err
