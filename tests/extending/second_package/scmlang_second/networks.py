"""The networks."""

import torch
from torch import nn

from scmlang.neural.backbone import Backbone
from scmlang.neural.generator import DiffusionGenerator


class Gained(DiffusionGenerator):
    """The generator; its option comes with the settings."""

    def __init__(self, shape, widths, settings):
        super().__init__(shape, widths, settings)
        self.gain = nn.Parameter(torch.full((shape[0], 1, 1), float(settings.options["gain"])))

    def forward(self, noisy, t, condition, code):
        return self.gain * super().forward(noisy, t, condition, code)


class Plain(Backbone):
    """Three convolutions, whose features the time and the condition scale."""

    condition_width = 16

    def __init__(self, shape):
        super().__init__()
        width = shape.channels[0]
        self.stem = nn.Conv2d(shape.inputs, width, 3, padding=1)
        self.film = nn.Linear(self.condition_width + 1, width)
        self.body = nn.Conv2d(width, width, 3, padding=1)
        self.head = nn.Conv2d(width, shape.outputs, 3, padding=1)

    def forward(self, sample, t, condition):
        scale = self.film(torch.cat([condition, t[:, None] / 1000], 1))[:, :, None, None]
        hidden = torch.relu(self.stem(sample)) * (1 + scale)
        return self.head(torch.relu(self.body(hidden)))
