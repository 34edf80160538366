"""What the couplings of the code's flow leave of the labels in u, taken out by a second flow.

Affine couplings have the density to train an encoder by, and too little of it: a perceptron still reads
labels off their u. So u is a mechanism again, u = h(w; v), and w is the exogenous part of the code: h is the
flow in time of an ordinary differential equation (Chen et al., arXiv:1806.07366),

    dx/ds = f(x, s; v),    x(0) = u,    x(1) = w ~ N(0, 1),

whose field is learned by conditional flow matching (Lipman et al., "Flow matching for generative modeling",
arXiv:2210.02747; Liu et al., arXiv:2209.03003): with ε ~ N(0, 1) and x = (1 − s) u + s ε, the minimum of
E‖f(x, s; v) − (ε − u)‖² carries p(u | v) to N(0, 1). What the network adds is the field's difference from
f(x, s) = (2s − 1) x / (s² + (1 − s)²), that of a u which is normal already: nothing is moved in the end. So
the map is near the identity where the couplings were right.

The field is that, a perceptron for every label by itself, and a small one for all of them together:
Σ_j f_j(x, s; v_j) + f_0(x, s; v). So most of what u tells of a label is learned from all the rows of that
label, whatever the others are, and u moves under do(C) by what it tells of C. A large perceptron of all
labels learns each combination's own noise, and the same handwriting under two colours, which the couplings
were trained to bring together, is torn apart.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from scmlang.neural import sharing

FREQUENCIES = 16
CONTEXT = 128
DEPTH = 4
JOINT = 3  # how many times narrower the perceptron of all labels is


class CodeRefinement(nn.Module):
    """w = h⁻¹(u; v) and u = h(w; v), both by Heun's method, for numbers ``[n, channels, side, side]``.

    Args:
        numbers: of a code, channels · side².
        conditions: width of v of every label, which lie side by side in a condition.
        width: of the residual perceptron of each; that of all of them is a third as wide.
        steps: of the integration, each of two evaluations. The two directions undo each other up to its
            error, which falls with the square of the steps.
    """

    def __init__(self, numbers: int, conditions: Sequence[int], width: int, steps: int = 12) -> None:
        super().__init__()
        self.steps = steps
        self.conditions = tuple(conditions)
        self.parts = nn.ModuleList(LabelField(numbers, condition, width) for condition in self.conditions)
        self.whole = LabelField(numbers, sum(self.conditions), max(1, width // JOINT))

    def forward(self, noise: Tensor, condition: Tensor) -> Tensor:
        """w = h⁻¹(u; v)."""
        return self._integrate(noise, condition, 0.0, 1.0)

    def respond(self, noise: Tensor, condition: Tensor) -> Tensor:
        """u = h(w; v)."""
        return self._integrate(noise, condition, 1.0, 0.0)

    def loss(self, noise: Tensor, condition: Tensor) -> Tensor:
        """Conditional flow matching, a mean over numbers, at a random time a row."""
        time = sharing.uniform((len(noise),), noise.device)
        target = sharing.normal_like(noise)
        weight = time[:, None, None, None]
        field = self.field((1 - weight) * noise + weight * target, time, condition)
        return F.mse_loss(field, target - noise)

    def field(self, x: Tensor, time: Tensor, condition: Tensor) -> Tensor:
        """f(x, s; v) at times ``[n]``."""
        frequencies = torch.logspace(0, 3, FREQUENCIES, device=x.device, dtype=x.dtype)
        angles = time[:, None].to(x.dtype) * frequencies
        waves = torch.cat([angles.sin(), angles.cos()], 1)
        s = time[:, None, None, None].to(x.dtype)
        vectors = torch.split(condition, list(self.conditions), 1)
        learned = self.whole(x.flatten(1), condition, waves)
        for part, vector in zip(self.parts, vectors, strict=True):
            learned = learned + part(x.flatten(1), vector, waves)
        field: Tensor = (2 * s - 1) / (s**2 + (1 - s) ** 2) * x + learned.reshape(x.shape)
        return field

    def _integrate(self, x: Tensor, condition: Tensor, start: float, end: float) -> Tensor:
        step = (end - start) / self.steps
        for index in range(self.steps):
            now = torch.full((len(x),), start + index * step, device=x.device)
            slope = self.field(x, now, condition)
            ahead = self.field(x + step * slope, now + step, condition)
            x = x + step * (slope + ahead) / 2
        return x


class LabelField(nn.Module):
    """f_j(x, s; v_j), or f_0, for numbers ``[n, numbers]``: a residual perceptron; zero at first."""

    def __init__(self, numbers: int, condition: int, width: int) -> None:
        super().__init__()
        self.context = nn.Sequential(
            nn.Linear(condition + 2 * FREQUENCIES, CONTEXT), nn.SiLU(), nn.Linear(CONTEXT, CONTEXT), nn.SiLU()
        )
        self.stem = nn.Linear(numbers, width)
        self.blocks = nn.ModuleList(ModulatedBlock(width, CONTEXT) for _ in range(DEPTH))
        self.head = nn.Linear(width, numbers)
        for parameter in self.head.parameters():
            nn.init.zeros_(parameter)

    def forward(self, x: Tensor, vector: Tensor, waves: Tensor) -> Tensor:
        context = self.context(torch.cat([vector, waves], 1))
        hidden = self.stem(x)
        for block in self.blocks:
            hidden = block(hidden, context)
        result: Tensor = self.head(hidden)
        return result


class ModulatedBlock(nn.Module):
    """A residual perceptron whose hidden layer the context scales and shifts."""

    def __init__(self, width: int, context: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.widen = nn.Linear(width, 2 * width)
        self.modulate = nn.Linear(context, 4 * width)
        self.narrow = nn.Linear(2 * width, width)

    def forward(self, hidden: Tensor, context: Tensor) -> Tensor:
        scale, shift = self.modulate(context).chunk(2, 1)
        result: Tensor = hidden + self.narrow(F.silu(self.widen(self.norm(hidden)) * (1 + scale) + shift))
        return result
