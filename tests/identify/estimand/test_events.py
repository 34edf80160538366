"""Events such as ``Y > 2`` in estimands: where they may stand, and that they have the value of the query."""

from __future__ import annotations

from fractions import Fraction

import pytest

import scmlang
from scmlang.diagnostics.base import ScmError
from scmlang.estimation.written import Written
from scmlang.identify.estimand import ASCII, At, evaluate, narrowed, parse, same, show, simplify

FRONT = """
exogenous U ~ bernoulli(0.3)
X, Z: binary
Y: 2..6
C: {red, amber, green}
X ~ bernoulli(0.2 + 0.5 * U)
Z ~ bernoulli(0.1 + 0.7 * X)
Y ~ categorical(0.1 + 0.2 * Z, 0.3 - 0.2 * U, 0.2, 0.2 - 0.1 * Z + 0.2 * U, 0.2 - 0.1 * Z)
C ~ categorical(0.5 - 0.25 * X, 0.25 + 0.125 * X, 0.25 + 0.125 * X)
"""
GREATER = At("Y", 2, ">")


@pytest.mark.parametrize(
    ("query", "estimand"),
    [
        ("P(Y > 3 | do(X=1))", "Σ_{Z} P(Z | X=1) Σ_{X} P(Y > 3 | X, Z) P(X)"),
        ("P(3.5 >= Y | do(X=0))", "Σ_{Z} P(Z | X=0) Σ_{X} P(Y ≤ 3.5 | X, Z) P(X)"),
        ("P(Y != 4 | do(X=0))", "Σ_{Z} P(Z | X=0) Σ_{X} P(Y ≠ 4 | X, Z) P(X)"),
        ("P(Y < 3 | do(X=0))", "Σ_{Z} P(Z | X=0) Σ_{X} P(Y=2 | X, Z) P(X)"),
        ("P(Y[X=1] >= 4 | X=0)", "Σ_{Z} P(Y ≥ 4 | X=0, Z) P(Z | X=1)"),
        ("P(C > red | do(X=1))", "P(C > red | X=1)"),
        ("P(Y > 3, C < green | do(X=1))", None),
        ("P(Y > 3 | do(X=1)) - P(Y > 4)", None),
    ],
)
def test_the_event_has_the_value_of_the_query(query: str, estimand: str | None) -> None:
    model = scmlang.loads(FRONT)
    found = model.identify(query).estimand
    assert found is not None
    assert estimand in (None, show(found))
    assert same(parse(show(found)), found)
    assert same(parse(show(found, ASCII)), found)
    value = evaluate(found, Written(model.compilation.model, exact=True)).array.item()
    assert value == model.query(query, exact=True).value


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("sum_{Z} P(Y | X, Z) P(Z)", "sum_{Z} P(Y > 2 | X, Z) P(Z)"),
        ("[P(X, Y)] / [P(X)] - 2 P(Y)", "[P(X, Y > 2)] / [P(X)] - 2 P(Y > 2)"),
        ("P(X | Y)", None),
        ("P(Y | X) P(Z | Y)", None),
        ("[P(X, Y)] / [P(Y)]", None),
        ("Y P(Y)", None),
        ("P(Y) - P(X)", None),
        ("sum_{Y} P(Y)", None),
    ],
)
def test_where_an_event_may_stand(text: str, wanted: str | None) -> None:
    found = narrowed(parse(text), "Y", GREATER)
    assert (None if found is None else show(found, ASCII)) == wanted


def test_an_event_is_no_condition() -> None:
    with pytest.raises(ScmError, match="E330"):
        parse("P(X | Y > 2)")
    ratio = parse("[P(X, Y > 2)] / [P(Y > 2)]")
    assert same(simplify(ratio), ratio)


def test_it_is_refused_as_its_variable_is() -> None:
    for query in ("P(Y > 2 | do(X=1))", "P(Y[X=1] > 2 | X=0)"):
        found = scmlang.loads("X: binary; Y: real; X -> Y; X <-> Y").identify(query)
        assert found.identifiable is False
        assert found.witness is not None


def test_what_no_estimand_says_is_identifiable_all_the_same() -> None:
    model = scmlang.loads("X: binary; Y, Z: real; Z -> {X, Y}; X -> Y")
    found = model.identify("P(Y % 2 > Z | do(X=1))")
    assert (found.identifiable, found.estimand) == (True, None)
    assert found.notes
    data = {"X": [0, 1] * 20, "Y": [0.5, 1.5] * 20, "Z": [0.5, 0.25] * 20}
    with pytest.raises(ScmError, match="E342"):
        model.estimate("P(Y % 2 > Z | do(X=1))", data)
    with pytest.raises(ScmError, match=r"E33[45]"):  # a real confounder has no strata
        model.estimate("P(Y > Z | do(X=1))", data)


def test_shares_of_real_numbers() -> None:
    """The values are those of counting rows."""
    data = {"X": [0] * 4 + [1] * 6, "Y": [0.5, 2.0, 2.5, 3.0, 0.5, 1.0, 2.0, 2.0, 2.25, 9.5]}
    model = scmlang.loads("X: binary; Y: real; X -> Y")
    for query, value in (
        ("P(Y > 2 | do(X=1))", Fraction(2, 6)),
        ("P(Y >= 2 | do(X=1))", Fraction(4, 6)),
        ("P(Y < 2 | do(X=0))", Fraction(1, 4)),
        ("P(Y <= 2.5 | do(X=0)) - P(Y > 3)", Fraction(3, 4) - Fraction(1, 10)),
        ("P(X=1 | Y >= 2)", Fraction(4, 7)),
        ("P(Y > 2 | Y < 9)", Fraction(3, 9)),
        ("P(Y > 2 * X)", Fraction(6, 10)),
        ("P(Y > 2 * X | do(X=1))", Fraction(2, 6)),
        ("E(Y | Y > 2)", Fraction(69, 16)),
        ("E(Y * X)", Fraction(1725, 1000)),
    ):
        assert model.estimate(query, data).value == pytest.approx(float(value))
    with pytest.raises(ScmError, match=r"E33[45]"):
        model.estimate("P(Y > 2 | do(X=1)) + E(Y)", data, method="plug-in")
