"""Realism against naive implementations: matrix roots by scipy, neighbours by sorting."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import sqrtm

from scmlang.evaluate.realism import frechet_distance, precision_recall, realism

SEEDS = st.integers(0, 10_000)


def sample(seed: int, n: int, d: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) + rng.normal(size=d)


def naive_manifold(points: np.ndarray, candidate: np.ndarray, k: int) -> bool:
    """Equation 1 of arXiv:1904.06991: some point's k-th neighbour is at least as far as the candidate."""
    for i, point in enumerate(points):
        others = sorted(np.linalg.norm(point - other) for j, other in enumerate(points) if j != i)
        if np.linalg.norm(candidate - point) <= others[k - 1]:
            return True
    return False


@given(SEEDS, SEEDS)
@settings(max_examples=10, deadline=None)
def test_the_frechet_distance_is_the_formula_with_a_matrix_root(first: int, second: int) -> None:
    a, b = sample(first, 40), sample(second, 50)
    s, t = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = np.real(sqrtm(s @ t))
    expected = np.square(a.mean(0) - b.mean(0)).sum() + np.trace(s + t - 2 * root)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a), abs=1e-6)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-6)


def test_the_frechet_distance_of_one_feature_is_that_of_two_normals() -> None:
    a, b = np.array([[0.0], [2.0]]), np.array([[3.0], [9.0]])
    expected = (6 - 1) ** 2 + (np.sqrt(18) - np.sqrt(2)) ** 2
    assert frechet_distance(a, b) == pytest.approx(expected)


@given(SEEDS, SEEDS, st.integers(1, 4))
@settings(max_examples=30, deadline=None)
def test_precision_and_recall_are_the_papers(first: int, second: int, k: int) -> None:
    fake, real = sample(first, 9, 2), sample(second, 11, 2)
    precision, recall = precision_recall(fake, real, k)
    assert precision.tolist() == [naive_manifold(real, point, k) for point in fake]
    assert recall.tolist() == [naive_manifold(fake, point, k) for point in real]


def test_missing_modes_cost_recall_and_strays_cost_precision() -> None:
    real = np.concatenate([sample(0, 60), sample(0, 60) + 100])
    precision, recall = precision_recall(sample(0, 60) + 1e-3, real)
    assert precision.mean() == 1
    assert recall.mean() == 0.5
    precision, recall = precision_recall(np.concatenate([real, real + 1000]), real)
    assert precision.mean() == 0.5
    assert recall.mean() == 1


def test_the_scores_of_pictures_of_the_same_distribution() -> None:
    a, b, c = (np.random.default_rng(i).normal(size=(300, 4)) for i in range(3))
    found = realism("do(X=1)", "edited", a, b, c, 0)
    assert found == realism("do(X=1)", "edited", a, b, c, 0)
    assert found.frechet.low == 0
    assert found.frechet.mean < 3 * found.floor + 0.05
    assert found.precision is not None
    assert found.precision.mean > 0.9
    far = realism("do(X=1)", "edited", a + 2, b, c, 0)
    assert far.frechet.low is not None
    assert far.frechet.high is not None
    assert far.frechet.low < 16 < far.frechet.high
