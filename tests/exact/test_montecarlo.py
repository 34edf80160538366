"""Estimates against exact answers, and against closed forms where variables are real."""

from __future__ import annotations

import math
import re
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scmlang.compiler import Compilation
from scmlang.diagnostics import ScmError
from scmlang.exact.engine import answer
from scmlang.exact.montecarlo.estimate import Estimate, estimate
from scmlang.exact.montecarlo.evidence import read_evidence
from scmlang.exact.montecarlo.proposals import Proposal, Units
from scmlang.exact.result import Result
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import Event, Probability, Quantity
from scmlang.semantics.queries import Edit, Intervention, read_query
from tests.exact.strategies import models, terms
from tests.exact.support import example

NORMAL = NormalDist()


def model_of(text: str) -> CausalModel:
    return Compilation.from_text(text).model


def quantity(text: str, model: CausalModel) -> Quantity:
    query = read_query(text, model)
    assert not isinstance(query, Edit | Intervention)
    return query


def sampled(text: str, model: CausalModel, n: int = 20_000, seed: int = 0) -> Estimate:
    return estimate(model, [quantity(text, model)], n, seed)[0]


def exactly(text: str, model: CausalModel) -> Result:
    return answer(model, quantity(text, model))


def drawn(evidence: str, model: CausalModel, n: int = 20_000) -> Units:
    asked = quantity(f"P({evidence})", model)
    assert isinstance(asked, Probability)
    events = [event for event in asked.events if isinstance(event, Event)]
    return Proposal(model, read_evidence(model, events)).draw(n, np.random.default_rng(0))


# --- finite models, where the exact engine knows


def agree(text: str, query: str) -> None:
    """The estimate and the exact answer, where there is one and enough units have the evidence."""
    model = model_of(text)
    try:
        expected = exactly(query, model).array
    except ScmError:
        assume(False)  # evidence without a chance, or a mean of what is undefined
    try:
        found = sampled(query, model, 5_000)
    except ScmError as error:
        if error.diagnostics[0].code not in ("E280", "E284"):
            raise
        assume(False)  # evidence that is too rare for so few
    assume(found.effective >= 200)  # the standard error is itself an estimate
    assert abs(found.result.array - expected) <= 5 * found.errors + 5 / found.effective


@pytest.mark.slow
@settings(max_examples=200, deadline=None, derandomize=True)
@given(models(), terms)
def test_estimates_are_within_five_standard_errors(text: str, term: str) -> None:
    agree(text, term)


@st.composite
def effects(draw: st.DrawFn, text: str) -> str:
    """An effect of one variable of two levels on another."""
    binary = re.findall(r"(\w): 0\.\.1\n", text)
    assume(len(binary) > 1)
    first, second, *others = draw(st.permutations(binary))
    names = ["ATE", "ETT", "NDE", "NIE", "PN", "PS", "PNS"]
    if not others:
        return f"{draw(st.sampled_from(names))}({first}, {second})"
    between = f"CDE({first}, {second}, {others[0]}=1)"
    return draw(st.sampled_from([*(f"{name}({first}, {second})" for name in names), between]))


@pytest.mark.slow
@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.data(), models())
def test_effects_are_within_five_standard_errors(data: st.DataObject, text: str) -> None:
    agree(text, data.draw(effects(text)))


@pytest.mark.parametrize(
    "query",
    [
        "P(Y | do(X))",
        "P(Y=1 | X=1) - P(Y=1 | do(X=1))",
        "ATE(X, Y)",
        "ETT(X, Y)",
        "P(I[X=1] | I=5)",
        "P(I[X=1]=14, I[X=0]=5)",
        "P(X, Y | I)",
        "PN(X, Y) * PS(X, Y) - PNS(X, Y)",
    ],
)
def test_every_form_of_query(query: str) -> None:
    model = example("toy_ascm.scm")
    expected, found = exactly(query, model), sampled(query, model)
    assert found.result.axes == expected.axes
    known = ~np.isnan(found.result.array)
    assert np.any(known)
    assert np.all(abs(found.result.array - expected.array)[known] <= 5 * found.errors[known] + 1e-12)


def test_evidence_in_several_worlds_is_drawn_and_not_waited_for() -> None:
    text = "X, Y: binary\nX ~ bernoulli(0.5)\nY ~ bernoulli(if X == 1 then 0.011 else 0.01)\n"
    units = drawn("Y[X=0]=0, Y[X=1]=1", model_of(text), 1000)
    assert np.all(np.isfinite(units.log_weights))
    assert np.exp(units.log_weights) == pytest.approx(0.001)


