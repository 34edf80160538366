"""``diffusion``: a conditional diffusion model, for images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scmlang.mechanisms.image import NetworkType

if TYPE_CHECKING:
    from scmlang.neural.image import Generator
    from scmlang.neural.settings import NeuralSettings


class DiffusionType(NetworkType):
    """The generator of :mod:`scmlang.neural.generator`."""

    name = "diffusion"

    def build(
        self, shape: tuple[int, int, int], widths: Mapping[str, int], settings: NeuralSettings
    ) -> Generator:
        from scmlang.neural.generator import DiffusionGenerator

        return DiffusionGenerator(shape, widths, settings)


DIFFUSION = DiffusionType()
