"""The first stage of latent diffusion: an autoencoder of diffusers, with latents made standard."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL
from torch import Tensor, nn

from scmlang.neural import sharing
from scmlang.neural.settings import AutoencoderSettings

MOMENTUM = 0.02


class FirstStage(nn.Module):
    """Images ``[n, C, H, W]`` to latents and back; each channel of the latents has mean 0 and deviation 1.

    The moments, of the posteriors' means, take the place of diffusers' scaling and shift factors.

    Args:
        shape: (C, H, W) of the image; it is padded where it cannot be halved.
        settings: sizes.
    """

    location: Tensor
    scale: Tensor

    def __init__(self, shape: tuple[int, int, int], settings: AutoencoderSettings) -> None:
        super().__init__()
        channels, height, width = shape
        levels = len(settings.channels)
        factor = 2 ** (levels - 1)
        self.size = (height, width)
        self.padding = (0, -width % factor, 0, -height % factor)
        self.latent_shape = (settings.latents, -(-height // factor), -(-width // factor))
        self.kl = settings.kl
        self.autoencoder = AutoencoderKL(
            in_channels=channels,
            out_channels=channels,
            down_block_types=("DownEncoderBlock2D",) * levels,
            up_block_types=("UpDecoderBlock2D",) * levels,
            block_out_channels=settings.channels,
            layers_per_block=settings.layers,
            latent_channels=settings.latents,
            norm_num_groups=settings.groups,
            use_quant_conv=settings.quant,
            use_post_quant_conv=settings.quant,
            mid_block_add_attention=settings.attention,
        )
        self.register_buffer("location", torch.zeros(settings.latents, 1, 1))
        self.register_buffer("scale", torch.ones(settings.latents, 1, 1))

    @torch.no_grad()
    def encode(self, image: Tensor) -> Tensor:
        """The standardised mean of the latents."""
        mean: Tensor = self._posterior(image).mode()
        return (mean - self.location) / self.scale

    def decode(self, latents: Tensor) -> Tensor:
        """The image, unbounded."""
        image: Tensor = self.autoencoder.decode(latents * self.scale + self.location).sample
        height, width = self.size
        cropped: Tensor = image[:, :, :height, :width]
        return cropped

    def loss(self, image: Tensor) -> Tensor:
        """The mean squared error of the reconstruction plus the weighted KL divergence.

        That is the loss of Rombach et al., "High-resolution image synthesis with latent diffusion models",
        arXiv:2112.10752, without its perceptual and adversarial terms. The latents' moments are followed.
        """
        posterior = self._posterior(image)
        self._observe(posterior.mode().detach(), MOMENTUM)
        noise = sharing.normal(posterior.mean.shape, image.device).to(posterior.mean.dtype)
        latents = posterior.mean + posterior.std * noise
        height, width = self.size
        decoded = self.autoencoder.decode(latents).sample[:, :, :height, :width]
        loss: Tensor = F.mse_loss(decoded, image) + self.kl * posterior.kl().mean()
        return loss

    @torch.no_grad()
    def fit(self, image: Tensor) -> None:
        """Set the latents' moments by some images."""
        self._observe(self._posterior(image).mode(), 1.0)

    def _posterior(self, image: Tensor):  # type: ignore[no-untyped-def]  # diffusers has no types
        return self.autoencoder.encode(F.pad(image, self.padding, mode="replicate")).latent_dist

    def _observe(self, mean: Tensor, momentum: float) -> None:
        columns = mean.float().transpose(0, 1).flatten(1)
        centre, spread = sharing.moments(columns)
        self.location.lerp_(centre[:, None, None], momentum)
        self.scale.lerp_(spread.clamp(min=1e-4)[:, None, None], momentum)
