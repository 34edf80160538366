"""Events of real variables, and between variables: each formula has the value of the query, cell by cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random

import numpy as np
import pytest

import scmlang
from scmlang.diagnostics.base import ScmError
from scmlang.identify.estimand import ASCII, LATEX, Indicator, evaluate, leaves, parse, same, show
from scmlang.identify.query import identify_query
from scmlang.identify.result import Identification
from scmlang.semantics.domains import Real
from scmlang.semantics.model import Variable
from tests.identify.written_models import Answers, WrittenModel, written_model

NUMBERS = "Y, Z: real\nX: binary\nZ -> {X, Y}; X -> Y"
ORDERS = ("<", "<=", ">", ">=")


def without_levels(model: WrittenModel) -> Mapping[str, Variable]:
    """The variables as if they were real, so that no cases can be listed."""
    found = model.compilation.model.variables
    return {name: replace(variable, domain=Real()) for name, variable in found.items()}


def asked(chance: Random, model: WrittenModel) -> str:
    """A probability or mean with comparisons of one or of two variables, of one or of several worlds."""

    def variable() -> str:
        name, other = chance.sample(list(model.sizes), 2)
        return chance.choice([name, name, f"{name}[{other}={chance.randrange(model.sizes[other])}]"])

    def event() -> str:
        right = chance.choice(["0", "1", variable(), f"2 * {variable()} - 1"])
        return f"{variable()} {chance.choice(ORDERS)} {right}"

    known = [event() if chance.random() < 0.6 else f"{variable()}=1" for _ in range(chance.choice([0, 1, 1]))]
    given = f" | {', '.join(known)}" if known else ""
    if chance.random() < 0.2:
        return f"E({variable()}{given})"
    return f"P({', '.join(event() for _ in range(chance.choice([1, 2])))}{given})"


def test_every_formula_has_the_value_of_its_query() -> None:
    compared = indicators = 0
    for seed in range(80):
        chance = Random(seed)
        model = written_model(chance, 3)
        query = asked(chance, model)
        try:
            quantity = model.read(query)
            truth = model.true(query)
        except ScmError:
            continue  # a variable at two values in one world
        found = identify_query(model.compilation.diagram, quantity, without_levels(model)).estimand
        if found is None or truth is None:
            continue
        value = evaluate(found, Answers(model)).array
        assert np.allclose(value, truth, rtol=0, atol=1e-10), f"{query}: {show(found)}\n{model.text}"
        assert same(parse(show(found)), found)
        assert same(parse(show(found, ASCII)), found)
        compared += 1
        indicators += any(isinstance(leaf, Indicator) for leaf in leaves(found))
    assert compared > 20
    assert indicators > 8


def found(text: str, query: str) -> Identification:
    return scmlang.loads(text).identify(query)


@pytest.mark.parametrize(
    ("query", "estimand"),
    [
        ("P(Y > 2 | X=1, Z > 0)", "[P(Y > 2, Z > 0 | X=1)] / [P(Z > 0 | X=1)]"),
        ("P(X=1 | Y > 2)", "[P(X=1, Y > 2)] / [P(Y > 2)]"),
        ("P(Y > 2 | do(X=1), Z > 0)", "[Σ_{Z} 1{Z > 0} P(Y > 2 | X=1, Z) P(Z)] / [P(Z > 0)]"),
        ("P(Y > Z | do(X=1))", "Σ_{Y, Z} 1{Y > Z} P(Y | X=1, Z) P(Z)"),
        ("P(Y > 2, Y <= 3)", "P(Y > 2, Y ≤ 3)"),
        ("P(Y[X=1] > 2 | X=0, Z >= 0)", "[Σ_{Z} 1{Z ≥ 0} P(Y > 2 | X=1, Z) P(Z | X=0)] / [P(Z ≥ 0 | X=0)]"),
        ("E(Y | do(X=1), Z < 0)", "[Σ_{Z} 1{Z < 0} E(Y | X=1, Z) P(Z)] / [P(Z < 0)]"),
        ("E(Y * Z)", "Σ_{Y, Z} Y Z P(Y, Z)"),
        ("P(Y[X=1] > Y | X=1)", "0"),
        ("P(Y[X=1] >= Y | X=1)", "1"),
    ],
)
def test_formulas(query: str, estimand: str) -> None:
    estimand_found = found(NUMBERS, query).estimand
    assert estimand_found is not None
    assert same(estimand_found, parse(estimand)), show(estimand_found)


def test_latex() -> None:
    assert show(parse("2 Σ_{Y, Z} 1{Y ≥ Z - 1/2} P(Y, Z)"), LATEX) == (
        r"2 \sum_{Y, Z} \mathbf{1}\{Y \ge Z - 1/2\} P(Y, Z)"
    )


@pytest.mark.parametrize("text", ["1{Y}", "1{Y > }", "1{Y > Z", "1{}", "P(Y | Z > 0)", "1{Y > Z > 1}"])
def test_what_is_no_indicator(text: str) -> None:
    with pytest.raises(ScmError, match="E330"):
        parse(text)


def test_an_equation_of_real_variables_has_no_integral() -> None:
    assert found(NUMBERS, "P(Y = Z)").estimand is None
