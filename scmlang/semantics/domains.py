"""Domains: what values a variable may take.

A value of a finite domain has three faces: its *level name* as typed (``green``, ``7``), its
numeric *value* as equations see it (named levels count from 0, ranges keep their own numbers, bits
are read most significant first), and its *index* 0..size-1 as tables and networks see it. Columns
of data and environments of expressions hold values; ``index = value - offset`` always.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Finite:
    """Finitely many levels.

    ``form`` is ``range`` (integers from ``offset``), ``named``, ``binary`` or ``bits``.
    ``names`` holds the level names of ``named`` and is empty otherwise.
    """

    form: str
    size: int
    offset: int = 0
    names: tuple[str, ...] = ()

    def value(self, level: int | str) -> int | None:
        """The numeric value of a level given by name or number; None if it is no level."""
        if isinstance(level, str):
            if level in self.names:
                return self.names.index(level)
            if not _INTEGER.fullmatch(level):
                return None
            level = int(level)
        return level if self.offset <= level < self.offset + self.size else None

    def level(self, value: int) -> str:
        """The level name of a numeric value, as a person types it."""
        return self.names[value] if self.names else str(value)

    @property
    def levels(self) -> tuple[str, ...]:
        return tuple(self.level(self.offset + i) for i in range(self.size))

    def __str__(self) -> str:
        if self.form == "named":
            return "{" + ", ".join(self.names) + "}"
        if self.form == "range":
            return f"{self.offset}..{self.offset + self.size - 1}"
        if self.form == "bits":
            return f"bits({self.size.bit_length() - 1})"
        return "binary"


@dataclass(frozen=True)
class Real:
    """A real number."""

    def __str__(self) -> str:
        return "real"


@dataclass(frozen=True)
class Image:
    """An image of ``channels`` × ``height`` × ``width`` bytes, 0..255."""

    channels: int
    height: int
    width: int

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.channels, self.height, self.width

    def __str__(self) -> str:
        return f"image({self.channels}, {self.height}, {self.width})"


@dataclass(frozen=True)
class Symbolic:
    """An unknown finite set, as every variable of a bare diagram has.

    Its values are symbols: any integer or name may stand for one.
    """

    @staticmethod
    def value(text: str) -> int | str | None:
        """The symbol that ``text`` writes; None if it is no integer and no name."""
        if _INTEGER.fullmatch(text):
            return int(text)
        return text if _NAME.fullmatch(text) else None

    def __str__(self) -> str:
        return "unknown"


Domain = Finite | Real | Image | Symbolic
BINARY = Finite("binary", 2)
