"""Sums that declared numbers of values identify: in every joint distribution, and in a model's numbers."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scmlang
from scmlang.estimation.written import Written
from scmlang.identify.estimand import evaluate
from scmlang.identify.levels import without_last_levels
from scmlang.identify.sums import Weights
from scmlang.semantics.quantities import Constant, Counterfactual, Event, Held, Probability

MODEL = """
exogenous U ~ bernoulli(0.25)
X: 0..2
Y: binary
X ~ categorical(0.25 + 0.25 * U, 0.5 - 0.25 * U, 0.25)
Y ~ bernoulli(0.125 + 0.25 * X + 0.25 * U)
"""
CHAIN = scmlang.loads("X: 0..2; Y: binary; X -> Y; X <-> Y").compilation.model.variables
NODES = {
    Counterfactual("X"): range(3),
    Counterfactual("Y", (Held("X", 0),)): range(2),
    Counterfactual("Y", (Held("X", 1),)): range(2),
}
CELLS = list(product(*NODES.values()))


def event(node: Counterfactual, value: int) -> Event:
    return Event("=", node, Constant(value))


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_the_sum_stays_what_it_is_in_every_joint_distribution(data: st.DataObject) -> None:
    chances = data.draw(st.lists(st.integers(0, 9), min_size=len(CELLS), max_size=len(CELLS)))

    def value(weights: Weights) -> Fraction:
        total = Fraction(0)
        for term, weight in weights.items():
            wanted = {} if term is None else {e.left: e.right.value for e in term.events}
            fits = (
                p
                for p, cell in zip(chances, CELLS, strict=True)
                if wanted.items() <= dict(zip(NODES, cell, strict=True)).items()
            )
            total += weight * sum(fits)
        return total

    weights: Weights = {}
    for _ in range(data.draw(st.integers(1, 4))):
        chosen = data.draw(st.lists(st.sampled_from(list(NODES)), min_size=1, unique=True))
        events = [event(node, data.draw(st.sampled_from(NODES[node]))) for node in chosen]
        weights[Probability(tuple(events))] = Fraction(data.draw(st.integers(-3, 3)))
    found = without_last_levels(weights, CHAIN)
    if found is not None:
        assert value(found) == value(weights)
        listed = [e for term in found if term is not None for e in term.events]
        assert all(e.right.value < NODES[e.left][-1] for e in listed)


@pytest.mark.parametrize(
    "query",
    [
        "P(Y[X=1]=1, X=0) + P(Y[X=1]=1, X=2)",
        "P(Y[X=0]=0, Y[X=1]=1) - P(Y[X=0]=1, Y[X=1]=0)",
        "3 - P(Y[X=0]=0, Y[X=1]=1, X=2) + P(Y[X=0]=1, Y[X=1]=0, X=2) + P(Y[X=0]=0, X=2) - P(Y[X=1]=0, X=2)",
        "P(Y[X=1]=1, X=0 | Y[X=2]=1) + P(Y[X=1]=0, X=0 | Y[X=2]=1) + P(X=1 | Y[X=2]=1) + P(X=2 | Y[X=2]=1)",
    ],
)
def test_what_cancels_is_identified(query: str) -> None:
    model = scmlang.loads(MODEL)
    found = model.identify(query, experiments="do(X)")
    assert found.identifiable
    assert any("declared numbers" in note for note in found.notes)
    assert found.estimand is not None
    value = evaluate(found.estimand, Written(model.compilation.model, exact=True)).array.item()
    assert value == model.query(query, exact=True).value


@pytest.mark.parametrize(
    "query", ["P(Y[X=1]=1, X=0) + P(Y[X=1]=1, X=2) / 2", "P(Y[X=0]=0, Y[X=1]=1) + P(Y[X=0]=1, Y[X=1]=0)"]
)
def test_what_does_not_cancel_is_not(query: str) -> None:
    assert scmlang.loads(MODEL).identify(query, experiments="do(X)").identifiable is not True
    bare = scmlang.loads("X -> Y; X <-> Y").identify(
        "P(Y[X=1]=1, X=0) + P(Y[X=1]=1, X=2)", experiments="do(X)"
    )
    assert bare.identifiable is not True
