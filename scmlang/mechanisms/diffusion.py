"""``diffusion``: a conditional diffusion model, for images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from scmlang.mechanisms.base import ImageType
from scmlang.semantics.domains import Image
from scmlang.semantics.model import CausalModel, Variable
from scmlang.semantics.signatures import Option

if TYPE_CHECKING:
    from scmlang.neural.generator import DiffusionGenerator
    from scmlang.neural.settings import NeuralSettings


class DiffusionType(ImageType):
    """The generator of :mod:`scmlang.neural.generator`; what is not set here the recipe decides."""

    name = "diffusion"
    options: ClassVar[Mapping[str, Option]] = {
        "channels": Option("ints", (), 8, 4096, help="channels per resolution, multiples of 8"),
        "layers": Option("int", 0, 0, 8, help="residual blocks per resolution; 0 leaves it to the recipe"),
    }

    def misfit(self, variable: Variable, model: CausalModel) -> str | None:
        if not isinstance(variable.domain, Image):
            return f"`diffusion` draws images, and `{variable.name}` is {variable.domain}"
        channels = variable.mechanism.options.get("channels", ()) if variable.mechanism else ()
        odd = [c for c in channels if int(c) % 8] if isinstance(channels, tuple) else []
        return f"channels must be multiples of 8, and {odd[0]} is not" if odd else None

    def build(
        self, shape: tuple[int, int, int], widths: Mapping[str, int], settings: NeuralSettings
    ) -> DiffusionGenerator:
        from scmlang.neural.generator import DiffusionGenerator

        return DiffusionGenerator(shape, widths, settings)


DIFFUSION = DiffusionType()
