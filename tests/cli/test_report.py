"""Where more is told of a mistake: to a person, not to a log."""

from __future__ import annotations

import sys

import pytest

from tests.cli.process import run_here

HINT = "`scmlang explain E012` tells more\n"
WRONG = ["check", "--model", "exogenous U ~ bernoulli(0.5)\nX: binary\nX -> Y -> Z"]


def test_a_terminal_is_told_once_of_the_first_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert run_here(*WRONG) == 1
    assert capsys.readouterr().err.endswith(f"2 errors\n{HINT}")


def test_a_pipe_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_here(*WRONG) == 1
    assert capsys.readouterr().err.endswith("2 errors\n")


def test_nothing_is_told_where_nothing_is_wrong(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert run_here("check", "--model", "X -> Y") == 0
    assert capsys.readouterr().err == ""


def test_every_command_tells_it(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert run_here("export", "--model", "X: binary\nX -> Y", "--to", "dot") == 1
    assert capsys.readouterr().err.endswith(f"1 error\n{HINT}")
