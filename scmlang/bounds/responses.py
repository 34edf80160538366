"""Blocks of response functions: the unknowns of a programme and what is known of them.

A slot is a variable with one configuration of its parents; a response function gives it a level. Only slots
that the query's factors speak of, and those that known c-factors tie to these, are in a block; nothing ties
the slots of two blocks together, so any two distributions over them go together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from scmlang.bounds.classes import Labels, Product, indicators, labelled
from scmlang.bounds.classes import products as class_products
from scmlang.bounds.independence import Independences, atoms, independences
from scmlang.bounds.known import CFactor
from scmlang.bounds.polynomial import Factor, Slot
from scmlang.bounds.problem import Problem
from scmlang.bounds.sources import Array
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagram.bitgraph import Mask, bits
from scmlang.limits import LIMITS

Row = tuple[Factor, float]
Monotone = Collection[tuple[str, str]]
Indicator = Callable[[Factor], NDArray[np.bool_]]


@dataclass(frozen=True, eq=False)
class Block:
    """A joint distribution over the responses of some slots.

    Attributes:
        rows: indicators over the kinds of response, one for each known probability.
        values: these probabilities.
        factors: the indicator of each factor of the query that lies in the block.
        kinds: how many responses are told apart by the rows and factors.
        products: the independences among them, where they were asked for.
    """

    rows: Array
    values: Array
    factors: Mapping[Factor, Array]
    kinds: int
    products: tuple[Product, ...] = ()


class Responses:
    """Known factors by look-up, and blocks for the others."""

    def __init__(
        self, problem: Problem, known: Sequence[CFactor], monotone: Monotone = (), *, exact: bool = True
    ) -> None:
        self.problem = problem
        self.exact = exact
        self.known = known
        self.monotone = [(problem.graph.place[x], problem.graph.place[y]) for x, y in monotone]
        self._tables: dict[Mask, Array] = {}
        for one in known:
            self._tables.setdefault(one.members, one.table)

    def value(self, factor: Factor) -> float | None:
        """The probability of a factor that is one of a known c-factor's, else None."""
        members: Mask = 0
        for (variable, _), _ in factor:
            if members >> variable & 1:
                return None
            members |= 1 << variable
        table = self._tables.get(members)
        at = None if table is None else self._assignment(factor)
        if table is None or at is None:
            return None
        found = _cell(table, at)
        return None if math.isnan(found) else found

    def _assignment(self, factor: Factor) -> dict[int, int] | None:
        """The levels of one world in which everything in the factor happens; None where there is none."""
        at = {variable: level for (variable, _), level in factor}
        for (variable, configuration), _ in factor:
            for parent, level in zip(bits(self.problem.graph.parents[variable]), configuration, strict=True):
                if at.setdefault(parent, level) != level:
                    return None
        return at

    # --- blocks

    def blocks(self, factors: Iterable[Factor], *, products: bool = False) -> list[Block]:
        """The blocks in which the factors lie, with independences of responses as products or without.

        Raises:
            ScmError: E353 where one has more responses than ``LIMITS.response_types``.
        """
        wanted = list(factors)
        districts = {self._district(factor) for factor in wanted}
        rows = [row for one in self.known for row in self._rows(one, districts)]
        groups = _Groups()
        for factor in (*wanted, *(factor for factor, _ in rows)):
            groups.join([slot for slot, _ in factor])
        self._tie(groups)
        found: dict[Slot, list[Factor]] = {}
        for factor in wanted:
            found.setdefault(groups.root(next(iter(factor))[0]), []).append(factor)
        return [self._block(groups.members(root), inside, rows, products) for root, inside in found.items()]

    def independences(self, factors: Iterable[Factor]) -> dict[Mask, Independences]:
        """Those of each district in which some of the factors lie."""
        districts = dict.fromkeys(self._district(factor) for factor in factors)
        return {district: independences(self.problem.graph, district) for district in districts}

    def _district(self, factor: Factor) -> Mask:
        return self.problem.graph.district(1 << next(iter(factor))[0][0])

    def _tie(self, groups: _Groups) -> None:
        """A monotone variable's slots are compared; in a district without one common cause all are."""
        graph = self.problem.graph
        monotone = {effect for _, effect in self.monotone}
        for district in graph.districts(graph.all):
            slots = [slot for slot in groups.all() if district >> slot[0] & 1]
            for i in bits(district):
                if i in monotone:
                    groups.join([slot for slot in slots if slot[0] == i])
            if not self.problem.is_clique(district):
                groups.join(slots)

    def _rows(self, one: CFactor, districts: set[Mask]) -> Iterator[Row]:
        """The known probabilities of a c-factor in one of the districts."""
        if one.implied or self.problem.graph.district(one.members & -one.members) not in districts:
            return
        graph, shape = self.problem.graph, self.problem.shape
        outside = graph.parents_of(one.members) & ~one.members
        axes = list(bits(one.members | outside))
        for levels in product(*(range(shape[i]) for i in axes)):
            at = dict(zip(axes, levels, strict=True))
            value = _cell(one.table, at)
            if not math.isnan(value):
                slots = ((i, tuple(at[p] for p in bits(graph.parents[i]))) for i in bits(one.members))
                yield frozenset((slot, at[slot[0]]) for slot in slots), value

    def _block(
        self, slots: Sequence[Slot], factors: Sequence[Factor], rows: Sequence[Row], products: bool
    ) -> Block:
        names = {slot: i for i, slot in enumerate(slots)}
        sizes = [self.problem.shape[variable] for variable, _ in slots]
        count = math.prod(sizes)
        inside = [row for row in rows if all(slot in names for slot, _ in row[0])]
        if count * (len(inside) + len(factors)) > LIMITS.response_types * 64 or count > LIMITS.response_types:
            raise _too_large(self.problem, slots, count)
        levels = np.stack([axis.ravel() for axis in np.indices(sizes, dtype=np.int16)])
        levels = levels[:, self._allowed(slots, levels)]

        def indicator(factor: Factor) -> NDArray[np.bool_]:
            told = np.ones(levels.shape[1], dtype=bool)
            for slot, level in factor:
                told &= levels[names[slot]] == level
            return told

        known = np.array([indicator(factor) for factor, _ in inside], dtype=float).reshape(
            -1, levels.shape[1]
        )
        values = [value for _, value in inside]
        wanted = np.array([indicator(factor) for factor in factors], dtype=float)
        never = [i for i, value in enumerate(values) if self.exact and value == 0]
        impossible = np.asarray(known[never].any(axis=0))
        if impossible.all():
            impossible[:] = False  # the programme will find that nothing fits
        district = self.problem.graph.district(1 << slots[0][0])
        pairs = independences(self.problem.graph, district).pairs if products else ()
        labels: Labels = {}
        if pairs:
            labels = labelled(np.vstack([known, wanted, impossible]), levels, slots, atoms(pairs, district))
            apart = _by_class(labels)
        else:
            apart = _by_response(slots, levels)
        given = list(self._independent(district, indicator, apart))
        rest = np.array([row for row, _ in given]).reshape(-1, levels.shape[1])
        table = np.vstack([known, rest, wanted, *labels.values()])
        kinds = np.unique(table[:, ~impossible], axis=1)
        at, to = len(known) + len(rest), len(known) + len(rest) + len(wanted)
        own = dict(zip(labels, kinds[to:], strict=True))
        return Block(
            kinds[:at],
            np.array(values + [value for _, value in given]),
            dict(zip(factors, kinds[at:to], strict=True)),
            kinds.shape[1],
            class_products(pairs, own),
        )

    def _allowed(self, slots: Sequence[Slot], levels: NDArray[np.int16]) -> NDArray[np.bool_]:
        """The responses in which no monotone variable falls as its cause rises, all else alike."""
        allowed = np.ones(levels.shape[1], dtype=bool)
        for cause, effect in self.monotone:
            at = list(bits(self.problem.graph.parents[effect])).index(cause)
            mine = [(i, slot[1]) for i, slot in enumerate(slots) if slot[0] == effect]
            for i, low in mine:
                for j, high in mine:
                    if low[at] < high[at] and low[:at] == high[:at] and low[at + 1 :] == high[at + 1 :]:
                        allowed &= levels[i] <= levels[j]
        return allowed

    def _independent(
        self, district: Mask, indicator: Indicator, apart: Callable[[Mask], Iterable[NDArray[np.bool_]]]
    ) -> Iterator[tuple[Array, float]]:
        """q(E, f) = P(E) q(f) for known E of some variables and responses f of those not joined to them."""
        graph = self.problem.graph
        if self.problem.is_clique(district):
            return
        for one in self.known:
            near = (1 << i for i in range(len(graph.names)) if graph.spouses[i] & one.members)
            if one.members & ~district:
                continue
            same = list(apart(district & ~(one.members | sum(near))))
            for factor, value in self._rows(CFactor(one.members, one.table), {district}) if same else ():
                told = indicator(factor).astype(float)
                for response in same:
                    yield (told - value) * response, 0.0


