"""The value of an estimand in distributions that are known as numbers.

A factor P(y | x) is undefined where P(x) = 0. Undefined times 0 is 0: a stratum that cannot occur adds
nothing to a sum over strata. What is still undefined at the end is a violation of positivity, and stays
``nan``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from scmlang.identify.estimand.events import HOLDS, levels_of
from scmlang.identify.estimand.nodes import (
    At,
    Conditional,
    Estimand,
    Indicator,
    Linear,
    Marginal,
    Mean,
    Product,
    Quotient,
    Term,
    Value,
    free,
    variable_of,
)

Array = NDArray[Any]
BATCH = ""  # the symbol of an axis that runs through everything, such as that of bootstrap resamples


@dataclass(frozen=True, eq=False)
class Table:
    """Numbers for all values of some symbols, one axis each."""

    symbols: tuple[str, ...]
    array: Array

    def on(self, symbols: Sequence[str]) -> Array:
        """The array on other axes, of length 1 where this table has none."""
        order = [self.symbols.index(s) for s in symbols if s in self.symbols]
        shape = [self.array.shape[self.symbols.index(s)] if s in self.symbols else 1 for s in symbols]
        return self.array.transpose(order).reshape(shape)


class Distributions(Protocol):
    """Where the factors of an estimand have their numbers from."""

    @property
    def exact(self) -> bool:
        """Whether the numbers are fractions, in arrays of objects."""

    def size(self, variable: str) -> int:
        """How many levels a variable has."""

    def values(self, variable: str) -> Sequence[int | float]:
        """The numbers of a variable's levels, in order."""

    def index(self, at: At) -> int:
        """Which of its variable's levels a fixed value is."""

    def joint(self, variables: tuple[str, ...], do: tuple[str, ...]) -> Table:
        """P(variables | do(do)), with axes for both, and one for ``BATCH`` where there are several.

        For each value of ``do`` it may be a multiple of that, 0 where nothing is known.
        """


def evaluate(node: Estimand, distributions: Distributions) -> Table:
    """The value of ``node`` for all values of its free symbols, in the order of their names.

    Args:
        node: any estimand.
        distributions: of every variable in it.

    Returns:
        A table; where ``distributions`` has a batch, its axis comes first. A cell is ``nan`` where a factor
        is undefined that matters there.

    Raises:
        ValueError: for a factor in which a variable stands twice.
    """
    return Evaluator(distributions).value(node)


class Evaluator:
    """:func:`evaluate`; a subclass may put something else where a conditional probability is undefined."""

    def __init__(self, distributions: Distributions) -> None:
        self.distributions = distributions

    def value(self, node: Estimand) -> Table:
        """As :func:`evaluate` says."""
        found = self._value(node)
        batch = [BATCH] if BATCH in found.symbols else []
        wanted = (*batch, *sorted(free(node)))
        array = found.on(wanted)
        sizes = [*array.shape[: len(batch)], *(self._size(s) for s in wanted[len(batch) :])]
        return Table(wanted, np.broadcast_to(array, sizes))

    def shares(self, node: Conditional, joint: Array, total: Array) -> Array:
        """``joint / total`` for a factor; the last axes are those of its ``given`` and ``do``."""
        return _divided(joint, total)

    def _value(self, node: Estimand) -> Table:
        match node:
            case Conditional():
                return self._conditional(node)
            case Mean():
                return self._value(expanded(node))
            case Value(symbol):
                return Table((symbol,), np.array(self.distributions.values(variable_of(symbol))))
            case Indicator(relation, left, right):
                return _indicator(relation, self._value(left), self._value(right))
            case Product(factors):
                return _product([self._value(f) for f in factors])
            case Marginal(over, inner):
                factors = inner.factors if isinstance(inner, Product) else (inner,)
                return self._sum(over, [self._value(f) for f in factors])
            case Quotient(top, bottom):
                return _quotient(self._value(top), self._value(bottom))
            case Linear(terms):
                return _linear([(self._weight(weight), self._value(term)) for weight, term in terms])

    def _conditional(self, node: Conditional) -> Table:
        """P(of | do(do), given): one joint, divided by its own sum over ``of``."""
        events, of = _together(node.of)
        terms = (*of, *node.given, *node.do)
        names = tuple(map(variable_of, terms))
        if len(set(names)) < len(names):
            raise ValueError(f"a variable stands twice in one factor: {', '.join(names)}")
        inside = len(of) + len(node.given)
        joint = self.distributions.joint(names[:inside], names[inside:])
        batch = [BATCH] if BATCH in joint.symbols else []
        array = joint.on([*batch, *names])
        axes = tuple(range(len(batch), len(batch) + len(of)))
        if node.given or node.do:
            array = self.shares(node, array, array.sum(axis=axes, keepdims=True))
        for axis, term in reversed(list(enumerate(terms, len(batch)))):
            if isinstance(term, At):
                levels = self._levels(events.get(term.variable, [term]))
                array = array.take(levels, axis=axis).sum(axis=axis)
        kept = (t for t in terms if isinstance(t, str))
        return Table((*batch, *kept), np.asarray(array))

    def _levels(self, events: Sequence[At]) -> list[int]:
        """Where all of some events of one variable happen."""
        known = self.distributions
        each = [levels_of(at, lambda: known.values(events[0].variable), known.index) for at in events]
        return [level for level in each[0] if all(level in other for other in each[1:])]

    def _sum(self, over: Iterable[str], factors: list[Table]) -> Table:
        """Σ over symbols of a product, each sum taken over the factors that have the symbol alone."""
        waiting = set(over)
        while waiting:
            symbol = min(waiting, key=lambda s: (len(_axes(f for f in factors if s in f.symbols)), s))
            waiting.remove(symbol)
            whole = _product([f for f in factors if symbol in f.symbols])
            factors = [f for f in factors if symbol not in f.symbols]
            if symbol in whole.symbols:
                left = tuple(s for s in whole.symbols if s != symbol)
                total = whole.array.sum(axis=whole.symbols.index(symbol))
                factors.append(Table(left, np.asarray(total)))
            else:
                factors.append(Table((), np.asarray(self._size(symbol))))
        return _product(factors)

    def _size(self, symbol: str) -> int:
        return self.distributions.size(variable_of(symbol))

    def _weight(self, weight: Fraction) -> int | float | Fraction:
        if weight.denominator == 1:
            return weight.numerator
        return weight if self.distributions.exact else float(weight)


