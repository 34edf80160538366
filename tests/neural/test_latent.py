"""Latent diffusion: its first stage, what that loses, and the two stages of its training."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from scmlang.neural import first_stage
from scmlang.neural.edit import EditOptions, counterfactual_edit
from scmlang.neural.first_stage import FirstStage
from scmlang.neural.latent import LatentDiffusionGenerator
from scmlang.neural.losses import TrainingObjective
from scmlang.neural.ncm import NeuralCausalModel
from scmlang.neural.settings import AutoencoderSettings, NeuralSettings
from tests.neural.support import SCENE, TINY, model_of, random_condition, random_images, random_labels
from tests.neural.test_losses import WEIGHTS, batch_of

SIZES = AutoencoderSettings(channels=(8, 16), latents=3, share=0.5)
LATENT: NeuralSettings = replace(TINY, generator="latent_diffusion", patch=1, autoencoder=SIZES)


def generator_of(
    shape: tuple[int, int, int] = (1, 8, 8), settings: NeuralSettings = LATENT
) -> LatentDiffusionGenerator:
    torch.manual_seed(0)
    generator = LatentDiffusionGenerator(shape, {"D": 5, "C": 3}, settings).eval()
    generator.first.fit(random_images(shape, 64))
    return generator


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 5, 7), (2, 1, 9)])
@pytest.mark.parametrize("levels", [1, 2, 3])
def test_any_image_size_is_kept(shape: tuple[int, int, int], levels: int) -> None:
    sizes = replace(SIZES, channels=(8, 8, 16)[:levels])
    first = FirstStage(shape, sizes)
    image = random_images(shape, 2)
    with torch.no_grad():
        latents = first.encode(image)
        assert first.decode(latents).shape == image.shape
    assert latents.shape == (2, *first.latent_shape)
    assert first.latent_shape == (3, *(-(-side // 2 ** (levels - 1)) for side in shape[1:]))


def test_fitted_latents_are_standard() -> None:
    first = FirstStage((3, 8, 8), SIZES)
    image = random_images((3, 8, 8), 50)
    first.fit(image)
    latents = first.encode(image)
    torch.testing.assert_close(latents.mean((0, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(latents.std((0, 2, 3)), torch.ones(3), atol=1e-4, rtol=0)


def test_moments_are_followed_in_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_stage, "MOMENTUM", 0.2)
    first = FirstStage((1, 2, 2), SIZES)
    image = random_images((1, 2, 2), 16)
    fitted = FirstStage((1, 2, 2), SIZES)
    fitted.load_state_dict(first.state_dict())
    fitted.fit(image)
    with torch.no_grad():
        for _ in range(60):
            first.loss(image)
    torch.testing.assert_close(first.location, fitted.location, atol=1e-3, rtol=1e-2)
    torch.testing.assert_close(first.scale, fitted.scale, atol=1e-3, rtol=1e-2)


def test_the_loss_of_the_first_stage_is_the_formula() -> None:
    first = FirstStage((1, 8, 8), replace(SIZES, kl=0.01)).eval()
    image = random_images((1, 8, 8), 4)
    with torch.no_grad():
        torch.manual_seed(3)
        loss = first.loss(image)
        posterior = first.autoencoder.encode(image).latent_dist
        torch.manual_seed(3)
        code = posterior.mean + posterior.std * torch.randn(posterior.mean.shape)
        error = (first.autoencoder.decode(code).sample - image).square().mean()
        q = torch.distributions.Normal(posterior.mean, posterior.std)
        kl = torch.distributions.kl_divergence(q, torch.distributions.Normal(0.0, 1.0)).flatten(1).sum(1)
    torch.testing.assert_close(loss, error + 0.01 * kl.mean(), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("inversion", ["edit_friendly", "ledits++"])
@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 5, 7)])
def test_the_null_intervention_is_exact_by_the_residual(inversion: str, shape: tuple[int, int, int]) -> None:
    generator = generator_of(shape)
    image, condition = random_images(shape, 3), random_condition(generator, 3)
    with torch.no_grad():
        replay = generator.invert(image, condition, inversion, 6, torch.Generator().manual_seed(0))
        assert (replay(condition) - image).abs().max() < 1e-3
        assert (replay(random_condition(generator, 3, 9)) - image).abs().max() > 1e-2


def test_without_the_residual_composition_tells_what_the_first_stage_loses() -> None:
    generator = generator_of(settings=replace(LATENT, residual=False))
    image, condition = random_images((1, 8, 8), 3), random_condition(generator, 3)
    with torch.no_grad():
        replay = generator.invert(image, condition, "edit_friendly", 6, torch.Generator().manual_seed(0))
        decoded = generator.first.decode(generator.first.encode(image)).clamp(-1, 1)
        torch.testing.assert_close(replay(condition), decoded, atol=1e-3, rtol=0)
    assert (decoded - image).abs().mean() > 0.1


# --- training


def train_step(model: NeuralCausalModel, fraction: float) -> dict[str, torch.Tensor]:
    assert model.generator is not None
    model.zero_grad()
    model.generator.advance(fraction)
    loss, terms = TrainingObjective(model, WEIGHTS)(batch_of(model), True, 1.0)
    loss.backward()
    return terms


def learning(model: NeuralCausalModel, part: str) -> set[bool]:
    return {p.grad is not None for name, p in model.named_parameters() if name.startswith(part)}


def test_first_the_autoencoder_learns_and_then_the_rest() -> None:
    model = model_of(SCENE, LATENT)
    early = train_step(model, 0.0)
    assert "first_stage" in early
    assert not {"diffusion", "kl", "effect"} & set(early)
    assert (learning(model, "generator.first"), learning(model, "generator.prior")) == ({True}, {False})
    before = {name: value.clone() for name, value in model.generator.first.state_dict().items()}
    late = train_step(model, 0.9)
    assert {"diffusion", "kl", "effect"} < set(late)
    assert "first_stage" not in late
    assert (learning(model, "generator.first"), learning(model, "generator.prior")) == ({False}, {True})
    assert all(torch.equal(v, before[k]) for k, v in model.generator.first.state_dict().items())


def test_labels_are_swapped_once_the_second_stage_has_settled() -> None:
    model = model_of(SCENE, LATENT)
    assert "effect" not in train_step(model, 0.51)
    assert "effect" in train_step(model, 0.56)


def test_an_autoencoder_that_is_trained_already_has_no_stage_of_its_own() -> None:
    model = model_of(SCENE, replace(LATENT, autoencoder=replace(SIZES, share=0.0)))
    assert "diffusion" in train_step(model, 0.0)
    assert learning(model, "generator.first") == {False}


def test_a_model_edits_with_it() -> None:
    model = model_of(SCENE, LATENT)
    labels, images = random_labels(model.plan, 4), random_images((1, 8, 8), 4)
    found = counterfactual_edit(model, images, labels, {"C": 1 - labels["C"]}, EditOptions(steps=3))
    assert (found.reconstruction - images).abs().max() < 1e-3
    assert (found.edited - found.reconstruction).abs().max() > 1e-4
