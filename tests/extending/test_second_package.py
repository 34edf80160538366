"""A mechanism type and a backbone from another package, which is really installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scmlang.compiler import open_artefact
from scmlang.diagnostics.base import ScmError
from scmlang.train.runs import open_run
from tests.train.support import folder_of

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MODEL = """model Second
D: 0..3
I: image(1, 8, 8)
D -> I
mechanism I: theirs(gain=3)
"""
THEIRS = {"name": "theirs", "group": "scmlang.mechanisms", "package": "scmlang-second", "version": "0.1"}
PLAIN = {**THEIRS, "name": "plain", "group": "scmlang.backbones"}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a process that has the package says of its work; this one does not have it."""
    folder = tmp_path_factory.mktemp("second")
    installed = folder / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    package = [HERE / "second_package", "--no-build-isolation", "--target", installed]
    subprocess.run([*pip, *package], check=True, capture_output=True)
    (folder / "second.scm").write_text(MODEL, encoding="utf-8")
    folder_of(folder / "data", MODEL.replace("theirs(gain=3)", "diffusion"))
    paths = os.pathsep.join(map(str, (installed, ROOT)))
    worker = subprocess.run(
        [sys.executable, "-m", "tests.extending.worker", folder],
        env={**os.environ, "PYTHONPATH": paths},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert worker.returncode == 0, worker.stderr
    found: dict[str, Any] = json.loads(worker.stdout.splitlines()[-1])
    return found


@pytest.mark.slow
def test_it_parses_and_its_options_are_checked(done: dict[str, Any]) -> None:
    assert done["origins"] == [True, True]
    assert done["wrong"] == [["E062"], ["E062"], ["E061"]]
    assert done["compiled"] == 0


@pytest.mark.slow
def test_it_is_built_trained_and_resumed(done: dict[str, Any]) -> None:
    assert done["built"] == ["Gained", "Plain"]
    assert (done["resumed"], done["step"]) == (0, 4)


@pytest.mark.slow
def test_it_is_loaded_by_name_with_its_weights(done: dict[str, Any]) -> None:
    assert done["loaded"] == ["Gained", "Plain"]
    assert done["gain"] != [3.0]
    assert abs(done["gain"][0] - 3) < 0.1
    assert done["recorded"] == [THEIRS, PLAIN]
    assert done["asked"] >= 1


@pytest.mark.slow
def test_without_the_package_the_run_names_it(done: dict[str, Any]) -> None:
    with pytest.raises(ScmError) as raised:
        open_artefact(open_run(Path(done["run"])))
    assert [diagnostic.code for diagnostic in raised.value.diagnostics] == ["E223", "E223"]
    first, second = (diagnostic.message for diagnostic in raised.value.diagnostics)
    assert "mechanism type `theirs` of the package `scmlang-second` 0.1, which is not installed" in first
    assert "backbone `plain` of the package `scmlang-second` 0.1" in second
