"""``scmlang export`` of a run folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from scmlang.answers import answer_exactly
from scmlang.compiler import Compilation
from tests.cli.process import run_here

Capture = pytest.CaptureFixture[str]


def test_a_run_is_written_as_what_it_learned(strokes: Path, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "learned.scm"
    assert run_here("export", strokes / "runs" / "Strokes" / "1", "--as", "scm", "-o", out) == 0
    said = capsys.readouterr().err
    assert "warning[W200]: `T` is left out: it is no finite variable" in said
    assert "warning[W200]: `I` is left out: it is an image" in said
    model = Compilation.from_file(out).model
    assert model.is_fully_specified
    table = answer_exactly(model, "P(S, K)", exact=True).table
    assert len(table) == 12
    assert sum(record["p"] for record in table) == 1


def test_a_run_is_written_in_other_formats_too(strokes: Path, capsys: Capture) -> None:
    assert run_here("export", strokes / "runs" / "Strokes" / "1", "--to", "bif") == 0
    assert "variable S" in capsys.readouterr().out


def test_a_folder_that_is_no_run(tmp_path: Path, capsys: Capture) -> None:
    assert run_here("export", tmp_path, "--to", "scm") == 1
    assert "error[E191]" in capsys.readouterr().err
