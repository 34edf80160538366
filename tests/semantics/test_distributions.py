from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.semantics.distributions import assign, noise_kind, probabilities, respond
from scmlang.semantics.domains import BINARY, Domain, Finite, Real
from scmlang.semantics.expressions import Call, Constant, Reference
from scmlang.semantics.model import Assignment, Draw, Table
from tests.semantics.strategies import AT

CELLS = 4096
MIDPOINTS = (np.arange(CELLS) + 0.5) / CELLS
NONE: dict[str, np.ndarray] = {}


def constants(*values: float) -> tuple[Constant, ...]:
    return tuple(Constant(v, AT) for v in values)


@st.composite
def draws(draw: st.DrawFn) -> tuple[Draw | Table, Finite]:
    kind = draw(st.sampled_from(["bernoulli", "categorical", "uniform", "binomial", "table"]))
    offset = draw(st.integers(-3, 3))
    if kind == "bernoulli":
        return Draw("bernoulli", constants(draw(st.floats(0, 1))), AT), Finite("range", 2, offset)
    if kind == "uniform":
        return Draw("uniform", (), AT), Finite("range", draw(st.integers(1, 12)), offset)
    if kind == "binomial":
        trials, p = draw(st.integers(0, 12)), draw(st.floats(0, 1))
        size = trials + 1 + draw(st.integers(0, 2))
        return Draw("binomial", constants(trials, p), AT), Finite("range", size, 0)
    weights = np.array(draw(st.lists(st.integers(0, 9), min_size=1, max_size=8).filter(any)), float)
    chances = tuple(float(w) for w in weights / weights.sum())
    domain = Finite("range", len(chances), offset)
    if kind == "table":
        return Table((), {(): chances}, AT), domain
    return Draw("categorical", constants(*chances), AT), domain


@given(draws())
def test_rows_are_distributions(drawn: tuple[Draw | Table, Finite]) -> None:
    chances = probabilities(*drawn, NONE, 3)
    assert chances.shape == (3, drawn[1].size)
    assert (chances >= 0).all()
    np.testing.assert_allclose(chances.sum(axis=1), 1, atol=1e-12)


@given(draws())
def test_uniform_noise_gives_the_probabilities(drawn: tuple[Draw | Table, Finite]) -> None:
    """Each level's share of a midpoint grid differs from its probability by one cell at most."""
    equation, domain = drawn
    values = respond(equation, domain, NONE, MIDPOINTS)
    shares = np.bincount(values - domain.offset, minlength=domain.size) / CELLS
    expected = probabilities(equation, domain, NONE, 1)[0]
    np.testing.assert_allclose(shares, expected, atol=1.01 / CELLS)


@given(draws())
def test_levels_are_monotone_in_the_noise(drawn: tuple[Draw | Table, Finite]) -> None:
    values = respond(*drawn, NONE, MIDPOINTS)
    steps = np.diff(values)
    bernoulli = isinstance(drawn[0], Draw) and drawn[0].distribution == "bernoulli"
    assert (steps <= 0).all() if bernoulli else (steps >= 0).all()


@given(draws(), st.floats(0, 1, exclude_max=True))
def test_values_have_positive_probability(drawn: tuple[Draw | Table, Finite], u: float) -> None:
    equation, domain = drawn
    for noise in (u, np.nextafter(1.0, 0.0)):
        (value,) = respond(equation, domain, NONE, np.array([noise]))
        assert probabilities(equation, domain, NONE, 1)[0, value - domain.offset] > 0


def test_bernoulli_is_level_one_below_p() -> None:
    equation = Draw("bernoulli", (Reference("P", AT),), AT)
    u = np.array([0.0, 0.29, 0.3, 0.9, 0.0, 0.999])
    p = np.array([0.3, 0.3, 0.3, 0.3, 0.0, 1.0])
    assert respond(equation, BINARY, {"P": p}, u).tolist() == [1, 1, 0, 0, 0, 1]


@given(st.floats(0, 1))
def test_a_larger_p_never_undoes_a_success(p: float) -> None:
    """The Bernoulli coupling is monotone: no unit is hurt by a larger probability."""
    small = respond(Draw("bernoulli", constants(p / 2), AT), BINARY, NONE, MIDPOINTS)
    large = respond(Draw("bernoulli", constants(p), AT), BINARY, NONE, MIDPOINTS)
    assert (small <= large).all()


@given(st.integers(0, 30), st.floats(0, 1))
def test_binomial_masses(trials: int, p: float) -> None:
    equation = Draw("binomial", constants(trials, p), AT)
    expected = [comb(trials, k) * p**k * (1 - p) ** (trials - k) for k in range(trials + 1)]
    chances = probabilities(equation, Finite("range", trials + 1), NONE, 1)[0]
    np.testing.assert_allclose(chances, expected, atol=1e-12)


def test_table_looks_up_by_value() -> None:
    rows = {(d, c): (0.1 * d, 1 - 0.1 * d) if c else (0.5, 0.5) for d in range(2, 5) for c in range(2)}
    table = Table(("D", "C"), rows, AT)
    columns = {"D": np.array([2, 4, 3]), "C": np.array([1, 1, 0])}
    chances = probabilities(table, BINARY, columns, 3)
    np.testing.assert_allclose(chances, [[0.2, 0.8], [0.4, 0.6], [0.5, 0.5]])


def test_real_draws_are_linear_in_their_noise() -> None:
    low, span = Reference("A", AT), Constant(2.0, AT)
    columns = {"A": np.array([1.0, -1.0])}
    uniform = Draw("uniform", (low, Call("+", (low, span), AT)), AT)
    assert respond(uniform, Real(), columns, np.array([0.25, 0.5])).tolist() == [1.5, 0.0]
    normal = Draw("normal", (low, span), AT)
    assert respond(normal, Real(), columns, np.array([0.0, -1.5])).tolist() == [1.0, -4.0]


@pytest.mark.parametrize(
    ("equation", "domain", "kind"),
    [
        (Draw("normal", constants(0, 1), AT), Real(), "normal"),
        (Draw("uniform", constants(0, 1), AT), Real(), "uniform"),
        (Draw("bernoulli", constants(0.5), AT), BINARY, "uniform"),
        (Table((), {(): (1.0,)}, AT), Finite("range", 1), "uniform"),
    ],
)
def test_noise_kind(equation: Draw | Table, domain: Domain, kind: str) -> None:
    assert noise_kind(equation, domain) == kind


def test_a_real_distribution_has_no_levels() -> None:
    with pytest.raises(ValueError, match="no levels"):
        probabilities(Draw("normal", constants(0, 1), AT), BINARY, NONE, 1)


def test_assignments_have_the_type_of_their_domain() -> None:
    half = Assignment(Call("/", (Reference("D", AT), Constant(2, AT)), AT), AT)
    columns = {"D": np.array([0, 2, 4])}
    whole = assign(half, Finite("range", 3), columns, 3)
    assert whole.dtype == np.int64
    assert whole.tolist() == [0, 1, 2]
    assert assign(half, Real(), columns, 3).dtype == np.float64
