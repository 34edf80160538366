"""Data sampled once can be sampled again: the stream of every noise is fixed.

The first test states how a stream is keyed, apart from the code that does it; the second holds the
examples' data to what they were.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from scmlang.exact.noise import draw_noise
from scmlang.exact.sampling import simulate
from tests.exact.support import example

STROKES = "strokes/strokes_truth.scm"
FRONTDOOR = "bar_mnist/frontdoor_truth.scm"
BACKDOOR = "bar_mnist/backdoor_truth.scm"


@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_a_stream_is_keyed_by_seed_split_and_name(split: str) -> None:
    def stream(name: str) -> np.random.Generator:
        digest = hashlib.sha256(f"{split}\0{name}".encode()).digest()
        words = [int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4)]
        return np.random.default_rng(np.random.SeedSequence(11, spawn_key=words))

    noise = draw_noise(example(STROKES), 9, 11, split)
    np.testing.assert_array_equal(noise.private["S"], stream("S").random(9))
    np.testing.assert_array_equal(noise.private["T"], stream("T").standard_normal(9))


@pytest.mark.parametrize(
    ("name", "variable", "expected"),
    [
        (FRONTDOOR, "D", [9, 6, 3, 0, 1, 7, 4, 8, 1, 4, 2, 5]),
        (FRONTDOOR, "C", [0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 1, 0]),
        (FRONTDOOR, "B", [0, 0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1]),
        (BACKDOOR, "D", [2, 3, 6, 1, 6, 3, 1, 7, 7, 2, 3, 8]),
        (BACKDOOR, "C", [0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1]),
        (STROKES, "S", [1, 1, 0, 1, 2, 1, 0, 1, 1, 0, 1, 2]),
        (STROKES, "K", [3, 2, 3, 1, 3, 2, 1, 2, 3, 2, 3, 3]),
        ("toy_ascm.scm", "I", [8, 5, 8, 8, 13, 6, 6, 11, 6, 5, 6, 0]),
    ],
)
def test_the_examples_data_stay_what_they_were(name: str, variable: str, expected: list[int]) -> None:
    model = example(name)
    assert simulate(model, draw_noise(model, 12, 7, "test"))[variable].tolist() == expected


def test_a_real_draw_stays_what_it_was() -> None:
    model = example(STROKES)
    drawn = simulate(model, draw_noise(model, 4, 7, "test"))["T"]
    np.testing.assert_allclose(drawn, [2.2809, 2.1074, 1.4453, 2.5541], atol=5e-5)