def _by_response(
    slots: Sequence[Slot], levels: NDArray[np.int16]
) -> Callable[[Mask], Iterator[NDArray[np.bool_]]]:
    def those(members: Mask) -> Iterator[NDArray[np.bool_]]:
        inside = [i for i, slot in enumerate(slots) if members >> slot[0] & 1]
        if inside:
            for response in np.unique(levels[inside], axis=1).T:
                yield np.all(levels[inside] == response[:, None], axis=0)

    return those


def _by_class(labels: Labels) -> Callable[[Mask], Iterator[NDArray[np.bool_]]]:
    def those(members: Mask) -> Iterator[NDArray[np.bool_]]:
        if any(not group & ~members for group in labels):
            yield from indicators(members, labels).astype(bool)

    return those


def _cell(table: Array, at: Mapping[int, int]) -> float:
    return float(table[tuple(at.get(i, 0) if n > 1 else 0 for i, n in enumerate(table.shape))])


class _Groups:
    """Disjoint sets of slots."""

    def __init__(self) -> None:
        self._up: dict[Slot, Slot] = {}

    def root(self, slot: Slot) -> Slot:
        while self._up.setdefault(slot, slot) != slot:
            self._up[slot] = self._up[self._up[slot]]
            slot = self._up[slot]
        return slot

    def join(self, slots: Sequence[Slot]) -> None:
        for slot in slots:
            self._up[self.root(slot)] = self.root(slots[0])

    def all(self) -> list[Slot]:
        return sorted(self._up)

    def members(self, root: Slot) -> list[Slot]:
        return [slot for slot in self.all() if self.root(slot) == self.root(root)]


def _too_large(problem: Problem, slots: Sequence[Slot], count: int) -> ScmError:
    names = ", ".join(f"`{problem.names[i]}`" for i in sorted({variable for variable, _ in slots}))
    message = f"{names} have {count:.3g} response functions together, more than {LIMITS.response_types}"
    helps = ("declare fewer levels, leave arrows out, or raise the bound with --limit response_types=NUMBER",)
    return ScmError([Diagnostic("E353", message, helps=helps)])
