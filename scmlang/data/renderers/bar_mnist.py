"""``bar_mnist(digit, colour, bar)``: a real handwritten digit, coloured, with or without a bar.

The digit is drawn in red (colour 0, channel 0) or green (colour 1, channel 1). The bar fills rows
0..3 of the blue channel over the full width. Digit and bar share no channel, so strokes that reach
into these rows (15 % of the digits have some) show through the bar as magenta or cyan, and the bar
hides nothing: the image determines its source picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from scmlang.data.digits import SIDE
from scmlang.data.renderers.handwritten import Handwritten
from scmlang.semantics.domains import BINARY, Finite
from scmlang.semantics.expressions import Columns
from scmlang.semantics.signatures import Parameter

BAR_ROWS = 4
BLUE = 2


class BarMNIST(Handwritten):
    """Bar-MNIST. Under another colour or bar the digit is the same picture."""

    name = "bar_mnist"
    shape = (3, SIDE, SIDE)
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "digit": Parameter(Finite("range", 10)),
        "colour": Parameter(BINARY),
        "bar": Parameter(BINARY),
    }
    fixes = frozenset({"colour", "bar"})

    def render(self, parameters: Columns, noise: Columns, split: str) -> NDArray[np.uint8]:
        source = self.source(parameters, noise, split)
        images = np.zeros((len(source), *self.shape), np.uint8)
        colour = np.asarray(parameters["colour"], np.int64)
        images[np.arange(len(source)), colour] = self.digits.images[source]
        images[np.asarray(parameters["bar"]) == 1, BLUE, :BAR_ROWS] = 255
        return images
