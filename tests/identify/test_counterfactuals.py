"""Counterfactual identification: known queries, and random ones held against models."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from scmlang.compiler import Compilation
from scmlang.identify.counterfactuals import InconsistentFactor
from scmlang.identify.estimand import Indicator, Value, evaluate, leaves, parse, same, show
from scmlang.identify.hedge import Hedge
from scmlang.identify.query import identify_query
from scmlang.identify.result import Identification
from scmlang.limits import limited
from scmlang.semantics.queries import Edit, Intervention, read_query
from tests.identify.counterfactual_queries import question, verdict
from tests.identify.written_models import Answers, WrittenModel, compared

BACK_DOOR = "Z -> {X, Y}; X -> Y"
BOW = "X -> Y; X <-> Y"
FRONT_DOOR = "X -> Z -> Y; X <-> Y"
MEDIATION = "X -> M -> Y; X -> Y"
NAPKIN = "W -> Z -> X -> Y; W <-> X; W <-> Y"


def ask(text: str, query: str, *experiments: frozenset[str]) -> Identification:
    compilation = Compilation.from_text(text)
    quantity = read_query(query, compilation.model)
    assert not isinstance(quantity, Intervention | Edit)
    return identify_query(compilation.diagram, quantity, compilation.model.variables, experiments)


@pytest.mark.parametrize(
    ("text", "query", "formula"),
    [
        # the effect on the treated by a back door and by a front door
        (BACK_DOOR, "E(Y[X=0] | X=1)", "sum_{Z} E(Y | X=0, Z) P(Z | X=1)"),
        (FRONT_DOOR, "E(Y[X=0] | X=1)", "sum_{Z} E(Y | X=1, Z) P(Z | X=0)"),
        # Pearl's mediation formula
        (MEDIATION, "NDE(X, Y)", "sum_{M} E(Y | X=1, M) P(M | X=0) - E(Y | X=0)"),
        (MEDIATION, "NIE(X, Y)", "sum_{M} E(Y | X=0, M) P(M | X=1) - E(Y | X=0)"),
        (MEDIATION, "P(Y[X=1, M[X=0]]=1)", "sum_{M} P(Y=1 | X=1, M) P(M | X=0)"),
        # consistency: what was done, was done
        (BOW, "P(Y[X=1]=1 | X=1)", "P(Y=1 | X=1)"),
        (BOW, "P(X=1, Y[X=1]=0)", "P(X=1, Y=0)"),
        # nested and other worlds that come to nothing
        (BOW, "P(Y[X[Y=0]]=1)", "P(Y=1)"),
        (MEDIATION, "P(Y[X=1, M[X=1]]=1)", "P(Y=1 | X=1)"),
        (BOW, "P(X[Y=1]=1 | Y=0)", "P(X=1 | Y=0)"),
        # impossible events
        (BOW, "P(Y[X=1]=1, Y[X=1]=0)", "0"),
        (BOW, "P(X[X=1]=0)", "0"),
        (BOW, "P(Y[X=1]=1, Y=0, X=1)", "0"),
        (BOW, "P(X[X=1]=1)", "1"),
        # what is given says already
        (BOW, "P(Y[X=1]=1 | X=1, Y=1)", "1"),
        (BOW, "P(X=X[Y=1] | Y[X=1]=0)", "1"),
        # a variable for each of its values
        (BACK_DOOR, "P(Y[X] | X=0)", "sum_{Z} P(Y | X, Z) P(Z | X=0)"),
        # one value is asked about of which the counterfactual is factual
        (NAPKIN, "P(X=1, Y[X=1]=0)", "P(X=1, Y=0)"),
    ],
)
def test_formulas(text: str, query: str, formula: str) -> None:
    found = ask(text, query)
    assert found.identifiable
    assert found.estimand is not None
    assert same(found.estimand, parse(formula)), show(found.estimand)


@pytest.mark.parametrize(
    ("text", "query", "variable"),
    [
        (BOW, "P(Y[X=1]=1 | X=0)", "X"),
        (BOW, "ETT(X, Y)", "X"),
        ("X -> Y", "PN(X, Y)", "X"),
        ("X -> Y", "PS(X, Y)", "X"),
        ("X -> Y", "PNS(X, Y)", "X"),
        ("X -> Y", "P(Y[X=1]=Y[X=0])", "X"),
        (MEDIATION + "; M <-> Y", "NDE(X, Y)", "X"),
        (MEDIATION + "; M <-> Y", "NIE(X, Y)", "X"),
        (NAPKIN, "P(Y[X=1]=1 | X=0)", "X"),
        # the recanting witness W: an effect along one path through it and not along another (the kite)
        ("X -> W -> {A, B} -> Y", "P(Y[A[X=1], B[X=0]]=1)", "X"),
        ("X -> W -> V -> Y; W -> Y", "P(Y[V[X=1], W[X=0]]=1)", "X"),
    ],
)
def test_inconsistent_factors(text: str, query: str, variable: str) -> None:
    found = ask(text, query)
    assert found.identifiable is False
    witness = found.witness
    assert isinstance(witness, InconsistentFactor)
    assert witness.variable == variable
    assert witness.to_json()["variable"] == variable
    component, clash = witness.regions()
    assert clash.nodes == {variable}
    values = {dict(atom.assigned).get(variable) for atom in witness.factor}
    assert set(witness.values) <= values
    assert component.nodes == {atom.variable for atom in witness.factor}


def test_a_refusal_in_words() -> None:
    found = ask(BOW, "P(Y[X=1]=1 | X=0)")
    assert str(found.witness) == (
        "the counterfactual factor P(X=0, Y[X=1]=1), which needs `X` both at 0 and at 1"
    )
    assert found.method == "IDC*"


@pytest.mark.parametrize(
    ("query", "method"),
    [
        ("P(Y[X=1] != 0)", "ID"),
        ("P(Y != 0 | do(X=1), X=1)", "IDC"),
        ("P(Y[X=1]=1, X=1)", "ID*"),
        ("P(Y[X=1]=1 | X=1)", "IDC*"),
        ("P(Y[X[Y=1]]=1)", "ctf-ID"),
        ("P(Y[X[Y=1]]=1 | X=1)", "ctf-IDC"),
    ],
)
def test_methods(query: str, method: str) -> None:
    assert ask(BOW, query).method == method


def test_steps_tell_what_becomes_of_the_query() -> None:
    steps = list(map(str, ask(MEDIATION, "P(Y[X=1, M[X=0]]=1)").steps))
    assert steps == [
        "consistency and exclusion: it is Σ_{M} P(M[X=0], Y[M, X=1]=1)",
        "counterfactual factor: P(M[X=0]) = P(M | X=0)",
        "counterfactual factor: P(Y[M, X=1]=1) = P(Y=1 | X=1, M)",
    ]


def test_a_hedge_is_a_witness_too() -> None:
    found = ask("X -> Y -> Z; X <-> Y; W -> Z", "P(Z[X=1, W[X=0]]=1)")
    assert found.identifiable is False
    assert isinstance(found.witness, Hedge)


def test_the_recanting_witness_is_harmless_where_the_paths_part() -> None:
    assert ask("X -> {A, B} -> Y", "P(Y[A[X=1], B[X=0]]=1)").identifiable
    assert ask("X -> W -> {A, B} -> Y", "P(Y[A[W=1], B[W=0]]=1)").identifiable


def test_experiments_help_with_hedges_and_never_with_inconsistent_factors() -> None:
    do_x = frozenset("X")
    nested = "P(Z[X=1, W[X=0]]=1)"
    assert not ask("X -> {Y, W}; {Y, W} -> Z; X <-> Y", nested).identifiable
    found = ask("X -> {Y, W}; {Y, W} -> Z; X <-> Y", nested, do_x)
    assert found.identifiable
    assert found.estimand is not None
    assert "do(" in show(found.estimand)
    assert not ask(BOW, "P(Y[X=1]=1 | X=0)", do_x).identifiable
    assert not ask(BOW, "PNS(X, Y)", do_x).identifiable


def test_values_make_identifiable_what_symbols_do_not() -> None:
    """P(X=1 | Y[X=1]=0) is P(X=1, Y=0) / P(Y=0 | do(X=1)); P(X=2 | Y[X=1]=0) is nothing that data show."""
    assert ask(NAPKIN, "P(X=1 | Y[X=1]=0)").identifiable
    assert not ask(NAPKIN, "P(X=2 | Y[X=1]=0)").identifiable


def test_what_only_the_number_of_values_identifies_says_so() -> None:
    effect = "P(Y[X=1]=1 | X=0)"
    assert ask(NAPKIN, effect).identifiable is False
    assert ask("X: 0..2; W, Z, Y: binary; " + NAPKIN, effect).identifiable is False
    found = ask("X, W, Z, Y: binary; " + NAPKIN, effect)
    assert found.identifiable
    assert any("declared" in note for note in found.notes)
    assert any(step.rule == "law of total probability" for step in found.steps)


LEVELS = "D, C, B: 0..3; "


@pytest.mark.parametrize(
    ("text", "query", "verdict"),
    [
        (LEVELS + "C -> B; C <-> B", "P(B[C=1] < 2 | C=0)", False),
        (LEVELS + "C -> B; C <-> B", "P(B[C=1] < 2 | C=1)", True),
        (LEVELS + "C -> B; C <-> B", "P(B[C=1] <= 3 | C=0)", True),
        (LEVELS + "C -> B; C <-> B", "P(B[C=1] < 0 | C=0)", True),
        (LEVELS + "C -> B; C <-> B", "P(B < 2 | do(C=1))", False),
        (LEVELS + "C -> B; C <-> B", "P(B[C=1] < 2, C != 1)", False),
        (LEVELS + "C -> B; D -> {B, C}", "P(B[C=1] <= 2 | C >= 2)", True),
        (LEVELS + "C -> B; D -> {B, C}", "P(B[C=1] <= D | C=2)", True),
        (BOW, "P(Y[X=1] != 0)", False),
        (BACK_DOOR, "P(Y[X=1] != 0 | X=0)", True),
        (BACK_DOOR, "P(Y[X=1] < 2 | X=0)", True),
        (BOW, "P(X[Y=1], X)", None),
        ("X: binary; Y: real; " + BACK_DOOR.replace("Z", "W") + "; W: binary", "E(Y[X=1] | X=0)", True),
        ("X: binary; Y: real; X -> Y", "P(Y[X=1] = Y[X=0])", None),
        ("X: binary; Y: real; X -> Y", "P(X=1 | Y[X=1] != 0.5)", None),
        (LEVELS + "C -> B", "E(B[C=1] ** B[C=2] | C=0)", None),
        (LEVELS + "C -> B", "P(B[C=1] ** (9 ** (9 ** 9)) = 1)", True),
        (LEVELS + "C -> B", "P(B[C=1] ** 2 = 4 | C=0)", True),
        (BOW, "P(Y=1 | X[Y=1]=0, X=1)", None),
    ],
)
def test_events_of_several_cases(text: str, query: str, verdict: bool | None) -> None:
    found = ask(text, query)
    assert found.identifiable is verdict
    assert (found.estimand is not None) is (verdict is True and "9 **" not in query)
    assert bool(found.notes) is (found.estimand is None and verdict is not False)


def test_cases_are_bounded() -> None:
    many = LEVELS + "C -> B; D -> {B, C}"
    for query in ("P(B[C=1] <= D | C=2)", "E(B[C=1] * D | C=2)"):
        assert ask(many, query).identifiable
        with limited(estimand_cases=8):
            found = ask(many, query)
        assert found.estimand is not None  # a sum over values, whose cases are not listed
        assert any(isinstance(leaf, Indicator | Value) for leaf in leaves(found.estimand))
    with limited(estimand_cases=8):  # nine cases, and the opposite of each event has one
        found = ask(many, "P(B[C=1] < 3, D < 3 | C=2)")
    assert found.identifiable
    assert any(step.rule == "law of total probability" for step in found.steps)


@pytest.mark.parametrize(
    ("query", "symbols"),
    [
        ("P(Y[X] | X)", ("X", "Y", "X'")),
        ("P(Y[X=1], Z | X)", ("Y", "Z", "X")),
        ("P(Y[X=1]=1, Z[X=0])", ("Z",)),
        ("E(Y[X] | X)", ("X", "X'")),
    ],
)
def test_a_table_is_right_at_equal_and_at_different_values(query: str, symbols: tuple[str, ...]) -> None:
    model = WrittenModel(
        "Z, X, Y: 0..2\nZ ~ categorical([0.5, 0.2, 0.3])\n"
        "X ~ categorical([0.6 - 0.2 * Z, 0.2, 0.2 + 0.2 * Z])\n"
        "Y ~ categorical([0.6 - 0.2 * Z, 0.1 + 0.1 * X, 0.3 + 0.2 * Z - 0.1 * X])\n",
        {"Z": 3, "X": 3, "Y": 3},
    )
    compilation = model.compilation
    found = identify_query(compilation.diagram, model.read(query), compilation.model.variables)
    assert found.estimand is not None
    truth = model.true(query)
    assert truth is not None
    np.testing.assert_allclose(evaluate(found.estimand, Answers(model)).on(symbols), truth, atol=1e-10)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_verdicts_are_those_of_canonical_models(count: int) -> None:
    told = Counter(verdict(question(seed, count), seed) for seed in range(150))
    assert told["identifiable"] > 50
    assert told["refused"] > 15
    assert not told["unproved"]


def test_estimands_are_what_the_exact_engine_answers() -> None:
    told = Counter(compared(seed, 3) for seed in range(80))
    assert told["identifiable"] > 45
    assert told["refused"] > 3
