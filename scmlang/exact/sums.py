"""The sums of a term: a network for all queries of its shape, an elimination for each pattern of evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np

from scmlang.exact.elimination import Elimination, Indices
from scmlang.exact.events import expression
from scmlang.exact.factors import Array, Factor, connected, relevant
from scmlang.exact.instances import Fixed, Instances
from scmlang.exact.network import Network
from scmlang.exact.nodes import Nodes, Operand
from scmlang.exact.numbers import Number, Numbers
from scmlang.exact.orders import plan
from scmlang.exact.refusals import too_large
from scmlang.exact.shapes import Shape
from scmlang.exact.tables import Tables
from scmlang.exact.truncated import truncated
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import (
    Constant,
    Counterfactual,
    Event,
    Quantity,
    counterfactuals,
    show_event,
)

Allowed = dict[int, Indices]


@dataclass(frozen=True, slots=True)
class Shown:
    """A quantity as text, made only where a message needs it."""

    node: Quantity | Event
    model: CausalModel

    def __str__(self) -> str:
        return show_event(self.node, self.model.variables)


@dataclass(frozen=True, eq=False)
class Mass:
    """``array`` times exp(``log_scale``), an axis for each of ``nodes`` over ``indices`` of its values."""

    nodes: tuple[int, ...]
    indices: tuple[Indices, ...]
    array: Array
    log_scale: float


class Sums:
    """Masses of events in the worlds of one shape.

    Args:
        model: fully specified.
        shape: of the term that is asked.
        numbers: floats or rationals.
        tables: of the model.
        cells: the bound on one table.

    Raises:
        ScmError: as :class:`~scmlang.exact.network.Network`.
    """

    def __init__(
        self, model: CausalModel, shape: Shape, numbers: Numbers, tables: Tables, cells: int
    ) -> None:
        named = dict.fromkeys(counterfactuals(shape.term))
        found = None if numbers.exact else truncated(named, shape.settings, tables, cells)
        self.network: Nodes
        self._operands: dict[Counterfactual, Operand]
        if found is not None:
            self.network = found
            self._operands = {c: found.of[c.variable] for c in named}
        else:
            instances = Instances(model, shape.settings)
            places = {c: instances.place(c) for c in named}
            self.network = parallel = Network(model, numbers, instances, tables, cells)
            self._operands = {c: parallel.operand(place) for c, place in places.items()}
        self.numbers = numbers
        self.cells = cells
        self._symbols = {setting: symbol for symbol, setting in shape.settings.items()}
        self._growing = Lock()
        self._computed: dict[Quantity | Event, Operand] = {}
        self._levels: dict[tuple[Operand, Number], Indices] = {}
        self._relations: dict[Event, Indices] = {}
        self._eliminations: dict[object, Elimination] = {}

    @property
    def size(self) -> int:
        """The cells of all tables."""
        return sum(f.array.size for f in self.network.factors)

    # --- events

    def operand(self, variable: Counterfactual) -> Operand:
        """The node of a counterfactual variable, or its value."""
        return self._operands[variable]

    def computed(self, node: Quantity | Event) -> Operand:
        """The node of arithmetic or of an event, made once.

        Raises:
            ScmError: E261 for a table over the bound, E263 for what is not rational, E265 for a constant
                that is not defined.
        """
        if isinstance(node, Counterfactual):
            return self.operand(node)
        with self._growing:
            found = self._computed.get(node)
            if found is None:
                operands: dict[str, Operand] = {}
                label = Shown(node, self.network.model)
                found = self.network.value(expression(node, operands, self.operand), operands, label)
                self._computed[node] = found
            return found

    def allowed(self, events: Sequence[Event], values: Mapping[str, int]) -> Allowed | None:
        """For each node the indices that the events leave; None where they can never all be."""
        found: Allowed = {}
        for event in events:
            left, right = event.left, event.right
            if isinstance(left, Counterfactual) and isinstance(right, Constant) and right.value in values:
                operand, indices = self._level(self.operand(left), values[str(right.value)])
            else:
                operand, indices = self._true(event)
            if isinstance(operand, Fixed):
                if not len(indices):
                    return None
            elif not _meet(found, operand, indices):
                return None
        return found

    def with_settings(self, allowed: Allowed, values: Mapping[str, int]) -> Allowed | None:
        """The same, with every variable that is held at a value told later at that value."""
        found = dict(allowed)
        for node, setting in self.network.settings.items():
            _, indices = self._level(node, values[self._symbols[setting]])
            if not _meet(found, node, indices):
                return None
        return found

    def _level(self, operand: Operand, value: Number) -> tuple[Operand, Indices]:
        """The indices of one value, of which there may be none; a fixed value has one index."""
        found = self._levels.get((operand, value))
        if found is None:
            known = (operand.value,) if isinstance(operand, Fixed) else self.network.nodes[operand].values
            found = np.array([known.index(value)] if value in known else [], dtype=np.intp)
            self._levels[operand, value] = found
        return operand, found

    def _true(self, event: Event) -> tuple[Operand, Indices]:
        """A node and the indices at which an event occurs."""
        left, right = event.left, event.right
        if not isinstance(left, Counterfactual) or not isinstance(right, Constant):
            return self._level(self.computed(event), 1)
        operand = self.operand(left)
        known = (operand.value,) if isinstance(operand, Fixed) else self.network.nodes[operand].values
        found = self._relations.get(event)
        if found is None:
            comparison = expression(event, {}, lambda variable: operand)
            truth = self.numbers.evaluate(comparison, {"#0": self.numbers.column(known)}, len(known))
            found = self._relations[event] = np.flatnonzero(truth == 1)
        return operand, found

    # --- sums

    def mass(self, given: Allowed, keep: Sequence[int], shown: object, *, relative: bool = False) -> Mass:
        """The mass of what is given, with an axis for each node of ``keep``.

        Args:
            given: the indices that evidence leaves.
            keep: different nodes.
            shown: what is asked, for messages.
            relative: only up to a positive factor, so that what is separated from ``keep`` is not summed.

        Raises:
            ScmError: E261 where it takes a table over the bound.
        """
        pattern = tuple([(node, len(indices)) for node, indices in given.items()])
        key = pattern, tuple(keep), relative
        elimination = self._eliminations.get(key)
        if elimination is None:
            elimination = self._eliminations[key] = self._elimination(dict(pattern), keep, shown, relative)
        found = elimination.run(given, exact=self.numbers.exact)
        indices = tuple([given[n] if n in given else self._all(n) for n in keep])
        return Mass(tuple(keep), indices, found.array, found.log_scale)

    def _all(self, node: int) -> Indices:
        return np.arange(len(self.network.nodes[node].values))

    def _elimination(
        self, counts: Mapping[int, int], keep: Sequence[int], shown: object, relative: bool
    ) -> Elimination:
        factors = [self.network.factors[i] for i in relevant(self.network.factors, {*counts, *keep})]
        nodes = set(keep).union(*[f.nodes for f in factors])
        sizes = {node: len(self.network.nodes[node].values) for node in nodes}
        sizes.update(counts)
        single = {node for node, size in sizes.items() if size == 1}
        scopes = [[node for node in f.nodes if node not in single] for f in factors]
        if relative:
            needed = _needed(factors, scopes, set(keep))
            factors, scopes = [factors[i] for i in needed], [scopes[i] for i in needed]
        wide = [node for node in keep if sizes[node] > 1]
        order = plan(scopes, sizes, wide, self.cells)
        if order.cells > self.cells:
            names = [self.network.called(node) for node in order.largest]
            raise too_large(order.cells, self.cells, names, f"the sum for `{shown}`")
        return Elimination(factors, sizes, order.order, keep, list(counts))


def _needed(factors: Sequence[Factor], scopes: Sequence[Sequence[int]], keep: set[int]) -> list[int]:
    """Which factors say more of ``keep`` than a positive constant: the others are separated from it.

    What is separated but has zeros stays, since evidence may be impossible by it.
    """
    reached = connected(scopes, keep)
    doubtful = [i for i, found in enumerate(reached) if not found and factors[i].array.min() <= 0]
    if doubtful:
        reached = connected(scopes, keep.union(*(scopes[i] for i in doubtful)))
    return [i for i, found in enumerate(reached) if found or i in doubtful]


def _meet(found: Allowed, node: int, indices: Indices) -> bool:
    """Leave only ``indices`` of a node; whether any are left."""
    before = found.get(node)
    found[node] = indices if before is None else np.intersect1d(before, indices)
    return len(found[node]) > 0
