"""What an answer rests on: its verdict is that of identification, and holds in numbers."""

from __future__ import annotations

import pickle
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scmlang
from scmlang.answers import question_of
from scmlang.compiler import Compilation
from scmlang.diagnostics.base import ScmError
from scmlang.identify.standing import Standing
from scmlang.semantics.queries import read_query
from scmlang.witness import witness_of

FRONT = """
exogenous U ~ bernoulli(0.3)
X, Z, Y: binary
X ~ bernoulli(0.2 + 0.5 * U)
Z ~ bernoulli(0.1 + 0.7 * X)
Y ~ bernoulli(0.1 + 0.3 * Z + 0.5 * U)
"""
BOW = """
exogenous U ~ bernoulli(0.3)
X, Y, W: binary
X ~ bernoulli(0.2 + 0.5 * U)
Y ~ bernoulli(0.1 + 0.3 * X + 0.5 * U)
W ~ bernoulli(0.1 + 0.3 * X)
"""
LATENT = """
latent L: binary
X, Y, W: binary
L ~ bernoulli({p})
X ~ bernoulli({x0} + {dx} * L)
Y ~ bernoulli({y0} + {dy} * L + 0.1 * X)
W ~ bernoulli(0.3)
"""
NUMBERS = {"p": 0.4, "x0": 0.2, "dx": 0.5, "y0": 0.1, "dy": 0.6}
SWAPPED = {"p": 0.6, "x0": 0.7, "dx": -0.5, "y0": 0.7, "dy": -0.6}  # the values of L exchanged


def rests(text: str, query: str) -> Standing:
    model = Compilation.from_text(text).model
    return question_of(model, read_query(query, model)).standing()


@pytest.mark.parametrize(
    ("text", "query", "identifiable", "method"),
    [
        (FRONT, "P(Y | X)", True, "observation"),
        (FRONT, "P(Y=1 | do(X=1))", True, "front-door"),
        (FRONT, "ATE(X, Y) ** 2", True, "front-door"),
        (FRONT, "P(Y=1 | do(X=1)) / P(Y=1)", True, "front-door"),
        (FRONT, "P(Y > 0 | do(X=1))", True, "front-door"),
        (FRONT, "ETT(X, Y)", True, "IDC*"),
        (FRONT, "PNS(X, Y)", False, "ID*"),
        (FRONT, "do(X=1)", True, "ID"),
        (FRONT, "2 * 3", True, "arithmetic"),
        (BOW, "P(Y=1 | do(X=1))", False, "ID"),
        (BOW, "P(Y[X=1]=1 | X=0)", False, "IDC*"),
        (BOW, "P(W=1 | do(X=1)) - P(W=1)", True, "back-door"),
        (BOW, "do(X=1)", False, "ID"),
        (BOW, "P(U=1 | X=1)", False, "latent"),
        (BOW, "E(U + W)", False, "latent"),
        (BOW, "E(U - U + W)", True, "ID"),
        (BOW, "PNS(X, Y) + P(U=1)", None, "latent"),
        (BOW + "monotone X -> Y\n", "P(Y=1 | U=1)", False, "latent"),
        (LATENT.format(**NUMBERS), "P(Y[L=1]=1 | Y=0)", None, "latent"),
        (BOW, "P(Y=1 | do(X=1)) / P(Y=1 | do(X=0))", False, "ID"),
        (BOW, "P(Y=1 | do(X=1)) * P(Y=0 | do(X=0)) - P(W=1)", False, "ID"),
        (BOW, "P(W=1 | do(X=1)) % 2", True, "back-door"),
    ],
)
def test_the_verdict_on_each_rung(text: str, query: str, identifiable: bool, method: str) -> None:
    found = rests(text, query)
    assert found.identifiable is identifiable
    assert method in found.method.split(", ")
    assert found.text.startswith("not identified") is not identifiable


@pytest.mark.parametrize(
    "query", ["P(Y=1 | do(X=1))", "ATE(X, Y)", "P(Y[X=1]=1 | X=0)", "PNS(X, Y)", "P(Y=1)"]
)
@pytest.mark.parametrize("text", [FRONT, BOW])
def test_it_is_the_verdict_of_identification(text: str, query: str) -> None:
    model = scmlang.loads(text)
    assert model.query(query).identification.identifiable is model.identify(query).identifiable


def test_a_table_names_what_is_not_identified() -> None:
    found = rests(BOW, "do(X=1)")
    assert found.text == (
        "not identified for Y: rests on this model's mechanisms; there is the hedge {X, Y} around {Y}; "
        "the others are identified"
    )


