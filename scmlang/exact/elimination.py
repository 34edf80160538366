"""Variable elimination: the sum of a product of factors, one node at a time, as a list of steps.

The steps are laid out once: which tables each multiplies, how each of them is spread over the axes of the
product, and where the sum goes. The axes of every table stand in the order of elimination, so that a step
sums over the first. What the steps gave is kept, and where other evidence is given later, only what depends
on it is computed again, as in a join tree whose messages all go to one root (Shafer and Shenoy, Probability
propagation, Annals of Mathematics and Artificial Intelligence 2, 1990).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import chain, repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scmlang.exact.factors import Array, Factor

KEPT = 1 << 19  # cells of all steps up to which they are kept
_LARGE = 1 << 12  # cells from which a step sums slice by slice, so that the product is never whole
_SMALL = 1 << 9  # cells up to which a product is multiplied out further, to take fewer steps
_TINY = 1e-100  # every table is at most one, so what vanishes on the way is no part of a larger sum

Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Scaled:
    """``array`` times exp(``log_scale``), which keeps small products from vanishing."""

    array: Array
    log_scale: float


class Step(NamedTuple):
    """Some tables, each with the shape that spreads it over the product, and what is summed of that.

    The product has ``cells`` cells; its first axes, which together have ``summed`` values, are summed over.
    """

    inputs: tuple[tuple[int, tuple[int, ...]], ...]
    cells: int
    summed: int


class _Leaf(NamedTuple):
    """A factor, the axes of ``held`` nodes, of which one value is taken, before those of ``free`` ones."""

    array: Array
    held: tuple[int, ...]
    free: tuple[int, ...]

    def taken(self, choice: Mapping[int, Indices]) -> Array:
        array: Any = self.array
        if self.held:
            array = array[tuple([choice[node][0] if node in choice else 0 for node in self.held])]
        for axis, node in enumerate(self.free):
            if node in choice:
                array = np.take(array, choice[node], axis=axis)
        return np.asarray(array)


class Elimination:
    """The sum of the product of some factors over all nodes but ``keep``, for any evidence on certain nodes.

    Args:
        factors: tables with an entry for every value.
        sizes: how many values of each node the evidence leaves.
        order: the nodes that are summed out, first to last; those with one value left need not be there.
        keep: the axes of the result.
        given: the nodes with evidence.
    """

    def __init__(
        self,
        factors: Sequence[Factor],
        sizes: Mapping[int, int],
        order: Sequence[int],
        keep: Sequence[int],
        given: Sequence[int],
    ) -> None:
        ranks = {node: i for i, node in enumerate((*order, *(n for n in keep if sizes[n] > 1)))}
        self.shape = tuple([sizes[node] for node in keep])
        laid = [_leaf(f, ranks) for f in factors]
        self._leaves = [leaf for leaf, _ in laid]
        self._steps = _steps([scope for _, scope in laid], [sizes[node] for node in ranks], len(order))
        self._touched: dict[int, list[int]] = {node: [] for node in given}
        for i, f in enumerate(factors):
            for node in f.nodes:
                if node in self._touched:
                    self._touched[node].append(i)
        held = [i for i, leaf in enumerate(self._leaves) if leaf.held]
        self._partial = {*held, *chain.from_iterable(self._touched.values())}  # not taken as they are
        self._keeps = sum(step.cells for step in self._steps) <= KEPT
        self._last: tuple[Mapping[int, Indices], list[Any]] | None = None

    def run(self, choice: Mapping[int, Indices], *, exact: bool) -> Scaled:
        """The sum, an axis for each node of ``keep``.

        Args:
            choice: for each node with evidence the indices that it leaves.
            exact: the numbers are rationals, which do not vanish.
        """
        last = self._last
        if last is None:
            tables = [*self._taken(choice), *repeat(None, len(self._steps))]
            self._compute(tables, range(len(self._steps)))
        else:
            tables = last[1].copy()
            self._compute(tables, self._renewed(tables, last[0], choice))
        if self._keeps:
            self._last = choice, tables
        found = np.asarray(tables[-1])
        if exact:
            found = np.asarray(found * Fraction(1), dtype=object)
        elif found.size and float(found.max()) < _TINY:
            return self._scaled(choice)
        return Scaled(np.asarray(found.reshape(self.shape)), 0.0)

    def _taken(self, choice: Mapping[int, Indices]) -> list[Any]:
        tables = [leaf.array for leaf in self._leaves]
        for i in self._partial:
            tables[i] = self._leaves[i].taken(choice)
        return tables

    @cached_property
    def _user(self) -> dict[int, int]:
        """Which step takes each table."""
        return {i: n for n, step in enumerate(self._steps) for i, _ in step.inputs}

    def _renewed(
        self, tables: list[Any], before: Mapping[int, Indices], choice: Mapping[int, Indices]
    ) -> list[int]:
        """Put in the leaves that other evidence changes, and give the steps that depend on them."""
        leaves: set[int] = set()
        for node, touched in self._touched.items():
            if before[node] is not choice[node] and before[node].tolist() != choice[node].tolist():
                leaves.update(touched)
        steps: set[int] = set()
        for i in leaves:
            tables[i] = self._leaves[i].taken(choice)
            while i in self._user and self._user[i] not in steps:
                steps.add(self._user[i])
                i = len(self._leaves) + self._user[i]
        return sorted(steps)

    def _compute(self, tables: list[Any], steps: Sequence[int]) -> None:
        first = len(self._leaves)
        for n in steps:
            step = self._steps[n]
            tables[first + n] = _summed(tables, step) if step.cells < _LARGE else _sliced(tables, step)
            if not self._keeps:
                for i, _ in step.inputs:
                    tables[i] = None

    def _scaled(self, choice: Mapping[int, Indices]) -> Scaled:
        """Every table divided by its largest entry, whose logarithm is kept."""
        tables = self._taken(choice)
        log_scale = 0.0
        for step in self._steps:
            made = _summed(tables, step)
            largest = float(made.max()) if made.size else 0.0
            if largest > 0:
                made = made / largest
                log_scale += math.log(largest)
            tables.append(made)
        return Scaled(np.asarray(tables[-1].reshape(self.shape)), log_scale)


def _leaf(f: Factor, ranks: Mapping[int, int]) -> tuple[_Leaf, list[int]]:
    """The factor with its axes in order, and the ranks of those that are free."""
    nodes, array = f.nodes, f.array
    own = [ranks.get(node, -1) for node in nodes]
    ordered = sorted(own)
    if ordered != own:
        axes = sorted(range(len(own)), key=own.__getitem__)
        nodes, array = tuple([nodes[i] for i in axes]), array.transpose(axes)
    held = ordered.count(-1)
    return _Leaf(array, nodes[:held], nodes[held:]), ordered[held:]


def _steps(scopes: list[list[int]], sizes: Sequence[int], count: int) -> list[Step]:
    """The steps that sum out the first ``count`` ranks, then the product of what is left.

    Each table is the increasing ranks of its axes; a rank that nothing has takes no step. Where the tables of
    the ranks right after have no further axes, and the product is small, one step sums them all out. Tables
    of few axes are multiplied first.
    """
    buckets: list[list[int]] = [[] for _ in range(count + 1)]
    tables = [{rank: sizes[rank] for rank in scope} for scope in scopes]
    for i, scope in enumerate(scopes):
        buckets[scope[0] if scope and scope[0] < count else count].append(i)
    steps = []
    for rank in range(count):
        inputs = buckets[rank]
        if not inputs:
            continue
        union: dict[int, int] = {}
        for i in inputs:
            union.update(tables[i])
        axes, cells, summed = sorted(union), math.prod(union.values()), union.pop(rank)
        if cells <= _SMALL:
            within, following = union.keys(), rank + 1
            while following in union and following < count:
                if not all(tables[i].keys() <= within for i in buckets[following]):
                    break
                inputs += buckets[following]
                buckets[following] = []
                summed *= union.pop(following)
                following += 1
        steps.append(_step(inputs, tables, axes, cells, summed))
        least = axes[-len(union)] if union else count
        buckets[min(least, count)].append(len(tables))
        tables.append(union)
    kept = range(count, len(sizes))
    return [*steps, _step(buckets[count], tables, kept, math.prod([sizes[rank] for rank in kept]), 1)]


def _step(
    inputs: list[int], tables: list[dict[int, int]], axes: Sequence[int], cells: int, summed: int
) -> Step:
    """The product of some tables over ``axes``."""
    if len(inputs) > 2:
        inputs.sort(key=lambda i: len(tables[i]))
    spread = [(i, tuple(map(tables[i].get, axes, repeat(1)))) for i in inputs]
    return Step(tuple(spread), cells, summed)


def _product(tables: Sequence[Any], step: Step) -> Any:
    product: Any = None
    for i, shape in step.inputs:
        table = tables[i].reshape(shape)
        product = table if product is None else product * table
    return np.ones(()) if product is None else product


def _summed(tables: Sequence[Any], step: Step) -> Array:
    product = _product(tables, step)
    if step.summed == 1:
        return np.asarray(product)
    halves = product if len(product) == step.summed else product.reshape(step.summed, -1)
    if step.summed == 2:  # a sum of two is quicker than a reduction
        return np.asarray(halves[0] + halves[1])
    return np.asarray(np.add.reduce(halves, 0))


def _sliced(tables: Sequence[Any], step: Step) -> Array:
    """The same, by slices of the first axis; it is the only one that a large product is summed over."""
    inputs = [tables[i].reshape(shape) for i, shape in step.inputs]
    if len(inputs) == 1 or step.summed == 1:
        return _summed(tables, step)
    total: Any = None
    for k in range(step.summed):
        product = inputs[0][k]
        for table in inputs[1:]:
            product = product * table[k]
        total = product if total is None else np.add(total, product, out=total)
    return np.asarray(total)
