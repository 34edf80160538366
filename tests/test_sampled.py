"""Which method answers, and what an estimate says of itself."""

from __future__ import annotations

import csv
import io
import json

import pytest

import scmlang
from scmlang.diagnostics import ScmError
from scmlang.limits import limited
from scmlang.sampled import Method, answer_model
from tests.cli.process import EXAMPLES, run_here

Capture = pytest.CaptureFixture[str]
TOY = EXAMPLES / "toy_ascm.scm"
MIXED = "X: binary\nA: real\nX ~ bernoulli(0.5)\nA ~ normal(X, 1)\n"


def test_what_can_be_exact_is_exact() -> None:
    model = scmlang.load(TOY)
    assert model.query("P(Y=1 | do(X=1))").status == "exact"
    assert model.query("P(Y=1 | do(X=1))", method="sample").status == "estimated"


def test_a_real_variable_is_sampled() -> None:
    found = scmlang.loads(MIXED).query("E(A | X=1)")
    assert found.status == "estimated"
    assert found.method.endswith("not exact, as a variable is real (E260)")
    assert abs(float(found) - 1) <= 5 * found.standard_error
    with pytest.raises(ScmError, match="E260"):
        scmlang.loads(MIXED).query("E(A | X=1)", method="exact")


def test_a_table_over_the_bound_is_sampled() -> None:
    model = scmlang.load(EXAMPLES / "bar_mnist" / "frontdoor_truth.scm")
    exact = model.query("P(B=1 | do(C=1))")
    with limited(exact_cells=4):
        found = model.query("P(B=1 | do(C=1))", units=20_000)
    assert found.status == "estimated"
    assert found.method.endswith("not exact, as the table is too large (E261)")
    assert abs(float(found) - float(exact)) <= 5 * found.standard_error


def test_gumbel_noise_in_three_worlds_is_sampled() -> None:
    model = scmlang.loads(
        "X: 0..2\nY: 0..2\nX ~ uniform(0..2)\n"
        "Y ~ categorical(0.2 + 0.1 * X, 0.3, 0.5 - 0.1 * X, coupling=gumbel)\n"
    )
    found = model.query("P(Y[X=0]=0, Y[X=1]=0, Y[X=2]=0)")
    assert found.method.endswith("not exact, as Gumbel noise is in more than two worlds (E264)")
    # Level 0 wins in all worlds iff it does in world 0, where its chance is least and the others' are most.
    assert abs(float(found) - 0.2) <= 5 * found.standard_error


def test_an_intervention_alone_has_means_of_real_variables() -> None:
    found = scmlang.loads(MIXED).query("do(X=1)", units=50_000)
    rows = {(r["variable"], r["level"]): r for r in found.table}
    assert rows.keys() == {("X", "0"), ("X", "1"), ("A", "mean")}
    mean = rows["A", "mean"]
    assert abs(mean["factual"] - 0.5) <= 5 * mean["factual_error"]
    assert abs(mean["interventional"] - 1) <= 5 * mean["interventional_error"]
    assert rows["X", "1"]["interventional"] == 1
    assert "(E260)" in found.method


def test_an_estimate_says_how_good_it_is() -> None:
    found = scmlang.load(TOY).query("P(Y=1 | I=5)", method="sample", units=5000, seed=3)
    assert (found.units, found.seed) == (5000, 3)
    assert 0 < found.effective_sample_size < 5000
    text = str(found)
    assert "±" in text
    assert "(standard error)" in text
    assert (
        f"importance sampling of 5000 units (effectively {found.effective_sample_size:.0f}), seed 3" in text
    )
    content = found.to_json()
    assert content["standard_error"] == found.standard_error
    assert content["effective_sample_size"] == found.effective_sample_size


def test_a_table_of_estimates_has_an_error_for_each_cell() -> None:
    found = scmlang.load(TOY).query("P(Y | X)", method="sample", units=1000)
    assert found.columns == ("Y", "X", "p", "standard_error")
    rows = list(csv.DictReader(io.StringIO(found.to_csv())))
    assert [float(row["p"]) for row in rows] == [record["p"] for record in found.table]
    assert "<svg" in found.plot().svg
    assert "whiskers" in found.plot().svg


@pytest.mark.parametrize(("units", "seed"), [(99, 0), (10**10, 0), (1000, -1)])
def test_numbers_out_of_range(units: int, seed: int) -> None:
    with pytest.raises(ScmError, match="E283"):
        scmlang.load(TOY).query("P(Y=1)", method="sample", units=units, seed=seed)


def test_what_is_sampled_is_not_exact() -> None:
    with pytest.raises(TypeError, match="not exact"):
        scmlang.load(TOY).query("P(Y=1)", method="sample", exact=True)


def test_a_diagram_is_not_sampled() -> None:
    assert scmlang.loads("X -> Y").query("P(Y | do(X))", method="sample").status == "identified"
    with pytest.raises(ScmError, match="E292"):
        scmlang.loads("X -> Y; X <-> Y").query("P(Y | do(X))", method="sample")


def test_the_command_line(capsys: Capture) -> None:
    ask = ("query", TOY, "P(Y=1 | do(X=1))", "--method", "sample", "-n", 2000, "--seed", 1)
    assert run_here(*ask, "--format", "json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["status"] == "estimated"
    assert abs(answer["value"] - 0.5) <= 5 * answer["standard_error"]
    assert run_here(*ask, "--format", "csv") == 0
    assert capsys.readouterr().out.splitlines()[0] == "value,standard_error"
    assert run_here(*ask) == 0
    assert "estimated, by forward sampling of 2000 units" in capsys.readouterr().out
    assert run_here(*ask, "--exact") == 2
    assert run_here("query", TOY, "P(Y=1)", "--method", "exact") == 0


def test_methods_by_name() -> None:
    assert [str(method) for method in Method] == ["auto", "exact", "sample"]
    model = scmlang.load(TOY)
    assert answer_model(model.compilation.model, "P(Y=1)", Method.sample).status == "estimated"
