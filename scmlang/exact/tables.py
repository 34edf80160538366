"""The conditional tables of a model as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from scmlang.exact.numbers import Array
from scmlang.semantics.domains import Finite
from scmlang.semantics.expressions import Constant
from scmlang.semantics.model import Draw, Table


def levels(domain: Finite) -> tuple[int, ...]:
    """The values of a finite domain, one tuple for all domains of these values."""
    return _levels(domain.offset, domain.size)


@lru_cache(maxsize=1024)
def _levels(offset: int, size: int) -> tuple[int, ...]:
    return tuple(range(offset, offset + size))


def tabulated(equation: Draw | Table, parents: tuple[str, ...], sizes: Sequence[int]) -> Array | None:
    """P(V | parents) where it is written as a table, or as a Bernoulli draw without parents.

    Args:
        equation: of V.
        parents: of V, in the order that the axes are to have.
        sizes: how many levels each of them has.

    Returns:
        an axis for each parent, then the levels of V; None for other equations, and where a parent has one
        level, which is no axis: NumPy has few.
    """
    if isinstance(equation, Table):
        if 1 in sizes or len(equation.parents) != len(sizes):
            return None
        if equation.parents == parents:
            return equation.chances.reshape((*sizes, -1))
        place = [parents.index(parent) for parent in equation.parents]
        array = equation.chances.reshape((*[sizes[i] for i in place], -1))
        return array.transpose((*[equation.parents.index(parent) for parent in parents], len(sizes)))
    if equation.distribution == "bernoulli" and not parents and isinstance(equation.arguments[0], Constant):
        p = equation.arguments[0].value
        return np.array((1 - p, p))
    return None
