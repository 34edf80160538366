"""The cells of an answer's table as text."""

from __future__ import annotations

from fractions import Fraction

Cell = int | float | Fraction | str | None
UNDEFINED = "undefined"


def show_number(value: Cell, digits: int = 6) -> str:
    """A number for people: ``0.19``, ``4/19``, ``undefined``."""
    if value is None:
        return UNDEFINED
    return f"{value:.{digits}g}" if isinstance(value, float) else str(value)
