"""Exact answers, held against every unit of the model, known figures and the laws of probability."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import TypeVar
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scmlang.compiler import Compilation
from scmlang.diagnostics import ScmError
from scmlang.exact.engine import answer
from scmlang.exact.result import Result
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import Expectation, Probability, Quantity
from scmlang.semantics.queries import Edit, Intervention, read_query
from tests.exact.oracle import Oracle
from tests.exact.strategies import models, terms, variables

T = TypeVar("T")
EXAMPLES = Path(__file__).parents[2] / "examples"
TOY = Compilation.from_file(EXAMPLES / "toy_ascm.scm").model
TRUTH = Compilation.from_file(EXAMPLES / "bar_mnist" / "frontdoor_truth.scm").model


def quantity(text: str, model: CausalModel) -> Quantity:
    query = read_query(text, model)
    assert not isinstance(query, Intervention | Edit)
    return query


def ask(text: str, model: CausalModel, *, exact: bool = False) -> Result:
    return answer(model, quantity(text, model), exact=exact)


def attempt(step: Callable[..., T], *arguments: object) -> tuple[T | None, str]:
    """What a step gives, or the code of the first problem that it reports."""
    try:
        return step(*arguments), ""
    except ScmError as error:
        return None, error.diagnostics[0].code


def model_of(text: str) -> CausalModel:
    return Compilation.from_text(text).model


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("P(I=5)", Fraction(19, 100)),
        ("P(X=1)", Fraction(1, 2)),
        ("P(U_x=1 | I=5)", Fraction(9, 19)),
        ("P(I[X=1]=6 | I=5)", Fraction(4, 19)),
        ("P(X=1, Y=1) - P(X=1) * P(Y=1)", Fraction(-1, 100)),
        ("P(X[X=0]=1)", Fraction(0)),
        ("E(I)", Fraction(59, 10)),
    ],
)
def test_the_toy_model_in_fractions(text: str, value: Fraction) -> None:
    assert ask(text, TOY, exact=True).value == value
    assert ask(text, TOY).value == pytest.approx(float(value))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("P(B=1 | D=0)", 0.2149),
        ("P(B=1 | do(D=0))", 0.51674),
        ("P(B=1 | C=1)", 0.41552),
        ("P(B=1 | do(C=1))", 0.5096),
        ("P(C[D=8]=1 | C=1, D=0)", 3 / 19),  # the monotone coupling attains the upper Fréchet bound
    ],
)
def test_the_front_door_truth(text: str, value: float) -> None:
    assert ask(text, TRUTH).value == pytest.approx(value, abs=1e-12)
    assert float(ask(text, TRUTH, exact=True).value) == pytest.approx(value, abs=1e-12)


@settings(max_examples=150, deadline=None)
@given(models(), st.lists(terms, min_size=1, max_size=3))
def test_every_unit_agrees(text: str, asked: list[str]) -> None:
    model = model_of(text)
    oracle = Oracle(model)
    for term in asked:
        node, code = attempt(quantity, term, model)
        if node is None:
            assert code == "E073"
            continue
        assert isinstance(node, Probability | Expectation)
        if oracle.mass(node.given) < 1e-12:
            with pytest.raises(ScmError) as refused:
                answer(model, node)
            assert refused.value.diagnostics[0].code == "E262"
            continue
        expected = oracle.value(node)
        assert answer(model, node).value == pytest.approx(expected, abs=1e-9)
        assert float(answer(model, node, exact=True).value) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(models(), st.lists(variables, min_size=1, max_size=2, unique=True), variables)
def test_a_table_is_its_cells(text: str, free: list[str], known: str) -> None:
    assume(known not in free)
    model = model_of(text)
    node = quantity(f"P({', '.join(free)} | {known})", model)
    assert isinstance(node, Probability)
    table = answer(model, node)
    assert [axis.variable for axis in table.axes] == [name[0] for name in [*free, known]]
    for index, case in zip(
        np.ndindex(table.array.shape), product(*(axis.values for axis in table.axes)), strict=True
    ):
        events = ", ".join(f"{name} = {value}" for name, value in zip(free, case, strict=False))
        cell, code = attempt(ask, f"P({events} | {known} = {case[-1]})", model)
        if cell is None:
            assert code in ("E262", "E073")
            assert code == "E073" or np.isnan(table.array[index])
            continue
        assert table.array[index] == pytest.approx(cell.value, abs=1e-12)
    sums = table.array.reshape(-1, table.array.shape[-1]).sum(axis=0)
    assert np.all(np.isnan(sums) | (np.abs(sums - 1) < 1e-9))


def test_do_without_a_value_is_every_value_in_turn() -> None:
    table = ask("P(Y | do(X))", TOY)
    assert [axis.label for axis in table.axes] == ["do(X)", "Y"]
    for x in (0, 1):
        assert table.array[x] == pytest.approx(ask(f"P(Y | do(X={x}))", TOY).array)


def test_tables_are_spread_over_each_other() -> None:
    table = ask("P(Y | X) - P(Y)", TOY)
    assert table.array == pytest.approx(ask("P(Y | X)", TOY).array - ask("P(Y)", TOY).array[:, None])


def test_the_values_of_do_meet_those_of_the_variable() -> None:
    table = ask("P(Y | do(X)) - P(Y | X)", TOY)
    assert [axis.variable for axis in table.axes] == ["X", "Y"]
    for x, y in product((0, 1), repeat=2):
        gap = ask(f"P(Y={y} | do(X={x})) - P(Y={y} | X={x})", TOY).value
        assert table.array[x, y] == pytest.approx(gap)


@pytest.mark.parametrize(
    ("text", "query", "code"),
    [
        ("A: real\nA ~ normal(0, 1)", "P(A > 0)", "E260"),
        ("X, Y: binary\nX ~ bernoulli(0.5)\nY := 0", "P(X=1 | Y=1)", "E262"),
        ("X: binary\nX ~ bernoulli(sigmoid(0.5))", "P(X=1)", None),
        ("X: binary\nX ~ bernoulli(0.5)", "1 / P(X[X=0]=1)", "E265"),
        ("X: binary\nX ~ bernoulli(0.5)", "E(1 / X)", "E265"),
        ("X: binary\nX ~ bernoulli(0.5)", "E(1 / X | X=1)", None),
    ],
)
def test_refusals(text: str, query: str, code: str | None) -> None:
    if code is None:
        ask(query, model_of(text))
        return
    with pytest.raises(ScmError) as error:
        ask(query, model_of(text))
    assert error.value.diagnostics[0].code == code


def test_what_is_not_rational_is_refused() -> None:
    for chance in ("sigmoid(0.5)", "sigmoid(Y)"):
        model = model_of(f"X, Y: binary\nY ~ bernoulli(0.5)\nX ~ bernoulli({chance})")
        with pytest.raises(ScmError) as error:
            ask("P(X=1)", model, exact=True)
        assert error.value.diagnostics[0].code == "E263"


def test_what_is_computed_beforehand_is_not_rounded() -> None:
    text = "let p = 1 / 3\nX, Y: binary\nZ: 0..9\nX ~ bernoulli(p * p)\nZ ~ uniform(0..2)\n"
    model = model_of(text + "Y ~ table(X) { (0): [1/3, 2/3] (1): [p, 1 - p] }")
    assert ask("P(X=1)", model, exact=True).value == Fraction(1, 9)
    assert ask("P(Y=0)", model, exact=True).value == Fraction(1, 3)
    assert ask("P(Z=2)", model, exact=True).value == Fraction(1, 3)


def test_a_sum_of_many_parents_needs_no_table_over_them_all() -> None:
    names = [f"X{i}" for i in range(40)]
    lines = [f"{', '.join(names)}: binary", "S: 0..40", *(f"{n} ~ bernoulli(0.5)" for n in names)]
    model = model_of("\n".join([*lines, f"S := {' + '.join(names)}"]))
    assert ask("P(S=20)", model, exact=True).value == Fraction(137846528820, 2**40)
    assert ask("E(S[X0=1])", model).value == pytest.approx(20.5)


def test_a_long_chain_does_not_vanish() -> None:
    names = [f"X{i}" for i in range(1500)]
    lines = [f"{', '.join(names)}: binary", "X0 ~ bernoulli(0.5)"]
    lines += [f"X{i} ~ bernoulli(0.2 + 0.6 * X{i - 1})" for i in range(1, len(names))]
    model = model_of("\n".join(lines))
    evidence = ", ".join(f"X{i}={i % 2}" for i in range(1, 1500, 2))
    assert ask(f"P(X0=1 | {evidence})", model).value == pytest.approx(0.8)


def test_a_fraction_stays_one_beside_numbers_of_the_query() -> None:
    model = model_of("X: binary\nX ~ bernoulli(0.5)")
    assert ask("P(X=1) - 1 / 3", model, exact=True).value == Fraction(1, 6)
    assert ask("1 / 3", model, exact=True).value == Fraction(1, 3)


def test_a_binomial_of_many_causes() -> None:
    names = [f"X{i}" for i in range(9)]
    draws = "\n".join(f"{name} ~ bernoulli(0.5)" for name in names)
    model = model_of(
        f"{', '.join(names)}: binary\nK: 0..2\n{draws}\nK ~ binomial(2, ({' + '.join(names)}) / 9)"
    )
    assert ask("E(K)", model, exact=True).value == 1


def test_a_real_variable_of_finite_causes_has_finitely_many_values() -> None:
    model = model_of("X: binary\nR: real\nX ~ bernoulli(0.25)\nR := X + 0.5")
    assert ask("E(R)", model, exact=True).value == Fraction(3, 4)
    assert ask("P(R > 1)", model).value == 0.25
    with pytest.raises(ScmError, match="finitely many"):
        ask("P(X=1 | R)", model)


def test_every_value_of_a_real_variable_is_refused() -> None:
    model = model_of("A: real\nY: binary\nA ~ normal(0, 1)\nY := A > 0")
    with pytest.raises(ScmError) as error:
        ask("P(Y | do(A))", model)
    assert error.value.diagnostics[0].code == "E260"


@pytest.mark.parametrize("form", ["P({})", "P(X29 | do({}))"])
def test_a_table_of_too_many_rows_is_refused(form: str) -> None:
    names = [f"X{i}" for i in range(30)]
    copies = "\n".join(f"X{i} := X{i - 1}" for i in range(1, 30))
    model = model_of(f"{', '.join(names)}: binary\nX0 ~ bernoulli(0.5)\n{copies}")
    with pytest.raises(ScmError) as error:
        ask(form.format(", ".join(names if form == "P({})" else names[:-1])), model)
    assert error.value.diagnostics[0].code == "E261"


@settings(max_examples=15, deadline=None)
@given(models(), terms)
def test_equations_taken_apart_mean_the_same(text: str, term: str) -> None:
    model = model_of(text)
    expected, code = attempt(ask, term, model)
    with patch("scmlang.exact.network.DENSE", 1):
        found, apart = attempt(ask, term, model)
    if expected is None or found is None:
        assert {code, apart} <= {"", "E073", "E262", "E261"}
        return
    assert found.value == pytest.approx(expected.value, abs=1e-9)


@pytest.mark.parametrize("form", ["Y := {} % 2", "Y ~ bernoulli(0.1 + 0 * ({}))", "table"])
def test_parents_of_one_level_are_no_dimensions(form: str) -> None:
    """NumPy's arrays have 64 dimensions at most."""
    names = [f"X{i}" for i in range(80)]
    equation = form.format(" + ".join(names))
    if form == "table":
        equation = f"Y ~ table({', '.join(names)}) {{ ({', '.join('0' * 80)}): [0.9, 0.1] }}"
    lines = [
        f"{', '.join(names)}: 0..0",
        "Y: binary",
        *(f"{name} ~ uniform(0..0)" for name in names),
        equation,
    ]
    model = model_of("\n".join(lines))
    assert ask("P(Y=1)", model, exact=True).value == (0 if ":=" in form else Fraction(1, 10))
    assert ask("P(Y[X0=0]=1 | Y=0)", model).value == pytest.approx(0)
