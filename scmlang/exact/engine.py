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

from scmlang.exact.compiled import compiled
from scmlang.exact.events import number
from scmlang.exact.numbers import FLOATS, RATIONALS, Numbers
from scmlang.exact.opening import closed, open_variables
from scmlang.exact.quotients import Quotients, listed_variables
from scmlang.exact.refusals import not_finite, too_large
from scmlang.exact.result import Axis, Result, combined, scalar, stacked
from scmlang.exact.shapes import Term, shape
from scmlang.exact.sums import Shown
from scmlang.limits import LIMITS
from scmlang.semantics.domains import Finite
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import (
    Arithmetic,
    Constant,
    Effect,
    Expectation,
    Negative,
    Probability,
    Quantity,
    counterfactuals,
    show_counterfactual,
)

_AXES = 30


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
        names = sorted(open_variables(node), key=list(self.model.variables).index)
        if not names:
            return self._closed(node, self._labels(node))
        axes = [self.axis(name, f"do({name})") for name in names]
        self.bounded(axes, self.shown(node))
        cases = configurations(*(axis.values for axis in axes))
        found = [
            self._closed(closed(node, dict(zip(names, case, strict=True))), self._labels(node))
            for case in cases
        ]
        return stacked(axes, found)

    def _labels(self, node: Term) -> tuple[str, ...]:
        """What a person calls the free variables: by name alone where the whole term is in one world."""
        worlds = {variable.world for variable in counterfactuals(node)}
        free = listed_variables(node)
        if len(worlds) == 1:
            return tuple(variable.variable for variable in free)
        return tuple(show_counterfactual(variable, self.model.variables) for variable in free)

    def axis(self, variable: str, label: str) -> Axis:
        domain = self.model.variables[variable].domain
        if not isinstance(domain, Finite):
            raise not_finite(self.model.variables[variable], self.model)
        return Axis(label, variable, tuple(range(domain.offset, domain.offset + domain.size)))

    def bounded(self, axes: Sequence[Axis], shown: Shown) -> None:
        """Refuse a table over the bound, E261; one of many axes is over it too, as NumPy has no more."""
        cells = math.prod([len(axis.values) for axis in axes])
        if cells > self.cells or len(axes) > _AXES:
            raise too_large(cells, self.cells, [axis.variable for axis in axes], f"the table of `{shown}`")

    def _closed(self, node: Term, labels: tuple[str, ...]) -> Result:
        form = shape(node, self.model, settings=not self.numbers.exact)
        sums = compiled(self.model, form, exact=self.numbers.exact, cells=self.cells)
        listed = listed_variables(form.term)
        axes = [self.axis(v.variable, label) for v, label in zip(listed, labels, strict=True)]
        shown = self.shown(node)
        self.bounded(axes, shown)
        return Quotients(sums, form.values, axes, shown).of(form.term)
