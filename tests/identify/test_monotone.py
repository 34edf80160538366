"""What monotone mechanisms identify: estimands are what the exact engine answers, and what bounds come to."""

from __future__ import annotations

from functools import cache
from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.bounds.engine import bound
from scmlang.bounds.problem import make_problem
from scmlang.bounds.sources import from_model
from scmlang.compiler import Compilation
from scmlang.diagnostics import ScmError
from scmlang.diagram.claims import Verdict
from scmlang.identify.estimand import evaluate, show
from scmlang.identify.monotone.order import Order
from scmlang.identify.monotone.prove import OPEN
from scmlang.identify.monotone.thresholds import Literal, Polynomial, indicator
from scmlang.identify.monotone.thresholds import product as product_of
from scmlang.witness import witness_of
from tests.identify.monotone_models import Arrow, monotone_model, nested_case, random_case
from tests.identify.written_models import Answers, WrittenModel
from tests.witness.test_witness import verify

Case = tuple[dict[str, int], list[Arrow], list[Arrow], list[Arrow]]
TWO: Case = ({"X": 2, "Y": 2}, [("X", "Y")], [], [("X", "Y")])
BOW: Case = ({"X": 2, "Y": 2}, [("X", "Y")], [("X", "Y")], [("X", "Y")])
COMMON: Case = ({"C": 3, "X": 2, "Y": 2}, [("C", "X"), ("C", "Y"), ("X", "Y")], [], [("X", "Y")])
DOOR: Case = ({"X": 2, "M": 2, "Y": 2}, [("X", "M"), ("M", "Y")], [("X", "Y")], [("X", "M"), ("M", "Y")])
TRIAL: Case = ({"Z": 2, "X": 2, "Y": 2}, [("Z", "X"), ("X", "Y")], [("X", "Y")], [("Z", "X")])
LEVELS: Case = ({"C": 2, "X": 3, "Y": 3}, [("C", "X"), ("C", "Y"), ("X", "Y")], [], [("X", "Y")])
BOTH: Case = ({"A": 2, "B": 2, "Y": 2}, [("A", "Y"), ("B", "Y")], [("A", "B")], [("A", "Y"), ("B", "Y")])
NESTED: Case = (
    {"X": 2, "M": 2, "Y": 2},
    [("X", "M"), ("M", "Y"), ("X", "Y")],
    [],
    [("X", "M"), ("M", "Y"), ("X", "Y")],
)