@pytest.mark.parametrize(
    "query",
    [
        "P(L=1)",
        "P(L=1 | X=1)",
        "P(Y=1 | L=1)",
        "P(Y=1 | do(L=1))",
        "P(X=1 | do(Y=1), L=1)",
        "P(L=1 | do(X=1))",
    ],
)
def test_a_latent_variable_that_matters_can_be_exchanged(query: str) -> None:
    one, other = (scmlang.loads(LATENT.format(**numbers)) for numbers in (NUMBERS, SWAPPED))
    for data in ("P(X=1, Y=1)", "P(X=1, Y=0)", "P(X=0, Y=1)"):
        assert float(one.query(data)) == pytest.approx(float(other.query(data)), abs=1e-12)
    assert abs(float(one.query(query)) - float(other.query(query))) > 1e-3
    found = one.query(query).identification
    assert (found.identifiable, found.text) == (False, "not identified: no data show the latent `L`")
    told = one.identify(query)
    assert told.verdict == "not identifiable: there is the latent `L`, which no data show"
    assert told.to_json()["witness"] == {"kind": "unseen", "variables": ["L"]}
    with pytest.raises(ScmError, match="E356"):
        witness_of(one.compilation, query)


@pytest.mark.parametrize(
    "query",
    ["P(W=1 | L=1)", "P(W=1 | do(L=1))", "P(W=1 | do(L=0), X=1)", "P(W=1 | do(L=1)) - P(Y=1)", "do(L=1)"],
)
def test_a_latent_variable_without_effect_is_let_go(query: str) -> None:
    found = rests(LATENT.format(**NUMBERS), query)
    assert found.identifiable is (query != "do(L=1)")
    assert scmlang.loads(LATENT.format(**NUMBERS)).identify(query).identifiable is found.identifiable


def test_only_what_causes_what_is_asked_about_matters() -> None:
    names = [f"V{i}" for i in range(60)]
    lines = [f"{', '.join(names)}: binary", "exogenous U ~ bernoulli(0.5)", "V0 ~ bernoulli(0.2 + 0.6 * U)"]
    lines += [f"{b} ~ bernoulli(0.2 + 0.6 * {a})" for a, b in pairwise(names)]
    text = "\n".join(lines)
    for of, evidence, verdict in (("V59", "V59=0", False), ("V59", "V0=0", True), ("V1", "V59=0", False)):
        assert rests(text, f"P({of}[V0=1]=1 | {evidence})").identifiable is verdict
    assert rests(text, "P(V59=1 | do(V0=1))").identifiable is True


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_the_quick_verdict_agrees_with_identify(data: st.DataObject) -> None:
    names = "ABCD"
    arrows = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    directed = data.draw(st.lists(st.sampled_from(arrows), unique=True, max_size=5))
    hidden = data.draw(st.lists(st.sampled_from(arrows), unique=True, max_size=3))
    lines = [f"exogenous U{i} ~ bernoulli(0.4)" for i in range(len(hidden))] + [f"{', '.join(names)}: binary"]
    for name in names:
        causes = [a for a, b in directed if b == name] + [f"U{i}" for i, h in enumerate(hidden) if name in h]
        lines.append(f"{name} ~ bernoulli({' + '.join(['0.1', *(f'0.1 * {c}' for c in causes)])})")
    text = "\n".join(lines)
    for query in (
        "P(D | do(A=1))",
        "P(C | do(B=1), D)",
        "P(D=1 | do(A=1)) - P(C=1 | do(B=1))",
        "ETT(A, D)",
        "P(D=1 | do(A=1), D=C)",
        *(["P(D=1 | U0=1)", "P(C=1 | do(A=1), U0=1)"] if hidden else []),
    ):
        assert rests(text, query).identifiable is scmlang.loads(text).identify(query).identifiable


def test_it_is_found_when_asked_for_and_travels() -> None:
    answer = scmlang.loads(BOW).query("P(Y=1 | do(X=1))")
    assert "identification" not in vars(answer)
    there = pickle.loads(pickle.dumps(answer))
    assert there == answer
    assert there.identification == answer.identification is not None
    assert answer.to_json()["identification"] == {
        "identifiable": False,
        "method": "ID",
        "text": "not identified: rests on this model's mechanisms; there is the hedge {X, Y} around {Y}",
    }


def test_sampled_answers_and_formulas_carry_it() -> None:
    assert (
        scmlang.loads(BOW).query("PNS(X, Y)", method="sample", units=200).identification.identifiable is False
    )
    assert scmlang.loads("X -> Y").query("P(Y | do(X))").identification.method == "back-door"
    bounds = scmlang.loads(BOW).bound("P(Y=1 | do(X=1))")
    assert bounds.identification is None
