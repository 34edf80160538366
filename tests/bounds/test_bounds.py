"""What is bounded how: products, quotients, districts without one common cause, data, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from scmlang.bounded import Known, bounded, settles
from scmlang.bounds.branch import polynomial_minimum
from scmlang.bounds.polynomial import Polynomial, Ratio
from scmlang.bounds.programme import Programme, minimum, violation
from scmlang.compiler import Compilation
from scmlang.diagnostics.base import ScmError
from scmlang.limits import limited
from tests.bounds.support import bounds_of, quantity, truth
from tests.cli.process import run_here

CHAIN = """
X, Z, Y: binary
X ~ bernoulli(0.3)
Z ~ bernoulli(0.2 + 0.5 * X)
Y ~ bernoulli(0.1 + 0.3 * Z + 0.4 * X)
"""
BOW = """
exogenous U ~ bernoulli(0.4)
X, Y: binary
X ~ bernoulli(0.2 + 0.5 * U)
Y ~ bernoulli(0.1 + 0.3 * X + 0.4 * U)
"""
INSTRUMENT = "Z, X, Y: binary; Z -> X -> Y; X <-> Y"


def code(text: str, query: str, **known: object) -> str:
    with pytest.raises(ScmError) as caught:
        bounded(Compilation.from_text(text).model, query, Known(**known))  # type: ignore[arg-type]
    return caught.value.diagnostics[0].code


def test_a_product_of_two_districts_is_solved_by_branching() -> None:
    """PNS(X, Z) lies in [.5, .7] and PNS(Z, Y) in [.3, .43] and nothing joins them."""
    found = bounds_of(CHAIN, "PNS(X, Z) * PNS(Z, Y)")
    assert found.method == "branch and bound"
    one, two = bounds_of(CHAIN, "PNS(X, Z)"), bounds_of(CHAIN, "PNS(Z, Y)")
    assert (found.low, found.high) == pytest.approx((one.low * two.low, one.high * two.high), abs=3e-6)


def test_a_search_cut_short_is_valid_and_says_its_gap() -> None:
    query = "P(Y[X=1]=1, Y[X=0]=0 | Z[X=0]=0, Z[X=1]=1)"
    whole = bounds_of(CHAIN, query)
    with limited(bound_nodes=1):
        short = bounds_of(CHAIN, query)
    assert short.low <= whole.low + 1e-9
    assert short.high >= whole.high - 1e-9
    assert short.gap > 1e-3
    assert not short.tight
    assert short.low - 1e-9 <= truth(CHAIN, query) <= short.high + 1e-9


def test_a_quotient_of_terms() -> None:
    """With an experiment PN and PS have fixed bottoms, and the ratio is a ratio of forms."""
    found = bounds_of(BOW, "PN(X, Y) / PS(X, Y)", [["X"]])
    assert found.method == "linear-fractional programme"
    assert found.low <= truth(BOW, "PN(X, Y) / PS(X, Y)") <= found.high


def test_an_experiment_identifies_the_effect_on_the_treated_for_a_binary_cause() -> None:
    model = Compilation.from_text("X, Y: binary; X -> Y; X <-> Y").model
    asked = quantity("ETT(X, Y)", model)
    assert not settles(model, asked)
    assert settles(model, asked, [["X"]])
    larger = Compilation.from_text("X: 0..2; Y: binary; X -> Y; X <-> Y").model
    asked = quantity("P(Y[X=0]=1 | X=1)", larger)
    assert not settles(larger, asked, [["X"]])


def test_a_monotone_mechanism_identifies_the_probability_of_causation() -> None:
    model = Compilation.from_text("X, Y: binary; X -> Y").model
    asked = quantity("PN(X, Y)", model)
    assert not settles(model, asked)
    assert settles(model, asked, monotone=[("X", "Y")])


def test_what_the_model_declares_monotone_is_used() -> None:
    """As if it were given beside the model, in bounds and for the models that are tried."""
    equations = "X, Y: binary; X ~ bernoulli(0.4); Y ~ bernoulli(0.2 + 0.5 * X)"
    declared = Compilation.from_text(f"{equations}; monotone X -> Y").model
    plain = Compilation.from_text(equations).model
    asked = quantity("PN(X, Y)", plain)
    assert settles(declared, asked)
    assert not settles(plain, asked)
    found, given = bounded(declared, "PN(X, Y)"), bounded(plain, "PN(X, Y)", Known(monotone=(("X", "Y"),)))
    assert found.value == pytest.approx(0.5 / 0.7, abs=1e-9)
    assert given.value == pytest.approx(0.5 / 0.7, abs=1e-9)
    assert bounded(plain, "PN(X, Y)").bounds is not None


def test_a_district_without_one_common_cause_identifies_the_napkin() -> None:
    text = """
    exogenous U ~ bernoulli(0.4); exogenous V ~ bernoulli(0.3)
    W, Z, X, Y: binary
    W ~ bernoulli(0.2 + 0.3 * U + 0.4 * V)
    Z ~ bernoulli(0.3 + 0.5 * W)
    X ~ bernoulli(0.1 + 0.4 * Z + 0.4 * U)
    Y ~ bernoulli(0.2 + 0.3 * X + 0.4 * V)
    """
    found = bounds_of(text, "P(Y=1 | do(X=1))")
    assert found.is_point
    assert found.low == pytest.approx(truth(text, "P(Y=1 | do(X=1))"), abs=1e-9)


def test_a_confounded_sibling_of_the_cause_is_an_instrument() -> None:
    """W <-> X says of Y what W -> X would, so the bounds are those of an instrument."""
    text = """
    exogenous U ~ bernoulli(0.5); exogenous V ~ bernoulli(0.4)
    W, X, Y: binary
    W := V
    X ~ bernoulli(0.05 + 0.7 * V + 0.2 * U)
    Y ~ bernoulli(0.1 + 0.5 * X + 0.3 * U)
    """
    through = text.replace("exogenous V ~ bernoulli(0.4)", "").replace("W := V", "W ~ bernoulli(0.4)")
    arrow = bounds_of(through.replace("* V", "* W"), "ATE(X, Y)")
    sibling = bounds_of(text, "ATE(X, Y)")
    assert (sibling.low, sibling.high) == pytest.approx((arrow.low, arrow.high), abs=1e-9)
    assert sibling.sharp


def test_the_least_violation_is_where_a_relaxed_programme_fits() -> None:
    programme = Programme(np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([0.2, 0.5]), (0, 2), {})
    assert minimum(programme, np.array([1.0, 0.0])) is None
    assert violation(programme) == pytest.approx(0.15)
    found = minimum(programme.relaxed(0.2), np.array([1.0, 0.0]))
    assert found is not None
    assert found.bound == pytest.approx(0.3)


def test_branch_and_bound_finds_the_least_product() -> None:
    """x (1 - x) over [.2, .9] is least at .9."""
    factor, other = frozenset({((0, ()), 1)}), frozenset({((0, ()), 0)})
    forms = {factor: np.array([0.9, 0.2]), other: np.array([0.1, 0.8])}
    programme = Programme(np.zeros((0, 2)), np.zeros(0), (0, 2), forms)
    node = Ratio(Polynomial({(factor, other): 1.0}), Polynomial.constant(1.0))
    found = polynomial_minimum(programme, node)
    assert found is not None
    assert found.bound == pytest.approx(0.09, abs=1e-5)
    assert found.bound <= found.reached


# --- data and the command


def write(path: Path, rows: list[str]) -> Path:
    path.write_text("\n".join(["Z,X,Y", *rows, ""]), encoding="utf-8")
    return path


def test_data_that_contradict_the_diagram(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "t.csv", ["0,0,0", "1,0,1"])
    assert code(INSTRUMENT, "ATE(X, Y)", data=path) == "E350"
    assert run_here("bound", "--model", INSTRUMENT, "ATE(X, Y)", "--data", path) == 1
    assert "some probability is off by 0.5" in capsys.readouterr().err
    assert run_here("bound", "--model", INSTRUMENT, "ATE(X, Y)", "--data", path, "--within", "0.51") == 0


def test_a_table_in_the_place_of_a_distribution(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "t.csv", ["0,0,0", "0,0,1", "1,1,1", "1,0,0"])
    assert (
        run_here("bound", "--model", INSTRUMENT, "P(Y=1 | do(X=1))", "--data", path, "--format", "json") == 0
    )
    found = json.loads(capsys.readouterr().out)
    assert found["status"] == "bounded"
    assert found["value"] is None
    assert found["bounds"] == pytest.approx([0.5, 1.0], abs=1e-9)
    model = Compilation.from_text(INSTRUMENT).model
    again = [bounded(model, "P(Y=1 | do(X=1))", Known(path, within=0.2, bootstrap=5)) for _ in range(2)]
    assert again[0].method == again[1].method
    assert "95 % of samples" in again[0].method


def test_open_variables_make_a_table() -> None:
    found = bounded(Compilation.from_text(BOW).model, "P(Y | do(X))")
    assert found.columns == ("do(X)", "Y", "low", "high")
    assert len(found.rows) == 4
    by_hand = bounds_of(BOW, "P(Y=1 | do(X=1))")
    assert found.rows[3][2:] == (by_hand.low, by_hand.high)


@pytest.mark.parametrize(
    ("text", "query", "known", "expected"),
    [
        ("X -> Y", "P(Y=1 | do(X=1))", {}, "E351"),
        ("X, Y: binary; X -> Y", "PNS(X, Y)", {}, "E352"),
        ("X, Y: binary; X -> Y", "PNS(X, Y)", {"experiments": ((("X",), None),)}, "E352"),
        (BOW, "do(X=1)", {}, "E354"),
        (BOW, "PNS(X, Y) / (PNS(X, Y) - 0.1)", {}, "E354"),
        (BOW, "PNS(X, Y)", {"monotone": (("Y", "X"),)}, "E355"),
        (BOW, "PNS(X, Y)", {"monotone": (("Q", "Y"),)}, "E355"),
    ],
)
def test_what_has_no_bounds(text: str, query: str, known: dict[str, object], expected: str) -> None:
    assert code(text, query, **known) == expected


def test_a_table_without_a_column(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("Z,X\n0,1\n", encoding="utf-8")
    assert code(INSTRUMENT, "ATE(X, Y)", data=path) == "E352"


def test_a_programme_over_the_limits() -> None:
    for bounds in ({"response_types": 7}, {"bound_terms": 1}):
        with limited(**bounds):
            assert code(BOW, "PNS(X, Y)") == "E353"
