"""The world of Morpho-MNIST: its distributions and its counterfactuals, against the paper's formulas."""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from scmlang.compiler import Compilation
from scmlang.exact.noise import draw_noise, model_renderers
from scmlang.exact.sampling import provenance, render, simulate
from tests.cli.process import EXAMPLES

WORLD = Compilation.from_file(EXAMPLES / "morpho_mnist" / "morpho_truth.scm").model
N = 20_000


def test_thickness_and_intensity_are_distributed_as_in_the_paper() -> None:
    """T − 0.5 ~ Γ(10, rate 5); logit((K − 64) / 191) = 2T − 5 + U/2 with U standard normal, apart from T."""
    values = simulate(WORLD, draw_noise(WORLD, N, 0))
    t, k = values["T"], values["K"]
    assert stats.kstest(t - 0.5, stats.gamma(10, scale=1 / 5).cdf).statistic < 0.012
    u = 2 * (special.logit((k - 64) / 191) - 2 * t + 5)
    assert stats.kstest(u, stats.norm.cdf).statistic < 0.012
    assert abs(np.corrcoef(u, t)[0, 1]) < 0.03


def test_a_counterfactual_is_the_same_hand_and_the_intensity_follows() -> None:
    units = draw_noise(WORLD, 60, 1, "test")
    factual, thick = simulate(WORLD, units), simulate(WORLD, units, {"T": 3.0})
    np.testing.assert_array_equal(thick["D"], factual["D"])
    shift = special.logit((thick["K"] - 64) / 191) - special.logit((factual["K"] - 64) / 191)
    np.testing.assert_allclose(shift, 2 * (3.0 - factual["T"]))
    before, after = (provenance(WORLD, "I", values, units)["source"] for values in (factual, thick))
    np.testing.assert_array_equal(after, before)
    measured = model_renderers(WORLD)["morpho_mnist"].measure(render(WORLD, "I", thick, units))
    np.testing.assert_array_equal(measured["intensity"], np.rint(thick["K"]))
    assert np.median(np.abs(measured["thickness"] - 3)) < 0.12
