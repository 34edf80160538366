"""What a recipe means for the networks, and what of it cannot be built."""

from __future__ import annotations

import pytest

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.mechanisms.build import build_model
from scmlang.train.settings import loss_weights, neural_settings
from tests.train.support import SCENE, plan_of, recipe


def problems(*overrides: str) -> list[tuple[str, str]]:
    with pytest.raises(ScmError) as error:
        neural_settings(recipe(*overrides), plan_of())
    return [(problem.code, underlined(problem)) for problem in error.value.diagnostics]


def underlined(problem: Diagnostic) -> str:
    assert problem.source is not None
    assert problem.span is not None
    return problem.source.text[problem.span.start : problem.span.end]


def test_the_recipe_decides_and_its_nulls_leave_it_to_the_file() -> None:
    plan = plan_of(SCENE + "mechanism I: diffusion(channels=[16, 24, 32], layers=2)\n")
    assert neural_settings(recipe(), plan).channels == (8, 16)
    settings = neural_settings(recipe("backbone.channels=null"), plan)
    assert (settings.channels, settings.layers) == ((16, 24, 32), 2)
    assert neural_settings(recipe("backbone.channels=null"), plan_of()).channels == (32, 64)


@pytest.mark.parametrize(
    ("override", "place"),
    [
        ("backbone.channels=[8, 12]", "[8, 12]"),
        ("code.width=6", "6"),
        ("diffusion.guidance={Colour: 2.0}", "2.0"),
        ("backbone.name=unet3d", "unet3d"),
    ],
)
def test_what_cannot_be_built_is_underlined(override: str, place: str) -> None:
    (found,) = problems(override)
    assert found in (("E187", place), ("E188", place), ("E189", place))


def test_guidance_is_for_causes_of_the_image() -> None:
    assert problems("diffusion.guidance={C: 2.0}") == [("E188", "2.0")]
    assert neural_settings(recipe("diffusion.guidance={D: 2.0}"), plan_of()).channels == (8, 16)


def test_all_problems_are_reported_together() -> None:
    assert len(problems("backbone.channels=[9]", "code.width=2", "diffusion.guidance={X: 2.0}")) == 3


def test_sizes_of_pictures_do_not_matter_where_there_are_none() -> None:
    plan = plan_of("model M\nX, Y: binary\nX -> Y\n")
    assert neural_settings(recipe("code.width=6"), plan).code_width == 6


def test_a_width_of_no_code_does_not_matter() -> None:
    assert neural_settings(recipe("code.width=6", "code.channels=0"), plan_of()).code_channels == 0


def test_without_a_code_nothing_is_swapped() -> None:
    assert loss_weights(recipe("code.channels=0")).swap == 0
    assert loss_weights(recipe("loss.swap=0.4")).swap == 0.4


@pytest.mark.parametrize("name", ["diffusion", "latent_diffusion", "cvae"])
def test_the_recipe_may_choose_the_generator(name: str) -> None:
    plan = plan_of(SCENE + "mechanism I: cvae(channels=[16])\n")
    settings = neural_settings(recipe(f"generator.name={name}"), plan)
    assert build_model(plan, settings).generator_name == name
    assert build_model(plan, neural_settings(recipe(), plan)).generator_name == "cvae"


def test_generators_that_are_none() -> None:
    assert problems("generator.name=table") == [("E218", "table")]
    assert problems("generator.name=gan") == [("E218", "gan")]


def test_a_variational_autoencoder_needs_a_code() -> None:
    assert problems("generator.name=cvae", "code.channels=0") == [("E219", "cvae")]


def test_the_autoencoders_channels_are_normalised_in_groups() -> None:
    assert problems("latent.channels=[12]") == [("E187", "[12]")]
