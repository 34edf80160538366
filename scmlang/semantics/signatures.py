"""What the checker needs to know about renderers and mechanism types.

The concrete ones live in later phases and are handed to :func:`scmlang.semantics.check.check`, so
that imports point one way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from scmlang.semantics.domains import Finite, Real
from scmlang.semantics.model import CausalModel, OptionValue, Variable

T = TypeVar("T", covariant=True)


@dataclass(frozen=True)
class Parameter:
    """What an argument of a renderer may be.

    Attributes:
        domain: the levels it may take, or :class:`Real`.
        default: used where the file does not give it; None means that it must be given.
        low: the least real value; None means unbounded.
        high: the greatest real value; None means unbounded.
    """

    domain: Finite | Real
    default: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Option:
    """What an option of a mechanism type may be.

    Attributes:
        type: ``int``, ``float``, ``bool``, ``str`` or ``ints`` (a list of integers).
        default: used where the file does not give it.
        low: the least number, for ``ints`` of each element; None means unbounded.
        high: the greatest number; None means unbounded.
        choices: for ``str``, the words it may be.
        help: one line for the user.
    """

    type: str
    default: OptionValue
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] | None = None
    help: str = ""


class RendererSignature(Protocol):
    """Draws an image of ``shape`` = (channels, height, width) from named parameters."""

    @property
    def name(self) -> str: ...

    @property
    def shape(self) -> tuple[int, int, int]: ...

    @property
    def parameters(self) -> Mapping[str, Parameter]: ...


class MechanismSignature(Protocol):
    """A type of learned mechanism."""

    @property
    def name(self) -> str: ...

    @property
    def options(self) -> Mapping[str, Option]: ...

    def misfit(self, variable: Variable, model: CausalModel) -> str | None:
        """Why this type cannot be used for that variable, as a sentence without a full stop."""
        ...


class Catalogue(Protocol[T]):
    """Read access to a :class:`scmlang.registry.Registry`."""

    def __contains__(self, name: object) -> bool: ...

    def __getitem__(self, name: str) -> T: ...

    def names(self) -> list[str]: ...
