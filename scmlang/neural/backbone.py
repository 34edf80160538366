"""Denoising backbones, chosen by name and built from diffusers.

A backbone is a module ``(sample [n, C_in, H, W], t int64 [n], condition [n, d]) -> [n, C_out, H, W]``.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from diffusers import UNet2DConditionModel, UNet2DModel
from torch import Tensor, nn

from scmlang.registry import Registry


@dataclass(frozen=True)
class BackboneShape:
    """What a backbone is asked for.

    Attributes:
        inputs, outputs: channels in and out.
        side: height and width.
        channels: channels of each resolution, finest first.
        layers: residual blocks per resolution.
        attention: self-attention, at the resolutions that the backbone says.
    """

    inputs: int
    outputs: int
    side: tuple[int, int]
    channels: tuple[int, ...]
    layers: int
    attention: bool

    @property
    def multiple(self) -> int:
        """Height and width must be multiples of this."""
        return int(2 ** (len(self.channels) - 1))


class Backbone(nn.Module, ABC):
    """Base of all backbones; ``condition_width`` is the d that its condition must have."""

    condition_width: int

    @abstractmethod
    def forward(self, sample: Tensor, t: Tensor, condition: Tensor) -> Tensor:
        """The prediction ``[n, outputs, H, W]``."""


class UNet2D(Backbone):
    """diffusers' ``UNet2DModel`` with the condition added to the time embedding.

    Self-attention, if any, is at all resolutions but the finest.
    The sum scales and shifts the features of every residual block (FiLM, arXiv:1709.07871; ADM,
    arXiv:2105.05233), so that every block sees the labels.
    """

    def __init__(self, shape: BackboneShape) -> None:
        super().__init__()
        kinds = [False] + [shape.attention] * (len(shape.channels) - 1)
        self.condition_width = 4 * shape.channels[0]
        self.unet = UNet2DModel(
            sample_size=shape.side,
            in_channels=shape.inputs,
            out_channels=shape.outputs,
            layers_per_block=shape.layers,
            block_out_channels=shape.channels,
            down_block_types=tuple("AttnDownBlock2D" if kind else "DownBlock2D" for kind in kinds),
            up_block_types=tuple("AttnUpBlock2D" if kind else "UpBlock2D" for kind in reversed(kinds)),
            add_attention=shape.attention,
            norm_num_groups=8,
            class_embed_type="identity",
            resnet_time_scale_shift="scale_shift",
        )

    def forward(self, sample: Tensor, t: Tensor, condition: Tensor) -> Tensor:
        output: Tensor = self.unet(sample, t, class_labels=condition, return_dict=False)[0]
        return output


class CrossAttentionUNet2D(Backbone):
    """diffusers' ``UNet2DConditionModel`` with the condition as the one token of its middle block.

    The network of A. Sardesai, "Ctf-Editing using a Diffusion NCM", has 107M parameters at channels
    (128, 256, 512, 512) and two layers: self-attention at all resolutions but the coarsest, and one attention
    layer that sees the labels. Over one token, attention is the same at every pixel: a learned shift.
    """

    def __init__(self, shape: BackboneShape) -> None:
        super().__init__()
        kinds = [shape.attention] * (len(shape.channels) - 1) + [False]
        divisor = math.gcd(*shape.channels)
        self.condition_width = 4 * shape.channels[0]
        self.unet = UNet2DConditionModel(
            sample_size=shape.side,
            in_channels=shape.inputs,
            out_channels=shape.outputs,
            layers_per_block=shape.layers,
            block_out_channels=shape.channels,
            down_block_types=tuple("AttnDownBlock2D" if kind else "DownBlock2D" for kind in kinds),
            up_block_types=tuple("AttnUpBlock2D" if kind else "UpBlock2D" for kind in reversed(kinds)),
            norm_num_groups=divisor // 4,
            attention_head_dim=min(16, divisor),
            cross_attention_dim=self.condition_width,
        )

    def forward(self, sample: Tensor, t: Tensor, condition: Tensor) -> Tensor:
        output: Tensor = self.unet(sample, t, condition[:, None], return_dict=False)[0]
        return output


BACKBONES: Registry[Callable[[BackboneShape], Backbone]] = Registry("backbone", "scmlang.backbones", callable)
BACKBONES.register("unet2d", lambda: UNet2D)
BACKBONES.register("unet2d_cross_attention", lambda: CrossAttentionUNet2D)
