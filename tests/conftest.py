"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Flushing guards against power failures, which tests do not have, and waits for everyone's writes."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are as wide as in a pipe, whatever runs the tests."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(scope="session")
def strokes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``data`` sampled from examples/strokes and a hardly trained run of it in ``runs``."""
    from tests.cli.process import EXAMPLES, TINY, run_here

    folder = tmp_path_factory.mktemp("strokes")
    truth, learner = (EXAMPLES / "strokes" / f"strokes{end}.scm" for end in ("_truth", ""))
    assert run_here("sample", truth, "-n", 40, "-o", folder / "data", "--splits", "0.5,0.25,0.25") == 0
    assert run_here("train", learner, "--data", folder / "data", "--runs", folder / "runs", *TINY) == 0
    return folder