PROVED: list[tuple[Case, str, list[str]]] = [
    (TWO, "PNS(X, Y)", []),
    (TWO, "PN(X, Y)", []),
    (TWO, "PS(X, Y)", []),
    (TWO, "P(Y[X=0]=0 | Y=1)", []),  # disablement
    (TWO, "P(Y[X=1]=1 | Y=0)", []),  # enablement
    (TWO, "P(Y[X=0]=0 | Y[X=1]=1)", []),
    (TWO, "P(Y[X=0]=1, Y[X=1]=0)", []),
    (TWO, "P(Y[X=0]=1, Y[X=1]=1) - 2 * P(Y[X=0]=0, Y[X=1]=0)", []),
    (BOW, "PNS(X, Y)", ["do(X)"]),
    (BOW, "PN(X, Y)", ["do(X)"]),
    (BOW, "PS(X, Y)", ["do(X)"]),
    (BOW, "P(Y[X=0]=0 | Y=1)", ["do(X)"]),
    (COMMON, "PNS(X, Y)", []),
    (COMMON, "PN(X, Y | C=1)", []),
    (COMMON, "P(Y[X=0]=0, Y[X=1]=1, C=2)", []),
    (DOOR, "PNS(X, Y)", []),
    (DOOR, "PN(X, Y)", []),
    (DOOR, "P(M[X=0]=0, M[X=1]=1)", []),
    (TRIAL, "P(X[Z=0]=0, X[Z=1]=1)", []),
    (TRIAL, "P(Y[X=1]=1 | X[Z=0]=0, X[Z=1]=1)", []),
    (TRIAL, "P(Y[X=0] | X[Z=0]=0, X[Z=1]=1)", []),
    (TRIAL, "E(Y[X=1] - Y[X=0] | X[Z=0]=0, X[Z=1]=1)", []),
    (LEVELS, "P(Y[X=0] < 2, Y[X=2]=2)", []),
    (LEVELS, "P(Y[X=0]=0, Y[X=1] > 0, Y[X=2] > 0)", []),
    (LEVELS, "P(Y[X=0] >= 2, Y[X=1] >= 1, Y[X=2] >= 1)", []),
    (LEVELS, "P(Y[X=1]=2 | Y[X=0]=2)", []),
    (LEVELS, "E(Y[X=2] | Y[X=0]=2)", []),
    (NESTED, "P(Y[X=1, M[X=0]]=1, M[X=1]=1)", []),
    (NESTED, "P(Y[X=1, M[X=0]]=1, Y[X=0]=0)", []),
    (NESTED, "P(Y[X=1, M[X=0]]=1, Y[X=1]=1)", []),
    (NESTED, "P(Y[X=1, M[X=0]]=1 | Y[X=1]=1)", []),
    (BOTH, "P(Y[A=0, B=0]=0, Y[A=1, B=1]=1)", []),
    (BOTH, "P(Y[A=0, B=0]=0, Y[A=0, B=1]=1, Y[A=1, B=1]=1)", []),
    (BOTH, "P(Y[A=0, B=0]=0, Y=1)", []),
]


CASES = [TWO, BOW, COMMON, DOOR, TRIAL, LEVELS, BOTH, NESTED]


@cache
def model(case: int, seed: int = 0) -> WrittenModel:
    sizes, arrows, arcs, monotone = CASES[case]
    return monotone_model(sizes, arrows, arcs, monotone, seed)


def of(case: Case, seed: int = 0) -> WrittenModel:
    return model(CASES.index(case), seed)


@pytest.mark.parametrize(("case", "query", "experiments"), PROVED)
def test_an_estimand_is_what_the_exact_engine_answers(case: Case, query: str, experiments: list[str]) -> None:
    for seed in range(3):
        written = of(case, seed)
        found = written.compilation.identify(query, experiments)
        assert found.identifiable
        assert found.estimand is not None
        assert found.method.startswith("monotonicity + ")
        assert "monotone" in found.notes[0]
        value, truth = evaluate(found.estimand, Answers(written)).array, written.true(query)
        assert truth is not None
        np.testing.assert_allclose(value, truth, rtol=0, atol=1e-10, err_msg=show(found.estimand))


@pytest.mark.parametrize(("case", "query", "experiments"), [p for p in PROVED if p[0] is not LEVELS])
def test_bounds_are_that_point(case: Case, query: str, experiments: list[str]) -> None:
    written = of(case)
    causal, truth = written.compilation.model, written.true(query)
    assert truth is not None
    if truth.ndim:
        return
    quantity = written.read(query)
    held = [["X"]] if experiments else []
    problem = make_problem(causal, quantity, held)
    sources = [from_model(causal, problem, names) for names in ([], *held)]
    found = bound(
        problem, quantity, sources, monotone=[(x, y) for x, y in causal.monotone if y in problem.names]
    )
    assert found.low == pytest.approx(float(truth), abs=1e-6)
    assert found.high == pytest.approx(float(truth), abs=1e-6)


