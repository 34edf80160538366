"""A fitted label model knows interventions: the front door of examples/bar_mnist."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from scmlang.neural.ncm import NeuralCausalModel
from tests.neural.support import configurations, model_of, randomise

FRONT_DOOR = """
model FrontDoor
D: 0..9
C: {red, green}
B: {absent, present}
D -> C -> B
D <-> B
mechanism D, C, B: table(embedding=16)
"""


def truth() -> Tensor:
    """P(d, c, b) of examples/bar_mnist/frontdoor_truth.scm, ``[10, 2, 2]``."""
    d = torch.arange(10, dtype=torch.float64)
    green = 0.1 * (9.5 - d)
    c = torch.stack([1 - green, green], 1)
    t1 = torch.where(d < 3, 0.1, 0.9)[:, None]
    t2 = torch.tensor([0.8, 0.2], dtype=torch.float64)[None, :]
    b = 0.7 * (1 - (1 - t1) * (1 - t2))
    return 0.1 * c[:, :, None] * torch.stack([1 - b, b], 2)


def front_door(p: Tensor) -> Tensor:
    """P(B=1 | do(D=d)) = Σ_c P(c | d) Σ_d' P(B=1 | d', c) P(d') (Pearl 2009, theorem 3.3.4): ``[10]``."""
    c_given_d = p.sum(2) / p.sum((1, 2))[:, None]
    b_given = p[:, :, 1] / p.sum(2)
    return c_given_d @ (p.sum((1, 2)) @ b_given)


def observed(model: NeuralCausalModel) -> Tensor:
    with torch.no_grad():
        return model.log_likelihood(configurations(model.plan)).double().exp().reshape(10, 2, 2)


def interventional(model: NeuralCausalModel) -> Tensor:
    """P(B=1 | do(D=d)) of the model itself, the shared noise summed out: ``[10]``."""
    every = configurations(model.plan)
    prior = torch.softmax(model.shared.logits[0].double(), 0)
    total = torch.zeros(len(every["D"]), dtype=torch.float64)
    with torch.no_grad():
        c = model.mechanism("C").log_prob(
            every["C"], {"D": every["D"]}, torch.zeros(len(total), 0, dtype=torch.int64), None
        )
        for state, weight in enumerate(prior):
            shared = torch.full((len(total), 1), state)
            b = model.mechanism("B").log_prob(every["B"], {"C": every["C"]}, shared, None)
            total += weight * (b + c).double().exp()
    return total.reshape(10, 2, 2)[:, :, 1].sum(1)


def test_the_truth_is_the_one_that_the_example_states() -> None:
    p = truth()
    assert float(p[0, :, 1].sum() / p[0].sum()) == pytest.approx(0.2149, abs=1e-4)
    assert float(front_door(p)[0]) == pytest.approx(0.5167, abs=1e-4)


@pytest.mark.parametrize("seed", range(3))
def test_any_model_of_the_diagram_obeys_the_front_door(seed: int) -> None:
    model = randomise(model_of(FRONT_DOOR), seed)
    torch.testing.assert_close(interventional(model), front_door(observed(model)), atol=1e-5, rtol=0)


def test_a_fitted_model_knows_the_effect_it_never_saw() -> None:
    model, p = model_of(FRONT_DOOR), truth().flatten()
    labels = configurations(model.plan)
    optimizer = torch.optim.Adam([*model.mechanisms.parameters(), *model.shared.parameters()], 0.1)
    for _ in range(300):
        loss = -(p * model.log_likelihood(labels)).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    divergence = float(loss.detach() + (p * p.log()).sum())
    assert divergence < 5e-3
    found = interventional(model)
    torch.testing.assert_close(found, front_door(observed(model)), atol=1e-5, rtol=0)
    torch.testing.assert_close(found, front_door(truth()), atol=0.03, rtol=0)
    assert float(found[0]) == pytest.approx(0.5167, abs=0.03)
