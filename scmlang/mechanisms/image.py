"""What the image types that are made of one of our backbones have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from scmlang.mechanisms.base import ImageType
from scmlang.semantics.domains import Image
from scmlang.semantics.model import CausalModel, Variable
from scmlang.semantics.signatures import Option


class NetworkType(ImageType):
    """A type whose options are sizes of the backbone; what is not set here the recipe decides."""

    options: ClassVar[Mapping[str, Option]] = {
        "channels": Option("ints", (), 8, 4096, help="channels per resolution, multiples of 8"),
        "layers": Option("int", 0, 0, 8, help="residual blocks per resolution; 0 leaves it to the recipe"),
    }

    def misfit(self, variable: Variable, model: CausalModel) -> str | None:
        if not isinstance(variable.domain, Image):
            return f"`{self.name}` draws images, and `{variable.name}` is {variable.domain}"
        channels = variable.mechanism.options.get("channels", ()) if variable.mechanism else ()
        odd = [c for c in channels if int(c) % 8] if isinstance(channels, tuple) else []
        return f"channels must be multiples of 8, and {odd[0]} is not" if odd else None
