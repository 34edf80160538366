"""Labels measured of images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scmlang.compiler import Compilation
from scmlang.exact.measuring import measure
from scmlang.exact.noise import draw_noise
from scmlang.exact.sampling import render, simulate
from scmlang.semantics.model import CausalModel

EXAMPLES = Path(__file__).parents[2] / "examples"
MORPHO = Compilation.from_file(EXAMPLES / "morpho_mnist" / "morpho_truth.scm").model
OTHER = """
D: 0..9
A, B: real
I: image(1, 28, 28)
D ~ uniform()
A ~ normal(2, 0.2)
B ~ normal(150, 10)
I ~ morpho_mnist(digit=D, thickness={thickness}, intensity={intensity})
"""


def units(model: CausalModel, n: int = 60) -> tuple[dict[str, np.ndarray], np.ndarray]:
    noise = draw_noise(model, n, 0, "test")
    values = simulate(model, noise)
    return values, render(model, "I", values, noise)


def test_what_is_measured_is_what_was_set() -> None:
    values, images = units(MORPHO)
    found = measure(MORPHO, "I", images)
    assert set(found) == {"T", "K"}
    np.testing.assert_array_equal(found["K"], np.rint(values["K"]))
    assert np.quantile(np.abs(found["T"] - values["T"]), 0.9) < 0.3


@pytest.mark.parametrize(
    ("thickness", "intensity", "names"),
    [
        ("clip(A, 1, 6)", "clip(B, 64, 255)", {"A", "B"}),
        ("clip(2 * A, 1, 6)", "clip(B, 64, 255)", {"B"}),
        ("1 + abs(D - 5)", "200", set()),
    ],
)
def test_only_arguments_that_are_labels_are_measured(thickness: str, intensity: str, names: set[str]) -> None:
    model = Compilation.from_text(OTHER.format(thickness=thickness, intensity=intensity)).model
    _, images = units(model, 4)
    assert set(measure(model, "I", images)) == names


def test_renderers_without_measurements_measure_nothing() -> None:
    model = Compilation.from_file(EXAMPLES / "strokes" / "strokes_truth.scm").model
    assert measure(model, "I", np.zeros((3, 1, 24, 24), np.uint8)) == {}


def test_an_image_without_a_renderer_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError, match="I has no renderer"):
        measure(
            Compilation.from_text("D: binary\nI: image(1, 2, 2)\nD -> I\n").model, "I", np.zeros((1, 1, 2, 2))
        )
