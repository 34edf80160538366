"""The fitted code: a better explanation than the encoder's, near it, and each row's own."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from scmlang.neural.code_abduction import SMALLEST_VARIANCE, explain
from scmlang.neural.edit import EditOptions, counterfactual_edit
from scmlang.neural.image import Code, Generator
from tests.neural.support import SCENE, TINY, model_of, random_images, random_labels, randomise


class Linear(Generator):
    """G(z, v) = A z + v, of which the best code is known in closed form."""

    def __init__(self, matrix: Tensor) -> None:
        super().__init__()
        self.matrix = matrix

    def draw(self, condition: Tensor, code: Tensor, start: Tensor | None = None) -> Tensor:
        return (code.flatten(1) @ self.matrix.T + condition)[:, None, None]


Linear.__abstractmethods__ = frozenset()


def problem(seed: int, n: int = 4) -> tuple[Linear, Tensor, Tensor, Code]:
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    model, condition = Linear(normal(8, 3)), normal(n, 8)
    code = Code(normal(n, 3, 1, 1), 0.3 * normal(n, 3, 1, 1) - 1)
    image = model.draw(condition, code.mean + (0.5 * code.log_variance).exp() * normal(n, 3, 1, 1))
    return model, image + 0.1 * normal(n, 1, 1, 8), condition, code


def objective(model: Linear, image: Tensor, condition: Tensor, code: Code, z: Tensor) -> Tensor:
    """What is to be as large as possible, ``[n]``."""
    variance = (
        (image - model.draw(condition, code.mean)).square().flatten(1).mean(1).clamp(min=SMALLEST_VARIANCE)
    )
    error = (image - model.draw(condition, z)).square().flatten(1).sum(1)
    offset = (z - code.mean) / (0.5 * code.log_variance).exp()
    return -error / (2 * variance) - offset.square().flatten(1).sum(1) / 2


@given(seed=st.integers(0, 2**31))
@settings(max_examples=20, deadline=None)
def test_many_steps_find_the_maximum(seed: int) -> None:
    """Of a linear generator: (AᵀA/σ² + S⁻¹)(z − μ) = Aᵀ(I − G(μ))/σ²."""
    model, image, condition, code = problem(seed)
    residual = (image - model.draw(condition, code.mean)).flatten(1)
    variance = residual.square().mean(1).clamp(min=SMALLEST_VARIANCE)[:, None]
    precision = (model.matrix.T @ model.matrix) / variance[:, None] + torch.diag_embed(
        (-code.log_variance).exp().flatten(1)
    )
    best = code.mean + torch.linalg.solve(precision, residual @ model.matrix / variance).reshape_as(code.mean)
    found = explain(model, image, condition, code, 400, None)
    torch.testing.assert_close(found, best, rtol=0, atol=0.02)
    few = explain(model, image, condition, code, 3, None)
    assert bool(
        (
            objective(model, image, condition, code, found)
            >= objective(model, image, condition, code, few) - 1e-9
        ).all()
    )


@given(seed=st.integers(0, 2**31), steps=st.integers(0, 5))
@settings(max_examples=20, deadline=None)
def test_rows_are_fitted_by_themselves(seed: int, steps: int) -> None:
    model, image, condition, code = problem(seed)
    rows = torch.tensor([2, 0])
    whole = explain(model, image, condition, code, steps, None)
    part = explain(model, image[rows], condition[rows], code.take(rows), steps, None)
    torch.testing.assert_close(part, whole[rows])
    if steps == 0:
        assert torch.equal(whole, code.mean)


def test_a_fitted_code_explains_the_image_better_and_edits_stay_exact() -> None:
    model = randomise(model_of(SCENE, replace(TINY, code_flow=2, code_refinement=8)))
    images, labels = random_images((1, 8, 8), 6), random_labels(model.plan, 6)
    generator = model.generator
    assert generator is not None
    condition = generator.condition(model.vectors(labels, images))
    code = generator.encode(images, condition)
    start = generator.start(6, torch.Generator().manual_seed(0))

    def error(z: Tensor) -> float:
        return float((generator.draw(condition, z, start) - images).square().mean().detach())

    fitted = explain(generator, images, condition, code, 5, start)
    assert error(fitted) < error(code.mean)
    assert all(parameter.grad is None for parameter in model.parameters())
    options = EditOptions(steps=2, fit_steps=3)
    same = counterfactual_edit(model, images, labels, {}, options)
    assert torch.equal(same.edited, images)
    moved = {"C": 1 - labels["C"]}
    edit = counterfactual_edit(model, images, labels, moved, options)
    again = counterfactual_edit(model, images, labels, moved, options)
    plain = counterfactual_edit(model, images, labels, moved, EditOptions(steps=2))
    assert torch.equal(edit.edited, again.edited)
    assert not torch.equal(edit.edited, plain.edited)


@pytest.mark.parametrize("n", [1, 3])
def test_the_noise_of_a_pass_can_be_given(n: int) -> None:
    model = randomise(model_of(SCENE, TINY))
    generator = model.generator
    assert generator is not None
    images, labels = random_images((1, 8, 8), n), random_labels(model.plan, n)
    condition = generator.condition(model.vectors(labels, images))
    code = generator.encode(images, condition).mean
    start = generator.start(n, torch.Generator().manual_seed(1))
    with torch.no_grad():
        assert torch.equal(generator.draw(condition, code, start), generator.draw(condition, code, start))
