"""The stratified tests, against SciPy, enumeration, and their own null distribution."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, hypergeom, kstest

from scmlang.falsify.columns import Column
from scmlang.falsify.discrete import Discrete, strata, stratified_test
from scmlang.falsify.evidence import Evidence, Untestable

KINDS = {Discrete.G: "log-likelihood", Discrete.PEARSON: "pearson"}


def column(name: str, values: object) -> Column:
    return Column.categorical(name, np.asarray(values, np.int64))


def run(
    x: object, y: object, *given: object, kind: Discrete = Discrete.G, draws: int = 9_999, seed: int = 0
) -> Evidence:
    columns = [column(f"Z{i}", z) for i, z in enumerate(given)]
    rng = np.random.default_rng(seed)
    return stratified_test(column("X", x), column("Y", y), columns, kind, draws, rng)


def rows_of(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows whose cross table is this one."""
    x, y = np.indices(table.shape)
    return np.repeat(x.ravel(), table.ravel()), np.repeat(y.ravel(), table.ravel())


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(2, 4), st.integers(2, 4), st.sampled_from(list(KINDS)))
def test_without_anything_given_it_is_scipy_s(data: st.DataObject, r: int, c: int, kind: Discrete) -> None:
    cells = data.draw(st.lists(st.integers(5, 60), min_size=r * c, max_size=r * c))
    table = np.array(cells).reshape(r, c)
    wanted = chi2_contingency(table, correction=False, lambda_=KINDS[kind])
    assume((wanted.expected_freq >= 5).all())
    found = run(*rows_of(table), kind=kind)
    assert found.draws == 0
    assert (found.statistic, found.df, found.p) == pytest.approx(
        (wanted.statistic, wanted.dof, wanted.pvalue)
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 4), st.integers(2, 4))
def test_strata_add_up(seed: int, r: int, c: int) -> None:
    """Statistic and degrees of freedom are those of each stratum; empty rows and columns do not count."""
    rng = np.random.default_rng(seed)
    z, w = rng.integers(0, 3, 60), rng.integers(0, 2, 60)
    x, y = rng.integers(0, r, 60), rng.integers(0, c, 60)
    statistic = df = 0.0
    for stratum in {(a, b) for a, b in zip(z, w, strict=True)}:
        here = (z == stratum[0]) & (w == stratum[1])
        table = np.array([[(here & (x == i) & (y == j)).sum() for j in range(c)] for i in range(r)])
        table = table[table.any(axis=1)][:, table.any(axis=0)]
        if min(table.shape) > 1:
            found = chi2_contingency(table, correction=False, lambda_="log-likelihood")
            statistic, df = statistic + found.statistic, df + found.dof
    assume(df > 0)
    found = run(x, y, z, w)
    assert (found.statistic, found.df) == pytest.approx((statistic, df))


def test_the_effect_is_the_conditional_mutual_information() -> None:
    rng = np.random.default_rng(3)
    z = rng.integers(0, 3, 500)
    x, y = (z + rng.integers(0, 3, 500)) % 3, (z * rng.integers(0, 2, 500)) % 3
    joint = np.zeros((3, 3, 3))
    np.add.at(joint, (x, y, z), 1 / 500)
    p_z, p_xz, p_yz = joint.sum((0, 1)), joint.sum(1), joint.sum(0)
    terms = [
        p * np.log(p * p_z[k] / (p_xz[i, k] * p_yz[j, k])) for (i, j, k), p in np.ndenumerate(joint) if p > 0
    ]
    assert run(x, y, z).effect == pytest.approx(sum(terms))


def test_sparse_tables_get_the_permutation_distribution() -> None:
    """Two strata of 2×2: the statistic's distribution over all tables with these margins, enumerated."""
    tables = [np.array([[4, 1], [1, 3]]), np.array([[3, 2], [0, 4]])]
    x, y = (np.concatenate(parts) for parts in zip(*map(rows_of, tables), strict=True))
    z = np.repeat([0, 1], [table.sum() for table in tables])
    observed = run(x, y, z)

    def g(table: np.ndarray) -> float:
        return float(chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic)

    distribution = {0.0: 1.0}
    for table in tables:
        rows, columns = table.sum(1), table.sum(0)
        law = hypergeom(table.sum(), columns[0], rows[0])
        step = {}
        for corner in range(max(0, rows[0] - columns[1]), min(rows[0], columns[0]) + 1):
            other = np.array(
                [[corner, rows[0] - corner], [columns[0] - corner, columns[1] - rows[0] + corner]]
            )
            step[g(other)] = step.get(g(other), 0.0) + law.pmf(corner)
        distribution = _convolved(distribution, step)
    wanted = sum(p for value, p in distribution.items() if value >= observed.statistic - 1e-9)
    p = np.array([run(x, y, z, seed=seed).p for seed in range(40)])
    assert observed.draws > 0
    assert p.mean() == pytest.approx(wanted, rel=0.05)


def _convolved(a: dict[float, float], b: dict[float, float]) -> dict[float, float]:
    found: dict[float, float] = {}
    for x, p in a.items():
        for y, q in b.items():
            found[x + y] = found.get(x + y, 0.0) + p * q
    return found


def test_larger_sparse_tables_are_drawn_with_their_margins() -> None:
    """A 3×3 table that is nearly diagonal: as extreme tables are rare, and p is far below any level."""
    found = run(*rows_of(np.array([[5, 0, 0], [0, 5, 1], [0, 0, 4]])))
    assert found.draws == 9_999
    assert found.p < 1e-3
    again = run(*rows_of(np.array([[2, 2, 1], [2, 2, 2], [1, 2, 1]])))
    assert again.p > 0.5
    assert again.draws < 500


@pytest.mark.parametrize(("n", "levels", "strata_"), [(2000, 3, 3), (60, 3, 6), (50, 2, 12)])
def test_p_values_are_uniform_where_independence_holds(n: int, levels: int, strata_: int) -> None:
    def p(seed: int) -> float:
        rng = np.random.default_rng(seed)
        z = rng.integers(0, strata_, n)
        x, y = (rng.integers(0, levels, n) + z) % levels, np.minimum(rng.integers(0, levels, n), z)
        return run(x, y, z, draws=999, seed=seed).p

    values = np.array([p(seed) for seed in range(250)])
    assert kstest(values, "uniform", alternative="greater").pvalue > 1e-3  # not too small
    if n == 2000:
        assert kstest(values, "uniform").pvalue > 1e-3


def test_a_dependence_is_seen_that_only_the_strata_show() -> None:
    """Y copies X or its opposite as Z says, so that X and Y are independent, and not given Z."""
    rng = np.random.default_rng(0)
    x, z = rng.integers(0, 2, (2, 200))
    y = np.where(rng.random(200) < 0.75, x ^ z, 1 - (x ^ z))
    assert run(x, y).p > 0.05
    assert run(x, y, z).p < 1e-6


def test_what_cannot_be_tested_says_why() -> None:
    x = np.arange(20) % 2
    with pytest.raises(Untestable, match="`X` is constant"):
        run(np.zeros(20), x)
    with pytest.raises(Untestable, match="`X` and `Y` never vary together given `Z0`"):
        run(x, 1 - x, x)


def test_strata_leave_out_what_says_nothing() -> None:
    tables = strata(
        column("X", [0, 1, 0, 0, 2]), column("Y", [0, 1, 0, 1, 1]), [column("Z", [0, 0, 1, 1, 2])]
    )
    assert [table.tolist() for table in tables] == [[[1, 0], [0, 1]]]
