"""Answers as labelled arrays: one number, or a table with an axis for each variable that is left open."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scmlang.exact.numbers import Array, Number
from scmlang.exact.refusals import irrational, undefined


@dataclass(frozen=True)
class Axis:
    """One variable of a table: what a person calls it, which it is, and its values in level order."""

    label: str
    variable: str
    values: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Result:
    """``array`` over ``axes``; without axes it is one number.

    A cell whose evidence has probability 0 is NaN, in rationals None.
    """

    axes: tuple[Axis, ...]
    array: Array

    @property
    def value(self) -> Number:
        """The number of a result without axes.

        Raises:
            TypeError: for a table.
        """
        if self.axes:
            raise TypeError("a table is no single number")
        found: Number = self.array.item()
        return found

    def mapped(self, compute: Callable[[Any], Any]) -> Result:
        """The result with a function applied to every cell."""
        return Result(self.axes, np.asarray(compute(self.array)))


def scalar(value: Number | None) -> Result:
    """A result without axes."""
    if isinstance(value, int | float):
        return Result((), np.asarray(value))
    array = np.empty((), dtype=object)
    array[()] = value
    return Result((), array)


def combined(symbol: str, left: Result, right: Result, shown: str) -> Result:
    """Cell by cell, tables over different variables being spread over each other's.

    Raises:
        ScmError: E265 where a cell divides by zero, E263 for an irrational power of rationals.
    """
    first, second, axes = aligned(left, right)
    if object in (first.dtype, second.dtype):
        return Result(axes, _objects(symbol, first, second, shown))
    with np.errstate(all="ignore"):
        found = np.asarray(_OPERATORS[symbol](first.astype(float), second.astype(float)))
    fine = np.isfinite(first.astype(float)) & np.isfinite(second.astype(float))
    if not np.all(np.isfinite(found[fine])):
        raise undefined(shown)
    return Result(axes, found)


def aligned(left: Result, right: Result) -> tuple[Array, Array, tuple[Axis, ...]]:
    """Both arrays on the axes of either.

    Axes of one label are one; so are those of one variable where each side has a single one of it, as X is in
    ``P(Y | do(X)) - P(Y | X)``.
    """
    right = Result(tuple(_match(axis, left, right) for axis in right.axes), right.array)
    axes = (*left.axes, *(axis for axis in right.axes if axis not in left.axes))
    shape = tuple(len(axis.values) for axis in axes)
    first, second = (np.broadcast_to(_spread(side, axes), shape) for side in (left, right))
    return first, second, axes


def _match(axis: Axis, left: Result, right: Result) -> Axis:
    if axis in left.axes:
        return axis
    there = [other for other in left.axes if other.variable == axis.variable]
    here = [other for other in right.axes if other.variable == axis.variable]
    return there[0] if len(there) == len(here) == 1 else axis


def _spread(side: Result, axes: Sequence[Axis]) -> Array:
    order = [side.axes.index(axis) for axis in axes if axis in side.axes]
    array = side.array.transpose(order) if order else side.array
    return array.reshape(tuple(len(axis.values) if axis in side.axes else 1 for axis in axes))


def _objects(symbol: str, first: Array, second: Array, shown: str) -> Array:
    found = np.empty(first.shape, dtype=object)
    for index in np.ndindex(first.shape):
        a, b = first[index], second[index]
        if a is None or b is None:
            found[index] = None
            continue
        if symbol == "**" and b != int(b):
            raise irrational("`**`")
        try:
            found[index] = _OPERATORS[symbol](a, int(b) if symbol == "**" else b)
        except ZeroDivisionError:
            raise undefined(shown) from None
    return found


def stacked(axes: Sequence[Axis], results: Sequence[Result]) -> Result:
    """Results for each configuration of some variables, as one table with these variables first."""
    shape = tuple(len(axis.values) for axis in axes)
    inner = results[0].array.shape
    dtype = results[0].array.dtype
    array = np.empty((len(results), *inner), dtype=dtype)
    for i, result in enumerate(results):
        array[i] = result.array
    return Result((*axes, *results[0].axes), array.reshape(*shape, *inner))


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
}
