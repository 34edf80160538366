"""``scmlang sample`` as a process."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
STROKES = EXAMPLES / "strokes" / "strokes_truth.scm"


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "scmlang", "sample", *map(str, arguments)]


def sample(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=60, check=False)


def heed_interrupts() -> None:
    """In the child: be interrupted even where a shell runs the tests in its background, ignoring that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_a_folder_is_made_and_summed_up(tmp_path: Path) -> None:
    done = sample(STROKES, "-n", 20, "--seed", 3, "-o", tmp_path / "d", "--splits", "0.5,0.25,0.25")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{tmp_path / 'd'}: 10 train, 5 val, 5 test, seed 3\n"
    assert len(list((tmp_path / "d" / "train").glob("*.png"))) == 10


def test_a_table_is_made(tmp_path: Path) -> None:
    done = sample(EXAMPLES / "toy_ascm.scm", "-n", 5, "-o", tmp_path / "t.csv")
    assert done.returncode == 0
    assert len((tmp_path / "t.csv").read_text().splitlines()) == 6


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([EXAMPLES / "strokes" / "strokes.scm"], "E110"),
        ([STROKES, "--digits", "."], "E102"),
        ([STROKES, "--splits", "most,some,few"], "E115"),
        ([EXAMPLES / "bar_mnist" / "frontdoor_truth.scm", "--digits", "no/such/folder"], "E101"),
    ],
)
def test_mistakes_are_diagnostics_and_leave_nothing(
    tmp_path: Path, arguments: list[object], code: str
) -> None:
    done = sample(*arguments, "-n", 5, "-o", tmp_path / "d")
    assert done.returncode == 1
    assert f"error[{code}]" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_sample_is_replaced_on_demand_only(tmp_path: Path) -> None:
    for force, code in (([], 0), ([], 1), (["--force"], 0)):
        assert sample(STROKES, "-n", 5, "-o", tmp_path / "d", *force).returncode == code


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    process = subprocess.Popen(
        command(STROKES, "-n", 500_000, "-o", tmp_path / "d"),
        stderr=subprocess.PIPE,
        preexec_fn=heed_interrupts,
    )
    try:
        deadline = time.monotonic() + 30
        while not list(tmp_path.glob(".d.*/train/*.png")):
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130
    assert error == b"interrupted\n"
    assert list(tmp_path.iterdir()) == []
