"""The V-autoencoders: between a label variable's value and its high-dimensional vector v.

The paper's Figure 3: interventions name a level, the generator is fed a vector, and an autoencoder per
variable maps between the two. Here ``decode`` goes from a value to v, ``encode`` from v back to the value's
space, and ``round_trip`` is both, so that training sees v exactly as editing does.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from scmlang.neural.plan import LabelPlan
from scmlang.semantics.domains import Finite


@dataclass(frozen=True)
class EmbeddingLoss:
    """The three terms of equation (1) for one variable, each a mean over the batch."""

    reconstruction: Tensor
    classification: Tensor
    level: Tensor


class LevelAutoencoder(nn.Module):
    """Finite variables: v = D(y) is a learned row of width d, and E(v) are logits over the levels.

    The terms of equation (1), with y the level, v = D(y), v_l = E(v) and v_c the round trip
    Σ_k softmax(v_l)_k D(k): MSE(v, v_c); CE(v, y) by a linear read-out of v alone, which keeps v
    linearly separable; and NLL(v_l, y) = −log softmax(v_l)_y.
    """

    def __init__(self, levels: int, width: int) -> None:
        super().__init__()
        self.levels = levels
        self.width = width
        self.table = nn.Embedding(levels, width)
        self.encoder = nn.Sequential(nn.Linear(width, 2 * width), nn.SiLU(), nn.Linear(2 * width, levels))
        self.readout = nn.Linear(width, levels)

    def decode(self, value: Tensor) -> Tensor:
        """Vectors ``[n, width]`` of level indices int64 ``[n]``."""
        vectors: Tensor = self.table(value)
        return vectors

    def encode(self, vector: Tensor) -> Tensor:
        """Logits ``[n, levels]`` of vectors ``[n, width]``."""
        logits: Tensor = self.encoder(vector)
        return logits

    def round_trip(self, vector: Tensor) -> Tensor:
        """v_c ``[n, width]``: the expected vector under the encoder's distribution over levels."""
        return torch.softmax(self.encode(vector), -1) @ self.table.weight

    def losses(self, value: Tensor, vector: Tensor) -> EmbeddingLoss:
        """The three terms for level indices int64 ``[n]`` and their vectors v, as the generator gets them."""
        return EmbeddingLoss(
            reconstruction=F.mse_loss(self.round_trip(vector), vector),
            classification=F.cross_entropy(self.readout(vector), value),
            level=F.cross_entropy(self.encode(vector), value),
        )


class RealAutoencoder(nn.Module):
    """Real variables: v = D(a) by a small network of the standardised value, and E(v) gives it back.

    The terms of equation (1) become, for the standardised value s: MSE(v, D(E(v))); half the squared
    error of a linear read-out of v; and half the squared error of E(v), the negative log-likelihoods of
    unit normals up to a constant.

    ``location`` and ``scale`` are buffers, set from the training data before training.
    """

    location: Tensor
    scale: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.register_buffer("location", torch.zeros(()))
        self.register_buffer("scale", torch.ones(()))
        self.decoder = nn.Sequential(nn.Linear(1, 4 * width), nn.SiLU(), nn.Linear(4 * width, width))
        self.encoder = nn.Sequential(nn.Linear(width, 2 * width), nn.SiLU(), nn.Linear(2 * width, 1))
        self.readout = nn.Linear(width, 1)

    def standardise(self, value: Tensor) -> Tensor:
        return (value - self.location) / self.scale

    def decode(self, value: Tensor) -> Tensor:
        """Vectors ``[n, width]`` of real values ``[n]``."""
        vectors: Tensor = self.decoder(self.standardise(value)[:, None])
        return vectors

    def encode(self, vector: Tensor) -> Tensor:
        """Values ``[n]``, in the variable's own units, of vectors ``[n, width]``."""
        standardised: Tensor = self.encoder(vector)[:, 0]
        return standardised * self.scale + self.location

    def round_trip(self, vector: Tensor) -> Tensor:
        """v_c ``[n, width]``."""
        return self.decode(self.encode(vector))

    def losses(self, value: Tensor, vector: Tensor) -> EmbeddingLoss:
        """The three terms for real values ``[n]`` and their vectors v."""
        target = self.standardise(value)
        return EmbeddingLoss(
            reconstruction=F.mse_loss(self.round_trip(vector), vector),
            classification=0.5 * F.mse_loss(self.readout(vector)[:, 0], target),
            level=0.5 * F.mse_loss(self.encoder(vector)[:, 0], target),
        )


Autoencoder = LevelAutoencoder | RealAutoencoder


def build_autoencoder(plan: LabelPlan) -> Autoencoder:
    """The V-autoencoder for a label variable's domain."""
    if isinstance(plan.domain, Finite):
        return LevelAutoencoder(plan.domain.size, plan.embedding)
    return RealAutoencoder(plan.embedding)