@pytest.mark.parametrize(
    ("case", "query"),
    [
        (BOW, "PNS(X, Y)"),
        (BOW, "P(Y=1 | do(X=1))"),
        (TRIAL, "ATE(X, Y)"),
        (TRIAL, "PNS(X, Y)"),
        (LEVELS, "P(Y[X=0]=0, Y[X=1]=1)"),
        (LEVELS, "P(Y[X=0] >= 1, Y[X=2] >= 2)"),
        (BOTH, "P(Y[A=1, B=0]=0, Y[A=0, B=1]=1)"),
    ],
)
def test_two_monotone_models_refuse(case: Case, query: str) -> None:
    """The exact engine confirms what agrees and what differs, and each text declares what is monotone."""
    compilation = Compilation.from_text(declared(case))
    found = compilation.identify(query)
    assert found.identifiable is False
    assert "two models, with what is declared monotone, agree" in found.notes[-1]
    assert OPEN not in found.notes
    texts = witness_of(compilation, query)
    assert verify(compilation.diagram, query, texts)
    for text in texts:
        model = Compilation.from_text(text).model
        assert set(model.monotone) == set(case[3]) & set(model.edges)
    decided = Compilation.from_text(f"{declared(case)}assert not identifiable({query})").decisions
    assert [decision.verdict for decision in decided] == [Verdict.HOLDS]


def declared(case: Case) -> str:
    """The diagram of a case without equations."""
    sizes, arrows, arcs, monotone = case
    lines = [f"{name}: 0..{size - 1}" for name, size in sizes.items()]
    lines += [f"{a} -> {b}" for a, b in arrows] + [f"{a} <-> {b}" for a, b in arcs]
    return "\n".join([*lines, *(f"monotone {a} -> {b}" for a, b in monotone), ""])


def test_no_assertion_passes_by_what_is_open() -> None:
    text = "X, Y: binary; latent L: binary; X -> L -> Y; X -> Y; monotone L -> Y"
    assert OPEN in Compilation.from_text(text).identify("PNS(X, Y)").notes
    for claim in ("identifiable", "not identifiable"):
        (decision,) = Compilation.from_text(f"{text}; assert {claim}(PNS(X, Y))").decisions
        assert decision.verdict is Verdict.UNDECIDED


def test_what_no_monotone_mechanism_bears_on_stays_refused() -> None:
    text = "X, Y, Z: binary; X -> Y; X <-> Y; Y -> Z; monotone Y -> Z"
    compilation = Compilation.from_text(text)
    assert compilation.identify("P(Y | do(X))").identifiable is False
    assert compilation.identify("P(Z | do(X))").notes[-1].startswith("two models, with what is declared")


def test_without_the_declaration_it_is_refused() -> None:
    for case, query, experiments in PROVED[:8]:
        text = "\n".join(line for line in of(case).text.splitlines() if not line.startswith("monotone"))
        assert Compilation.from_text(text).identify(query, experiments).identifiable is not True


def test_what_is_identifiable_anyway_is_found_by_the_diagram() -> None:
    assert of(TWO).compilation.identify("P(Y=1 | do(X=1))").method == "back-door"
    assert of(TWO).compilation.identify("ETT(X, Y)").notes == ()


def test_assertions_and_answers_rest_on_it() -> None:
    text = "X, Y: binary; X ~ bernoulli(0.5); Y ~ bernoulli(0.2 + 0.5 * X); monotone X -> Y"
    compilation = Compilation.from_text(f"{text}; assert identifiable(PN(X, Y))")
    assert [d.verdict for d in compilation.decisions] == [Verdict.HOLDS]
    import scmlang

    answer = scmlang.loads(text).query("PN(X, Y)")
    assert "the mechanisms that are declared monotone determine it" in str(answer)


def test_effects_among_compliers_of_a_real_outcome() -> None:
    text = "Z, X: binary; Y: real; Z -> X -> Y; X <-> Y; monotone Z -> X"
    found = Compilation.from_text(text).identify("E(Y[X=1] | X[Z=0]=0, X[Z=1]=1)")
    assert found.estimand is not None
    assert show(found.estimand) == (
        "[E(Y | Z=1, X=1) P(X=1 | Z=1) - E(Y | Z=0, X=1) P(X=1 | Z=0)] / [P(X=1 | Z=1) - P(X=1 | Z=0)]"
    )


