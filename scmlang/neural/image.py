"""What an image mechanism is: p(I | v_pa, U_I), with the exogenous U_I that its images are made of.

A :class:`Generator` learns the mechanism, draws images from it, and abducts U_I from a given image. Every
generator may have a semantic code z ~ q(z | I, v). It is a part of U_I, or where there is a flow
(:mod:`scmlang.neural.code_flow`) a function of the labels and of a part u of U_I. U_I also has whatever
else that kind of generator needs to give an image back: diffusion noise, or what its decoder leaves over. The
kinds are the image types of :data:`scmlang.mechanisms.MECHANISMS`, chosen by name.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, Protocol

import torch
from torch import Tensor, nn

from scmlang.neural import sharing
from scmlang.neural.code_flow import CodeFlow

Vectors = Mapping[str, Tensor]


@dataclass(frozen=True)
class Code:
    """The posterior q(z | I, v): independent normals, each ``[n, code_channels, side, side]``."""

    mean: Tensor
    log_variance: Tensor

    def sample(self, generator: torch.Generator | None = None) -> Tensor:
        shape = self.mean.shape
        noise = sharing.normal(shape) if generator is None else torch.randn(shape, generator=generator)
        return self.mean + noise.to(self.mean.device) * (0.5 * self.log_variance).exp()

    def take(self, rows: Tensor) -> Code:
        """That of the rows of these indices."""
        return Code(self.mean[rows], self.log_variance[rows])

    def entropy(self) -> Tensor:
        """In nats, ``[n]``."""
        return 0.5 * (1 + math.log(2 * math.pi) + self.log_variance).flatten(1).sum(1)

    def kl(self) -> Tensor:
        """KL(q ‖ N(0, 1)) in nats, ``[n]``."""
        terms = self.mean**2 + self.log_variance.exp() - 1 - self.log_variance
        return 0.5 * terms.flatten(1).sum(1)


@dataclass(frozen=True)
class Condition:
    """What the generator is conditioned on.

    Attributes:
        vectors: v of every parent of the image, ``[n, width]``.
        code: the semantic code z, ``[n, *code_shape]``.
        guidance: per parent, the guidance scale of every row ``[n]``; 1 (or absent) is no guidance.
        interval: guidance acts at time steps whose share of noise b / (a + b) is within it.
    """

    vectors: Vectors
    code: Tensor
    guidance: Mapping[str, Tensor]
    interval: tuple[float, float] = (0.0, 1.0)

    def take(self, rows: Tensor) -> Condition:
        """That of the rows of these indices."""
        vectors = {name: value[rows] for name, value in self.vectors.items()}
        guidance = {name: scale[rows] for name, scale in self.guidance.items()}
        return Condition(vectors, self.code[rows], guidance, self.interval)

    def __len__(self) -> int:
        return len(self.code)


class Fidelity(Enum):
    """What an inversion's replay under the factual condition is.

    ``EXACT``: the image, up to rounding. ``CLOSE``: a picture near it, always the same. ``FRESH``: another
    picture each time.
    """

    EXACT = "exact"
    CLOSE = "close"
    FRESH = "fresh"


class Replay(Protocol):
    """Images with an abducted noise."""

    def __call__(self, condition: Condition, rows: Tensor | None = None) -> Tensor:
        """The images ``[m, C, H, W]`` of a condition of m rows.

        Args:
            condition: of ``rows``.
            rows: indices ``[m]`` of the inverted images whose noise is taken; all when None.
        """
        ...


class Generator(nn.Module, ABC):
    """An image mechanism. Images are ``[n, C, H, W]`` in [−1, 1].

    Attributes:
        shape: (C, H, W) of the image.
        widths: width of v of every parent of the image, in order.
        code_shape: of z.
        inversions: the ways of abducting the noise of an image, by name.
    """

    shape: tuple[int, int, int]
    widths: dict[str, int]
    code_shape: tuple[int, int, int]
    inversions: ClassVar[tuple[str, ...]]

    @abstractmethod
    def condition(self, vectors: Vectors, dropped: Vectors | None = None) -> Tensor:
        """The parents' vectors side by side ``[n, Σ width]``.

        Args:
            vectors: v of every parent of the image, ``[n, width]``.
            dropped: bool ``[n]`` per parent: where to put a learned null vector instead, so that guidance
                can be applied to some parents alone (Ho & Salimans, arXiv:2207.12598, one by one).
        """

    @property
    @abstractmethod
    def code_encoder(self) -> nn.Module | None:
        """The network of q(z | I, v); None without a code."""

    @abstractmethod
    def encode(self, image: Tensor, condition: Tensor) -> Code:
        """q(z | I, v) for images and conditions ``[n, Σ width]``."""

    @property
    def flow(self) -> CodeFlow | None:
        """The flow z = g(u; v); None where z itself is exogenous."""
        return None

    def code_noise(self, code: Tensor, condition: Tensor, refined: bool = True) -> Tensor:
        """Abduction of u from the code: g⁻¹(z; v), independent of the labels as far as g has been learned.

        Args:
            code: z.
            condition: of the labels.
            refined: whether with the flow's refinement, which is learned when all else has been.
        """
        return code if self.flow is None else self.flow.abduct(code, condition, refined)

    def respond_code(self, noise: Tensor, condition: Tensor, refined: bool = True) -> Tensor:
        """Prediction of the code: z = g(u; v)."""
        return noise if self.flow is None else self.flow.predict(noise, condition, refined)

    @abstractmethod
    def losses(
        self, image: Tensor, vectors: Vectors, code: Tensor, dropout: float, noise_bias: float
    ) -> dict[str, Tensor]:
        """The terms of the loss that fit p(I | v, z), by name.

        Args:
            image: the images.
            vectors: v of every parent.
            code: a draw of z.
            dropout: the probability that a parent's vector is replaced by its null vector.
            noise_bias: see :func:`scmlang.neural.schedule.draw_times`.
        """

    @abstractmethod
    def draw(self, condition: Tensor, code: Tensor, start: Tensor | None = None) -> Tensor:
        """One pass of the network from noise: what labels and code alone determine.

        Args:
            condition, code: of n rows.
            start: the noise, of :meth:`start`; drawn anew when None.
        """

    def start(self, n: int, seed: torch.Generator) -> Tensor | None:
        """The noise that :meth:`draw` starts from, n rows on the seed's device; None where there is none."""
        return None

    @abstractmethod
    def redraw(self, condition: Tensor, code: Tensor, noise_bias: float) -> Tensor:
        """An image of labels and code with a gradient to both and to the network, for label swapping."""

    @abstractmethod
    def fidelity(self, inversion: str) -> Fidelity:
        """How true replays of one of the :attr:`inversions` are to the image."""

    @abstractmethod
    def invert(
        self,
        image: Tensor,
        condition: Condition,
        inversion: str,
        steps: int,
        seed: torch.Generator,
        rows: Tensor | None = None,
    ) -> Replay:
        """Abduction of what z leaves open: a function from a condition to the image with that same noise.

        Under the factual condition it gives the image back as :meth:`fidelity` says.

        Args:
            image, condition: of n rows.
            inversion: one of :attr:`inversions`.
            steps: of sampling.
            seed: of what is drawn, for all n rows: an image's noise is the same whichever are inverted.
            rows: indices of those that are inverted, and that the replay numbers from 0; all when None.
        """

    @abstractmethod
    def sample(self, condition: Condition, sampler: str, steps: int, seed: torch.Generator) -> Tensor:
        """New images of labels and codes."""

    @property
    def settled(self) -> bool:
        """Whether images that :meth:`redraw` makes are worth learning from yet."""
        return True

    def first_stage(self, image: Tensor) -> dict[str, Tensor]:
        """The terms of a stage that has to be over before z is of use; empty when it is, or there is none."""
        return {}

    def advance(self, fraction: float) -> None:
        """Told before every step how much of the training is done, 0..1."""
