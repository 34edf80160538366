from __future__ import annotations

import numpy as np
import pytest
import torch

from scmlang.evaluate.interventions import act
from scmlang.evaluate.tables import compare_distributions, frequencies
from scmlang.evaluate.truth import Units
from scmlang.semantics.domains import Finite
from tests.evaluate.support import untrained

ROWS = 20_000


def test_frequencies_by_hand() -> None:
    domains = {"A": Finite("binary", 2), "B": Finite("range", 3, 5)}
    columns = {"A": np.array([0, 1, 1, 1]), "B": np.array([7, 5, 5, 6])}
    assert frequencies(columns, domains).tolist() == [0, 0, 0.25, 0.5, 0.25, 0]


def test_a_learner_that_is_right_about_a_margin(units: Units) -> None:
    """P(Z) of the truth is uniform; logits of 0 say so, and logits of ±3 do not."""
    subject = untrained()
    table = subject.model.mechanism("Z").table
    model = subject.causal_model
    with torch.no_grad():
        table.zero_()
    right = compare_distributions(subject.model, units.truth, [act(model, {"S": 1})], 0, ROWS)
    with torch.no_grad():
        table.copy_(torch.tensor([[3.0, -3.0]]))
    wrong = compare_distributions(subject.model, units.truth, [], 0, ROWS)
    assert [d.do for d in right] == ["", "do(S=cross)"]
    assert right[0].marginals["Z"] < 0.02
    assert wrong[0].marginals["Z"] == pytest.approx(1 / (1 + np.exp(-6)) - 0.5, abs=0.02)
    assert "S" not in right[1].marginals
    for distribution in (*right, *wrong):
        assert distribution.joint is not None
        assert distribution.floor is not None
        assert distribution.joint >= max(distribution.marginals.values()) - 1e-12
        assert distribution.floor < 0.05


def test_the_joint_counts_the_intervened_level_as_certain(units: Units) -> None:
    subject = untrained()
    do = {"Z": 0, "S": 1, "K": 2}
    *_, fixed = compare_distributions(subject.model, units.truth, [act(subject.causal_model, do)], 0, 500)
    assert fixed.joint == 0
    assert fixed.marginals == {}
