"""Adjusted p-values, against the procedures as their papers state them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scmlang.falsify.multiplicity import Correction, adjust

LISTS = st.lists(st.integers(0, 1000).map(lambda k: k / 1000), min_size=1, max_size=9)
ALPHAS = st.integers(1, 999).map(lambda k: k / 1000 + 0.00037)  # between the possible adjusted values


def holm_rejects(p: list[float], alpha: float) -> set[int]:
    """Step down: the k-th smallest is rejected while it is at most alpha / (m - k + 1)."""
    rejected: set[int] = set()
    for k, i in enumerate(sorted(range(len(p)), key=p.__getitem__)):
        if p[i] > alpha / (len(p) - k):
            break
        rejected.add(i)
    return rejected


def step_up_rejects(p: list[float], alpha: float) -> set[int]:
    """All up to the largest k with p_(k) ≤ k alpha / m."""
    order = sorted(range(len(p)), key=p.__getitem__)
    k = max((k for k in range(1, len(p) + 1) if p[order[k - 1]] <= k * alpha / len(p)), default=0)
    return set(order[:k])


def rejected(p: list[float], alpha: float, correction: Correction) -> set[int]:
    return set(np.flatnonzero(adjust(np.array(p), correction) <= alpha).tolist())


@given(LISTS, ALPHAS)
def test_holm(p: list[float], alpha: float) -> None:
    assert rejected(p, alpha, Correction.HOLM) == holm_rejects(p, alpha)


@given(LISTS, ALPHAS)
def test_benjamini_hochberg(p: list[float], alpha: float) -> None:
    assert rejected(p, alpha, Correction.BH) == step_up_rejects(p, alpha)


@given(LISTS, ALPHAS)
def test_benjamini_yekutieli(p: list[float], alpha: float) -> None:
    harmonic = sum(1 / k for k in range(1, len(p) + 1))
    assert rejected(p, alpha, Correction.BY) == step_up_rejects(p, alpha / harmonic)


@given(LISTS)
def test_adjusting_keeps_the_order_and_lowers_nothing(p: list[float]) -> None:
    for correction in Correction:
        adjusted = adjust(np.array(p), correction)
        assert (adjusted >= np.array(p) - 1e-15).all()
        assert (adjusted <= 1).all()
        assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= 0).all()


def test_nothing_to_adjust() -> None:
    assert adjust(np.array([])).tolist() == []
