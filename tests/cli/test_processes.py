"""``scmlang train`` in two processes: told to end, and with one of them lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scmlang.train.checkpoint import load_latest
from scmlang.train.runs import newest_run
from tests.cli.process import EXAMPLES, TINY

ROOT = Path(__file__).parents[2]
STROKES = EXAMPLES / "strokes" / "strokes.scm"
LONG = ["--set", "train.steps=100000", "--set", "train.seconds=null", "--set", "train.sample_every=0"]
pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="processes are forked")]


def end(runs: Path, number: str, whom: str, *arguments: object) -> tuple[list[int], str, str]:
    words = [sys.executable, "-m", "tests.cli.ends", runs, number, whom, "train", STROKES, "--runs", runs]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        list(map(str, [*words, *arguments])), cwd=ROOT, env=environment, capture_output=True, text=True
    )
    *said, statuses = done.stdout.splitlines()
    return [int(word) for word in statuses.split()], "\n".join(said), done.stderr


def test_a_signal_to_all_saves_once_and_ends_all(strokes: Path, tmp_path: Path) -> None:
    statuses, said, errors = end(tmp_path, "SIGTERM", "ALL", "--data", strokes / "data", *TINY, *LONG)
    assert statuses == [130, 130], errors
    assert said.count("stopped at step") == 1
    assert errors.count("stopping after this step") == 1
    run = newest_run(tmp_path)
    checkpoint = load_latest(run)
    assert f"stopped at step {checkpoint.step};" in said
    assert {"cpu", "rank1.cpu"} <= checkpoint.tensors["rng"].keys()


def test_a_lost_process_ends_the_others_with_words(strokes: Path, tmp_path: Path) -> None:
    statuses, _, errors = end(tmp_path, "SIGKILL", "ONE", "--data", strokes / "data", *TINY, *LONG)
    assert statuses == [1, -9], errors
    assert "error[E212]" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(("override", "code"), [("train.batch=5", "E211"), ("generator.name=cvae", "E214")])
def test_what_cannot_be_shared_is_said_by_each(
    strokes: Path, tmp_path: Path, override: str, code: str
) -> None:
    extra = ["--set", override, "--set", "train.fsdp=true"]
    statuses, _, errors = end(tmp_path, "NONE", "ALL", "--data", strokes / "data", *TINY, *extra)
    assert statuses == [1, 1]
    assert errors.count(f"error[{code}]") == 1
    assert "Traceback" not in errors
