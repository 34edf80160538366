"""The code's flow: a bijection with the density that it claims, and what its losses may move."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.neural.code_flow import CodeFlow, halves
from scmlang.neural.edit import EditOptions, counterfactual_edit
from scmlang.neural.losses import TrainingObjective
from tests.neural.support import SCENE, TINY, model_of, random_images, random_labels, randomise
from tests.neural.test_losses import ONLY, batch_of, touched

SHAPE, CONDITION = (4, 3, 3), 5
FLOWING = replace(TINY, code_flow=4)


def flow_of(seed: int, layers: int = 6) -> CodeFlow:
    torch.manual_seed(seed)
    flow = CodeFlow(SHAPE, [CONDITION], layers, 8).double()
    for parameter in flow.parameters():
        parameter.data.normal_(0, 0.15)
    return flow


@given(seed=st.integers(0, 2**31), layers=st.integers(0, 8))
@settings(max_examples=25, deadline=None)
def test_prediction_undoes_abduction(seed: int, layers: int) -> None:
    flow = flow_of(seed, layers)
    code, condition = torch.randn(3, *SHAPE).double(), torch.randn(3, CONDITION).double()
    torch.testing.assert_close(flow.respond(flow(code, condition)[0], condition), code, rtol=1e-8, atol=1e-8)
    torch.testing.assert_close(flow(flow.respond(code, condition), condition)[0], code, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("seed", range(3))
def test_the_log_determinant_is_the_jacobians(seed: int) -> None:
    flow = flow_of(seed)
    code, condition = torch.randn(1, *SHAPE).double(), torch.randn(1, CONDITION).double()

    def flat(numbers: torch.Tensor) -> torch.Tensor:
        return flow(numbers.reshape(1, *SHAPE), condition)[0].flatten()

    jacobian = torch.autograd.functional.jacobian(flat, code.flatten())
    torch.testing.assert_close(torch.linalg.slogdet(jacobian)[1], flow(code, condition)[1][0])


def test_the_density_is_the_normal_one_at_first_and_integrates_to_one() -> None:
    flow = CodeFlow((1, 1, 1), [1], 4, 8)
    grid = torch.linspace(-12, 12, 4801).reshape(-1, 1, 1, 1)
    condition = torch.ones(len(grid), 1)
    plain = flow.log_prob(grid, condition)
    torch.testing.assert_close(plain, -0.5 * (grid.flatten() ** 2 + math.log(2 * math.pi)))
    for parameter in flow.parameters():
        parameter.data.normal_(0, 0.3)
    total = torch.trapezoid(flow.log_prob(grid, condition).exp(), grid.flatten())
    assert total.item() == pytest.approx(1, abs=1e-4)


def test_every_number_is_moved_by_a_pair_of_couplings() -> None:
    masks = halves(SHAPE, 6)
    for first, second in zip(masks[::2], masks[1::2], strict=True):
        torch.testing.assert_close(first + second, torch.ones(SHAPE))
        assert 0 < float(first.sum()) < first.numel()


@pytest.mark.slow
def test_it_learns_a_code_that_depends_on_the_label_and_takes_the_label_out() -> None:
    torch.manual_seed(0)
    flow = CodeFlow((2, 2, 2), [2], 4, 16)
    optimizer = torch.optim.Adam(flow.parameters(), 1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 500)

    def draw(n: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        label = torch.randint(2, (n,))
        noise = torch.randn(n, 2, 2, 2)
        noise[:, 1] += 0.8 * noise[:, 0] ** 2  # not an affine function of anything normal
        scale = torch.where(label == 1, 2.0, 0.5)[:, None, None, None]
        return noise * scale + label[:, None, None, None], torch.eye(2)[label], label

    for _ in range(500):
        code, condition, _ = draw(256)
        loss = -flow.log_prob(code, condition).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    code, condition, label = draw(20_000)
    noise = flow(code, condition)[0].detach().flatten(1)
    for level in (0, 1):
        here = noise[label == level]
        assert float(here.mean(0).abs().max()) < 0.06
        torch.testing.assert_close(torch.cov(here.T), torch.eye(8), rtol=0, atol=0.12)
    assert float(code[label == 1].std()) > 2 * float(code[label == 0].std())


def test_each_loss_of_the_code_moves_its_own_network() -> None:
    for name, encoder_moves in (("kl", True), ("prior", False)):
        model = model_of(SCENE, FLOWING)
        randomise(model)
        generator = model.generator
        assert generator is not None
        assert generator.flow is not None
        assert generator.code_encoder is not None
        torch.manual_seed(1)
        loss, terms = TrainingObjective(model, replace(ONLY, **{name: 1.0}))(batch_of(model), False, 1.0)
        loss.backward()
        assert touched(generator.code_encoder.parameters()) == encoder_moves
        assert touched(generator.flow.parameters()) != encoder_moves
        torch.testing.assert_close(loss.detach(), terms[name])


def test_an_edit_carries_the_noise_of_the_code_and_leaves_the_factual_image_alone() -> None:
    model = model_of(SCENE, FLOWING)
    randomise(model)
    model.eval()
    assert model.plan.image is not None
    labels = random_labels(model.plan, 4, 0)
    images = random_images(model.plan.image.domain.shape, 4, 0)
    name = model.plan.image.parents[0]
    options = EditOptions(steps=4)
    null = counterfactual_edit(model, images, labels, {name: labels[name]}, options)
    torch.testing.assert_close(null.edited, null.reconstruction, rtol=0, atol=0)
    torch.testing.assert_close(null.reconstruction, images, rtol=0, atol=1e-5)
    generator = model.generator
    assert generator is not None
    moved = {**labels, name: (labels[name] + 1) % 4}
    here, there = (generator.condition(model.vectors(world)) for world in (labels, moved))
    assert generator.flow is not None
    generator.flow.affine.weight.data.normal_(0, 0.3)
    code = generator.encode(images, here).mean
    carried = generator.respond_code(generator.code_noise(code, here), there)
    assert float((carried - code).detach().abs().max()) > 1e-3
    torch.testing.assert_close(generator.code_noise(carried, there), generator.code_noise(code, here))
