"""What a recipe means for the neural back end."""

from __future__ import annotations

from scmlang.neural.losses import LossWeights
from scmlang.neural.plan import NeuralPlan
from scmlang.neural.settings import NeuralSettings
from scmlang.train.recipe import Recipe

DEFAULT_CHANNELS = (32, 64)


def neural_settings(recipe: Recipe, plan: NeuralPlan) -> NeuralSettings:
    """Sizes of the neural parts: the recipe's; its nulls as the model file's mechanism says."""
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
