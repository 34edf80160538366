"""Tests of X ⊥ Y | Z for categorical variables: G and Pearson's chi-squared in the strata of Z.

The statistic is summed over the strata. A stratum with r values of X and c of Y that occur in it has (r -
1)(c - 1) degrees of freedom; one in which X or Y is constant says nothing. Where expected counts are too
small for the chi-squared distribution (Cochran, Some methods for strengthening the common χ² tests,
Biometrics 10, 1954: one below 1, or more than a fifth below 5), the p-value is that of a permutation of Y
within each stratum, which is exact under the null hypothesis. As many tables are drawn as it takes to see 50
of at least the observed statistic, and ``draws`` at most (Besag and Clifford, Sequential Monte Carlo
p-values, Biometrika 78, 1991).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from scmlang.falsify.columns import Codes, Column
from scmlang.falsify.evidence import INFORMATION, Evidence, Untestable, never_both

Counts = NDArray[np.int64]
Values = NDArray[np.float64]
ENOUGH, BATCH = 50, 500
SLACK = 1e-9  # of a statistic, against rounding where two tables have the same one


class Discrete(Enum):
    """Which statistic."""

    G = "g"
    PEARSON = "pearson"


def stratified_test(
    x: Column, y: Column, given: Sequence[Column], kind: Discrete, draws: int, rng: np.random.Generator
) -> Evidence:
    """Test X ⊥ Y | Z, all categorical.

    The effect is the conditional mutual information of the relative frequencies, in nats.

    Args:
        x, y, given: the columns.
        kind: the statistic.
        draws: tables that a permutation p-value is made of at most.
        rng: draws them.

    Raises:
        Untestable: where X or Y is constant in every stratum.
    """
    tables = strata(x, y, given)
    if not tables:
        raise Untestable(_silent(x, y, given))
    df = sum((t.shape[0] - 1) * (t.shape[1] - 1) for t in tables)
    statistic = _STATISTICS[kind]
    value = float(sum(statistic(t[None])[0] for t in tables))
    information = float(sum(_g(t[None])[0] for t in tables)) / (2 * x.rows)
    name = "G" if kind is Discrete.G else "chi-squared"
    if _is_large(tables):
        from scipy.stats import chi2

        return Evidence(name, value, df, float(chi2.sf(value, df)), information, INFORMATION)
    p, drawn = _permuted(tables, statistic, value, draws, rng)
    return Evidence(name, value, df, p, information, INFORMATION, drawn)


def strata(x: Column, y: Column, given: Sequence[Column]) -> list[Counts]:
    """The table of X and Y in every stratum of Z in which both vary, without empty rows and columns."""
    stratum = _joint([c.codes for c in given if c.codes is not None], x.rows)
    order = np.argsort(stratum, kind="stable")
    cuts = np.flatnonzero(np.diff(stratum[order])) + 1
    tables = []
    for rows in np.split(order, cuts):
        a, b = (_dense(column, rows) for column in (x, y))
        size = int(a.max()) + 1, int(b.max()) + 1
        if min(size) > 1:
            tables.append(np.bincount(a * size[1] + b, minlength=size[0] * size[1]).reshape(size))
    return tables


def _joint(codes: Sequence[Codes], n: int) -> Codes:
    """One code for each configuration that occurs."""
    joint = np.zeros(n, np.int64)
    for column in codes:
        joint = np.unique(joint * (int(column.max()) + 1) + column, return_inverse=True)[1]
    return joint


def _dense(column: Column, rows: Codes) -> Codes:
    assert column.codes is not None
    return np.unique(column.codes[rows], return_inverse=True)[1]


def _silent(x: Column, y: Column, given: Sequence[Column]) -> str:
    constant = next((column for column in (x, y) if column.is_constant), None)
    return f"`{constant.name}` is constant" if constant else never_both(x, y, given)


def _expected(tables: Counts) -> Values:
    """The expected counts of int64[k, r, c], whose tables have the same margins or are alone."""
    first = tables[:1].astype(np.float64)
    margins: Values = first.sum(axis=2, keepdims=True) * first.sum(axis=1, keepdims=True)
    return np.asarray(margins / first.sum())


def _g(tables: Counts) -> Values:
    ratio = np.where(tables > 0, tables / _expected(tables), 1.0)
    return np.asarray(2 * (tables * np.log(ratio)).sum(axis=(1, 2)))


def _pearson(tables: Counts) -> Values:
    expected = _expected(tables)
    return np.asarray(((tables - expected) ** 2 / expected).sum(axis=(1, 2)))


_STATISTICS: dict[Discrete, Callable[[Counts], Values]] = {Discrete.G: _g, Discrete.PEARSON: _pearson}


def _is_large(tables: Sequence[Counts]) -> bool:
    """Cochran's rule."""
    expected = np.concatenate([_expected(table[None]).ravel() for table in tables])
    return bool(expected.min() >= 1 and (expected < 5).mean() <= 0.2)


def _permuted(
    tables: Sequence[Counts],
    statistic: Callable[[Counts], Values],
    observed: float,
    draws: int,
    rng: np.random.Generator,
) -> tuple[float, int]:
    """The permutation p-value, and how many tables were drawn."""
    as_large = drawn = 0
    while drawn < draws:
        batch = min(BATCH, draws - drawn)
        total = sum((statistic(_drawn(table, batch, rng)) for table in tables), np.zeros(batch))
        hits = np.cumsum(total >= observed * (1 - SLACK) - SLACK)
        if as_large + hits[-1] >= ENOUGH:
            last = int(np.searchsorted(hits, ENOUGH - as_large)) + 1
            return ENOUGH / (drawn + last), drawn + last
        as_large += int(hits[-1])
        drawn += batch
    return (1 + as_large) / (1 + draws), draws


def _drawn(table: Counts, count: int, rng: np.random.Generator) -> Counts:
    """int64[count, r, c], random tables with the margins of one."""
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    if table.shape == (2, 2):
        corner = rng.hypergeometric(columns[0], columns[1], rows[0], count)
        cells = (corner, rows[0] - corner, columns[0] - corner, columns[1] - rows[0] + corner)
        return np.stack(cells, axis=1).reshape(count, 2, 2)
    from scipy.stats import random_table

    found = random_table.rvs(rows, columns, size=count, random_state=rng)
    return np.asarray(found).astype(np.int64)
