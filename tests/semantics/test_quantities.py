"""Quantities of queries: what they resolve to, that they read back, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.diagnostics import ScmError
from scmlang.semantics.quantities import Effect, Quantity, is_table, show_quantity
from scmlang.semantics.queries import Edit, Intervention, read_query, show
from tests.semantics.fakes import model_of

BARE = model_of("X -> M -> Y; X -> Y; Z -> {X, Y}; X <-> M")
TYPED = model_of(
    "D: 0..9\nC: {red, green}\nX, Y: binary\nA: real\nlatent T: binary\nI: image(3, 8, 8)\n"
    "{D, C, X, T} -> Y\n"
)
GIVEN = model_of(
    "exogenous U ~ bernoulli(0.5)\nX, Y: binary\nlatent T: binary\nX := U\nT := X\nY ~ bernoulli(0.5)"
)


def quantity(text: str, model: object = BARE) -> Quantity:
    query = read_query(text, model)  # type: ignore[arg-type]
    assert not isinstance(query, Intervention | Edit)
    return query


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("P(Y=1 | do(X=1), Z=0)", "P(Y[X=1]=1 | Z[X=1]=0)"),
        ("E(Y[X=1]) - E(Y[X=0]) | X=1", "E(Y[X=1] | X=1) - E(Y[X=0] | X=1)"),
        ("Y[X=1, M[X=0]] | Z=1", "P(Y[X=1, M[X=0]] | Z=1)"),
        ("P({X, Y} | Z)", "P(X, Y | Z)"),
        ("P(1 = Y)", "P(Y == 1)"),
        ("P(3 < Y)", "P(Y > 3)"),
        ("E(Y) | do(X=1)", "E(Y[X=1])"),
        ("P(Y[Z=1, X=0])", "P(Y[X=0, Z=1])"),
        ("1 - (2 - E(Y))", "1 - (2 - E(Y))"),
        ("P(X=Y)", "P(X = Y)"),
    ],
)
def test_two_spellings_of_one_quantity(written: str, same: str) -> None:
    assert quantity(written) == quantity(same)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1 - 2 - E(Y)", "1 - (2 - E(Y))"),
        ("P(Y=1 | do(X=1))", "P(Y=1 | X=1)"),
        ("P(Y[X=1]=1)", "P(Y[X=0]=1)"),
        ("P(Y[X=1, M[X=0]])", "P(Y[X=1])"),
        ("2 ** E(Y) ** 2", "(2 ** E(Y)) ** 2"),
        ("-E(Y) ** 2", "(-E(Y)) ** 2"),
    ],
)
def test_two_quantities(one: str, other: str) -> None:
    assert quantity(one) != quantity(other)


@pytest.mark.parametrize(
    ("effect", "definition"),
    [
        ("ATE(X, Y)", "E(Y[X=1]) - E(Y[X=0])"),
        ("ATE(X, Y | Z=1)", "E(Y[X=1] | Z=1) - E(Y[X=0] | Z=1)"),
        ("ETT(X, Y)", "E(Y[X=1]) - E(Y[X=0]) | X=1"),
        ("CDE(X, Y, M=0)", "E(Y | do(X=1, M=0)) - E(Y | do(X=0, M=0))"),
        ("NDE(X, Y)", "E(Y[X=1, M[X=0]]) - E(Y[X=0])"),
        ("NIE(X, Y)", "E(Y[X=0, M[X=1]]) - E(Y[X=0])"),
        ("PN(X, Y)", "P(Y[X=0]=0 | X=1, Y=1)"),
        ("PS(X, Y)", "P(Y[X=1]=1 | X=0, Y=0)"),
        ("PNS(X, Y)", "P(Y[X=0]=0, Y[X=1]=1)"),
        ("NDE(Z, X)", "E(X[Z=1]) - E(X[Z=0])"),
    ],
)
def test_an_effect_is_what_defines_it(effect: str, definition: str) -> None:
    found = quantity(effect)
    assert isinstance(found, Effect)
    assert found.definition == quantity(definition)


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("P(Y | do(X=1))", True),
        ("P(Y=1 | do(X))", True),
        ("P(Y=1 | do(X=1))", False),
        ("P(Y=1 | X)", True),
        ("E(Y) - 1", False),
        ("E(Y | Z) - 1", True),
        ("ATE(X, Y)", False),
        ("ATE(X, Y | Z)", True),
    ],
)
def test_what_is_a_table(text: str, table: bool) -> None:
    assert is_table(quantity(text)) is table


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("P(C=blue)", "E070"),
        ("P(D=10)", "E070"),
        ("P(W=1)", "E010"),
        ("P(Y[W=1]=1)", "E010"),
        ("P(Y[I=1]=1)", "E071"),
        ("P(Y[X=1, X=0]=1)", "E072"),
        ("P(Y=1 | X=0, X=1)", "E073"),
        ("P(Y=1 | do(X=1), X=0)", "E073"),
        ("Pr(Y=1)", "E074"),
        ("independent(X, Y)", "E074"),
        ("P(T=1)", "E075"),
        ("P(Y=1 | do(T=1))", "E075"),
        ("P(Y | do(T))", "E075"),
        ("P(Y[C[T=1]]=1)", "E075"),
        ("E(Y[T=1])", "E075"),
        ("P(A=0.5)", "E076"),
        ("P(I)", "E076"),
        ("E(Y, X)", "E077"),
        ("E(Y=1)", "E077"),
        ("ATE(X)", "E077"),
        ("ATE(X, X)", "E077"),
        ("ATE(X, Y, C=1)", "E077"),
        ("CDE(X, Y)", "E077"),
        ("ATE(X, Y | do(C=1))", "E077"),
        ("ATE(D, Y)", "E078"),
        ("PN(X, A)", "E078"),
        ("do(X)", "E079"),
        ("I[C] | I", "E079"),
        ("P(Y[X=1] | do(C=1))", "E080"),
        ("P(3)", "E081"),
        ("P(Y + X)", "E081"),
        ("P(P(Y))", "E081"),
        ("E(P(Y=1))", "E081"),
        ("Y + 1", "E081"),
        ("P(1 = 1)", "E081"),
        ("P(Y | Y)", "E082"),
        ("P(Y, Y)", "E082"),
        ("P(Y | X, X)", "E082"),
    ],
)
def test_mistakes(text: str, code: str) -> None:
    with pytest.raises(ScmError) as error:
        read_query(text, TYPED)
    assert [d.code for d in error.value.diagnostics] == [code]


@pytest.mark.parametrize(
    "text",
    ["P(A > 0.5)", "E(A | D < 3)", "P(Y=1 | A=0.5)", "P(C=green)", "P(Y=true)", "P(D < 20)", "E(A ** 2)"],
)
def test_what_values_may_be(text: str) -> None:
    assert quantity(show_quantity(quantity(text, TYPED), TYPED.variables), TYPED) == quantity(text, TYPED)


@pytest.mark.parametrize("effect", ["ATE(M, W)", "NDE(M, W)", "PN(W, M)"])
def test_a_variable_that_is_declared_wrongly_raises_no_further_complaint(effect: str) -> None:
    with pytest.raises(ScmError) as error:
        model_of(f"M: biniry\nW: binary\nM -> W\nquery q = {effect}\nassert {effect} == 0")
    assert [d.code for d in error.value.diagnostics] == ["E014"]


def test_a_fully_specified_model_tells_of_what_is_hidden() -> None:
    assert quantity("P(U=1 | T=1)", GIVEN) == quantity("P(U = 1 | T == 1)", GIVEN)


# --- whatever is written reads back

_NAMES = st.sampled_from(["X", "M", "Y", "Z"])
_VALUES = st.sampled_from(["0", "1", "-2", "a"])


def _settings(nested: bool) -> st.SearchStrategy[str]:
    plain = st.builds("{}={}".format, _NAMES, _VALUES)
    inner = st.builds("{}[{}]".format, _NAMES, plain)
    item = plain | inner if nested else plain
    return st.lists(item, min_size=1, max_size=3, unique_by=lambda s: s[0]).map(", ".join)


_variables = _NAMES | st.builds("{}[{}]".format, _NAMES, _settings(nested=True))
_numbers = st.recursive(
    _variables | st.sampled_from(["2", "0.5"]),
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "**"]), inner)
        | st.builds("-{}".format, inner)
    ),
    max_leaves=4,
)
_events = (
    st.builds("{}{}{}".format, _variables, st.sampled_from(["=", "!=", "<", ">="]), _VALUES)
    | st.builds("{} < {}".format, _variables, _variables)
    | _variables
)
_conditions = st.lists(_events, max_size=2).map(lambda found: " | " + ", ".join(found) if found else "")
_terms = (
    st.builds("P({}{})".format, st.lists(_events, min_size=1, max_size=3).map(", ".join), _conditions)
    | st.builds("E({}{})".format, _numbers, _conditions)
    | st.builds("P({} | do({}))".format, st.sampled_from(["Y=1", "Y", "X, M=0"]), _settings(nested=True))
    | st.sampled_from(["ATE(X, Y)", "NDE(X, Y | Z=1)", "CDE(X, Y, M=1)", "3", "0.25"])
)
_quantities = st.recursive(
    _terms,
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "/", "**"]), inner)
        | st.builds("-({})".format, inner)
    ),
    max_leaves=5,
)


@given(_quantities)
def test_a_shown_query_reads_back(text: str) -> None:
    codes: set[str] = set()
    try:
        query = read_query(text, BARE)
    except ScmError as error:
        codes = {d.code for d in error.diagnostics}
    assert codes <= {"E073", "E081", "E082"}
    if codes:
        return
    shown = show(query, BARE.variables)
    assert read_query(shown, BARE) == query
    assert show(read_query(shown, BARE), BARE.variables) == shown
