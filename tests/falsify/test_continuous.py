"""The tests of numbers: their null distribution where Z acts in bent ways, their power, their refusals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import kstest, norm

from scmlang.falsify.columns import Column
from scmlang.falsify.continuous import covariance_measure, partial_correlation
from scmlang.falsify.evidence import Untestable
from scmlang.falsify.regression import joined, linear_space, smooth_residuals

Values = NDArray[np.float64]
Columns = tuple[Column, Column, list[Column]]


def number(name: str, values: Values) -> Column:
    return Column.numeric(name, values)


def p_values(make: Callable[[np.random.Generator], Columns], count: int, linear: bool = False) -> Values:
    def p(seed: int) -> float:
        rng = np.random.default_rng(seed)
        columns = make(rng)
        return (partial_correlation(*columns) if linear else covariance_measure(*columns, rng)).p

    return np.array([p(seed) for seed in range(count)])


# --- partial correlation


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 4))
def test_the_partial_correlation_is_that_of_the_inverse_covariance(seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(80, size + 2)) @ rng.normal(size=(size + 2, size + 2))
    x, y, *z = (number(f"V{i}", rows[:, i]) for i in range(size + 2))
    found = partial_correlation(x, y, z)
    inverse = np.linalg.inv(np.cov(rows, rowvar=False))
    r = -inverse[0, 1] / np.sqrt(inverse[0, 0] * inverse[1, 1])
    assert found.effect == pytest.approx(r, abs=1e-6)
    assert found.statistic == pytest.approx(np.sqrt(80 - size - 3) * np.arctanh(r), rel=1e-5, abs=1e-6)
    assert found.p == pytest.approx(2 * norm.sf(abs(found.statistic)))


def jointly_normal(rng: np.random.Generator, direct: float = 0.0) -> Columns:
    z = rng.normal(size=(60, 2))
    x = z @ [1.0, 2.0] + rng.normal(size=60)
    y = z @ [1.0, -1.0] + direct * x + rng.normal(size=60)
    return number("X", x), number("Y", y), [number("Z", z[:, 0]), number("W", z[:, 1])]


def test_its_p_values_are_uniform_for_normal_variables() -> None:
    assert kstest(p_values(jointly_normal, 500, linear=True), "uniform").pvalue > 1e-3
    assert (p_values(lambda rng: jointly_normal(rng, 0.7), 100, linear=True) < 0.05).mean() > 0.9


# --- the generalised covariance measure


def bent(rng: np.random.Generator, direct: float = 0.0, n: int = 200) -> Columns:
    """X and Y follow Z along curves, and have nothing else in common but ``direct``."""
    z = rng.normal(size=n)
    x = z**2 / 2 + 0.5 * rng.normal(size=n)
    y = np.cos(2 * z) + direct * x + 0.5 * rng.normal(size=n)
    return number("X", x), number("Y", y), [number("Z", z)]


def mixed(rng: np.random.Generator, direct: float = 0.0, n: int = 200) -> Columns:
    """A variable of three levels and a number, given one of each kind."""
    c, z = rng.integers(0, 3, n), rng.normal(size=n)
    x = (rng.random(n) < 1 / (1 + np.exp(-z - c))).astype(np.int64) + (rng.random(n) < 0.3)
    y = z * c + direct * x + rng.normal(size=n)
    return Column.categorical("X", x), number("Y", y), [Column.categorical("C", c), number("Z", z)]


@pytest.mark.parametrize("make", [bent, mixed], ids=["numbers", "mixed"])
def test_p_values_are_uniform_where_independence_holds(make: Callable[..., Columns]) -> None:
    values = p_values(make, 200)
    assert kstest(values, "uniform").pvalue > 1e-3
    assert (values <= 0.05).mean() < 0.1


@pytest.mark.parametrize("make", [bent, mixed], ids=["numbers", "mixed"])
def test_a_dependence_is_seen(make: Callable[..., Columns]) -> None:
    assert (p_values(lambda rng: make(rng, 0.5), 40) < 0.05).mean() > 0.9


def test_where_z_bends_the_linear_test_is_wrong_and_this_one_is_not() -> None:
    assert (p_values(bent, 60, linear=True) < 0.05).mean() > 0.9
    assert (p_values(bent, 60) < 0.05).mean() < 0.2


def test_without_anything_given_it_compares_means_of_products() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 400))
    found = covariance_measure(number("X", x), number("Y", y), [], rng)
    products = (x - x.mean()) * (y - y.mean())
    assert found.statistic == pytest.approx(400 * products.mean() ** 2 / products.var(ddof=1), rel=1e-6)
    assert found.df == 1
    assert found.effect == pytest.approx(np.corrcoef(x, y)[0, 1])


def test_it_is_blind_to_a_dependence_without_covariance() -> None:
    """As documented: Y is X² and X is symmetric."""
    x = np.linspace(-1, 1, 201)
    assert covariance_measure(number("X", x), number("Y", x**2), [], np.random.default_rng(0)).p > 0.9


@settings(max_examples=20, deadline=None)
@given(st.floats(-1e3, 1e3), st.floats(1e-6, 1e6))
def test_units_do_not_matter(shift: float, scale: float) -> None:
    rng = np.random.default_rng(1)
    z = rng.normal(size=60)
    x, y = z + rng.normal(size=(2, 60))
    found = [
        covariance_measure(number("X", a), number("Y", y), [number("Z", z)], np.random.default_rng(0)).p
        for a in (x, scale * (x + shift))
    ]
    assert found[0] == pytest.approx(found[1], rel=1e-4)


# --- the regression


def test_without_coordinates_a_row_is_predicted_by_the_mean_of_the_others() -> None:
    rng = np.random.default_rng(0)
    y = rng.normal(size=(12, 2))
    others = (y.sum(axis=0) - y) / 11
    assert smooth_residuals(y, np.zeros((12, 0)), rng) == pytest.approx(y - others)


def test_a_level_is_predicted_by_the_mean_of_its_other_rows() -> None:
    rng = np.random.default_rng(0)
    codes, y = np.arange(30) % 2, rng.normal(size=(30, 1))
    found = smooth_residuals(y, Column.categorical("Z", codes).coordinates, rng)
    for row in range(30):
        others = [y[i, 0] for i in range(30) if codes[i] == codes[row] and i != row]
        assert found[row, 0] == pytest.approx(y[row, 0] - np.mean(others))


def test_a_curve_is_followed() -> None:
    rng = np.random.default_rng(0)
    z = rng.uniform(-3, 3, 500)
    y = np.sin(2 * z) + 0.1 * rng.normal(size=500)
    left = smooth_residuals(y[:, None], number("Z", z).coordinates, rng)
    assert left.std() < 0.13


def test_the_linear_space_has_no_direction_twice() -> None:
    z = np.random.default_rng(0).normal(size=40)
    twice = joined([number("Z", z), number("W", 3 * z + 1)], 40)
    assert linear_space(twice).shape == (40, 2)
    assert joined([], 40).shape == (40, 0)


# --- refusals


def test_what_cannot_be_tested_says_why() -> None:
    rng = np.random.default_rng(0)
    z, x = rng.normal(size=(2, 40))
    constant = number("Y", np.full(40, 7.0))
    for test in (lambda *c: covariance_measure(*c, rng), partial_correlation):
        with pytest.raises(Untestable, match="`Y` is constant"):
            test(number("X", x), constant, [])
        with pytest.raises(Untestable, match="`Z` determines `X` in these data"):
            test(number("X", 2 * z - 1), number("Y", x), [number("Z", z)])
        few = [number(name, rng.normal(size=4)) for name in "XYZW"]
        with pytest.raises(Untestable, match=r"it needs \d rows"):
            test(few[0], few[1], few[2:])


def test_very_many_levels_are_refused_before_they_fill_the_memory() -> None:
    rng = np.random.default_rng(0)
    x, y = (Column.categorical(name, rng.permutation(20_000) % 190) for name in "XY")
    with pytest.raises(Untestable, match="needs 357"):
        covariance_measure(x, y, [number("Z", rng.normal(size=20_000))], rng)
    names = Column.categorical("N", np.arange(20_000) // 2)
    with pytest.raises(Untestable, match="too many levels"):
        covariance_measure(
            number("X", rng.normal(size=20_000)), number("Y", rng.normal(size=20_000)), [names], rng
        )
