"""``scmlang estimate`` and its Python counterpart."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

import scmlang
from tests.cli.process import run_here
from tests.estimation.support import confounded, linear_gaussian

MODEL = "X, Y, Z: binary; Z -> {X, Y}; X -> Y"
DATA = {name: column.codes.tolist() for name, column in confounded(2000, 1).levels.items()}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    rows = zip(*DATA.values(), strict=True)
    path.write_text("\n".join([",".join(DATA), *(",".join(map(str, row)) for row in rows)]), encoding="utf-8")
    return path


def ask(query: str, table: Path, *more: str, model: str = MODEL) -> int:
    return run_here("estimate", "--model", model, query, "--data", table, *more)


def test_a_number(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("ATE(X, Y)", table) == 0
    first, second, third = capsys.readouterr().out.splitlines()
    assert first.startswith("ATE(X, Y) = 0.")
    assert second == "estimand, by back-door: Σ_{Z} E(Y | X=1, Z) P(Z) - Σ_{Z} E(Y | X=0, Z) P(Z)"
    assert third == (
        "estimated, by plug-in frequencies of 2000 rows, 1000 bootstrap resamples, 95 % intervals"
    )


def test_json_is_an_answer(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("P(Y=1 | do(X=1))", table, "--format", "json", "--level", "0.9", "--seed", "4") == 0
    found = json.loads(capsys.readouterr().out)
    rows = list(zip(DATA["X"], DATA["Y"], DATA["Z"], strict=True))
    value = Fraction(0)
    for k in (0, 1):
        treated = [y for x, y, z in rows if (x, z) == (1, k)]
        value += Fraction(DATA["Z"].count(k), len(rows)) * Fraction(sum(treated), len(treated))
    assert found["value"] == pytest.approx(float(value), abs=1e-12)
    assert found["schema"] == 1
    assert (found["status"], found["level"], found["bounds"]) == ("estimated", 0.9, None)
    assert found["interval"][0] < found["value"] < found["interval"][1]
    assert found["estimand"] == "Σ_{Z} P(Y=1 | X=1, Z) P(Z)"
    again = scmlang.loads(MODEL).estimate("P(Y=1 | do(X=1))", table, level=0.9, seed=4)
    assert again.to_json() == found


def test_a_table(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("P(Y | do(X))", table, "--format", "csv") == 0
    heading, *rows = capsys.readouterr().out.splitlines()
    assert heading == "do(X),Y,p,standard_error,lower,upper"
    cells = [row.split(",") for row in rows]
    assert [row[:2] for row in cells] == [["0", "0"], ["0", "1"], ["1", "0"], ["1", "1"]]
    assert float(cells[0][2]) + float(cells[1][2]) == pytest.approx(1)
    assert all(float(row[4]) < float(row[2]) < float(row[5]) for row in cells)
    answer = scmlang.loads(MODEL).estimate("P(Y | do(X))", DATA)
    assert [row[2] for row in answer.rows] == [float(row[2]) for row in cells]
    assert ask("ATE(X, Y)", table, "--format", "csv") == 0
    assert capsys.readouterr().out.startswith("value,standard_error,lower,upper\n0.")


def test_both_estimators_from_python() -> None:
    model = scmlang.loads("X: binary; Y, Z: real; Z -> {X, Y}; X -> Y")
    data = linear_gaussian(3000, 1)
    columns = {"X": data.levels["X"].codes.tolist(), **{n: c.tolist() for n, c in data.reals.items()}}
    found = model.estimate("ATE(X, Y)", columns)
    assert "doubly robust" in found.method
    assert abs(float(found) - 2) < 0.2
    assert not any("smoothed" in note for note in found.notes)
    assert any("smoothed" in note for note in model.estimate("ATE(X, Y)", columns, smoothing=0.5).notes)
    with pytest.raises(scmlang.ScmError, match="E334"):
        model.estimate("ATE(X, Y)", columns, method="plug-in")
    with pytest.raises(ValueError, match="guess"):
        model.estimate("ATE(X, Y)", columns, method="guess")
    for wrong in ({"level": 1}, {"resamples": 1}, {"folds": 1}, {"smoothing": -1}):
        with pytest.raises(ValueError, match="level"):
            model.estimate("ATE(X, Y)", columns, **wrong)


def test_what_any_value_serves_for_is_taken_at_its_most_frequent(table: Path) -> None:
    model = scmlang.loads("W, R, X, Y: binary; W -> R -> X -> Y; W <-> X; W <-> Y")
    data = {"W": DATA["Z"], "R": [int(i % 3 > 0) for i in range(2000)], "X": DATA["X"], "Y": DATA["Y"]}
    found = model.estimate("P(Y=1 | do(X=1))", data)
    assert found.notes == ("any value of R gives the same; 1 is taken",)
    assert found.value is not None


@pytest.mark.parametrize(
    ("model", "query", "code", "words"),
    [
        ("X -> Y; X <-> Y", "P(Y=1 | do(X=1))", "E331", "hedge {X, Y} around {Y}"),
        (MODEL, "do(X=1)", "E338", "no number"),
        ("X -> Y; X <-> Y", "P(Y=1 | do(X=1)) ** 0.5", "E332", "decided"),
        (MODEL, "2 ** P(Y=1 | do(X=1))", "E342", "no estimand"),
        (MODEL, "P(Q=1)", "E010", "Q"),
        ("X, Y, U: binary; U -> {X, Y}; X -> Y", "ATE(X, Y)", "E123", "no column `U`"),
    ],
)
def test_what_is_refused(
    model: str, query: str, code: str, words: str, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(query, table, model=model) == 1
    report = capsys.readouterr().err
    assert f"error[{code}]" in report
    assert words in report


@pytest.mark.parametrize("words", ["--level 1", "--bootstrap 1", "--method guess", "--folds 1"])
def test_usage(words: str, table: Path) -> None:
    assert ask("ATE(X, Y)", table, *words.split()) == 2
