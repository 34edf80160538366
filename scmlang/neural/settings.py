"""Sizes of the neural parts: what a recipe decides and a model file does not. Free of torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NeuralSettings:
    """Sizes of the generator, its semantic code and the recogniser.

    Attributes:
        backbone: name of the denoising backbone.
        channels: its channels per resolution, finest first.
        layers: its residual blocks per resolution.
        attention: whether it attends at all resolutions but the finest.
        patch: pixel-unshuffling factor before the backbone.
        code_channels, code_size: the semantic code z is ``code_channels`` × ``code_size`` × ``code_size``.
        code_width: channels of the encoder of z.
        train_timesteps, beta_schedule, prediction, path: the diffusion process.
        recogniser_width: channels of the recogniser.
    """

    backbone: str = "unet2d"
    channels: tuple[int, ...] = (32, 64)
    layers: int = 1
    attention: bool = False
    patch: int = 2
    code_channels: int = 4
    code_size: int = 7
    code_width: int = 32
    train_timesteps: int = 1000
    beta_schedule: str = "squaredcos_cap_v2"
    prediction: str = "v_prediction"
    path: str = "variance_preserving"
    recogniser_width: int = 24
