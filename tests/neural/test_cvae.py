"""The conditional variational autoencoder: its bound, its noise, its edits."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor
from torch.distributions import Normal

from scmlang.neural.cvae import VariationalGenerator
from scmlang.neural.edit import EditOptions, counterfactual_edit
from scmlang.neural.image import Condition
from scmlang.neural.losses import TrainingObjective
from scmlang.neural.naming import module_key
from tests.neural.support import SCENE, TINY, model_of, random_condition, random_images, random_labels
from tests.neural.test_losses import WEIGHTS, batch_of

SHAPE = (3, 5, 7)
NUMBERS = 3 * 5 * 7
OPTIONS = EditOptions(1, "encoder")


def generator_of(residual: bool = True, seed: int = 0) -> VariationalGenerator:
    torch.manual_seed(seed)
    return VariationalGenerator(SHAPE, {"D": 5, "C": 3}, replace(TINY, residual=residual)).eval()


def replay(generator: VariationalGenerator, image: Tensor, factual: Condition, other: Condition) -> Tensor:
    with torch.no_grad():
        return generator.invert(image, factual, "encoder", 1, torch.Generator())(other)


def test_the_loss_is_the_negative_evidence_lower_bound_per_number() -> None:
    """Naively: sums of log densities, and of E_q(log q − log p) in the closed form of torch."""
    generator, image = generator_of(), random_images(SHAPE, 6)
    vectors = random_condition(generator, 6).vectors
    with torch.no_grad():
        generator.log_deviation.fill_(-0.4)
        joined = generator.condition(vectors)
        posterior = generator.encode(image, joined)
        code = posterior.sample(torch.Generator().manual_seed(1))
        (term,) = generator.losses(image, vectors, code, 0.0, 1.0).values()
        loss = term + posterior.kl().mean() / NUMBERS
        log_p = Normal(generator(joined, code), generator.log_deviation.exp()).log_prob(image)
        q = Normal(posterior.mean, (0.5 * posterior.log_variance).exp())
        kl = torch.distributions.kl_divergence(q, Normal(0.0, 1.0)).flatten(1).sum(1)
        bound = log_p.flatten(1).sum(1) - kl
    torch.testing.assert_close(loss, -bound.mean() / NUMBERS, atol=1e-5, rtol=1e-5)


def test_the_best_deviation_is_that_of_the_errors() -> None:
    generator, image = generator_of(), random_images(SHAPE, 6)
    condition = random_condition(generator, 6)
    deviation = (
        (generator(generator.condition(condition.vectors), condition.code) - image).square().mean().sqrt()
    )
    generator.log_deviation.data = deviation.detach().log()
    (term,) = generator.losses(image, condition.vectors, condition.code, 0.0, 1.0).values()
    term.backward()
    assert generator.log_deviation.grad is not None
    assert abs(float(generator.log_deviation.grad)) < 1e-5


def test_the_edit_moves_the_image_by_the_difference_of_means() -> None:
    generator, image = generator_of(), 0.2 * random_images(SHAPE, 3)
    factual, other = random_condition(generator, 3), random_condition(generator, 3, 9)
    with torch.no_grad():
        means = [generator(generator.condition(c.vectors), c.code) for c in (factual, other)]
    wanted = (image + means[1] - means[0]).clamp(-1, 1)
    torch.testing.assert_close(replay(generator, image, factual, other), wanted, atol=1e-6, rtol=0)
    assert (replay(generator, image, factual, factual) - image).abs().max() < 1e-6


def test_without_the_residual_the_decoder_is_all_there_is() -> None:
    generator, image = generator_of(residual=False), random_images(SHAPE, 3)
    factual, other = random_condition(generator, 3), random_condition(generator, 3, 9)
    with torch.no_grad():
        wanted = generator.draw(generator.condition(other.vectors), other.code)
    torch.testing.assert_close(replay(generator, image, factual, other), wanted, atol=1e-6, rtol=0)


def test_guidance_extrapolates_from_the_mean_without_the_label() -> None:
    generator = generator_of(residual=False)
    condition = random_condition(generator, 2)
    guided = replace(condition, guidance={"D": torch.tensor([1.0, 3.0])})
    with torch.no_grad():
        whole = generator(generator.condition(condition.vectors), condition.code)
        dropped = {**condition.vectors, "D": generator.null[module_key("D")].expand(2, -1)}
        without = generator(generator.condition(dropped), condition.code)
        found = generator.sample(guided, "ddpm", 1, torch.Generator())
    wanted = whole + torch.tensor([0.0, 2.0])[:, None, None, None] * (whole - without)
    torch.testing.assert_close(found, wanted.clamp(-1, 1), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("residual", [True, False])
def test_a_model_that_is_asked_for_it_edits_with_it(residual: bool) -> None:
    model = model_of(SCENE, replace(TINY, generator="cvae", residual=residual))
    assert isinstance(model.generator, VariationalGenerator)
    labels, images = random_labels(model.plan, 4), random_images((1, 8, 8), 4)
    found = counterfactual_edit(model, images, labels, {"C": 1 - labels["C"]}, OPTIONS)
    assert bool((found.reconstruction - images).abs().max() < 1e-6) == residual
    assert (found.edited - found.reconstruction).abs().max() > 1e-4


def test_every_parameter_learns_something() -> None:
    model = model_of(SCENE, replace(TINY, generator="cvae"))
    loss, terms = TrainingObjective(model, WEIGHTS)(batch_of(model), True, 1.0)
    loss.backward()
    assert [name for name, p in model.named_parameters() if p.grad is None] == []
    assert {"pixels", "effect", "kl"} < set(terms)
    assert "diffusion" not in terms
