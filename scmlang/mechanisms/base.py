"""What a mechanism type is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from scmlang.limits import LIMITS
from scmlang.semantics.domains import Finite, Image
from scmlang.semantics.model import CausalModel, Coupling, OptionValue, Variable
from scmlang.semantics.signatures import Option

if TYPE_CHECKING:
    from scmlang.neural.image import Generator
    from scmlang.neural.labels import LabelMechanism
    from scmlang.neural.ncm import MechanismContext
    from scmlang.neural.settings import NeuralSettings

WIDEST = 4096
EMBEDDING = Option("int", 0, 0, WIDEST, help="width of the vector v; 0 means twice the levels, at least 16")
AUTOMATIC_STATES = 16
SHARED = Option(
    "int",
    0,
    2,
    LIMITS.shared_states,
    help="states of each noise shared with another variable; by default 16, or fewer in a large c-component",
)
COUPLING = Option(
    "str",
    Coupling.MONOTONE.value,
    choices=tuple(coupling.value for coupling in Coupling),
    help="how private noise enters a finite variable: `monotone`, or `gumbel`, a Gumbel for each level",
)


class MechanismType(ABC):
    """A type of learned mechanism: its name, its options, the variables it fits."""

    name: str
    options: ClassVar[Mapping[str, Option]]

    @abstractmethod
    def misfit(self, variable: Variable, model: CausalModel) -> str | None:
        """Why this type cannot be used for that variable, as a sentence without a full stop."""


class LabelType(MechanismType):
    """A type for label variables; all have ``shared``, and ``embedding`` unless v is their output."""

    @abstractmethod
    def build(self, context: MechanismContext) -> LabelMechanism:
        """The module; imports torch."""

    def misfit(self, variable: Variable, model: CausalModel) -> str | None:
        if isinstance(variable.domain, Image):
            return f"`{self.name}` is for labels, and `{variable.name}` is an image"
        written = variable.mechanism.options if variable.mechanism else {}
        return embedding_misfit(variable, written.get("embedding", 0)) or coupling_misfit(
            variable, written.get("coupling")
        )


class ImageType(MechanismType):
    """A type for the image variable."""

    def unsuited(self, settings: NeuralSettings) -> str | None:
        """Why a recipe's settings make no such generator, as a sentence without a full stop."""
        return None

    @abstractmethod
    def build(
        self, shape: tuple[int, int, int], widths: Mapping[str, int], settings: NeuralSettings
    ) -> Generator:
        """The generator; imports torch.

        Args:
            shape: (C, H, W).
            widths: the width of v of every parent of the image.
            settings: all other sizes.
        """


def embedding_misfit(variable: Variable, width: OptionValue) -> str | None:
    """Vectors v are to be wider than there are levels, so that they are no mere one-hot code."""
    if not isinstance(variable.domain, Finite) or not isinstance(width, int):
        return None
    if variable.domain.size >= WIDEST:
        return (
            f"`{variable.name}` has {variable.domain.size:,} levels, and at most {WIDEST - 1:,} are embedded"
        )
    if width == 0:
        return None
    if width > variable.domain.size:
        return None
    return (
        f"an embedding of width {width} is no wider than the {variable.domain.size} levels "
        f"of `{variable.name}`"
    )


def coupling_misfit(variable: Variable, coupling: OptionValue | None) -> str | None:
    """A coupling is about levels, and Gumbel noise is one number for each."""
    if coupling is None:
        return None
    if not isinstance(variable.domain, Finite):
        return f"a coupling is for finitely many levels, and `{variable.name}` is {variable.domain}"
    if coupling == Coupling.GUMBEL.value and variable.domain.size > LIMITS.gumbel_levels:
        return (
            f"`{variable.name}` has {variable.domain.size:,} levels, and Gumbel noise is for at most "
            f"{LIMITS.gumbel_levels:,}"
        )
    return None


def automatic_embedding(variable: Variable) -> int:
    """The width that ``embedding=0`` stands for."""
    levels = variable.domain.size if isinstance(variable.domain, Finite) else 0
    return min(max(16, 2 * levels), WIDEST)
