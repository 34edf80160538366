"""Trainings that are killed and whose disk is full lose nothing: a sample of ``make verify-crash``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scmlang.train.checkpoint import load_latest
from scmlang.train.runs import open_run
from tools.crash import INTERVAL, Bench, Report

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="trainings are forked")
def test_kills_and_full_disks() -> None:
    command = [sys.executable, "-m", "tools.crash", "--kills", "10", "--fills", "3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("10 kills and 3 full disks")
    assert "0 faults" in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="trainings are forked")
def test_the_inspection_sees_what_must_not_be(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    run = next((tmp_path / "whole" / "Strokes").iterdir())
    whole, report = open_run(run), Report()
    step = bench.inspect(whole, 0, report)
    assert (step, report.faults) == (load_latest(whole).step, [])
    bench.inspect(whole, step + 1, report)
    with whole.metrics.open("a") as log:
        log.write(json.dumps({"step": step + INTERVAL + 1}) + "\n")
    bench.inspect(whole, step, report)
    for weights in whole.checkpoints.rglob("model.safetensors"):
        weights.write_bytes(b"")
    bench.inspect(whole, step, report)
    assert [fault.split()[0] for fault in report.faults] == ["step", "step", "unusable:"]
