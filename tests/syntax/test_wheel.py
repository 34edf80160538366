"""A built wheel carries the grammar and the explanations, and works without the source tree."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_wheel_carries_its_data(tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "-q",
        "-w",
        str(tmp_path),
    ]
    subprocess.run([*build, str(ROOT)], check=True, cwd=tmp_path)
    (wheel,) = tmp_path.glob("scmlang-*.whl")
    unpacked = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(unpacked)
    assert (unpacked / "scmlang" / "_grammar" / "scm.lark").is_file()
    assert all((unpacked / "scmlang" / "syntax" / f"{name}.txt").is_file() for name in ("hints", "messages"))
    explanations = unpacked / "scmlang" / "explanations"
    source = ROOT / "scmlang" / "explanations"
    assert {p.name for p in explanations.glob("*.md")} == {p.name for p in source.glob("*.md")}
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "from scmlang.compiler import Compilation; import scmlang;"
        "assert scmlang.__path__[0].startswith(sys.argv[1]);"
        "print(list(Compilation.from_text('X: binary').model.variables))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(unpacked)], check=True, capture_output=True, text=True, cwd=tmp_path
    )
    assert ran.stdout == "['X']\n"
