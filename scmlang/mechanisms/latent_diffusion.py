"""``latent_diffusion``: a diffusion model on an autoencoder's latents, for images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scmlang.mechanisms.image import NetworkType

if TYPE_CHECKING:
    from scmlang.neural.image import Generator
    from scmlang.neural.settings import NeuralSettings


class LatentDiffusionType(NetworkType):
    """The generator of :mod:`scmlang.neural.latent`."""

    name = "latent_diffusion"

    def build(
        self, shape: tuple[int, int, int], widths: Mapping[str, int], settings: NeuralSettings
    ) -> Generator:
        from scmlang.neural.latent import LatentDiffusionGenerator

        return LatentDiffusionGenerator(shape, widths, settings)


LATENT_DIFFUSION = LatentDiffusionType()
