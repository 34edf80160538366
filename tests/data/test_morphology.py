"""Measurements of strokes, against shapes whose measure is known and against connectivity by flood fill."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage

from scmlang.data.morphology import CHUNK, enlarge, intensity, saturate, strokes, thickness, thin

SIDE = 28
EIGHT = np.ones((3, 3))


def disc(radius: float, hole: float = 0.0, ink: int = 255) -> np.ndarray:
    """A disc or annulus in the middle, its pixels' coverage by 8 × 8 points each: uint8[1, 28, 28]."""
    fine = (np.arange(8 * SIDE) + 0.5) / 8 - SIDE / 2
    away = np.hypot(fine[:, None], fine[None, :])
    inside = ((away <= radius) & (away >= hole)).reshape(SIDE, 8, SIDE, 8).mean((1, 3))
    return np.rint(ink * inside).astype(np.uint8)[None]


def components(mask: np.ndarray, structure: np.ndarray = EIGHT) -> int:
    return int(ndimage.label(mask, structure)[1])


@settings(deadline=None)
@given(st.floats(1.5, 5), st.integers(60, 255))
def test_the_thickness_of_a_ring_is_its_width(width: float, ink: int) -> None:
    ring = disc(8 + width / 2, 8 - width / 2, ink)
    assert thickness(ring)[0] == pytest.approx(width, abs=0.35)
    (found,) = strokes(ring)
    assert np.hypot(*(found.points - (SIDE - 1) / 2).T) == pytest.approx(8, abs=0.6)


@settings(deadline=None)
@given(st.integers(2, 6), st.integers(3, 18), st.booleans())
def test_the_thickness_of_a_straight_stroke_is_its_width(width: int, place: int, upright: bool) -> None:
    image = np.zeros((1, SIDE, SIDE), np.uint8)
    image[0, 1:-1, place : place + width] = 200
    # The skeleton forks towards the corners of the ends, where the stroke is thinner.
    image = image if upright else image.transpose(0, 2, 1)
    assert thickness(image)[0] == pytest.approx(width, abs=0.1 + 0.1 * width)


def test_nothing_has_no_thickness() -> None:
    nothing = np.zeros((2, SIDE, SIDE), np.uint8)
    assert thickness(nothing).tolist() == [0, 0]
    assert intensity(nothing).tolist() == [0, 0]
    assert thickness(nothing[:0]).shape == intensity(nothing[:0]).shape == (0,)


def test_pictures_are_measured_one_by_one() -> None:
    many = np.concatenate([disc(3 + i / 100, ink=255 - i // 2) for i in range(CHUNK + 3)])
    one_by_one = [thickness(image[None])[0] for image in many[:: CHUNK // 3]]
    np.testing.assert_array_equal(thickness(many)[:: CHUNK // 3], one_by_one)


@settings(max_examples=60, deadline=None)
@given(arrays(np.bool_, (16, 16), elements=st.booleans()))
def test_a_skeleton_is_a_part_and_as_connected(mask: np.ndarray) -> None:
    """Smoothed, since Zhang and Suen's algorithm removes whole squares of 2 × 2."""
    mask = ndimage.binary_dilation(mask, EIGHT) & ndimage.binary_dilation(mask[::-1], EIGHT)
    mask = np.kron(mask, np.ones((4, 4), bool))
    (skeleton,) = thin(mask[None])
    assert not (skeleton & ~mask).any()
    assert components(skeleton) == components(mask)
    cross = ndimage.generate_binary_structure(2, 1)
    outside, around = (np.pad(~part, 1, constant_values=True) for part in (mask, skeleton))
    assert components(outside, cross) == components(around, cross)
    np.testing.assert_array_equal(thin(skeleton[None])[0], skeleton)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_enlarging_keeps_the_mean_and_interpolates(seed: int) -> None:
    image = np.zeros((1, 7, 5), np.uint8)
    image[0, 1:-1, 1:-1] = np.random.default_rng(seed).integers(0, 256, (5, 3))
    large = enlarge(image)
    assert large.shape == (1, 28, 20)
    assert large.mean() == pytest.approx(image.mean())
    # Between the centres of two pixels the four enlarged ones lie at 1/8, 3/8, 5/8 and 7/8 of the way.
    middle = large[0].reshape(7, 4, 5, 4)[:, 1:3, :, 1:3].mean((1, 3))
    padded = np.pad(image[0].astype(float), 1)
    weights = np.array([0.0625, 0.875, 0.0625])
    expected = ndimage.convolve(padded, np.outer(weights, weights))[1:-1, 1:-1]
    np.testing.assert_allclose(middle, expected)


@settings(deadline=None)
@given(arrays(np.float64, (6, 6), elements=st.just(0.0) | st.floats(1e-6, 1)), st.integers(64, 255))
def test_saturated_strokes_have_the_intensity_asked_for(coverage: np.ndarray, ink: int) -> None:
    raised = saturate(coverage)
    assert (raised >= coverage).all()
    assert (raised <= 1).all()
    drawn = np.rint(ink * raised).astype(np.uint8)[None]
    assert intensity(drawn)[0] == (ink if coverage.any() else 0)


def test_full_strokes_are_not_raised() -> None:
    coverage = disc(6.0)[0] / 255
    np.testing.assert_array_equal(saturate(coverage), coverage)
