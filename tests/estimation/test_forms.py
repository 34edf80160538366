"""Which estimands are back-door and front-door forms."""

from __future__ import annotations

import pytest

from scmlang.estimation.forms import BackDoor, Form, FrontDoor, Outcome, recognise
from scmlang.identify.estimand import At, evaluate, parse, same
from tests.estimation.support import BACK_DOOR, FRONT_DOOR, diagram
from tests.identify.estimand.support import Network

ONE, EVENT = At("X", 1), Outcome(None, (At("Y", 1),))
CASES = [
    (BACK_DOOR, "sum_{Z} E(Y | X=1, Z) P(Z)", BackDoor(Outcome("Y"), (ONE,), ("Z",), ())),
    (BACK_DOOR, "sum_{Z} P(Y=1 | X=1, Z) P(Z)", BackDoor(EVENT, (ONE,), ("Z",), ())),
    (BACK_DOOR, "E(Y | X=1)", BackDoor(Outcome("Y"), (ONE,), (), ())),
    (BACK_DOOR, "P(Y=1)", BackDoor(EVENT, (), (), ())),
    (
        "A -> B -> {X, Y}; A -> X; X -> Y",
        "sum_{B} E(Y | X=1, B) P(B)",
        BackDoor(Outcome("Y"), (ONE,), ("B",), ()),
    ),
    (
        "{A, B} -> {X, Y}; X -> Y",
        "sum_{A, B} E(Y | X=1, A, B) P(A) P(B)",
        BackDoor(Outcome("Y"), (ONE,), ("A", "B"), ()),
    ),
    (
        "W -> {X, Y, Z}; Z -> {X, Y}; X -> Y",
        "sum_{Z} E(Y | X=1, W=0, Z) P(Z | W=0)",
        BackDoor(Outcome("Y"), (ONE,), ("Z",), (At("W", 0),)),
    ),
    (
        "A -> L -> B -> Y; A -> Y; L <-> Y",
        "sum_{L} E(Y | A=1, B=0, L) P(L | A=1)",
        BackDoor(Outcome("Y"), (At("B", 0),), ("L",), (At("A", 1),)),
    ),
    (
        "X -> M -> Y; X <-> Y",
        "sum_{M} P(M | X=1) sum_{X} E(Y | X, M) P(X)",
        FrontDoor(Outcome("Y"), ONE, ("M",), (), ()),
    ),
    (
        FRONT_DOOR,
        "sum_{C} P(C) sum_{M} P(M | X=1, C) sum_{X} P(Y=1 | X, M, C) P(X | C)",
        FrontDoor(EVENT, ONE, ("M",), ("C",), ()),
    ),
    (
        BACK_DOOR,
        "sum_{Z} E(Y | X=0, Z) P(Z | X=1)",
        BackDoor(Outcome("Y"), (At("X", 0),), ("Z",), (), (ONE,)),
    ),
    (BACK_DOOR, "sum_{Z} P(Y | X=1, Z) P(Z)", None),
    (BACK_DOOR, "E(Y | X=1) E(X | Z=1)", None),
    ("X -> M -> Y; X <-> Y", "sum_{M} P(M | X=1) sum_{X} E(Y | X, M) P(X | M)", None),
]


@pytest.mark.parametrize(("graph", "text", "form"), CASES)
def test_recognition(graph: str, text: str, form: Form | None) -> None:
    assert recognise(parse(text), diagram(graph)) == form


@pytest.mark.parametrize(("graph", "text", "form"), [case for case in CASES if case[2] is not None])
def test_a_form_has_the_value_of_what_it_was_recognised_in(graph: str, text: str, form: Form) -> None:
    network = Network(diagram(graph), 3)
    found, wanted = evaluate(form.estimand, network).array, evaluate(parse(text), network).array
    assert found == pytest.approx(wanted, abs=1e-12)


def test_front_doors_without_covariates() -> None:
    form = FrontDoor(Outcome("Y"), ONE, ("M",), (), ())
    assert same(form.estimand, parse("sum_{M} P(M | X=1) sum_{X} E(Y | X, M) P(X)"))