def test_the_mean_weight_is_the_probability_of_the_evidence() -> None:
    model = example("bar_mnist/frontdoor_truth.scm")
    evidence = "C=1, B[C=0]=0, D != 3, B=1"
    weights = np.exp(drawn(evidence, model).log_weights)
    expected = float(exactly(f"P({evidence})", model).array)
    error = weights.std() / math.sqrt(len(weights))
    assert abs(weights.mean() - expected) <= 5 * error


def test_gumbel_noise_is_that_of_the_level_that_won() -> None:
    text = (
        "X: binary\nY: 0..2\nX ~ bernoulli(0.5)\n"
        "Y ~ categorical(0.2, 0.3 + 0.2 * X, 0.5 - 0.2 * X, coupling=gumbel)\n"
    )
    model = model_of(text)
    units = drawn("X=0, Y=1", model)
    assert np.all(units.responses.world(())["Y"] == 1)
    query = "P(Y[X=1] | X=0, Y=1)"
    expected, found = exactly(query, model), sampled(query, model)
    assert np.all(abs(found.result.array - expected.array) <= 5 * found.errors + 1e-12)


# --- standard errors and effective sample sizes


def calibrated(query: str, model: CausalModel, truth: float) -> None:
    """Over many seeds, (estimate - truth) / standard error has mean 0 and variance 1."""
    runs = [sampled(query, model, 1000, seed) for seed in range(150)]
    z = np.array([(float(r.result.array) - truth) / float(r.errors) for r in runs])
    assert abs(z.mean()) < 4 / math.sqrt(len(z))
    assert 0.65 < z.var() < 1.5  # a variance of 150 normals is within .55 of 1 by 4.7 deviations


@pytest.mark.parametrize(
    "query", ["P(Y=1 | X=1) / P(Y=1 | do(X=1))", "E(I[X=1] - I | I=5)", "P(X=1) * P(Y=1)"]
)
def test_standard_errors_are_those_of_repetition(query: str) -> None:
    model = example("toy_ascm.scm")
    calibrated(query, model, float(exactly(query, model).array))


def test_the_effective_sample_size_is_kongs() -> None:
    model = example("bar_mnist/frontdoor_truth.scm")
    weights = np.exp(drawn("C=0, B=1", model, 50_000).log_weights)
    expected = weights.sum() ** 2 / np.square(weights).sum() / len(weights)
    assert sampled("P(D=1 | C=0, B=1)", model, 50_000).effective / 50_000 == pytest.approx(expected, rel=0.05)
    assert sampled("P(D=1)", model, 1000).effective == pytest.approx(1000)


def test_what_has_the_same_evidence_shares_its_units() -> None:
    model = example("toy_ascm.scm")
    found = sampled("P(Y=1 | X=1) - P(Y=1 | X=1)", model)
    assert found.result.array == 0
    assert found.errors == 0


def test_a_cell_that_rests_on_a_handful_of_units_is_left_open() -> None:
    """Of 20,000 units some 2 have X = 1 and some 200 have Z = 1."""
    model = model_of("X, Y, Z: binary\nX ~ bernoulli(0.0001)\nZ ~ bernoulli(0.01)\nY ~ bernoulli(0.5)\n")
    for query in ("P(Y | X)", "E(Y | X)"):
        found = sampled(query, model)
        assert np.isnan(found.result.array[..., 1]).all()
        assert np.isnan(found.errors[..., 1]).all()
        assert (abs(found.result.array[..., 0] - 0.5) <= 5 * found.errors[..., 0]).all()
    assert np.isfinite(sampled("P(Y | Z)", model).errors).all()


def test_the_seed_decides() -> None:
    model = example("toy_ascm.scm")
    first, again, other = (float(sampled("P(Y=1 | X=1)", model, seed=s).result.array) for s in (1, 1, 2))
    assert first == again != other


# --- real variables

LINEAR = "A, B: real\nexogenous U ~ normal(1, 2)\nA ~ normal(0, 1)\nB := 3 * A + U\n"
DRAWN = "A, B: real\nA ~ normal(0, 1)\nB ~ normal(3 * A + 1, 2)\n"


def test_standard_errors_with_real_evidence_are_those_of_repetition() -> None:
    calibrated("E(B[A=2] | B=4)", model_of(DRAWN), 6 + 4 - 9 * 3 / 13)  # as below


