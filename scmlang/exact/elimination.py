"""Variable elimination: the sum of a product of factors, one node at a time, as a list of steps.

The steps are laid out once: which tables each multiplies, how each of them is spread over the axes of the
product, and where the sum goes. The axes of every table stand in the order of elimination, so that a step
sums over the first. What the steps gave is kept, and where other evidence is given later, only what depends
on it is computed again, as in a join tree whose messages all go to one root (Shafer and Shenoy, Probability
propagation, Annals of Mathematics and Artificial Intelligence 2, 1990).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, reduce
from string import ascii_lowercase, ascii_uppercase
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scmlang.exact.factors import Array, Factor

KEPT = 1 << 19  # cells of all steps up to which they are kept
_LARGE = 1 << 12  # cells from which a step multiplies pairs, slice by slice, so that no product is whole
_MANY = 16  # tables from which a step multiplies pairs, as NumPy takes no more than some at once
_SMALL = 1 << 9  # cells up to which a product is multiplied out further, to take fewer steps
_TINY = 1e-100  # every table is at most one, so what vanishes on the way is no part of a larger sum

_LETTERS = ascii_uppercase + ascii_lowercase  # in the order of their codes
_BEYOND = 0x4E00  # the code of the first of many further characters

Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Scaled:
    """``array`` times exp(``log_scale``), which keeps small products from vanishing."""

    array: Array
    log_scale: float


class Step(NamedTuple):
    """A sum of the product of some tables, as Einstein writes it: ``AC,AB->BC``.

    The letters of the product stand in the order of elimination. It has ``cells`` cells.
    """

    inputs: Sequence[int]
    subscripts: str
    cells: int


class _Partial(NamedTuple):
    """A factor of which evidence leaves a part: one value of ``held`` nodes, some of others."""

    factor: Factor
    held: frozenset[int]

    def taken(self, choice: Mapping[int, Indices]) -> Array:
        nodes = self.factor.nodes
        index = [int(choice[n][0]) if n in choice else 0 for n in nodes]
        array = self.factor.array[
            tuple([i if n in self.held else slice(None) for n, i in zip(nodes, index, strict=True)])
        ]
        free = [n for n in nodes if n not in self.held]
        for axis, node in enumerate(free):
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
        ranked = (*order, *[node for node in keep if sizes[node] > 1])
        ranks = {node: i for i, node in enumerate(ranked)}
        self.shape = tuple([sizes[node] for node in keep])
        self._arrays = [f.array for f in factors]
        scopes = [[ranks[node] for node in f.nodes if node in ranks] for f in factors]
        self._steps = _Steps(scopes, [sizes[node] for node in ranked], len(order)).all()
        self._touched: dict[int, list[int]] = {node: [] for node in given}
        self._partial: dict[int, _Partial] = {}  # what is not taken as it is
        wide = ranks.keys() & given
        for i, (f, scope) in enumerate(zip(factors, scopes, strict=True)):
            if len(scope) < len(f.nodes) or not wide.isdisjoint(f.nodes):
                self._partial[i] = _Partial(f, frozenset(f.nodes) - ranks.keys())
                for node in self._touched.keys() & f.nodes:
                    self._touched[node].append(i)
        self._keeps = sum([step.cells for step in self._steps]) <= KEPT
        self._last: tuple[Mapping[int, Indices], list[Any]] | None = None

    def run(self, choice: Mapping[int, Indices], *, exact: bool) -> Scaled:
        """The sum, an axis for each node of ``keep``.

        Args:
            choice: for each node with evidence the indices that it leaves.
            exact: the numbers are rationals, which do not vanish.
        """
        last = self._last
        if last is None:
            tables = [*self._taken(choice), *[None] * len(self._steps)]
            self._compute(tables, range(len(self._steps)), exact=exact)
        else:
            tables = last[1].copy()
            self._compute(tables, self._renewed(tables, last[0], choice), exact=exact)
        if self._keeps:
            self._last = choice, tables
        found = np.asarray(tables[-1])
        if exact:
            found = np.asarray(found * Fraction(1), dtype=object)
        elif found.size and float(found.max()) < _TINY:
            return self._scaled(choice)
        return Scaled(np.asarray(found.reshape(self.shape)), 0.0)

    def _taken(self, choice: Mapping[int, Indices]) -> list[Any]:
        tables: list[Any] = self._arrays.copy()
        for i, part in self._partial.items():
            tables[i] = part.taken(choice)
        return tables

    @cached_property
    def _user(self) -> dict[int, int]:
        """Which step takes each table."""
        return {i: n for n, step in enumerate(self._steps) for i in step.inputs}

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
            tables[i] = self._partial[i].taken(choice)
            while i in self._user and self._user[i] not in steps:
                steps.add(self._user[i])
                i = len(self._arrays) + self._user[i]
        return sorted(steps)

    def _compute(self, tables: list[Any], steps: Sequence[int], *, exact: bool) -> None:
        first = len(self._arrays)
        for n in steps:
            inputs, subscripts, cells = step = self._steps[n]
            operands = [tables[i] for i in inputs]
            if not exact and cells < _LARGE and 0 < len(inputs) <= _MANY:
                tables[first + n] = np.einsum(subscripts, *operands)
            else:
                tables[first + n] = _summed(operands, step)
            if not self._keeps:
                for i in inputs:
                    tables[i] = None

    def _scaled(self, choice: Mapping[int, Indices]) -> Scaled:
        """Every table divided by its largest entry, whose logarithm is kept."""
        tables = self._taken(choice)
        log_scale = 0.0
        for step in self._steps:
            made = _summed([tables[i] for i in step.inputs], step)
            largest = float(made.max()) if made.size else 0.0
            if largest > 0:
                made = made / largest
                log_scale += math.log(largest)
            tables.append(made)
        return Scaled(np.asarray(tables[-1].reshape(self.shape)), log_scale)


class _Steps:
    """Lays out the steps that sum out the first ``count`` ranks, then the product of what is left.

    Each table is the ranks of its axes; a rank that nothing has takes no step. Where the tables of the ranks
    right after have no further axes, and the product is small, one step sums them all out.
    """

    def __init__(self, scopes: list[list[int]], sizes: Sequence[int], count: int) -> None:
        self.tables = scopes.copy()
        self.sizes = sizes
        self.count = count
        self.buckets: list[list[int]] = [[] for _ in range(count + 1)]
        for i, scope in enumerate(scopes):
            self.buckets[min(count, *scope) if scope else count].append(i)
        self.written = [""] * len(scopes)  # of the tables that steps give
        self.letters: dict[int, str] = {}
        self.unused = list(_LETTERS[::-1])

    def all(self) -> list[Step]:
        found = [self._step(rank) for rank in range(self.count) if self.buckets[rank]]
        kept = range(self.count, len(self.sizes))
        cells = self._named(kept)
        return [*found, self._sum(self.buckets[self.count], kept, cells)]

    def _step(self, rank: int) -> Step:
        buckets, tables, letters = self.buckets, self.tables, self.letters
        inputs = buckets[rank]
        within = set().union(*[tables[i] for i in inputs])
        axes, summed = sorted(within), 1
        cells = self._named(axes)
        if cells <= _SMALL:
            for axis in axes[1:]:
                if axis != rank + summed or axis >= self.count:
                    break
                following = buckets[axis]
                if not all(map(within.issuperset, [tables[i] for i in following])):
                    break
                inputs += following
                buckets[axis] = []
                summed += 1
        left = axes[summed:]
        step = self._sum(inputs, left, cells)
        self.unused += [letters[axis] for axis in axes[:summed]]
        buckets[min(left[0], self.count) if left else self.count].append(len(tables))
        tables.append(left)
        return step

    def _named(self, axes: Iterable[int]) -> int:
        """Give letters to the axes that have none yet; the cells of a table over them."""
        letters, sizes, cells = self.letters, self.sizes, 1
        for axis in axes:
            cells *= sizes[axis]
            if axis not in letters:
                letters[axis] = self.unused.pop() if self.unused else chr(_BEYOND + axis)
        return cells

    def _sum(self, inputs: list[int], left: Iterable[int], cells: int) -> Step:
        """The sum of the product of some tables over all but the axes ``left``."""
        letters, written = self.letters, self.written
        result = "".join([letters[axis] for axis in left])
        scopes = [written[i] or "".join([letters[axis] for axis in self.tables[i]]) for i in inputs]
        subscripts = f"{','.join(scopes)}->{result}"
        if not subscripts.isascii():
            axes = dict.fromkeys(subscripts.replace(",", "").replace("->", ""))
            subscripts = subscripts.translate(dict(zip(map(ord, axes), _LETTERS, strict=False)))
        written.append(result)
        return Step(inputs, subscripts, cells)


def _summed(operands: Sequence[Array], step: Step) -> Array:
    """The same in products of pairs, few axes first; a large one is summed by slices of its first axis."""
    if not operands:
        return np.ones(())
    written, _, left = step.subscripts.partition("->")
    scopes = written.split(",")
    sizes: dict[str, int] = {}
    for scope, table in zip(scopes, operands, strict=True):
        sizes.update(zip(scope, table.shape, strict=True))
    gone = [axis for axis in sizes if axis not in left]
    pairs = sorted(zip(scopes, operands, strict=True), key=lambda pair: len(pair[0]))
    tables = [_spread(table, scope, sizes, [*gone, *left]) for scope, table in pairs]
    if step.cells < _LARGE or len(gone) != 1 or len(tables) == 1:
        product: Any = reduce(np.multiply, tables)
        return np.asarray(np.add.reduce(product, tuple(range(len(gone)))) if gone else product)
    total: Any = None
    for k in range(sizes[gone[0]]):
        product = reduce(np.multiply, [table[k if len(table) > 1 else 0] for table in tables])
        total = product if total is None else np.add(total, product, out=total)
    return np.asarray(total)


def _spread(table: Array, scope: str, sizes: Mapping[str, int], axes: Sequence[str]) -> Array:
    """A table with an axis for each of the product."""
    own = [axis for axis in axes if axis in scope]
    spread = table.transpose([scope.index(axis) for axis in own])
    return spread.reshape([sizes[axis] if axis in scope else 1 for axis in axes])
