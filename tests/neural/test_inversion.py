"""Inverting the sampler: exact replays, guidance branch by branch."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from scmlang.neural.generator import DiffusionGenerator
from scmlang.neural.image import Condition
from scmlang.neural.inversion import DdimInversion, EditFriendlyInversion
from scmlang.neural.naming import module_key
from scmlang.neural.predictions import PREDICTIONS
from scmlang.neural.samplers import guided_estimate
from tests.neural.support import TINY, random_condition, random_images, tiny_generator
from tests.neural.test_samplers import Normal, nothing


def seed(number: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(number)


def invert(generator: DiffusionGenerator, image: Tensor, condition: Condition, steps: int) -> Tensor:
    with torch.no_grad():
        inversion = EditFriendlyInversion.invert(generator, image, condition, steps, seed())
        return inversion.replay(generator, condition)


VARIANTS = [("variance_preserving", prediction) for prediction in PREDICTIONS]
VARIANTS += [("rectified_flow", prediction) for prediction in PREDICTIONS if prediction != "epsilon"]


@pytest.mark.parametrize(("path", "prediction"), VARIANTS)
@pytest.mark.parametrize("name", ["edit_friendly", "ledits++"])
@pytest.mark.parametrize("steps", [1, 2, 6])
def test_an_edit_friendly_replay_is_the_image(path: str, prediction: str, name: str, steps: int) -> None:
    for number in range(2):
        generator = tiny_generator(settings=replace(TINY, path=path, prediction=prediction), seed=number)
        image, condition = random_images((1, 8, 8), 3, number), random_condition(generator, 3, number)
        with torch.no_grad():
            replay = generator.invert(image, condition, name, steps, seed())
            assert (replay(condition) - image).abs().max() < 1e-4
            changed = replay(random_condition(generator, 3, number + 9))
        assert (changed - image).abs().max() > 1e-3


@pytest.mark.parametrize(("path", "prediction"), VARIANTS)
def test_refinement_inverts_the_deterministic_sampler_of_a_perfect_network(
    path: str, prediction: str
) -> None:
    """And with more steps the start noise comes close to that of the probability flow."""
    model = Normal(path, 1000, prediction)
    image = torch.linspace(-0.2, 1.4, 8).double()[:, None, None, None]
    starts = []
    for steps in (8, 40):
        inversion = DdimInversion.invert(model, image, nothing(8), steps, refinements=8)
        assert (inversion.replay(model, nothing(8)) - image).abs().max() < 1e-3
        starts.append(float((model.exact(inversion.start, 999, -1) - image).abs().max()))
    assert starts[1] < 0.3 * starts[0]
    assert starts[1] < 0.1


def test_the_second_order_inverts_another_sampler() -> None:
    generator = tiny_generator()
    image, condition = random_images((1, 8, 8), 2), random_condition(generator, 2)
    other = random_condition(generator, 2, 9)
    with torch.no_grad():
        first, second = (
            generator.invert(image, condition, name, 5, seed())(other)
            for name in ("edit_friendly", "ledits++")
        )
    assert (first - second).abs().max() > 1e-3


def test_an_edit_friendly_replay_is_the_image_on_odd_sizes_and_all_steps() -> None:
    settings = replace(TINY, train_timesteps=40)
    generator = tiny_generator((3, 5, 7), settings=settings)
    image, condition = random_images((3, 5, 7), 2), random_condition(generator, 2)
    assert (invert(generator, image, condition, 40) - image).abs().max() < 1e-4


def test_another_condition_gives_another_image() -> None:
    generator = tiny_generator()
    image, condition = random_images((1, 8, 8), 2), random_condition(generator, 2)
    with torch.no_grad():
        inversion = EditFriendlyInversion.invert(generator, image, condition, 5, seed())
        other = inversion.replay(generator, random_condition(generator, 2, 9))
    assert (other - image).abs().max() > 1e-3


@pytest.mark.parametrize("number", range(3))
def test_refinement_makes_the_deterministic_inversion_converge(number: int) -> None:
    generator = tiny_generator(seed=number)
    image, condition = 0.5 * random_images((1, 8, 8), 2, number), random_condition(generator, 2, number)
    errors = []
    for refinements in (0, 1, 3, 6):
        with torch.no_grad():
            inversion = DdimInversion.invert(generator, image, condition, 12, refinements)
            errors.append(float((inversion.replay(generator, condition) - image).abs().mean()))
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 1e-3 < errors[0]


def test_scales_of_one_are_no_guidance_at_all() -> None:
    generator = tiny_generator()
    condition, noisy, t = random_condition(generator, 3), torch.randn(3, 1, 8, 8), torch.tensor([5, 300, 999])
    ones = replace(condition, guidance={"D": torch.ones(3), "C": torch.ones(3)})
    with torch.no_grad():
        guided = guided_estimate(generator, noisy, t, ones)
        plain = guided_estimate(generator, noisy, t, condition)
        single = generator.estimate(noisy, t, generator.condition(condition.vectors), condition.code)
    assert torch.equal(guided, plain)
    assert torch.equal(plain, single)


def test_guidance_is_the_formula_branch_by_branch() -> None:
    generator = tiny_generator(settings=replace(TINY, prediction="sample"))
    condition, noisy, t = random_condition(generator, 3), torch.randn(3, 1, 8, 8), torch.tensor([5, 300, 999])
    scales = {"D": torch.tensor([1.0, 2.0, 0.5]), "C": torch.tensor([3.0, 1.0, 1.5])}
    with torch.no_grad():
        found = guided_estimate(generator, noisy, t, replace(condition, guidance=scales))
        whole = generator(noisy, t, generator.condition(condition.vectors), condition.code)
        wanted = whole.clone()
        for name, scale in scales.items():
            vectors = dict(condition.vectors)
            vectors[name] = generator.null[module_key(name)].expand(3, -1)
            without = generator(noisy, t, generator.condition(vectors), condition.code)
            wanted += (scale - 1)[:, None, None, None] * (whole - without)
    torch.testing.assert_close(found, wanted.clamp(-1, 1), atol=1e-5, rtol=1e-4)


def test_guidance_of_one_row_leaves_the_others_alone() -> None:
    generator = tiny_generator()
    condition, noisy, t = random_condition(generator, 2), torch.randn(2, 1, 8, 8), torch.tensor([400, 400])
    with torch.no_grad():
        plain = guided_estimate(generator, noisy, t, condition)
        guided = guided_estimate(
            generator, noisy, t, replace(condition, guidance={"D": torch.tensor([1.0, 5.0])})
        )
    torch.testing.assert_close(guided[0], plain[0], atol=1e-5, rtol=1e-5)
    assert (guided[1] - plain[1]).abs().max() > 1e-3
