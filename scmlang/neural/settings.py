"""Sizes of the neural parts: what a recipe decides and a model file does not. Free of torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scmlang.semantics.model import OptionValue


@dataclass(frozen=True)
class AutoencoderSettings:
    """The first stage of latent diffusion, in the terms of diffusers' ``AutoencoderKL``.

    Attributes:
        channels: per resolution, finest first; every level but the last halves the image.
        layers: residual blocks per resolution.
        latents: channels of the latent image.
        groups: of the group normalisation.
        attention: whether the middle attends.
        quant: whether a 1×1 convolution stands on either side of the latents.
        kl: weight of the KL divergence in its loss, per nat.
        share: the part of the training that is its own, 0 for one that is trained already.
    """

    channels: tuple[int, ...] = (32, 64)
    layers: int = 1
    latents: int = 4
    groups: int = 8
    attention: bool = False
    quant: bool = True
    kl: float = 1e-6
    share: float = 0.3


@dataclass(frozen=True)
class NeuralSettings:
    """Sizes of the generator, its semantic code and the recogniser.

    Attributes:
        generator: the image type that is built; empty for the one of the model file.
        residual: whether what encoder and decoder lose of an image is kept as noise of it.
        autoencoder: the first stage of latent diffusion.
        backbone: name of the denoising backbone.
        channels: its channels per resolution, finest first.
        layers: its residual blocks per resolution.
        attention: whether it attends to itself; where, the backbone says.
        patch: pixel-unshuffling factor before the backbone.
        code_channels, code_size: the semantic code z is ``code_channels`` × ``code_size`` × ``code_size``.
        code_width: channels of the encoder of z, and of the networks of its flow.
        code_flow: couplings of the flow z = g(u; v); 0 takes z itself for exogenous.
        code_refinement: width of the networks that refine the flow, one a label; 0 for none.
        train_timesteps, beta_schedule, prediction, path: the diffusion process.
        recogniser_width: channels of the recogniser.
        options: those of the image's mechanism in the model file, for the types that have some of their own.
    """

    generator: str = ""
    residual: bool = True
    autoencoder: AutoencoderSettings = AutoencoderSettings()
    backbone: str = "unet2d"
    channels: tuple[int, ...] = (32, 64)
    layers: int = 1
    attention: bool = False
    patch: int = 2
    code_channels: int = 4
    code_size: int = 7
    code_width: int = 32
    code_flow: int = 0
    code_refinement: int = 0
    train_timesteps: int = 1000
    beta_schedule: str = "squaredcos_cap_v2"
    prediction: str = "v_prediction"
    path: str = "variance_preserving"
    recogniser_width: int = 24
    options: Mapping[str, OptionValue] = field(default_factory=dict, hash=False)
