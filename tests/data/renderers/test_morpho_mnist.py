"""Morpho-MNIST: what is set is what is measured, and the digit stays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.data.renderers import RENDERERS

N = 40
MORPHO = RENDERERS["morpho_mnist"]
DIGITS = np.arange(N) % 10
RANKS = {"rank": np.random.default_rng(0).random(N)}


def drawn(thickness: float, intensity: float = 255, split: str = "test") -> np.ndarray:
    parameters = {"digit": DIGITS, "thickness": np.full(N, thickness), "intensity": np.full(N, intensity)}
    return MORPHO.render(parameters, RANKS, split)


def sources(split: str = "test") -> np.ndarray:
    digits = MORPHO.digits  # type: ignore[attr-defined]
    return digits.images[MORPHO.provenance({"digit": DIGITS}, RANKS, split)["source"]]


@settings(max_examples=10, deadline=None)
@given(st.floats(1.5, 3.5), st.floats(64, 255))
def test_the_thickness_set_is_the_one_measured(thickness: float, intensity: float) -> None:
    """Within .12 in every other picture, and .25 in three of four; where a loop closes it is more."""
    error = np.abs(MORPHO.measure(drawn(thickness, intensity))["thickness"] - thickness)
    assert np.median(error) < 0.12
    assert np.quantile(error, 0.75) < 0.25


@settings(max_examples=10, deadline=None)
@given(st.floats(1, 6), st.floats(64, 255))
def test_the_intensity_set_is_the_one_measured(thickness: float, intensity: float) -> None:
    assert set(MORPHO.measure(drawn(thickness, intensity))["intensity"]) == {np.rint(intensity)}


@settings(max_examples=10, deadline=None)
@given(st.floats(1.5, 5), st.floats(0.01, 1))
def test_a_thicker_pen_never_leaves_less_ink(thickness: float, more: float) -> None:
    thin, thick = (drawn(t).astype(int).sum((1, 2, 3)) for t in (thickness, thickness + more))
    assert (thick >= thin).all()


def test_measured_thickness_rises_with_the_pen() -> None:
    measured = np.array([MORPHO.measure(drawn(t))["thickness"] for t in (1.0, 1.5, 2, 2.5, 3, 4, 5)])
    assert (np.diff(measured, axis=0) > 0).all()


def test_a_digit_drawn_with_its_own_pen_is_the_digit() -> None:
    """Up to the grey of its edges: all the difference is a part of the ink."""
    own = MORPHO.measure(sources()[:, None])["thickness"]
    parameters = {"digit": DIGITS, "thickness": own, "intensity": np.full(N, 255)}
    again = MORPHO.render(parameters, RANKS, "test")[:, 0].astype(float)
    original = sources().astype(float)
    wrong = np.abs(again - original).sum((1, 2)) / original.sum((1, 2))
    assert np.median(wrong) < 0.15
    assert wrong.max() < 0.4


@pytest.mark.parametrize("thickness", [1.5, 2.5, 3.5])
def test_the_nearest_source_digit_is_of_the_same_class(thickness: float) -> None:
    """Recognised by what knows nothing of the renderer: the nearest neighbour in the training pool."""
    digits = MORPHO.digits  # type: ignore[attr-defined]
    pool = digits.pools["train"]
    known = np.concatenate([digits.images[each[::2]] for each in pool]).reshape(-1, 784).astype(np.float32)
    labels = np.repeat(np.arange(10), [len(each[::2]) for each in pool])
    known /= np.linalg.norm(known, axis=1, keepdims=True)
    seen = drawn(thickness).reshape(N, 784).astype(np.float32)
    assert (labels[(seen @ known.T).argmax(1)] == DIGITS).mean() >= 0.85


@pytest.mark.parametrize("thickness", [1.0, 1.5, 2.5])
def test_a_thin_stroke_stays_where_the_hand_drew_it(thickness: float) -> None:
    """All of a thin picture's ink lies on the digit's own, and reaches all over it."""
    own = sources() > 0
    thin = drawn(thickness)[:, 0] > 127
    measured = MORPHO.measure(sources()[:, None])["thickness"]
    for mask, stroke in zip(own[measured > thickness], thin[measured > thickness], strict=True):
        assert (stroke & ~mask).sum() <= 2
        rows, columns = np.nonzero(mask)
        found_rows, found_columns = np.nonzero(stroke)
        assert np.ptp(found_rows) > np.ptp(rows) - 8
        assert np.ptp(found_columns) >= (np.ptp(columns) - 8) * 0.8
