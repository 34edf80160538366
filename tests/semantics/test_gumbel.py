"""The Gumbel-max coupling: its margins, its stability, and where it has a closed form.

M. Oberst and D. Sontag, Counterfactual Off-Policy Evaluation with Gumbel-Max Structural Causal Models
(arXiv:1905.05824), section 3.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from scmlang.semantics.distributions import noise_kind, probabilities, respond
from scmlang.semantics.domains import BINARY, Domain, Finite
from scmlang.semantics.expressions import Constant, Reference
from scmlang.semantics.model import Coupling, Draw, Table
from tests.semantics.strategies import AT

Floats = NDArray[np.float64]
UNITS = 200_000


def gumbels(n: int, levels: int, seed: int = 0) -> Floats:
    """Standard Gumbels by their own distribution function exp(-exp(-g)), inverted."""
    return np.asarray(-np.log(-np.log1p(-np.random.default_rng(seed).random((n, levels)))))


def two_rows(before: Floats, after: Floats) -> tuple[Table, Finite]:
    """A table with one binary parent, whose two rows these are."""
    rows = {(0,): tuple(before.tolist()), (1,): tuple(after.tolist())}
    return Table(("X",), rows, AT, Coupling.GUMBEL), Finite("range", len(before), -1)


def both(before: Floats, after: Floats, noise: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The indices of the levels of the same units under X=0 and under X=1."""
    table, domain = two_rows(before, after)
    values = [respond(table, domain, {"X": np.full(len(noise), x)}, noise) - domain.offset for x in (0, 1)]
    return values[0], values[1]


def distribution(levels: int) -> st.SearchStrategy[Floats]:
    weights = st.lists(st.integers(0, 9), min_size=levels, max_size=levels).filter(any)
    return weights.map(lambda w: np.array(w, float) / sum(w))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Floats, Floats]:
    levels = draw(st.integers(1, 6))
    return draw(distribution(levels)), draw(distribution(levels))


def assert_share(share: float, expected: float, n: int = UNITS) -> None:
    """Within five standard errors: a right share fails once in 1.7 million times, and the seed is fixed."""
    assert abs(share - expected) <= 5 * np.sqrt(expected * (1 - expected) / n) + 1e-12


DRAWS: list[tuple[Draw | Table, Domain]] = [
    (Draw("bernoulli", (Constant(0.3, AT),), AT, Coupling.GUMBEL), BINARY),
    (Draw("bernoulli", (Constant(1.0, AT),), AT, Coupling.GUMBEL), BINARY),
    (
        Draw("categorical", tuple(Constant(p, AT) for p in (0.2, 0.0, 0.75, 0.05)), AT, Coupling.GUMBEL),
        Finite("range", 4, 2),
    ),
    (Draw("uniform", (), AT, Coupling.GUMBEL), Finite("range", 7, -3)),
    (Draw("binomial", (Constant(5, AT), Constant(0.4, AT)), AT, Coupling.GUMBEL), Finite("range", 8)),
    (Table((), {(): (0.1, 0.2, 0.7)}, AT, Coupling.GUMBEL), Finite("named", 3, names=("a", "b", "c"))),
]


@pytest.mark.parametrize(("equation", "domain"), DRAWS)
def test_the_coupling_changes_no_probability(equation: Draw | Table, domain: Finite) -> None:
    assert noise_kind(equation, domain) == "gumbel"
    values = respond(equation, domain, {}, gumbels(UNITS, domain.size)) - domain.offset
    expected = probabilities(equation, domain, {}, 1)[0]
    for share, p in zip(np.bincount(values, minlength=domain.size) / UNITS, expected, strict=True):
        assert_share(share, p)


def test_the_parents_choose_the_row() -> None:
    equation = Draw("bernoulli", (Reference("P", AT),), AT, Coupling.GUMBEL)
    p = np.repeat([0.0, 0.25, 1.0], UNITS)
    shares = respond(equation, BINARY, {"P": p}, gumbels(3 * UNITS, 2)).reshape(3, UNITS).mean(axis=1)
    assert shares[0] == 0
    assert_share(shares[1], 0.25)
    assert shares[2] == 1


@given(pairs(), st.integers(0, 2**32))
def test_levels_without_a_chance_never_win(rows: tuple[Floats, Floats], seed: int) -> None:
    for chances, values in zip(rows, both(*rows, gumbels(50, len(rows[0]), seed)), strict=True):
        assert (chances[values] > 0).all()


