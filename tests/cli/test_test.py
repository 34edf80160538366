"""``scmlang test``: the report, the JUnit file, the exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.process import run_here

Capture = pytest.CaptureFixture[str]
MODEL = """\
X, Y: 0..9
X ~ uniform(0..9)
Y ~ uniform(0..9)
assert P(X=1) == 0.1
assert P(X < Y) == 0.45
assert P(X=1) == 0.2
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "m.scm"
    path.write_text(MODEL, encoding="utf-8")
    return path


def verdicts(file: Path, capsys: Capture, *more: object) -> tuple[int, list[tuple[int, str]]]:
    status = run_here("test", file, "--format", "json", *more)
    value = json.loads(capsys.readouterr().out)
    assert value["schema"] == 1
    return status, [(found["line"], found["verdict"]) for found in value["assertions"]]


def test_each_assertion_is_reported_where_it_stands(file: Path, capsys: Capture) -> None:
    assert run_here("test", file) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{file}:4: holds: assert P(X=1) == 0.1",
        f"{file}:5: holds: assert P(X < Y) == 0.45",
        f"{file}:6: fails: assert P(X=1) == 0.2",
        "    0.1 == 0.2 is false",
        "2 holds, 1 fails, 0 undecided",
    ]


def test_the_bound_leaves_an_assertion_undecided_and_a_larger_one_decides_it(
    file: Path, capsys: Capture
) -> None:
    file.write_text("\n".join(MODEL.splitlines()[:5]) + "\n", encoding="utf-8")
    assert verdicts(file, capsys) == (0, [(4, "holds"), (5, "holds")])
    assert verdicts(file, capsys, "--max-cells", 50) == (0, [(4, "holds"), (5, "undecided")])
    assert verdicts(file, capsys, "--max-cells", 50, "--strict") == (1, [(4, "holds"), (5, "undecided")])
    limit = ("--limit", "assertion_cells=50")
    assert verdicts(file, capsys, *limit) == (0, [(4, "holds"), (5, "undecided")])
    assert verdicts(file, capsys, *limit, "--max-cells", 1000) == (0, [(4, "holds"), (5, "holds")])


def test_junit(file: Path, capsys: Capture, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.scm"
    wrong.write_text("X -> X\n", encoding="utf-8")
    out = tmp_path / "out.xml"
    assert run_here("test", file, wrong, "--junit", out, "--max-cells", 50) == 1
    assert "error[E0" in capsys.readouterr().err
    first, second = ElementTree.parse(out).getroot()
    assert [first.get(name) for name in ("name", "tests", "failures", "skipped")] == [
        str(file),
        "3",
        "1",
        "1",
    ]
    assert [[child.tag for child in case] for case in first] == [[], ["skipped"], ["failure"]]
    assert [case.get("line") for case in first] == ["4", "5", "6"]
    assert [child.tag for child in second[0]] == ["error"]
    run_here("test", file, "--junit", out, "--max-cells", 50, "--strict")
    assert [[child.tag for child in case] for case in ElementTree.parse(out).getroot()[0]] == [
        [],
        ["failure"],
        ["failure"],
    ]


def test_a_file_that_cannot_be_written_is_a_mistake(file: Path, capsys: Capture) -> None:
    assert run_here("test", file, "--junit", "/proc/nothing/out.xml") == 1
    assert "error[E139]" in capsys.readouterr().err


def test_a_wrong_command_line_exits_with_2(file: Path, capsys: Capture) -> None:
    assert run_here("test") == 2
    assert run_here("test", file, "--model", MODEL) == 2
    assert run_here("test", file, "--max-cells", 0) == 2
    assert "internal error" not in capsys.readouterr().err
