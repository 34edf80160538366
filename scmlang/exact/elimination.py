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
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scmlang.exact.factors import Array, Factor

KEPT = 1 << 19  # cells of all steps up to which they are kept
_LARGE = 1 << 12  # cells from which a step sums slice by slice, so that the product is never whole
_TINY = 1e-100  # every table is at most one, so what vanishes on the way is no part of a larger sum

Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Scaled:
    """``array`` times exp(``log_scale``), which keeps small products from vanishing."""

    array: Array
    log_scale: float


class Step(NamedTuple):
    """Some tables, each with the shape that spreads it over the product, which has so many cells."""

    inputs: tuple[tuple[int, tuple[int, ...]], ...]
    cells: int


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
        self._touched = {node: [i for i, f in enumerate(factors) if node in f.nodes] for node in given}
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
        return [leaf.taken(choice) for leaf in self._leaves]

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
        first, last, add = len(self._leaves), len(self._steps) - 1, np.add.reduce
        for n in steps:
            step = self._steps[n]
            if n == last:
                tables[first + n] = _product(tables, step)
            elif step.cells < _LARGE:
                (i, shape), *others = step.inputs
                product = tables[i].reshape(shape)
                for i, shape in others:
                    product = product * tables[i].reshape(shape)
                pair = len(product) == 2  # a sum of two is quicker than a reduction
                tables[first + n] = product[:1] + product[1:] if pair else add(product, 0, keepdims=True)
            else:
                tables[first + n] = _sliced(tables, step)
            if not self._keeps:
                for i, _ in step.inputs:
                    tables[i] = None

    def _scaled(self, choice: Mapping[int, Indices]) -> Scaled:
        """Every table divided by its largest entry, whose logarithm is kept."""
        tables = self._taken(choice)
        log_scale = 0.0
        for n, step in enumerate(self._steps):
            made = _product(tables, step)
            if n < len(self._steps) - 1:
                made = np.add.reduce(made, 0, keepdims=True)
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
    """One step for each of the first ``count`` ranks, then the product of what is left.

    Each table is the increasing ranks of its axes; a rank that nothing has takes no step.
    Tables of few axes are multiplied first.
    """
    buckets: list[list[int]] = [[] for _ in range(count + 1)]
    tables = [{rank: sizes[rank] for rank in scope} for scope in scopes]
    widths = list(map(len, scopes))
    for i, scope in enumerate(scopes):
        buckets[scope[0] if scope and scope[0] < count else count].append(i)
    steps = []
    for rank in range(count):
        if buckets[rank]:
            union: dict[int, int] = {}
            for i in buckets[rank]:
                union.update(tables[i])
            axes = sorted(union)
            buckets[rank].sort(key=widths.__getitem__)
            steps.append(_step(buckets[rank], tables, axes, math.prod(union.values())))
            del union[rank]
            buckets[axes[1] if union and axes[1] < count else count].append(len(tables))
            tables.append(union)
            widths.append(len(union))
    kept = range(count, len(sizes))
    buckets[count].sort(key=widths.__getitem__)
    return [*steps, _step(buckets[count], tables, kept, math.prod([sizes[rank] for rank in kept]))]


def _step(inputs: list[int], tables: list[dict[int, int]], axes: Sequence[int], cells: int) -> Step:
    """The product of some tables over ``axes``."""
    spread = [(i, tuple(map(tables[i].get, axes, repeat(1)))) for i in inputs]
    return Step(tuple(spread), cells)


def _product(tables: Sequence[Any], step: Step) -> Array:
    product: Any = 1
    for i, shape in step.inputs:
        product = tables[i].reshape(shape) * product
    return np.asarray(product)


def _sliced(tables: Sequence[Any], step: Step) -> Array:
    inputs = [tables[i].reshape(shape) for i, shape in step.inputs]
    if len(inputs) == 1:
        return np.asarray(np.add.reduce(inputs[0], 0))
    total: Any = None
    for k in range(len(inputs[0])):
        product = inputs[0][k]
        for table in inputs[1:]:
            product = product * table[k]
        total = product if total is None else np.add(total, product, out=total)
    return np.asarray(total)
