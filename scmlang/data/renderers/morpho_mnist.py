"""``morpho_mnist(digit, thickness, intensity)``: a real handwritten digit, drawn again with another pen.

After the synthetic data of N. Pawlowski, D. C. Castro and B. Glocker, "Deep Structural Causal Models for
Tractable Counterfactual Inference" (NeurIPS 2020, arXiv:2006.06485), which set the thickness and the
intensity of MNIST's digits by the tools of Morpho-MNIST (:mod:`scmlang.data.morphology`). The pen follows
the skeleton here, so a thin stroke never breaks; loops close when it gets thick.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from scmlang.data.digits import SIDE
from scmlang.data.morphology import Strokes, intensity, saturate, strokes, thickness
from scmlang.data.renderers.handwritten import Handwritten
from scmlang.semantics.domains import Finite, Real
from scmlang.semantics.expressions import Columns
from scmlang.semantics.signatures import Parameter

Pen = NDArray[np.float16]


class MorphoMNIST(Handwritten):
    """Morpho-MNIST, one channel of 28 × 28, white on black.

    A digit with skeleton points s and radii r_s is drawn as the union of discs around its skeleton whose
    radii are r_s · thickness / (2 r̄), r̄ being the mean: so the mean thickness is the one asked for, and
    what varies along the hand's stroke goes on to do so. A pixel is covered by ``clip(radius − d + 1/2, 0,
    1)`` for its distance d from the disc's centre, and has that part of ``intensity``, in 0..255.
    """

    name = "morpho_mnist"
    shape = (1, SIDE, SIDE)
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "digit": Parameter(Finite("range", 10)),
        "thickness": Parameter(Real(), low=1.0, high=6.0),
        "intensity": Parameter(Real(), low=64.0, high=255.0),
    }
    fixes = frozenset({"thickness", "intensity"})

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        super().__init__(settings)
        self._pens: dict[int, Pen] = {}

    def render(self, parameters: Columns, noise: Columns, split: str) -> NDArray[np.uint8]:
        source = self.source(parameters, noise, split)
        images = np.empty((len(source), *self.shape), np.uint8)
        pens = self._drawn(source)
        wanted = zip(source.tolist(), parameters["thickness"], parameters["intensity"], strict=True)
        for image, (index, thick, bright) in zip(images, wanted, strict=True):
            distance, share = pens[index].astype(np.float64)
            covered = np.clip(thick * share - distance + 0.5, 0, 1)
            image[0] = np.rint(np.rint(bright) * saturate(covered))
        return images

    def measure(self, images: NDArray[np.uint8]) -> dict[str, NDArray[np.float64]]:
        grey = images[:, 0]
        return {"thickness": thickness(grey), "intensity": intensity(grey)}

    def _drawn(self, source: NDArray[np.int64]) -> Mapping[int, Pen]:
        """The pen of every source; each is found once."""
        new = [index for index in np.unique(source).tolist() if index not in self._pens]
        found = strokes(self.digits.images[new])
        self._pens |= {index: _pen(each) for index, each in zip(new, found, strict=True)}
        return self._pens


def _pen(digit: Strokes) -> Pen:
    """For every pixel the disc that decides it, float16[2, 28, 28]: the distance to its centre, and its
    radius where the mean thickness is 1.

    With t the thickness, a pixel is inside where |x − s| ≤ t · share_s for some s, so the disc of least
    |x − s| / share_s decides, whatever t is.
    """
    rows, columns = np.divmod(np.arange(SIDE * SIDE), SIDE)
    distance = np.hypot(rows[:, None] - digit.points[:, 0], columns[:, None] - digit.points[:, 1])
    share = digit.radii / digit.thickness
    nearest = np.argmin(distance / share, axis=1)
    chosen = np.stack([distance[np.arange(len(rows)), nearest], share[nearest]])
    return chosen.reshape(2, SIDE, SIDE).astype(np.float16)
