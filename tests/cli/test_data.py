"""``scmlang test FILE --data TABLE``: the report in each form, the picture, the exit codes, the mistakes."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.cli.process import run_here
from tests.falsify.support import write

Capture = pytest.CaptureFixture[str]
RIGHT, WRONG = "X -> Y -> Z; X -> Z", "X -> Y -> Z"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Rows in which Z depends on X beside Y."""
    rng = np.random.default_rng(0)
    x = rng.integers(0, 2, 400)
    y = (rng.random(400) < 0.3 + 0.4 * x).astype(int)
    z = (rng.random(400) < 0.2 + 0.3 * y + 0.3 * x).astype(int)
    return write(tmp_path / "t.csv", {"X": x, "Y": y, "Z": z})


def test_a_model_that_data_reject_exits_with_1(table: Path, capsys: Capture) -> None:
    assert run_here("test", "--model", RIGHT, "--data", table) == 0
    assert "implies no independence" in capsys.readouterr().out
    assert run_here("test", "--model", WRONG, "--data", table) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{table}: 400 rows, level 0.05, family-wise (Holm)"
    row = next(line for line in lines if "independent(Z, X | Y)" in line)
    assert row.split()[-1] == "rejected"
    assert any(line.startswith("the data object: X and Z need an edge") for line in lines)
    assert lines[-1] == "1 rejected, 0 not rejected, 0 untested"


def test_json_has_every_number(table: Path, capsys: Capture) -> None:
    assert run_here("test", "--model", WRONG, "--data", table, "--format", "json", "--correction", "by") == 1
    found = json.loads(capsys.readouterr().out)["data"]
    assert (found["rows"], found["rejected"], found["correction"], found["basis"]) == (
        400,
        True,
        "by",
        "pairs",
    )
    [test] = found["tests"]
    assert [test["left"], test["right"], test["given"]] == ["Z", "X", ["Y"]]
    assert (test["test"], test["df"], test["verdict"]) == ("G", 2, "rejected")
    assert test["p"] == test["adjusted"] < 0.05
    assert test["effect"] == pytest.approx(test["statistic"] / 800)
    [objection] = found["missing_edges"]
    assert objection == {"between": ["X", "Z"], "adjusted": test["adjusted"], "accounts_for": 1}
    assert {tuple(edge["edges"]): edge["supported"] for edge in found["edges"]} == {
        ("X -> Y",): True,
        ("Y -> Z",): True,
    }


def test_assertions_and_data_are_reported_together(table: Path, tmp_path: Path, capsys: Capture) -> None:
    file, out = tmp_path / "m.scm", tmp_path / "out.xml"
    file.write_text(f"{WRONG}; W -> X\nassert independent(Z, X | Y)\n", encoding="utf-8")
    constant = table.read_text(encoding="utf-8").splitlines()
    text = "\n".join([constant[0] + ",W", *(line + ",0" for line in constant[1:])])
    table.write_text(text + "\n", encoding="utf-8")
    assert run_here("test", file, "--data", table, "--junit", out) == 1
    printed = capsys.readouterr()
    assert f"{file}:2: holds: assert independent(Z, X | Y)" in printed.out
    assert "1 holds, 0 fails, 0 undecided" in printed.out
    assert "warning[W300]" in printed.err
    first, second = ElementTree.parse(out).getroot()
    assert (first.get("name"), second.get("name")) == (str(file), str(table))
    assert [second.get(name) for name in ("tests", "failures", "skipped")] == ["3", "1", "2"]
    cases = {case.get("name"): [child.tag for child in case] for case in second}
    assert cases["independent(Z, X | Y)"] == ["failure"]
    assert sorted(cases.values()) == [["failure"], ["skipped"], ["skipped"]]


def test_what_is_untested_fails_only_when_strict(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = write(tmp_path / "t.csv", {"X": rng.integers(0, 2, 50), "Y": [1] * 50})
    arguments = ("test", "--model", "{X, Y}", "--data", table)
    assert run_here(*arguments) == 0
    assert run_here(*arguments, "--strict") == 1


def test_the_picture_shows_the_missing_edge(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "d.svg"
    assert run_here("test", "--model", WRONG, "--data", table, "--svg", out) == 1
    root = ElementTree.parse(out).getroot()
    dashed = [e for e in root.iter() if e.get("stroke") == "#dc2626"]
    assert [e.get("stroke-dasharray") is not None for e in dashed] == [True]
    assert any((e.text or "").startswith("p ") for e in root.iter() if e.tag.endswith("text"))


@pytest.mark.parametrize(
    ("text", "columns", "code"),
    [
        (WRONG, {"X": [0, 1], "Y": [0, 1]}, "E123"),
        (WRONG, {"X": [0, 1], "Y": [0, 1], "Z": [0, 1]}, "E301"),
        (WRONG, {"X": [0, ""], "Y": [0, 1], "Z": [0, 1]}, "E124"),
        ("X, Y: binary", {"X": [0, 2] * 9, "Y": [0, 1] * 9}, "E125"),
    ],
)
def test_mistakes_in_the_table(
    text: str, columns: dict[str, list[object]], code: str, tmp_path: Path, capsys: Capture
) -> None:
    table, out = write(tmp_path / "t.csv", columns), tmp_path / "out.xml"
    assert run_here("test", "--model", text, "--data", table, "--junit", out) == 1
    assert f"error[{code}]" in capsys.readouterr().err
    [suite] = ElementTree.parse(out).getroot()
    assert (suite.get("name"), suite.get("errors")) == (str(table), "1")


def test_a_missing_table(tmp_path: Path, capsys: Capture) -> None:
    assert run_here("test", "--model", WRONG, "--data", tmp_path / "nowhere.csv") == 1
    assert "error[E122]" in capsys.readouterr().err


def test_a_wrong_command_line_exits_with_2(table: Path, tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "m.scm"
    file.write_text(WRONG, encoding="utf-8")
    assert run_here("test", file, file, "--data", table) == 2
    assert run_here("test", file, "--svg", tmp_path / "d.svg") == 2
    assert run_here("test", file, "--data", table, "--alpha", 0) == 2
    assert run_here("test", file, "--data", table, "--basis", "none") == 2
    assert "internal error" not in capsys.readouterr().err
