"""Events of real outcomes, doubly robustly."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

import scmlang


def test_the_probability_of_an_event_of_a_real_outcome() -> None:
    rng = np.random.default_rng(4)
    rows = 4000
    z = rng.normal(size=rows)
    x = (rng.random(rows) < 1 / (1 + np.exp(-z))).astype(int)
    y = x + z + rng.normal(size=rows)
    data = {"X": x.tolist(), "Y": y.tolist(), "Z": z.tolist()}
    model = scmlang.loads("X: binary; Y, Z: real; Z -> {X, Y}; X -> Y")
    found = model.estimate("P(Y > 0.5 | do(X=1))", data)
    assert found.estimand == "Σ_{Z} P(Y > 0.5 | X=1, Z) P(Z)"
    assert "doubly robust" in found.method
    truth = 1 - NormalDist(1, 2**0.5).cdf(0.5)
    assert abs(found.value - truth) < 4 * found.standard_error < 0.1
    assert abs(np.mean(y[x == 1] > 0.5) - truth) > 8 * found.standard_error
