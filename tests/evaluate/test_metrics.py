from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scmlang.evaluate import metrics

SHAPE = (2, 2, 12, 13)
images = arrays(np.uint8, SHAPE)
distributions = arrays(np.float64, 6, elements=st.floats(0, 1)).map(lambda x: (x + 1e-3) / (x + 1e-3).sum())


def naive_ssim(x: np.ndarray, y: np.ndarray) -> float:
    """Equation 13 of the paper, one window of one channel after another."""
    weights = np.array([np.exp(-((i - 5) ** 2) / (2 * 1.5**2)) for i in range(11)])
    window = np.outer(weights, weights) / weights.sum() ** 2
    values = []
    for a, b in zip(x.astype(float), y.astype(float), strict=True):
        for top in range(a.shape[0] - 10):
            for left in range(a.shape[1] - 10):
                p, q = a[top : top + 11, left : left + 11], b[top : top + 11, left : left + 11]
                mp, mq = (window * p).sum(), (window * q).sum()
                vp, vq = (window * (p - mp) ** 2).sum(), (window * (q - mq) ** 2).sum()
                c = (window * (p - mp) * (q - mq)).sum()
                numerator = (2 * mp * mq + 6.5025) * (2 * c + 58.5225)
                values.append(numerator / ((mp**2 + mq**2 + 6.5025) * (vp + vq + 58.5225)))
    return float(np.mean(values))


@given(images, images)
@settings(max_examples=20, deadline=None)
def test_ssim_is_the_papers(a: np.ndarray, b: np.ndarray) -> None:
    expected = [naive_ssim(x, y) for x, y in zip(a, b, strict=True)]
    assert metrics.ssim(a, b) == pytest.approx(expected, abs=1e-9)


@given(images, images)
@settings(deadline=None)
def test_image_metrics_are_symmetric_and_bounded(a: np.ndarray, b: np.ndarray) -> None:
    for metric, low, high in (
        (metrics.absolute_error, 0, 255),
        (metrics.psnr, 0, metrics.PSNR_CAP),
        (metrics.ssim, -1, 1),
    ):
        value = metric(a, b)
        assert value.shape == (2,)
        assert value == pytest.approx(metric(b, a), abs=1e-12)
        assert (value >= low - 1e-9).all()
        assert (value <= high + 1e-9).all()


@given(images)
@settings(deadline=None)
def test_identical_images_have_the_best_scores(a: np.ndarray) -> None:
    assert (metrics.absolute_error(a, a) == 0).all()
    assert (metrics.psnr(a, a) == metrics.PSNR_CAP).all()
    assert metrics.ssim(a, a) == pytest.approx(1)


def test_psnr_by_hand() -> None:
    a, b = np.zeros((1, 1, 2, 2), np.uint8), np.full((1, 1, 2, 2), 255, np.uint8)
    assert metrics.psnr(a, b) == pytest.approx([0])
    assert metrics.psnr(a, np.full((1, 1, 2, 2), 51, np.uint8)) == pytest.approx([20 * np.log10(5)])


def test_the_cap_is_above_the_smallest_difference() -> None:
    a = np.zeros((1, 3, 64, 64), np.uint8)
    b = a.copy()
    b[0, 0, 0, 0] = 1
    assert metrics.psnr(a, b)[0] < metrics.PSNR_CAP


def test_ssim_of_images_smaller_than_the_window() -> None:
    a = np.random.default_rng(0).integers(0, 256, (1, 1, 4, 6), np.uint8)
    assert metrics.ssim(a, a) == pytest.approx([1])
    assert metrics.ssim(a, 255 - a)[0] < 0


@given(st.integers(1, 12), st.floats(0.5, 4))
def test_the_gaussian_window_is_a_symmetric_distribution(side: int, sigma: float) -> None:
    window = metrics.gaussian_window(side, sigma)
    assert window.sum() == pytest.approx(1)
    assert window == pytest.approx(window[::-1])


@given(distributions, distributions, distributions)
def test_total_variation_is_a_metric(p: np.ndarray, q: np.ndarray, r: np.ndarray) -> None:
    assert metrics.total_variation(p, p) == 0
    assert metrics.total_variation(p, q) == pytest.approx(metrics.total_variation(q, p))
    assert 0 <= metrics.total_variation(p, q) <= 1
    through = metrics.total_variation(p, r) + metrics.total_variation(r, q)
    assert metrics.total_variation(p, q) <= through + 1e-12


def test_total_variation_of_disjoint_distributions_is_one() -> None:
    assert metrics.total_variation(np.array([1.0, 0]), np.array([0, 1.0])) == 1


@given(arrays(np.float64, st.integers(1, 30), elements=st.floats(-10, 10)), st.integers(0, 5))
@settings(deadline=None)
def test_the_bootstrap_stays_in_the_range_and_is_seeded(values: np.ndarray, seed: int) -> None:
    estimate = metrics.bootstrap(values, seed, 200)
    assert estimate is not None
    assert estimate == metrics.bootstrap(values, seed, 200)
    assert estimate.n == len(values)
    assert estimate.mean == pytest.approx(values.mean())
    assert values.min() - 1e-9 <= estimate.low <= estimate.high <= values.max() + 1e-9


def test_the_bootstrap_interval_is_the_normal_one_for_many_rows() -> None:
    values = np.random.default_rng(1).normal(size=4000)
    estimate = metrics.bootstrap(values, 0)
    assert estimate is not None
    half = 1.96 * values.std() / np.sqrt(len(values))
    assert estimate.low == pytest.approx(values.mean() - half, abs=0.15 * half)
    assert estimate.high == pytest.approx(values.mean() + half, abs=0.15 * half)


def test_the_bootstrap_of_nothing_is_nothing() -> None:
    assert metrics.bootstrap(np.array([]), 0) is None


def test_r_squared() -> None:
    target = np.array([1.0, 2, 3])
    assert metrics.r_squared(target, target) == 1
    assert metrics.r_squared(np.full(3, 2.0), target) == 0
    assert metrics.r_squared(np.zeros(3), target) < 0
    assert metrics.r_squared(np.ones(3), np.ones(3)) == 1


def test_agreement_is_per_row() -> None:
    assert metrics.agreement(np.array([1, 2]), np.array([1, 3])).tolist() == [1, 0]
