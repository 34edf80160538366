"""The numbers that exact answers are made of: floats, or rationals without any rounding.

Both are arrays for NumPy, so the elimination is one piece of code; only expressions and distributions are
computed differently. A decimal of a file is the rational it spells: 0.1 is 1/10.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from scmlang.exact.refusals import irrational
from scmlang.semantics import distributions
from scmlang.semantics.domains import Finite
from scmlang.semantics.expressions import Expression, evaluate
from scmlang.semantics.model import Draw, Table
from scmlang.semantics.rationals import Irrational, rational

Number = int | float | Fraction
Array = NDArray[Any]
Columns = dict[str, Array]


class Numbers(Protocol):
    """What the engine asks of a kind of number."""

    exact: bool

    def column(self, values: Sequence[Number | None]) -> Array:
        """Values as an array; undefined ones are NaN, in rationals None."""

    def zeros(self, shape: tuple[int, ...]) -> Array:
        """Zeros, as probabilities."""

    def constant(self, value: int | float) -> Number:
        """A number that a file or query spells."""

    def evaluate(self, expression: Expression, columns: Columns, n: int) -> Array:
        """The value of an expression in each of ``n`` rows; undefined ones are NaN, in rationals None."""

    def probabilities(self, equation: Draw | Table, domain: Finite, columns: Columns, n: int) -> Array:
        """P(V = level k | parents) in each row, as :func:`scmlang.semantics.distributions.probabilities`."""


class _Floats:
    exact = False

    def column(self, values: Sequence[Number | None]) -> Array:
        return np.array(values)

    def zeros(self, shape: tuple[int, ...]) -> Array:
        return np.zeros(shape)

    def constant(self, value: int | float) -> Number:
        return value

    def evaluate(self, expression: Expression, columns: Columns, n: int) -> Array:
        return evaluate(expression, columns, n)

    def probabilities(self, equation: Draw | Table, domain: Finite, columns: Columns, n: int) -> Array:
        return distributions.probabilities(equation, domain, columns, n)


class _Rationals:
    exact = True

    def column(self, values: Sequence[Number | None]) -> Array:
        found = np.empty(len(values), dtype=object)
        found[:] = list(values)
        return found

    def zeros(self, shape: tuple[int, ...]) -> Array:
        found = np.empty(shape, dtype=object)
        found.fill(Fraction(0))
        return found

    def constant(self, value: int | float) -> Number:
        return value if isinstance(value, int) else Fraction(str(value))

    def evaluate(self, expression: Expression, columns: Columns, n: int) -> Array:
        names = list(columns)
        rows = [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        return self.column([_value(expression, row) for row in (rows or [{}] * n)])

    def probabilities(self, equation: Draw | Table, domain: Finite, columns: Columns, n: int) -> Array:
        names = list(columns)
        rows = [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)] or [{}] * n
        found = self.zeros((n, domain.size))
        for i, row in enumerate(rows):
            found[i, :] = _chances(equation, domain, row)
        return found


FLOATS: Numbers = _Floats()
RATIONALS: Numbers = _Rationals()


def _chances(equation: Draw | Table, domain: Finite, row: dict[str, Number]) -> list[Fraction]:
    if isinstance(equation, Table):
        configuration = tuple(int(row[name]) for name in equation.parents)
        if configuration in equation.spelled:
            return _shares([_probability(cell, {}) for cell in equation.spelled[configuration]])
        return _shares([Fraction(str(p)) for p in equation.rows[configuration]])
    arguments = equation.arguments
    if equation.distribution == "uniform":
        return [Fraction(1, domain.size)] * domain.size
    if equation.distribution == "bernoulli":
        p = _probability(arguments[0], row)
        return [1 - p, p]
    if equation.distribution == "categorical":
        return _shares([_probability(argument, row) for argument in arguments])
    trials, p = int(_probability(arguments[0], {})), _probability(arguments[1], row)
    levels = range(domain.offset, domain.offset + domain.size)
    return [
        math.comb(trials, k) * p**k * (1 - p) ** (trials - k) if 0 <= k <= trials else Fraction(0)
        for k in levels
    ]


def _shares(weights: Sequence[Fraction]) -> list[Fraction]:
    total = sum(weights, Fraction(0))
    return [weight / total for weight in weights]


def _probability(expression: Expression, row: dict[str, Number]) -> Fraction:
    value = _value(expression, row)
    return Fraction(0) if value is None else Fraction(value)


def _value(expression: Expression, row: dict[str, Number]) -> int | Fraction | None:
    try:
        return rational(expression, row)
    except Irrational as error:
        raise irrational(str(error)) from None
