"""Sums of products, held against the whole product; orders, against the tables that they make."""

from __future__ import annotations

import math
import time
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.compiler import Compilation
from scmlang.diagnostics import ScmError
from scmlang.exact.elimination import Elimination
from scmlang.exact.engine import answer
from scmlang.exact.factors import Factor, connected, factor, relevant
from scmlang.exact.orders import plan
from tests.exact.systems import ask, probability

_BOUND = 1 << 24


@st.composite
def products(draw: st.DrawFn) -> tuple[dict[int, int], list[Factor]]:
    """Sizes of up to seven nodes, and positive factors over them that mention every node."""
    sizes = dict(enumerate(draw(st.lists(st.integers(1, 3), min_size=1, max_size=7))))
    scopes = draw(st.lists(st.lists(st.sampled_from(sorted(sizes)), max_size=4, unique=True), max_size=7))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scopes += [[node] for node in sizes]
    return sizes, [factor(s, rng.random([sizes[n] for n in s]), s[-1:]) for s in scopes]


def whole(sizes: dict[int, int], factors: list[Factor], choice: dict[int, np.ndarray]) -> np.ndarray:
    """The product of all factors on the chosen values, an axis for each node."""
    operands: list[object] = []
    for f in factors:
        operands += [f.array, list(f.nodes)]
    product = np.einsum(*operands, list(sizes))
    for node, indices in choice.items():
        product = np.take(product, indices, axis=node)
    return product


@settings(max_examples=60, deadline=None)
@given(products(), st.data())
def test_eliminating_sums_the_product_for_any_evidence(
    product: tuple[dict[int, int], list[Factor]], data: st.DataObject
) -> None:
    sizes, factors = product
    nodes = sorted(sizes)
    keep = data.draw(st.lists(st.sampled_from(nodes), unique=True, max_size=2))
    seen = data.draw(st.lists(st.sampled_from(nodes), unique=True, max_size=3))
    counts = {node: data.draw(st.integers(1, sizes[node])) for node in seen}
    left = sizes | counts
    scopes = [[n for n in f.nodes if left[n] > 1] for f in factors]
    found = plan(scopes, left, [n for n in keep if left[n] > 1], _BOUND).order
    order = data.draw(st.just(found) | st.permutations(found))
    elimination = Elimination(factors, left, order, keep, seen)
    chance = Random(data.draw(st.integers(0, 2**32 - 1)))
    for _ in range(3):  # the second and third keep what the evidence leaves as it was
        choice = {n: np.array(sorted(chance.sample(range(sizes[n]), k))) for n, k in counts.items()}
        expected = np.einsum(whole(sizes, factors, choice), nodes, keep)
        np.testing.assert_allclose(elimination.run(choice, exact=False).array, expected, rtol=1e-12)


@settings(max_examples=60, deadline=None)
@given(products(), st.data())
def test_a_plan_knows_its_largest_table(
    product: tuple[dict[int, int], list[Factor]], data: st.DataObject
) -> None:
    sizes, factors = product
    keep = data.draw(st.lists(st.sampled_from(sorted(sizes)), unique=True, max_size=2))
    found = plan([f.nodes for f in factors], sizes, keep, _BOUND)
    assert set(found.order) == set(sizes) - set(keep)
    tables, made = [set(f.nodes) for f in factors], [math.prod(sizes[n] for n in keep)]
    for node in found.order:
        union = set().union(*(table for table in tables if node in table))
        tables = [table for table in tables if node not in table] + [union - {node}]
        made.append(math.prod(sizes[n] for n in union))
    assert found.cells == max(made) == math.prod(sizes[n] for n in found.largest)
    assert found.cost == sum(made)


def test_a_cycle_is_eliminated_in_tables_of_three() -> None:
    found = plan([(i, (i + 1) % 40) for i in range(40)], dict.fromkeys(range(40), 2), [], _BOUND)
    assert found.cells == 8