def test_a_latent_way_has_to_be_monotone_too() -> None:
    text = "X, Y: binary; latent L: binary; X -> L -> Y; X -> Y; monotone X -> Y"
    assert Compilation.from_text(text).identify("PNS(X, Y)").identifiable is False
    assert Compilation.from_text(f"{text}; monotone X -> L -> Y").identify("PNS(X, Y)").identifiable
    assert Compilation.from_text(f"{text}; monotone X -> L").identify("PNS(X, Y)").identifiable is None


# --- any query


def compared(case: tuple[WrittenModel, str]) -> bool:
    """Whether a random query is proved identifiable; then the estimand is what the exact engine answers."""
    written, query = case
    try:
        found = written.compilation.identify(query)
    except ScmError:  # contradictory
        return False
    if found.estimand is None or not found.method.startswith("monotonicity"):
        return False
    truth = written.true(query)
    if truth is None:
        return False
    value = evaluate(found.estimand, Answers(written)).array
    told = f"{query}: {show(found.estimand)} in\n{written.text}"
    np.testing.assert_allclose(value, truth, rtol=0, atol=1e-10, err_msg=told)
    return True


def test_random_queries() -> None:
    assert sum(compared(random_case(Random(f"monotone {seed}"))) for seed in range(40)) >= 4


def test_random_nested_queries() -> None:
    assert sum(compared(nested_case(Random(f"nested {seed}"))) for seed in range(30)) >= 2


# --- the parts


@given(st.integers(2, 4), st.tuples(*[st.integers(1, 15)] * 3), st.booleans())
def test_products_of_indicators_are_indicators(size: int, masks: tuple[int, int, int], upper: bool) -> None:
    """Over all responses that keep the order, of three comparable worlds."""
    chosen = [[level for level in range(size) if mask >> level & 1] for mask in masks]
    factors = [indicator(i, levels, size, upper=upper) for i, levels in enumerate(chosen) if levels]
    kept = [i for i, levels in enumerate(chosen) if levels]
    whole = product_of(factors, lambda low, high: low < high)
    assert all(len(monomial) <= 3 for monomial in whole)
    for values in product(range(size), repeat=3):
        if values[0] <= values[1] <= values[2]:
            assert value(whole, values) == all(values[i] in chosen[i] for i in kept)


def value(polynomial: Polynomial, values: tuple[int, ...]) -> int:
    def holds(literal: Literal) -> bool:
        return (values[literal.response] >= literal.level) == literal.upper

    return sum(weight * all(map(holds, monomial)) for monomial, weight in polynomial.items())


def test_the_order_of_responses() -> None:
    compilation = Compilation.from_text("A, B, M: binary; Y: 0..2; A -> M -> Y; A -> Y; B -> Y")
    domains = {name: v.domain for name, v in compilation.model.variables.items()}
    arrows = frozenset((("A", "M"), ("M", "Y"), ("A", "Y")))
    order = Order(compilation.diagram, arrows, domains)  # type: ignore[arg-type]
    assert order.below("Y", {"A": 0}, {"A": 1}) == arrows
    assert order.below("Y", {"A": 1}, {"A": 0}) is None
    assert order.below("Y", {"A": 0}, {}) == arrows  # the natural value is no less
    assert order.below("Y", {}, {"A": 1}) == arrows
    assert order.below("Y", {}, {"A": 0}) is None
    assert order.below("Y", {"A": 0, "M": 1}, {"A": 1, "M": 1}) == frozenset({("A", "Y")})
    assert order.below("Y", {"A": 0, "B": 0}, {"A": 1, "B": 1}) is None
    assert order.below("Y", {"A": 0, "B": 1}, {"A": 1, "B": 1}) == arrows
    assert order.below("M", {"B": 1}, {"B": 0}) == frozenset()
    assert order.restricted("Y", {"A": 1, "M": 0}) == {"A": 1, "M": 0}
    assert order.restricted("M", {"A": 1, "B": 0, "Y": 2}) == {"A": 1}
