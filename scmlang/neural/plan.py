"""What is to be built: the compiler's orders to the neural back end, free of torch.

A plan speaks of the latent projection of the model's diagram onto its observed variables, since the
back end learns a mechanism for each observed variable and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scmlang.semantics.domains import Finite, Image, Real
from scmlang.semantics.model import OptionValue


@dataclass(frozen=True)
class LabelPlan:
    """One label variable: anything observed that is not an image.

    Attributes:
        name: the variable.
        domain: its domain.
        parents: the label variables that cause it directly.
        shared: indices into :attr:`NeuralPlan.shared` of the noise it shares with others.
        mechanism: the mechanism type's name in the registry.
        options: the type's options, defaults filled in.
        reason: why it got this type, for people.
    """

    name: str
    domain: Finite | Real
    parents: tuple[str, ...]
    shared: tuple[int, ...]
    mechanism: str
    options: Mapping[str, OptionValue] = field(hash=False)
    reason: str

    @property
    def embedding(self) -> int:
        """The width of the variable's vector v: as the option says, or without it one number a level."""
        width = self.options.get("embedding")
        if width is None and isinstance(self.domain, Finite):
            return self.domain.size
        if not isinstance(width, int):
            raise TypeError("the option `embedding` is an integer in every mechanism of a real label")
        return width


@dataclass(frozen=True)
class ImagePlan:
    """The image variable and its direct causes among the labels, in the order of the labels."""

    name: str
    domain: Image
    parents: tuple[str, ...]
    mechanism: str
    options: Mapping[str, OptionValue] = field(hash=False)
    reason: str


@dataclass(frozen=True)
class SharedNoise:
    """A finite exogenous variable U_S common to a maximal clique S of bidirected edges."""

    members: tuple[str, ...]
    states: int


@dataclass(frozen=True)
class NeuralPlan:
    """Labels in topological order, at most one image, and the confounders among the labels."""

    labels: tuple[LabelPlan, ...]
    image: ImagePlan | None
    shared: tuple[SharedNoise, ...]
    components: tuple[tuple[str, ...], ...]

    def label(self, name: str) -> LabelPlan:
        return next(plan for plan in self.labels if plan.name == name)

    def descendants(self, names: frozenset[str]) -> frozenset[str]:
        """The label variables that a directed path reaches from ``names``, those included."""
        reached = set(names)
        for plan in self.labels:
            if reached.intersection(plan.parents):
                reached.add(plan.name)
        return frozenset(reached)
