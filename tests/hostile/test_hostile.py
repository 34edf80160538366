"""No hostile file runs anything, takes long or much memory, or goes without its diagnostic."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.process import EXAMPLES
from tests.hostile.files import CASES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="children are bounded by Linux's means")
SECONDS = 2.0


@pytest.fixture(scope="module")
def results(strokes: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("hostile")
    sound = folder / "sound"
    shutil.copytree(strokes, sound)
    shutil.copy(EXAMPLES / "strokes" / "strokes.scm", sound)
    command = [sys.executable, "-m", "tests.hostile.worker", sound, folder / "cases", folder / "out.json"]
    subprocess.run(list(map(str, command)), check=True, cwd=EXAMPLES.parent)
    return json.loads((folder / "out.json").read_text())  # type: ignore[no-any-return]


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_hostile_file_gets_its_diagnostic_and_nothing_else(results: dict[str, Any], name: str) -> None:
    found = results[name]
    assert (found["status"], found["codes"][:1]) == (1, [found["wanted"]]), found["said"]
    assert not found["ran"]
    assert "Traceback" not in found["said"]
    assert found["seconds"] < SECONDS, found["said"]


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 30
