"""Documents: text with the places where it may be broken into lines.

The algebra of P. Wadler, "A prettier printer" (The Fun of Programming, 2003), with comments that wait for
the end of their line. A group is printed on one line where that fits, else all of its own breaks are taken.
Documents that force their groups to break are *hard*; that is known when a document is made, so printing
never has to look.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Break:
    """A line end; in a group that fits on its line it is ``flat`` instead."""

    flat: str
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment behind what is on its line; a break always follows it."""

    text: str
    hard: bool = True


@dataclass(frozen=True, slots=True)
class WhenBroken:
    """Text that is there only where the group around it is broken."""

    text: str
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    parts: tuple[Document, ...]
    hard: bool


@dataclass(frozen=True, slots=True)
class Indented:
    body: Document
    hard: bool


@dataclass(frozen=True, slots=True)
class Group:
    body: Document
    hard: bool


Document = Text | Break | Remark | WhenBroken | Sequence | Indented | Group

SOFT = Break("")
SPACE = Break(" ")
HARD = Break("", hard=True)
NOTHING = Sequence((), hard=False)


def sequence(parts: Iterable[Document]) -> Sequence:
    """One after the other."""
    parts = tuple(parts)
    return Sequence(parts, any(part.hard for part in parts))


def indented(*parts: Document) -> Indented:
    """Lines that begin inside are one step further in."""
    body = sequence(parts)
    return Indented(body, body.hard)


def group(*parts: Document) -> Group:
    """On one line, or with each of its own breaks taken."""
    body = sequence(parts)
    return Group(body, body.hard)
