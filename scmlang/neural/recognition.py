"""Recognition q(labels | I): for images that come without labels.

One convolutional trunk, one head per label variable, trained beside the generator on real images only.
It is used to read an image's labels (with its confidence) and, frozen, to tell the generator in training
whether an edited image shows the labels it was asked for.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from scmlang.neural import sharing
from scmlang.neural.naming import module_key
from scmlang.neural.plan import LabelPlan
from scmlang.semantics.domains import Finite


class Recogniser(nn.Module):
    """Heads: logits ``[n, levels]`` for finite variables, a standardised value ``[n, 1]`` for real ones.

    The confidence in a recognised level is its probability, in a recognised real value the standard deviation
    of the recogniser's error on recent training batches, which :meth:`observe_errors` keeps.
    """

    errors: Tensor

    def __init__(self, labels: tuple[LabelPlan, ...], shape: tuple[int, int, int], width: int) -> None:
        super().__init__()
        channels, height, side = shape
        area = -(-height // 4) * -(-side // 4)
        self.trunk = nn.Sequential(
            nn.Conv2d(channels, width, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, 2 * width, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(2 * width, 2 * width, 3, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(2 * width * area, 128),
            nn.ReLU(),
        )
        self.heads = nn.ModuleDict(
            {
                module_key(p.name): nn.Linear(128, p.domain.size if isinstance(p.domain, Finite) else 1)
                for p in labels
            }
        )
        self._names = [p.name for p in labels]
        self._real = [p.name for p in labels if not isinstance(p.domain, Finite)]
        self.register_buffer("errors", torch.ones(len(self._real)))

    @torch.no_grad()
    def observe_errors(self, outputs: Mapping[str, Tensor], targets: Mapping[str, Tensor]) -> None:
        """Update the moving mean squared errors of the real heads, in standardised units."""
        for i, name in enumerate(self._real):
            error = ((outputs[name][:, 0] - targets[name]) ** 2).mean()
            self.errors[i].lerp_(sharing.mean(error), 0.01)

    def deviation(self, name: str) -> Tensor:
        """The standard deviation of a real head's error, in standardised units."""
        return self.errors[self._real.index(name)].sqrt()

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        hidden = self.trunk(image)
        return {name: self.heads[module_key(name)](hidden) for name in self._names}


def recognition_loss(
    outputs: Mapping[str, Tensor], targets: Mapping[str, Tensor], weight: Tensor | None = None
) -> Tensor:
    """Σ over variables of the cross-entropy, or half the squared error for real ones.

    Args:
        outputs: the recogniser's heads.
        targets: level indices int64 ``[n]``, or standardised values float ``[n]``.
        weight: of each row ``[n]``, mean 1; uniform without.

    Returns:
        A scalar, the (weighted) mean over rows.
    """
    rows = torch.zeros(())
    for name, output in outputs.items():
        target = targets[name]
        if target.is_floating_point():
            rows = rows + 0.5 * (output[:, 0] - target) ** 2
        else:
            rows = rows + F.cross_entropy(output, target, reduction="none")
    return (rows if weight is None else rows * weight).mean()
