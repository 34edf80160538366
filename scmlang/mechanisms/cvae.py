"""``cvae``: a conditional variational autoencoder, for images; a baseline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scmlang.mechanisms.image import NetworkType

if TYPE_CHECKING:
    from scmlang.neural.image import Generator
    from scmlang.neural.settings import NeuralSettings


class VariationalType(NetworkType):
    """The generator of :mod:`scmlang.neural.cvae`."""

    name = "cvae"

    def unsuited(self, settings: NeuralSettings) -> str | None:
        if settings.code_channels:
            return None
        return "a variational autoencoder is nothing without a code, and `code.channels` is 0"

    def build(
        self, shape: tuple[int, int, int], widths: Mapping[str, int], settings: NeuralSettings
    ) -> Generator:
        from scmlang.neural.cvae import VariationalGenerator

        return VariationalGenerator(shape, widths, settings)


CVAE = VariationalType()
