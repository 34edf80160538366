"""Bad programs beside their reports, at least one for every code of the language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scmlang.semantics.errors import CODES
from tests.golden.reports import PROGRAMS, report

_NO_PROGRAM = {"E001", "E003"}  # about files; tested in tests/test_compiler.py
_REPORTED = re.compile(r"^(?:error|warning)\[(\w+)\]", re.MULTILINE)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.stem)
def test_report(program: Path) -> None:
    expected = program.with_suffix(".err").read_text(encoding="utf-8")
    assert report(program) == expected
    assert program.stem.split("_")[0] in _REPORTED.findall(expected)


def test_every_code_has_a_program() -> None:
    shown = {code for p in PROGRAMS for code in _REPORTED.findall(p.with_suffix(".err").read_text("utf-8"))}
    assert shown == set(CODES) - _NO_PROGRAM


def test_every_report_has_its_program() -> None:
    folder = PROGRAMS[0].parent
    assert {p.stem for p in folder.glob("*.err")} == {p.stem for p in PROGRAMS}
