"""What a model file may name: no PyTorch until something is built."""

from typing import ClassVar

from scmlang.mechanisms.image import NetworkType
from scmlang.semantics.signatures import Option


class Theirs(NetworkType):
    """A diffusion model whose output is multiplied by a learned factor a channel."""

    name = "theirs"
    options: ClassVar = {
        **NetworkType.options,
        "gain": Option("int", 1, 1, 9, help="where the factors start"),
    }

    def build(self, shape, widths, settings):
        from scmlang_second.networks import Gained

        return Gained(shape, widths, settings)


THEIRS = Theirs()
