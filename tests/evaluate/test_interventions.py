from __future__ import annotations

import numpy as np
import pytest

from scmlang.diagnostics.base import ScmError
from scmlang.evaluate.interventions import default_acts, read_acts
from tests.evaluate.support import LEARNER, model_from

LATENT = "model m\nX: 0..2\nlatent L: binary\nX -> L\n"


def test_the_default_set() -> None:
    model = model_from(LEARNER)
    margins = {
        "S": np.array([0, 1]),
        "T": np.array([1.0, 2.0, 3.0, 4.0, 5.0]),
        "K": np.array([2, 3, 3, 4]),
    }
    texts = [act.text for act in default_acts(model, ("S", "T", "K"), margins)]
    assert texts == [
        "do(S=ring)",
        "do(S=cross)",
        "do(S=triangle)",
        "do(T=2)",
        "do(T=4)",
        *(f"do(K={k})" for k in (1, 2, 3, 4)),
    ]


def test_equal_quartiles_are_asked_once() -> None:
    acts = default_acts(model_from(LEARNER), ("T",), {"T": np.full(9, 1.23456)})
    assert [dict(act.settings) for act in acts] == [{"T": 1.23}]


def test_interventions_as_typed() -> None:
    acts = read_acts(["do(S=1)", "thick", "I[K=4, S=ring] | I", "do(S=cross)"], model_from(LEARNER))
    assert [act.text for act in acts] == ["do(S=cross)", "do(T=3)", "do(S=ring, K=4)"]
    assert acts[2].settings == {"K": 4, "S": 0}


def test_only_what_is_observed_can_be_set() -> None:
    with pytest.raises(ScmError) as caught:
        read_acts(["do(X=1, L=1)", "do(L=0)"], model_from(LATENT))
    assert [d.code for d in caught.value.diagnostics] == ["E235", "E235"]


def test_a_text_that_is_no_query() -> None:
    with pytest.raises(ScmError):
        read_acts(["do(S=blob)"], model_from(LEARNER))
