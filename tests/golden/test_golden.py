"""Bad programs beside their reports: at least three for every code of the language, and 200 in all."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from scmlang.semantics.errors import CODES
from tests.golden.reports import FOLDER, PROGRAMS, report

_NO_PROGRAM = {"E001", "E003"}  # about files; tested in tests/test_compiler.py
_REPORTED = re.compile(r"^(?:error|warning)\[(\w+)\]", re.MULTILINE)


def expected(program: Path) -> str:
    return program.with_suffix(".err").read_text(encoding="utf-8")


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.stem)
def test_report(program: Path) -> None:
    assert report(program) == expected(program)
    assert _REPORTED.findall(expected(program))[0] == program.stem.split("_")[0]


def test_every_code_has_three_programs() -> None:
    programs = Counter(program.stem.split("_")[0] for program in PROGRAMS)
    assert {code: programs[code] for code in CODES if programs[code] < 3} == dict.fromkeys(_NO_PROGRAM, 0)
    assert programs.total() >= 200
    assert set(programs) <= set(CODES)


def test_every_program_is_another() -> None:
    """No two of one code are the same but for their comments, blanks and names."""
    programs: dict[tuple[str, ...], list[str]] = {}
    for program in PROGRAMS:
        programs.setdefault((program.stem.split("_")[0], *_skeleton(program)), []).append(program.stem)
    assert [stems for stems in programs.values() if len(stems) > 1] == []


def _skeleton(program: Path) -> tuple[str, ...]:
    text = re.sub(r"#[^\n]*", "", program.read_bytes().decode("utf-8", "replace"))
    names: dict[str, str] = {}
    words = re.findall(r"[A-Za-z]\w*|[^\w\s]+|\d+|\n", text)
    return tuple(names.setdefault(w, f"name {len(names)}") if w[0].isalpha() else w for w in words)


def test_five_independent_syntax_errors_are_found() -> None:
    counts = [len(_REPORTED.findall(expected(p))) for p in PROGRAMS if p.stem.startswith("E005")]
    assert max(counts) >= 5


def test_every_report_has_its_program() -> None:
    assert {p.stem for p in FOLDER.glob("*.err")} == {p.stem for p in PROGRAMS}
