"""The structural equation of the semantic code: z = g(u; v), invertible in u, with u ~ N(0, 1).

The code that q(z | I, v) finds is not independent of the labels: the strokes of an 8 are not those of a 1.
An exogenous variable must be. So the code is itself a mechanism: g is a conditional normalizing flow
(Dinh et al., "Density estimation using Real NVP", arXiv:1605.08803; conditional as in Winkler et al.,
arXiv:1912.00042), trained by the likelihood of the codes given the labels,

    log p(z | v) = log N(g⁻¹(z; v); 0, 1) + log |det ∂g⁻¹/∂z|,

so that u = g⁻¹(z; v) has the same distribution whatever v is, and is what abduction keeps. Under other labels
v' the code of the same u is g(u; v'): the same place among the codes of v'. This is how a normalizing flow
serves as a mechanism of a structural causal model in Pawlowski et al., "Deep structural causal models for
tractable counterfactual inference", arXiv:2006.06485, here inside the generator. Couplings are what trains
along with the encoder; what they leave is taken out afterwards (:mod:`scmlang.neural.code_refinement`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from scmlang.neural.code_refinement import CodeRefinement

LARGEST_LOG_SCALE = 1.5


class CodeFlow(nn.Module):
    """g⁻¹, the density that it gives, and g, for codes ``[n, channels, side, side]``.

    First an affine map for each number of the code, whose location and scale the labels give; then affine
    couplings, each of which moves half of the numbers by what a small network sees of the other half and of
    the labels. Halves alternate between channels and the fields of a chequerboard.

    Args:
        shape: (channels, side, side) of the code.
        conditions: width of v of every label, which lie side by side in a condition.
        layers: number of couplings.
        width: channels of their networks.
        refinement: width of the fields that refine them; 0 for none.
    """

    def __init__(
        self,
        shape: tuple[int, int, int],
        conditions: Sequence[int],
        layers: int,
        width: int,
        refinement: int = 0,
    ) -> None:
        super().__init__()
        condition = sum(conditions)
        self.affine = nn.Linear(condition, 2 * math.prod(shape))
        for parameter in self.affine.parameters():
            nn.init.zeros_(parameter)
        self.couplings = nn.ModuleList(
            Coupling(shape, condition, width, mask) for mask in halves(shape, layers)
        )
        self.refinement: CodeRefinement | None = None
        if refinement:
            self.refinement = CodeRefinement(math.prod(shape), conditions, refinement)

    def abduct(self, code: Tensor, condition: Tensor, refined: bool = True) -> Tensor:
        """The exogenous part of a code: by the couplings, and then by their refinement if there is one."""
        noise: Tensor = self(code, condition)[0]
        return self.refinement(noise, condition) if refined and self.refinement else noise

    def predict(self, noise: Tensor, condition: Tensor, refined: bool = True) -> Tensor:
        """The code of an exogenous part, likewise."""
        if refined and self.refinement:
            noise = self.refinement.respond(noise, condition)
        return self.respond(noise, condition)

    def forward(self, code: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        """u = g⁻¹(z; v) ``[n, C, S, S]`` by the couplings, and log |det ∂u/∂z| ``[n]``."""
        location, log_scale = self._affine(code, condition)
        noise = (code - location) * (-log_scale).exp()
        log_det = -log_scale.flatten(1).sum(1)
        for coupling in self.couplings:
            shift, log_scale = coupling(noise, condition)
            noise = noise * log_scale.exp() + shift
            log_det = log_det + log_scale.flatten(1).sum(1)
        return noise, log_det

    def respond(self, noise: Tensor, condition: Tensor) -> Tensor:
        """z = g(u; v) by the couplings."""
        for coupling in reversed(self.couplings):
            shift, log_scale = coupling(noise, condition)
            noise = (noise - shift) * (-log_scale).exp()
        location, log_scale = self._affine(noise, condition)
        return noise * log_scale.exp() + location

    def log_prob(self, code: Tensor, condition: Tensor) -> Tensor:
        """log p(z | v) in nats, ``[n]``."""
        noise, log_det = self(code, condition)
        density: Tensor = log_det + normal_log_prob(noise)
        return density

    def _affine(self, like: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        location, log_scale = self.affine(condition).reshape(len(like), 2, *like.shape[1:]).unbind(1)
        return location, bounded(log_scale)


class Coupling(nn.Module):
    """Shift and log-scale of the numbers off a mask, from those on it and the labels; at first zero."""

    mask: Tensor

    def __init__(self, shape: tuple[int, int, int], condition: int, width: int, mask: Tensor) -> None:
        super().__init__()
        self.register_buffer("mask", mask, persistent=False)
        self.stem = nn.Conv2d(2 * shape[0], width, 3, padding=1)
        self.film = nn.Linear(condition, 4 * width)
        self.body = nn.Conv2d(width, width, 3, padding=1)
        self.head = nn.Conv2d(width, 2 * shape[0], 3, padding=1)
        for parameter in self.head.parameters():
            nn.init.zeros_(parameter)

    def forward(self, code: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        scale1, shift1, scale2, shift2 = self.film(condition)[:, :, None, None].chunk(4, 1)
        seen = torch.cat([code * self.mask, self.mask.expand(len(code), -1, -1, -1)], 1)
        hidden = F.silu(self.stem(seen) * (1 + scale1) + shift1)
        hidden = F.silu(self.body(hidden) * (1 + scale2) + shift2)
        shift, log_scale = self.head(hidden).chunk(2, 1)
        return shift * (1 - self.mask), bounded(log_scale) * (1 - self.mask)


def normal_log_prob(noise: Tensor) -> Tensor:
    """log N(u; 0, 1) in nats, ``[n]``."""
    return -0.5 * (noise**2 + math.log(2 * math.pi)).flatten(1).sum(1)


def bounded(log_scale: Tensor) -> Tensor:
    """The identity near zero; never beyond ±LARGEST_LOG_SCALE, so that no layer explodes."""
    return LARGEST_LOG_SCALE * torch.tanh(log_scale / LARGEST_LOG_SCALE)


def halves(shape: tuple[int, int, int], layers: int) -> list[Tensor]:
    """``layers`` masks ``[C, S, S]`` of zeros and ones, each followed by its complement."""
    channels, height, width = shape
    rows, columns = torch.arange(height)[:, None], torch.arange(width)[None, :]
    fields = ((rows + columns) % 2).expand(shape)
    lower = (torch.arange(channels) % 2)[:, None, None].expand(shape)
    blocks = (torch.arange(channels) // 2 % 2)[:, None, None].expand(shape)
    kinds = [lower, fields, blocks] if channels > 1 else [fields]
    masks = []
    for layer in range(layers):
        mask = kinds[layer // 2 % len(kinds)].float()
        masks.append(mask if layer % 2 == 0 else 1 - mask)
    return masks