def test_a_plan_over_the_bound_names_the_table() -> None:
    everything = plan([tuple(range(12))], dict.fromkeys(range(12), 2), [], 1 << 8)
    assert everything.cells == 1 << 12
    assert everything.largest == tuple(range(12))


def test_barren_factors_are_none_of_the_relevant_ones() -> None:
    edges = [((0,), 0), ((0, 1), 1), ((1, 2), 2), ((3,), 3), ((3, 2, 4), 4)]
    factors = [Factor(nodes, np.ones([2] * len(nodes)), (of,)) for nodes, of in edges]
    assert relevant(factors, {2}) == [0, 1, 2]
    assert relevant(factors, {4}) == [0, 1, 2, 3, 4]
    assert connected([f.nodes for f in factors[:4]], {0}) == [True, True, True, False]


_CHAIN = "\n".join(
    ["X0: binary", "X0 ~ bernoulli(0.5)"]
    + [f"X{i}: binary\nX{i} ~ bernoulli(if X{i - 1} == 1 then 0.001 else 0.0005)" for i in range(1, 150)]
)


def test_evidence_of_vanishing_probability_is_conditioned_on() -> None:
    """P(evidence) is about 1e-440, where floats end at 1e-324."""
    model = Compilation.from_text(_CHAIN).model
    text = f"P(X149=1 | {', '.join(f'X{i}=1' for i in range(149))})"
    assert ask(text, model, exact=False).value == pytest.approx(0.001, rel=1e-9)
    text = f"P(X0=1 | {', '.join(f'X{i}=1' for i in range(1, 150))})"
    assert ask(text, model, exact=False).value == pytest.approx(float(Fraction(2, 3)), rel=1e-9)


def test_impossible_evidence_is_refused_where_the_diagram_separates_it_too() -> None:
    text = "A, B, C: binary\nA ~ bernoulli(0.5)\nB ~ bernoulli(0.3)\nC := B and not B"
    model = Compilation.from_text(text).model
    assert ask("P(A=1 | B=1)", model, exact=False).value == pytest.approx(0.5)
    for form in ("P(A=1 | C=1)", "P(A | C=1)", "P(A, B=1 | C=1)"):
        with pytest.raises(ScmError) as error:
            ask(form, model, exact=False)
        assert error.value.diagnostics[0].code == "E262"


def test_events_are_no_axes_where_that_takes_larger_tables() -> None:
    """In tables of four cells a chain is summed from one end, or from evidence on it."""
    model = Compilation.from_text(_CHAIN).model
    quantity = probability("P(X9=1, X5=1 | X0=1)", model)
    assert answer(model, quantity, cells=4).value == pytest.approx(answer(model, quantity).value, rel=1e-12)
    with pytest.raises(ScmError, match="more than 4"):
        answer(model, probability("P(X5 | X0, X9)", model), cells=4)


def dense(count: int) -> str:
    """Each variable with three parents among all before it: no order has small tables."""
    chance = Random(count)
    lines = [f"{', '.join(f'V{i}' for i in range(count))}: binary"]
    for i in range(count):
        parents = " + ".join(f"V{j}" for j in chance.sample(range(i), min(3, i))) or "1"
        lines.append(f"V{i} ~ bernoulli(0.2 + 0.1 * ({parents}))")
    return "\n".join(lines)


@pytest.mark.parametrize("form", ["P(V499=1 | do(V250=1))", "P(V499[V250=1]=1 | V250=0, V499=0)"])
def test_what_is_too_large_is_refused_soon(form: str) -> None:
    model = Compilation.from_text(dense(500)).model
    quantity = probability(form, model)
    start = time.process_time()
    with pytest.raises(ScmError) as error:
        answer(model, quantity)
    assert time.process_time() - start < 2
    problem = error.value.diagnostics[0]
    assert problem.code == "E261"
    assert problem.message.count("`V") >= 20  # the clique
    assert any("--method sample" in text for text in problem.helps)
