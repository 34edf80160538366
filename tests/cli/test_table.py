"""``scmlang table``, held against the paper's table."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction
from typing import Any

import pytest

from scmlang.compiler import Compilation
from scmlang.exact.engine import answer
from scmlang.exact.worlds import world_table
from scmlang.semantics.quantities import Counterfactual, Probability
from tests.cli.process import EXAMPLES, run_here

Capture = pytest.CaptureFixture[str]
TOY = EXAMPLES / "toy_ascm.scm"
# The paper, section 3: U_I, U_x, U_y, U_xy, then X, Y, I and the probability in hundredths.
PAPER = """\
0000 0 0 0 6
0001 1 1 6 6
0010 0 1 5 4
0011 1 0 3 4
0100 1 0 11 9
0101 0 1 5 9
0110 1 1 14 6
0111 0 0 0 6
1000 0 0 3 6
1001 1 1 5 6
1010 0 1 6 4
1011 1 0 0 4
1100 1 0 8 9
1101 0 1 6 9
1110 1 1 13 6
1111 0 0 3 6
"""
NOISY = "X, Y: binary\nX ~ bernoulli(0.5)\nY ~ bernoulli(0.2 + 0.6 * X)\n"


def rows(capsys: Capture, *arguments: object) -> list[dict[str, Any]]:
    assert run_here("table", *arguments, "--format", "json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == 1
    found: list[dict[str, Any]] = document["rows"]
    return found


def test_the_papers_table(capsys: Capture) -> None:
    names = ("U_I", "U_x", "U_y", "U_xy")
    found = {
        ("".join(row[n] for n in names), row["X"], row["Y"], row["I"], Fraction(row["p"]))
        for row in rows(capsys, TOY, "--exact")
    }
    lines = [line.split() for line in PAPER.splitlines()]
    assert found == {(u, x, y, i, Fraction(int(p), 100)) for u, x, y, i, p in lines}


def test_evidence_and_intervention_beside(capsys: Capture) -> None:
    found = rows(capsys, TOY, "--exact", "--do", "X=1", "--given", "I=5")
    assert sum(Fraction(row["p"]) for row in found) == 1
    left = {row["I[X=1]"]: Fraction(row["posterior"]) for row in found if row["given"]}
    assert left == {"14": Fraction(9, 19), "5": Fraction(6, 19), "6": Fraction(4, 19)}
    assert {row["posterior"] for row in found if not row["given"]} == {"0"}
    assert "Y[X=1]" not in found[0]


def test_private_noise_is_in_the_intervals_that_matter(capsys: Capture) -> None:
    found = rows(capsys, "--model", NOISY, "--exact", "--do", "X=1")
    assert [row["Y.noise"] for row in found[:3]] == ["[0, 1/5)", "[1/5, 4/5)", "[4/5, 1)"]
    assert [row["X.noise"] for row in found] == ["[0, 1/2)"] * 3 + ["[1/2, 1)"] * 3
    assert [(row["X"], row["Y"], row["Y[X=1]"], row["p"]) for row in found] == [
        ("1", "1", "1", "1/10"),
        ("1", "1", "1", "3/10"),
        ("1", "0", "0", "1/10"),
        ("0", "1", "1", "1/10"),
        ("0", "0", "1", "3/10"),
        ("0", "0", "0", "1/10"),
    ]


def test_the_rows_add_up_to_the_engines_numbers() -> None:
    model = Compilation.from_text(
        "exogenous U ~ bernoulli(0.3)\nX: 0..2\nY: {a, b, c}\n"
        "X ~ categorical(0.2 + 0.1 * U, 0.3, 0.5 - 0.1 * U)\n"
        "Y ~ table(X) { (0): [0.1, 0.2, 0.7] (1): [0.5, 0.25, 0.25] (2): [0.3, 0.3, 0.4] }\n"
    ).model
    table = world_table(model)
    joint = answer(model, Probability((Counterfactual("X"), Counterfactual("Y")))).array
    for x in range(3):
        for y in range(3):
            here = (table.values["X"] == x) & (table.values["Y"] == y)
            assert table.probability[here].sum() == pytest.approx(joint[x, y], abs=1e-12)


def test_text_and_csv(capsys: Capture) -> None:
    assert run_here("table", TOY, "--given", "I=5") == 0
    text = capsys.readouterr().out
    assert text.startswith("ToyASCM: 16 rows\n")
    assert len([line for line in text.splitlines() if "yes" in line]) == 3
    assert run_here("table", TOY, "--format", "csv") == 0
    found = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(found) == 16
    assert sum(float(row["p"]) for row in found if row["I"] == "5") == pytest.approx(0.19)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--model", "A: real\nA ~ normal(0, 1)"], "E268"),
        (["--model", "A: 0..2\nA ~ uniform(0..2, coupling=gumbel)"], "E268"),
        (["--model", NOISY, "--max-rows", 5], "E269"),
        (["--model", NOISY, "--given", "X=1, X=0"], "E262"),
        (["--model", NOISY, "--given", "X"], "E072"),
        (["--model", NOISY, "--do", "X=2"], "E070"),
        (["--model", "X: binary"], "E110"),
    ],
)
def test_refusals(arguments: list[object], code: str, capsys: Capture) -> None:
    assert run_here("table", *arguments) == 1
    captured = capsys.readouterr()
    assert f"error[{code}]" in captured.err
    assert captured.out == ""
