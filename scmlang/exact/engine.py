"""Exact answers: every quantity of a query, on a fully specified model with finitely many values.

A probability is the quotient of two sums over the network of its worlds, P(events, given) / P(given), each by
variable elimination. An expectation is taken apart by linearity, then summed over the values of each part.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import product as configurations

import numpy as np

from scmlang.exact.axes import MOST_AXES, axis, labels, listed_variables, open_axes
from scmlang.exact.compiled import compiled
from scmlang.exact.events import number
from scmlang.exact.numbers import FLOATS, RATIONALS, Numbers
from scmlang.exact.opening import closed
from scmlang.exact.quotients import Quotients
from scmlang.exact.refusals import too_large
from scmlang.exact.result import Axis, Result, combined, scalar, stacked
from scmlang.exact.shapes import Term, shape
from scmlang.exact.sums import Shown
from scmlang.limits import LIMITS
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import (
    Arithmetic,
    Constant,
    Effect,
    Expectation,
    Negative,
    Probability,
    Quantity,
)


def answer(model: CausalModel, quantity: Quantity, *, exact: bool = False, cells: int = 0) -> Result:
    """The value of a quantity, a table where some of its variables stand for all of their values.

    Args:
        model: fully specified; what the quantity needs of it has finitely many values.
        quantity: as :func:`scmlang.semantics.queries.read_query` resolves it against ``model``.
        exact: rational numbers without rounding, in the place of floats.
        cells: the bound on one table; by default ``LIMITS.exact_cells``.

    Raises:
        ScmError: E260 for variables without finitely many values, E261 for a table over the bound, E262 for
            evidence of probability 0, E263 for what is not rational, E264 for a Gumbel coupling across more
            than two worlds, E265 for a quotient that is not defined.
    """
    return _Engine(model, RATIONALS if exact else FLOATS, cells or LIMITS.exact_cells).quantity(quantity)


class _Engine:
    def __init__(self, model: CausalModel, numbers: Numbers, cells: int) -> None:
        self.model = model
        self.numbers = numbers
        self.cells = cells

    def quantity(self, node: Quantity) -> Result:
        match node:
            case Constant(value):
                found = self.numbers.constant(number(value))
                return scalar(Fraction(found) if self.numbers.exact else found)
            case Negative(operand):
                return self.quantity(operand).mapped(np.negative)
            case Arithmetic(operator, left, right):
                parts = self.quantity(left), self.quantity(right)
                return combined(operator, *parts, f"`{self.shown(node)}`")
            case Effect():
                return self.quantity(node.definition)
            case Probability() | Expectation():
                return self._opened(node)
            case _:
                raise TypeError(f"{node} is no quantity of its own")

    def shown(self, node: Quantity) -> Shown:
        return Shown(node, self.model)

    def _opened(self, node: Term) -> Result:
        """One answer for each value of the variables that some world holds at any value."""
        axes = open_axes(node, self.model)
        called = labels(node, self.model)
        if not axes:
            return self._closed(node, called)
        self.bounded(axes, self.shown(node))
        names = [one.variable for one in axes]
        cases = configurations(*(one.values for one in axes))
        found = [self._closed(closed(node, dict(zip(names, case, strict=True))), called) for case in cases]
        return stacked(axes, found)

    def bounded(self, axes: Sequence[Axis], shown: Shown) -> None:
        """Refuse a table over the bound, E261; one of many axes is over it too, as NumPy has no more."""
        cells = math.prod([len(one.values) for one in axes])
        if cells > self.cells or len(axes) > MOST_AXES:
            raise too_large(cells, self.cells, [one.variable for one in axes], f"the table of `{shown}`")

    def _closed(self, node: Term, called: tuple[str, ...]) -> Result:
        form = shape(node, self.model, settings=not self.numbers.exact)
        sums = compiled(self.model, form, exact=self.numbers.exact, cells=self.cells)
        listed = listed_variables(form.term)
        axes = [axis(v.variable, label, self.model) for v, label in zip(listed, called, strict=True)]
        shown = self.shown(node)
        self.bounded(axes, shown)
        return Quotients(sums, form.values, axes, shown).of(form.term)
