"""What must hold of an expression, and what is said where it does not."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from scmlang.semantics.expressions import Array, Expression


@dataclass(frozen=True)
class Claim:
    """``low <= expression <= high`` (and whole, where said), and what is wrong where it fails."""

    expression: Expression
    low: float
    high: float
    whole: bool
    code: str
    what: str
    help: str
    strict: bool = False  # low itself is excluded
    levels: tuple[str, ...] = ()  # the names of the numbers, where they have names

    def failing(self, values: Array) -> Array:
        below = values <= self.low if self.strict else values < self.low
        wrong = below | (values > self.high)
        return wrong | (values != np.floor(values)) if self.whole else wrong


def has_value(expression: Expression) -> Claim:
    """That an expression has a value."""
    return Claim(expression, -math.inf, math.inf, False, "E034", "", "")


def constant_help(claim: Claim, value: float) -> str:
    """What to write instead of a fixed number; a clipped one would only hide the mistake."""
    if claim.code == "E033" and 2 <= value <= 100:
        return f"a probability is a fraction: write {value / 100:g} for {value:g} %"
    if claim.levels:
        return "write one of " + ", ".join(f"`{level}`" for level in claim.levels)
    if claim.strict or math.isinf(claim.low) or math.isinf(claim.high):
        return claim.help
    return f"write a {'whole ' if claim.whole else ''}number from {claim.low:g} to {claim.high:g}"


def between(low: float, high: float) -> str:
    """``3``, ``3 to 7``, ``any number from 3`` or ``any number``."""
    if low == high:
        return f"{low:g}"
    if math.isinf(low) and math.isinf(high):
        return "any number"
    if math.isinf(high):
        return f"any number from {low:g}"
    return f"any number up to {high:g}" if math.isinf(low) else f"{low:g} to {high:g}"