@pytest.mark.parametrize("text", [LINEAR, DRAWN], ids=["solved", "drawn"])
def test_linear_normal_models_have_closed_forms(text: str) -> None:
    """A and U are normal given B = b, and so is every counterfactual."""
    model = model_of(text)
    gain = 3 / 13  # Cov(A, B) / Var(B)
    expected = {
        "E(B)": 1.0,
        "E(A | B=4)": gain * 3,
        "E(B[A=2] | B=4)": 6 + 4 - 3 * gain * 3,  # 3·2 + E(U | B=4)
        "E(B[A=2] | A=1, B=4)": 7.0,
        "P(A > 1)": 1 - NORMAL.cdf(1),
        "P(A > 1 | B=4)": 1 - NORMAL.cdf((1 - gain * 3) / math.sqrt(1 - 9 / 13)),
        "E(A | B > 8)": 3
        / math.sqrt(13)
        * NORMAL.pdf(7 / math.sqrt(13))
        / (1 - NORMAL.cdf(7 / math.sqrt(13))),
        "E(B | do(A=1)) - E(B | do(A=0))": 3.0,
    }
    for query, value in expected.items():
        found = sampled(query, model)
        assert abs(float(found.result.array) - value) <= 5 * float(found.errors) + 1e-9, query
        assert found.effective > 100, query


def test_intervals_in_two_worlds_bound_the_same_noise() -> None:
    """B > 0 and B[A=0] < -1 ask for -3A < U < -1: half-normal mathematics by quadrature."""
    model = model_of("A, B: real\nA ~ normal(0, 1)\nexogenous U ~ normal(0, 1)\nB := 3 * A + U\n")
    a = np.linspace(-8, 8, 40_001)
    mass = np.maximum(np.vectorize(NORMAL.cdf)(-1.0) - np.vectorize(NORMAL.cdf)(-3 * a), 0) * np.exp(
        -(a**2) / 2
    )
    expected = float((a * mass).sum() / mass.sum())
    found = sampled("E(A | B > 0, B[A=0] < -1)", model)
    assert abs(float(found.result.array) - expected) <= 5 * float(found.errors)


@pytest.mark.parametrize("bound", [5.0, 30.0, 50.0])
def test_evidence_far_out_in_a_tail(bound: float) -> None:
    """The mean is the reciprocal of Mills' ratio, a continued fraction 1 / (t + 1 / (t + 2 / (t + ...)))."""
    ratio = bound
    for k in range(60, 0, -1):
        ratio = bound + k / ratio
    for query, sign in ((f"E(A | A > {bound})", 1), (f"E(A | A < -{bound})", -1)):
        found = sampled(query, model_of("A: real\nA ~ normal(0, 1)\n"))
        assert abs(float(found.result.array) - sign * ratio) <= 5 * float(found.errors)


HUNDREDTHS = st.integers(-200, 200).map(lambda number: number / 100)


@pytest.mark.parametrize("equation", ["A ~ normal(M, S)", "A ~ uniform(M - 9, M + 9)", "A := M + S * U"])
@settings(max_examples=20, deadline=None, derandomize=True)
@given(HUNDREDTHS, HUNDREDTHS)
def test_a_value_that_is_given_is_met_to_the_last_digit(equation: str, value: float, mean: float) -> None:
    """A threshold at the value tells: noise that gives the value up to rounding is at times below it."""
    line = equation.replace("M", f"({mean} + 0.17 * X)").replace("S", "1.3")
    text = (
        "X, Z, C, D: binary\nA: real\nexogenous U ~ normal(0, 1)\n"
        f"X ~ bernoulli(0.5)\nZ ~ bernoulli(0.5)\n{line}\n"
        f"C := if Z == 1 then A >= {value} else true\nD := A <= {value}\n"
    )
    if "U" not in line:
        text = text.replace("exogenous U ~ normal(0, 1)\n", "")
    model = model_of(text)
    for query in (f"P(C=1, D=1 | A={value})", f"P(C[Z=1]=1 | A={value})", f"P(C=1 | A={value}, A<={value})"):
        found = sampled(query, model, 200)
        assert float(found.result.array) == 1, query


def test_exogenous_variables_can_be_evidence() -> None:
    """U = 0.7 leaves only the noise of A: A is normal(0.7, 1), and B > 2 asks A > 1.3."""
    model = model_of(
        "A, B: real\nC: binary\nexogenous U ~ normal(0.37, 1.3)\n"
        "A ~ normal(U, 1)\nB := A + U\nC := U >= 0.7\n"
    )
    beyond = 0.7 + NORMAL.pdf(0.6) / (1 - NORMAL.cdf(0.6))
    for query, value in {
        "E(A | U=0.7)": 0.7,
        "E(A | U=0.7, B>2)": beyond,
        "P(C=1 | U=0.7)": 1.0,
    }.items():
        found = sampled(query, model)
        assert abs(float(found.result.array) - value) <= 5 * float(found.errors), query