def expanded(node: Mean) -> Estimand:
    """E(Y | X) as Σ_{Y} Y P(Y | X)."""
    symbol = node.of
    while symbol in {*node.given, *node.do}:
        symbol += "'"
    return Marginal((symbol,), Product((Value(symbol), Conditional((symbol,), node.given, node.do))))


# --- arithmetic in which 0 times undefined is 0


def _together(of: Sequence[Term]) -> tuple[dict[str, list[At]], list[Term]]:
    """The events of each variable, and the outcomes with the first event of each in the place of all."""
    events: dict[str, list[At]] = {}
    kept: list[Term] = []
    for term in of:
        if isinstance(term, At) and term.is_event:
            events.setdefault(term.variable, []).append(term)
            if len(events[term.variable]) > 1:
                continue
        kept.append(term)
    return events, kept


def _axes(tables: Iterable[Table]) -> set[str]:
    return {symbol for table in tables for symbol in table.symbols}


def _product(tables: Sequence[Table]) -> Table:
    return reduce(_times, tables, Table((), np.asarray(1)))


def _times(left: Table, right: Table) -> Table:
    symbols = tuple(dict.fromkeys((*left.symbols, *right.symbols)))
    a, b = left.on(symbols), right.on(symbols)
    found = np.asarray(a * b)
    if (found != found).any():
        found = np.where((a == 0) | (b == 0), 0, found)
    return Table(symbols, found)


def _indicator(relation: str, left: Table, right: Table) -> Table:
    symbols = tuple(dict.fromkeys((*left.symbols, *right.symbols)))
    holds = HOLDS[relation](left.on(symbols), right.on(symbols))
    return Table(symbols, np.asarray(holds).astype(np.int64))


def _quotient(top: Table, bottom: Table) -> Table:
    symbols = tuple(dict.fromkeys((*top.symbols, *bottom.symbols)))
    return Table(symbols, _divided(top.on(symbols), bottom.on(symbols)))


def _divided(top: Array, bottom: Array) -> Array:
    safe = np.where(bottom == 0, 1, bottom)
    return np.asarray(np.where(bottom == 0, np.nan, top / safe))


def _linear(terms: Sequence[tuple[int | float | Fraction, Table]]) -> Table:
    symbols = tuple(dict.fromkeys(s for _, table in terms for s in table.symbols))
    total: Array = np.asarray(0)
    for weight, table in terms:
        total = np.asarray(total + weight * table.on(symbols))
    return Table(symbols, total)
