"""What a denoising network predicts: a linear function of the clean image and the noise.

With x_t = a x_0 + b ε every prediction is o = p x_0 + q ε, and the clean image it implies is
x_0 = (q x_t − b o) / (q a − p b). The names are those of diffusers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor

Coefficients = Callable[[Tensor, Tensor], tuple[Tensor | float, Tensor | float]]


@dataclass(frozen=True)
class Prediction:
    """One kind of prediction; ``weights`` gives (p, q) for (a, b)."""

    weights: Coefficients

    def target(self, a: Tensor, b: Tensor, clean: Tensor, noise: Tensor) -> Tensor:
        """What the network is to predict."""
        p, q = self.weights(a, b)
        return p * clean + q * noise

    def clean(self, a: Tensor, b: Tensor, noisy: Tensor, output: Tensor) -> Tensor:
        """The clean image that an output at x_t implies."""
        p, q = self.weights(a, b)
        return (q * noisy - b * output) / (q * a - p * b)


PREDICTIONS: Mapping[str, Prediction] = {
    # Ho et al., arXiv:2006.11239; at a = 0 it does not determine the image.
    "epsilon": Prediction(lambda a, b: (0.0, 1.0)),
    "sample": Prediction(lambda a, b: (1.0, 0.0)),
    # Salimans & Ho, arXiv:2202.00512
    "v_prediction": Prediction(lambda a, b: (-b, a)),
    # Lipman et al., arXiv:2210.02747; Liu et al., arXiv:2209.03003: dx/ds on the straight path
    "flow_prediction": Prediction(lambda a, b: (-1.0, 1.0)),
}