def test_what_is_evidence_itself_is_not_solved_for() -> None:
    """U = 1 and U - 2 X > 0 leave X = 0, and half of the units."""
    model = model_of("X: binary\nB: real\nexogenous U ~ normal(0, 1)\nX ~ bernoulli(0.5)\nB := U - 2 * X\n")
    found = sampled("P(X=1 | U=1, B>0)", model)
    assert float(found.result.array) == 0
    assert found.effective == pytest.approx(10_000, rel=0.1)


@pytest.mark.parametrize(
    ("evidence", "off", "on"),
    [
        ("W <= 3", 0.7, 0.3 * NORMAL.cdf(3)),
        ("W >= 3", 0.7, 0.3 * NORMAL.cdf(-3)),
        ("W < 3", 0.0, 0.3),
        ("W > 2.9, W <= 3", 0.7, 0.3 * (NORMAL.cdf(3) - NORMAL.cdf(2.9))),
        ("W <= 3, W[X=1] > 1", 0.7 * NORMAL.cdf(-1), 0.3 * (NORMAL.cdf(3) - NORMAL.cdf(1))),
    ],
)
def test_noise_that_does_not_enter_everywhere(evidence: str, off: float, on: float) -> None:
    """W is 3 where X = 0, and standard normal where X = 1."""
    model = model_of(
        "X: binary\nW: real\nexogenous V ~ normal(0, 1)\nX ~ bernoulli(0.3)\nW := if X == 1 then V else 3\n"
    )
    found = sampled(f"P(X=1 | {evidence})", model)
    assert abs(float(found.result.array) - on / (on + off)) <= 5 * float(found.errors)


def test_a_uniform_outside_of_its_range_is_impossible() -> None:
    model = model_of("A, B: real\nA ~ uniform(0, 1)\nB ~ uniform(A, A + 1)\n")
    found = sampled("E(A | B=0.5)", model)
    assert abs(float(found.result.array) - 0.25) <= 5 * float(found.errors)
    with pytest.raises(ScmError, match="E280"):
        sampled("E(A | B=3)", model)


@pytest.mark.parametrize(
    ("text", "query", "code"),
    [
        ("A, B: real\nA ~ normal(0, 1)\nB := A ** 2\n", "E(A | B=1)", "E281"),
        (
            "X: binary\nB: real\nexogenous U ~ normal(0, 1)\nX ~ bernoulli(0.5)\n"
            "B := if X == 1 then U else 3\n",
            "P(X=1 | B=3)",
            "E281",
        ),
        ("A, B: real\nA ~ normal(0, 1)\nB ~ normal(A, 1)\n", "E(A | B=1, B[A=0]=0.5)", "E282"),
        ("A, B: real\nA ~ normal(0, 1)\nB := A ** 2\n", "E(A | B < 0)", "E280"),
        ("A: real\nA ~ normal(0, 1)\n", "P(A > 2) / P(A > 5)", "E265"),
        ("X, Y: binary\nX ~ bernoulli(0.5)\nY := X\n", "P(X=1 | Y=1, X=0)", "E280"),
        ("A, B: real\nexogenous U ~ normal(0, 1)\nA ~ normal(0, 1)\nB := A * U\n", "E(A | B > 50)", "E284"),
    ],
)
def test_what_cannot_be_drawn_is_told(text: str, query: str, code: str) -> None:
    with pytest.raises(ScmError) as caught:
        sampled(query, model_of(text), 1000)
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == [code]


def test_numbers_in_evidence_may_be_computed() -> None:
    model = model_of("X: binary\nA: real\nX ~ bernoulli(0.5)\nA ~ normal(X, 1)\n")
    for evidence, odds in {
        "A = 2 / 4": 1.0,
        "A = 1 - 3 / 2": math.exp(-1),
        "A = -(1 + 1 / 2)": math.exp(-2),
    }.items():
        found = sampled(f"P(X=1 | {evidence})", model)
        assert abs(float(found.result.array) - odds / (1 + odds)) <= 5 * float(found.errors), evidence


def test_an_equality_that_is_waited_for_says_so() -> None:
    model = model_of("A, B: real\nA ~ normal(0, 1)\nB ~ normal(0, 1)\n")
    for evidence, told in {"A = B": True, "2 * A = 1": True, "A > B + 90": False}.items():
        with pytest.raises(ScmError, match="E280") as caught:
            sampled(f"E(A | {evidence})", model, 200)
        assert ("interval" in caught.value.diagnostics[0].helps[0]) == told, evidence


def test_a_nonlinear_cause_is_conditioned_on_by_an_interval() -> None:
    model = model_of("A, B: real\nA ~ normal(0, 1)\nB := A ** 2\n")
    found = sampled("P(A > 1 | B > 1)", model)
    assert abs(float(found.result.array) - 0.5) <= 5 * float(found.errors)
