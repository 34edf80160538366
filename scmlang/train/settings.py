"""What a recipe means for the neural back end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.mechanisms import MECHANISMS
from scmlang.mechanisms.base import ImageType
from scmlang.neural.backbone import BACKBONES
from scmlang.neural.losses import LossWeights
from scmlang.neural.plan import ImagePlan, NeuralPlan
from scmlang.neural.settings import AutoencoderSettings, NeuralSettings
from scmlang.semantics.errors import listing, suggestion
from scmlang.train.recipe import Recipe

DEFAULT_CHANNELS = (32, 64)
GROUPS = 8  # of the networks' group normalisation


def neural_settings(recipe: Recipe, plan: NeuralPlan) -> NeuralSettings:
    """Sizes of the neural parts: the recipe's; its nulls as the model file's mechanism says.

    Raises:
        ScmError: E187 for sizes that the networks cannot have, E188 for guidance by what does not cause the
            image, E189 and E218 for a backbone and a generator that nobody registered, E219 for settings that
            make no such generator.
    """
    if plan.image:
        checks = (_generator(recipe), _backbone(recipe), _sizes(recipe), _guidance(recipe, plan.image))
        if problems := list(chain(*checks)):
            raise ScmError(problems)
    options = plan.image.options if plan.image else {}
    written = options.get("channels")
    channels = recipe.backbone.channels or (
        tuple(int(c) for c in written) if isinstance(written, tuple) and written else DEFAULT_CHANNELS
    )
    layers = options.get("layers")
    settings = NeuralSettings(
        generator=recipe.generator.name or "",
        residual=recipe.generator.residual,
        autoencoder=_autoencoder(recipe),
        backbone=recipe.backbone.name,
        channels=channels,
        layers=layers if isinstance(layers, int) and layers else recipe.backbone.layers,
        attention=recipe.backbone.attention,
        patch=recipe.backbone.patch,
        code_channels=recipe.code.channels,
        code_size=recipe.code.size,
        code_width=recipe.code.width,
        code_flow=recipe.code.flow,
        code_refinement=recipe.code.refinement if recipe.code.flow else 0,
        train_timesteps=recipe.diffusion.train_timesteps,
        beta_schedule=recipe.diffusion.beta_schedule,
        prediction=recipe.diffusion.prediction,
        path=recipe.diffusion.path,
        recogniser_width=recipe.recogniser.width,
        options=options,
    )
    if plan.image and (reason := generator_type(recipe, plan.image).unsuited(settings)):
        raise ScmError([recipe.problem("generator.name", "E219", reason)])
    return settings


def generator_type(recipe: Recipe, image: ImagePlan) -> ImageType:
    """The type that draws the image: the recipe's, or else the model file's."""
    kind = MECHANISMS[recipe.generator.name or image.mechanism]
    if not isinstance(kind, ImageType):
        raise TypeError(f"`{kind.name}` draws no images")
    return kind


def _autoencoder(recipe: Recipe) -> AutoencoderSettings:
    latent = recipe.latent
    return AutoencoderSettings(
        channels=latent.channels,
        layers=latent.layers,
        latents=latent.latents,
        groups=latent.groups,
        attention=latent.attention,
        quant=latent.quant,
        kl=latent.kl,
        share=0.0 if latent.autoencoder else latent.share,
    )


def _generator(recipe: Recipe) -> Iterator[Diagnostic]:
    name = recipe.generator.name
    if name is None or (name in MECHANISMS and isinstance(MECHANISMS[name], ImageType)):
        return
    known = [n for n in MECHANISMS if isinstance(MECHANISMS[n], ImageType)]
    if name not in known:
        message = f"there is no generator `{name}`"
        yield recipe.problem("generator.name", "E218", message, *suggestion(name, known), *listing(known))


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
    if any(channels % recipe.latent.groups for channels in recipe.latent.channels):
        message = f"the autoencoder's channels must be multiples of its {recipe.latent.groups} groups"
        yield recipe.problem("latent.channels", "E187", message, "--set 'latent.channels=[32, 64]'")


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
        prior=loss.prior,
        recognition=loss.recognition,
        effect=loss.effect,
        swap=loss.swap if recipe.code.channels else 0.0,
        dropout=recipe.diffusion.dropout,
        noise_bias=recipe.diffusion.noise_bias,
        recogniser_noise=recipe.recogniser.noise,
        pixels=loss.pixels,
        first_stage=loss.first_stage,
    )
