"""A model from the command line or from standard input, wherever a model file is taken."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from tests.cli.process import EXAMPLES, TINY, run_here

BOW = "X -> Y; X <-> Y"
EXACT = "X: binary; Y: binary; X ~ bernoulli(0.5); Y := not X"
STROKES = EXAMPLES / "strokes" / "strokes.scm"
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BOW.encode())))


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (("check",), "ok: model"),
        (("compile", "--emit", "ir"), "X <-> Y"),
        (("graph",), "X and Y share a hidden cause."),
        (("export", "--to", "cg"), "X <-> Y"),
    ],
)
def test_text_and_a_pipe_stand_for_a_file(
    command: tuple[str, ...], shown: str, capsys: Capture, piped: None, tmp_path: Path
) -> None:
    (tmp_path / "inline.scm").write_text(BOW)
    outputs = []
    for given in (("--model", BOW), ("-",), (tmp_path / "inline.scm",)):
        assert run_here(*command, *given) == 0
        outputs.append(capsys.readouterr().out.replace("stdin", "inline"))
    assert shown in outputs[0]
    if command != ("check",):  # which says where the model is from
        assert len(set(outputs)) == 1


@pytest.mark.parametrize("command", [("check",), ("compile",), ("graph",), ("export", "--to", "cg")])
def test_neither_and_both_are_wrong(command: tuple[str, ...], capsys: Capture) -> None:
    assert run_here(*command) == 2
    assert run_here(*command, STROKES, "--model", BOW) == 2
    assert capsys.readouterr().err.count("--model TEXT") >= 2


def test_a_mistake_in_the_text_is_shown_in_it(capsys: Capture) -> None:
    assert run_here("graph", "--model", "X -> Y; Y -> X") == 1
    error = capsys.readouterr().err
    assert "E021" in error
    assert "<inline>:1:" in error


def test_standard_input_is_decoded_and_bounded(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    for content, code in ((b"X: \xff", "E002"), (b"#" * (2 << 20), "E003")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        assert run_here("check", "-") == 1
        assert code in capsys.readouterr().err


def test_import_reads_standard_input(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"digraph { X -> Y }")))
    assert run_here("import", "-", "--from", "dot") == 0
    assert "X -> Y" in capsys.readouterr().out


def test_sample_takes_text(tmp_path: Path) -> None:
    out = tmp_path / "t.csv"
    assert run_here("sample", "--model", EXACT, "-n", 4, "-o", out) == 0
    rows = out.read_text().split()
    assert rows[0] == "X,Y"
    assert all(row in ("0,1", "1,0") for row in rows[1:])


def test_a_run_keeps_the_text_that_it_was_given(strokes: Path, tmp_path: Path, capsys: Capture) -> None:
    text = STROKES.read_text(encoding="utf-8").replace("model Strokes\n", "")
    runs = tmp_path / "runs"
    data = ("--data", strokes / "data")
    assert run_here("train", "--model", text, *data, "--runs", runs, *TINY) == 0
    assert json.loads((runs / "inline" / "1" / "run.json").read_text())["model_text"] == text
    assert run_here("train", "--model", text, "--resume", "--runs", runs) == 0
    assert run_here("train", "--model", text + "\n", "--resume", "--runs", runs) == 1
    assert "E185" in capsys.readouterr().err
    assert run_here("query", "do(S=ring)", "--runs", runs, "--out", tmp_path / "q.png") == 0


@pytest.mark.slow
def test_evaluate_takes_the_truth_as_text(strokes: Path, tmp_path: Path, capsys: Capture) -> None:
    truth = (EXAMPLES / "strokes" / "strokes_truth.scm").read_text(encoding="utf-8")
    arguments = ("--runs", strokes / "runs", "-n", 2, "--do", "do(S=ring)", "--steps", 2)
    assert run_here("evaluate", "--model", truth, *arguments, "--out", tmp_path / "e") == 0
    assert run_here("evaluate", *arguments) == 2
    assert "--truth" in capsys.readouterr().err
