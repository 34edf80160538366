"""What a recipe means for the neural back end."""

from __future__ import annotations

from collections.abc import Iterator

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.neural.backbone import BACKBONES
from scmlang.neural.losses import LossWeights
from scmlang.neural.plan import ImagePlan, NeuralPlan
from scmlang.neural.settings import NeuralSettings
from scmlang.semantics.errors import listing, suggestion
from scmlang.train.recipe import Recipe

DEFAULT_CHANNELS = (32, 64)
GROUPS = 8  # of the networks' group normalisation


def neural_settings(recipe: Recipe, plan: NeuralPlan) -> NeuralSettings:
    """Sizes of the neural parts: the recipe's; its nulls as the model file's mechanism says.

    Raises:
        ScmError: E187 for sizes that the networks cannot have, E188 for guidance by what does not cause the
            image, E189 for a backbone that nobody registered.
    """
    problems = [*_backbone(recipe), *_sizes(recipe), *_guidance(recipe, plan.image)] if plan.image else []
    if problems:
        raise ScmError(problems)
    options = plan.image.options if plan.image else {}
    written = options.get("channels")
    channels = recipe.backbone.channels or (
        tuple(int(c) for c in written) if isinstance(written, tuple) and written else DEFAULT_CHANNELS
    )
    layers = options.get("layers")
    return NeuralSettings(
        backbone=recipe.backbone.name,
        channels=channels,
        layers=layers if isinstance(layers, int) and layers else recipe.backbone.layers,
        attention=recipe.backbone.attention,
        patch=recipe.backbone.patch,
        code_channels=recipe.code.channels,
        code_size=recipe.code.size,
        code_width=recipe.code.width,
        train_timesteps=recipe.diffusion.train_timesteps,
        beta_schedule=recipe.diffusion.beta_schedule,
        prediction=recipe.diffusion.prediction,
        recogniser_width=recipe.recogniser.width,
    )


def _backbone(recipe: Recipe) -> Iterator[Diagnostic]:
    name = recipe.backbone.name
    if name not in BACKBONES:
        message = f"there is no backbone `{name}`"
        yield recipe.problem(
            "backbone.name", "E189", message, *suggestion(name, BACKBONES), *listing(BACKBONES)
        )


def _sizes(recipe: Recipe) -> Iterator[Diagnostic]:
    if any(channels % GROUPS for channels in recipe.backbone.channels or ()):
        message = f"the backbone normalises {GROUPS} groups, so its channels must be multiples of {GROUPS}"
        yield recipe.problem("backbone.channels", "E187", message, "--set 'backbone.channels=[32, 64]'")
    if recipe.code.channels and 2 * recipe.code.width % GROUPS:
        message = f"the encoder's width must be a multiple of {GROUPS // 2}"
        yield recipe.problem("code.width", "E187", message, "--set code.width=32")


def _guidance(recipe: Recipe, image: ImagePlan) -> Iterator[Diagnostic]:
    for name in recipe.diffusion.guidance:
        if name not in image.parents:
            message = f"`{name}` does not cause the image `{image.name}`, so it cannot guide it"
            yield recipe.problem(
                f"diffusion.guidance.{name}", "E188", message, *suggestion(name, image.parents)
            )


def loss_weights(recipe: Recipe) -> LossWeights:
    """The loss's weights and the settings of its image terms."""
    loss = recipe.loss
    return LossWeights(
        diffusion=loss.diffusion,
        reconstruction=loss.reconstruction,
        classification=loss.classification,
        level=loss.level,
        likelihood=loss.likelihood,
        kl=loss.kl,
        recognition=loss.recognition,
        effect=loss.effect,
        swap=loss.swap if recipe.code.channels else 0.0,
        dropout=recipe.diffusion.dropout,
        noise_bias=recipe.diffusion.noise_bias,
        recogniser_noise=recipe.recogniser.noise,
    )