@settings(max_examples=300)
@given(pairs(), st.integers(0, 2**32))
def test_counterfactual_stability(rows: tuple[Floats, Floats], seed: int) -> None:
    """Definition 3 of the paper: V = i observed and p'_i/p_i >= p'_j/p_j exclude V' = j.

    Where p_j = 0 the ratio is infinite, and nothing is excluded.
    """
    before, after = rows
    observed, moved = both(before, after, gumbels(200, len(before), seed))
    for i, j in set(zip(observed.tolist(), moved.tolist(), strict=True)):
        if i != j and before[j] > 0:
            assert after[i] * before[j] < after[j] * before[i]


@given(distribution(4), st.integers(0, 2**32))
def test_the_same_row_gives_the_same_level(row: Floats, seed: int) -> None:
    np.testing.assert_array_equal(*both(row, row, gumbels(50, 4, seed)))


def test_the_monotone_coupling_is_not_stable() -> None:
    """The property tells the couplings apart: here the odds of 1 against 0 fall, and units move 0 -> 1."""
    before, after = np.array([0.5, 0.5, 0.0]), np.array([0.4, 0.1, 0.5])
    rows = {(0,): tuple(before.tolist()), (1,): tuple(after.tolist())}
    u = (np.arange(1000) + 0.5) / 1000
    table = Table(("X",), rows, AT)
    first, second = (respond(table, Finite("range", 3), {"X": np.full(1000, x)}, u) for x in (0, 1))
    assert ((first == 0) & (second == 1)).any()
    first, second = both(before, after, gumbels(100_000, 3))
    assert not ((first == 0) & (second == 1)).any()


@given(st.floats(0, 1), st.integers(0, 2**32))
def test_two_levels_are_the_monotone_threshold(p: float, seed: int) -> None:
    """log p + g_1 > log(1 - p) + g_0 exactly where u < p, for the uniform u = σ(g_0 - g_1)."""
    noise = gumbels(200, 2, seed)
    u = 1 / (1 + np.exp(noise[:, 1] - noise[:, 0]))
    clear = np.abs(u - p) > 1e-9
    values = [
        respond(Draw("bernoulli", (Constant(p, AT),), AT, coupling), BINARY, {}, given_)[clear]
        for coupling, given_ in ((Coupling.GUMBEL, noise), (Coupling.MONOTONE, u))
    ]
    np.testing.assert_array_equal(*values)


def test_the_counterfactual_of_two_levels_by_its_closed_form() -> None:
    """P(V' = 1 | V = 1) = min(p, p') / p."""
    before, after = np.array([0.4, 0.6]), np.array([0.75, 0.25])
    observed, moved = both(before, after, gumbels(UNITS, 2))
    kept = moved[observed == 1] == 1
    assert_share(kept.mean(), 0.25 / 0.6, len(kept))
    assert (moved[observed == 0] == 0).all()


@pytest.mark.parametrize(
    ("before", "after"),
    [((0.2, 0.3, 0.5), (0.5, 0.3, 0.2)), ((0.1, 0.2, 0.3, 0.4), (0.25, 0.25, 0.5, 0.0))],
)
def test_the_chance_to_stay_by_its_closed_form(before: tuple[float, ...], after: tuple[float, ...]) -> None:
    """P(V = V' = i) = 1 / Σ_j max(p_j / p_i, p'_j / p'_i).

    V = V' = i says g_i - g_j > max(log p_j/p_i, log p'_j/p'_i) for every other j, and i wins a race of
    Gumbels against shifts s_j with probability 1 / (1 + Σ_{j≠i} e^{s_j}).
    """
    p, q = np.array(before), np.array(after)
    observed, moved = both(p, q, gumbels(UNITS, len(p), 3))
    for i in np.flatnonzero((p > 0) & (q > 0)):
        expected = 1 / np.maximum(p / p[i], q / q[i]).sum()
        assert_share(((observed == i) & (moved == i)).mean(), expected)


@given(pairs(), st.integers(0, 2**32), st.data())
def test_the_order_of_the_levels_does_not_matter(
    rows: tuple[Floats, Floats], seed: int, data: st.DataObject
) -> None:
    """Levels and their noises renamed together give the same units, renamed."""
    order = np.array(data.draw(st.permutations(range(len(rows[0])))))
    noise = gumbels(50, len(order), seed)
    for plain, renamed in zip(
        both(*rows, noise), both(*(r[order] for r in rows), noise[:, order]), strict=True
    ):
        np.testing.assert_array_equal(plain, order[renamed])
