"""Typed expressions and their vectorised evaluator.

Expressions are data. :func:`evaluate` computes them over NumPy columns; no host-language code is
ever built or run from a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scmlang.source import Span

Columns = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True)
class Constant:
    """A number; level names and ``true``/``false`` are already resolved to numbers."""

    value: int | float
    span: Span


@dataclass(frozen=True)
class Reference:
    """The value of a variable."""

    name: str
    span: Span


@dataclass(frozen=True)
class Call:
    """An operator or function applied to operands.

    ``operator`` is one of ``+ - * / // % ** == != < <= > >= not and or xor neg if vector index``
    or the name of a function from :data:`FUNCTIONS`.
    """

    operator: str
    operands: tuple[Expression, ...]
    span: Span


Expression = Constant | Reference | Call
