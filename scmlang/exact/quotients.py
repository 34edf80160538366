"""From masses to answers: the quotients that probabilities and means are.

Where few events are asked about, one sum with an axis for each gives both P(events, given) and P(given).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np

from scmlang.diagnostics.base import ScmError
from scmlang.exact.events import linear
from scmlang.exact.factors import Array
from scmlang.exact.instances import Fixed
from scmlang.exact.nodes import Operand
from scmlang.exact.numbers import Number, Numbers
from scmlang.exact.refusals import impossible, undefined
from scmlang.exact.result import Axis, Result, combined, scalar
from scmlang.exact.shapes import Term
from scmlang.exact.sums import Allowed, Mass, Shown, Sums
from scmlang.semantics.quantities import Counterfactual, Event, Expectation, Probability

_JOINT = 16  # configurations up to which events are axes of one sum, not two sums with and without them


class Quotients:
    """The answer to one term.

    Args:
        sums: of the shape of the term.
        values: what its symbols stand for.
        axes: of the answer.
        shown: the term, for messages.
    """

    def __init__(self, sums: Sums, values: dict[str, int], axes: Sequence[Axis], shown: Shown) -> None:
        self.sums = sums
        self.numbers = sums.numbers
        self.values = values
        self.axes = tuple(axes)
        self.shown = shown

    def of(self, term: Term) -> Result:
        """The answer.

        Raises:
            ScmError: E261 for a table over the bound, E262 for evidence of probability 0, E263 for what is
                not rational, E265 for a mean that is not defined.
        """
        given = self.sums.allowed([e for e in term.given if isinstance(e, Event)], self.values)
        given = None if given is None else self.sums.with_settings(given, self.values)
        if given is None:
            raise self._impossible()
        known = [self.sums.operand(e) for e in term.given if isinstance(e, Counterfactual)]
        if isinstance(term, Probability):
            return self._probability(term, given, known)
        return self._expectation(term, given, known)

    def _impossible(self) -> ScmError:
        return impossible(f"`{self.shown}`")

    # --- probabilities

    def _probability(self, term: Probability, given: Allowed, known: list[Operand]) -> Result:
        listed = [self.sums.operand(e) for e in term.events if isinstance(e, Counterfactual)] + known
        events = self.sums.allowed([e for e in term.events if isinstance(e, Event)], self.values)
        if not term.given:
            return self._unconditional(given, events, listed)
        joint = None if events is None else self._joint(given, events, _nodes(listed))
        if events is None or joint is None:
            return self._two_sums(given, events, listed, known)
        above = _summed(_restricted(joint, events), _nodes(listed))
        return self._quotient(above, _summed(joint, _nodes(known)), listed, known)

    def _joint(self, given: Allowed, events: Allowed, keep: list[int]) -> Mass | None:
        """The mass of what is given, an axis for each node of the events too; None where that is large."""
        nodes = _nodes([*keep, *events])
        if not events.keys().isdisjoint(given) or self._cells(nodes) > _JOINT * self._cells(keep):
            return None
        try:
            return self.sums.mass(given, nodes, self.shown, relative=True)
        except ScmError:
            if nodes == keep:
                raise
            return None  # the sums apart may be smaller

    def _unconditional(self, given: Allowed, events: Allowed | None, listed: list[Operand]) -> Result:
        """Without evidence the mass of what is asked is its probability."""
        both = self._both(given, events)
        if both is None:
            return Result(self.axes, self.numbers.zeros(self._shape(listed)))
        found = self.sums.mass(both, _nodes(listed), self.shown)
        array = self._arranged(found, listed)
        return Result(self.axes, array if self.numbers.exact else array * math.exp(found.log_scale))

    def _two_sums(
        self, given: Allowed, events: Allowed | None, listed: list[Operand], known: list[Operand]
    ) -> Result:
        below = self.sums.mass(given, _nodes(known), self.shown)
        both = self._both(given, events)
        above = None if both is None else self.sums.mass(both, _nodes(listed), self.shown)
        return self._quotient(above, below, listed, known)

    def _both(self, given: Allowed, events: Allowed | None) -> Allowed | None:
        if events is None:
            return None
        found = dict(given)
        for node, indices in events.items():
            if node in found:
                indices = np.intersect1d(found[node], indices)
            if not len(indices):
                return None
            found[node] = indices
        return found

    # --- means

    def _expectation(self, term: Expectation, given: Allowed, known: list[Operand]) -> Result:
        total: Result | None = None
        for weight, part in linear(term.of, self.numbers):
            mean = self._mean(self.sums.computed(part), given, known)
            scaled = mean.mapped(partial(np.multiply, weight))
            total = scaled if total is None else combined("+", total, scaled, f"`{self.shown}`")
        return scalar(self.numbers.constant(0)) if total is None else total

    def _mean(self, operand: Operand, given: Allowed, known: list[Operand]) -> Result:
        keep = _nodes(known)
        if isinstance(operand, Fixed):
            below = self.sums.mass(given, keep, self.shown)
            above = Mass(below.nodes, below.indices, np.asarray(below.array * operand.value), below.log_scale)
            return self._quotient(above, below, known, known)
        joint = self.sums.mass(given, _nodes([*keep, operand]), self.shown, relative=True)
        axis = joint.nodes.index(operand)
        values = self._numbers_of(joint, axis)
        spread = values.reshape([-1 if i == axis else 1 for i in range(joint.array.ndim)])
        weighted = Mass(joint.nodes, joint.indices, np.asarray(joint.array * spread), joint.log_scale)
        return self._quotient(_summed(weighted, keep), _summed(joint, keep), known, known)

    def _numbers_of(self, mass: Mass, axis: int) -> Array:
        """The values of a node, those that are undefined being 0 where they never occur."""
        known = self.sums.network.nodes[mass.nodes[axis]].values
        values = [known[i] for i in mass.indices[axis].tolist()]
        bad = [v is None or (isinstance(v, float) and not math.isfinite(v)) for v in values]
        if any(bad) and np.any(np.take(mass.array, np.flatnonzero(bad), axis=axis) != 0):
            raise undefined(f"`{self.shown}`")
        zero = self.numbers.constant(0)
        return self.numbers.column([zero if b or v is None else v for v, b in zip(values, bad, strict=True)])

    # --- tables

    def _quotient(
        self, above: Mass | None, below: Mass, listed: Sequence[Operand], known: Sequence[Operand]
    ) -> Result:
        """``above``, None for nothing, through ``below``."""
        if not np.any(below.array != 0):
            raise self._impossible()
        if above is not None and not self.numbers.exact and not listed:
            scale = math.exp(above.log_scale - below.log_scale)
            return Result((), np.asarray(above.array.item() / below.array.item() * scale))
        bottom = self._arranged(below, known)
        bottom = bottom.reshape((1,) * (len(listed) - len(known)) + bottom.shape)
        top = self.numbers.zeros(self._shape(listed)) if above is None else self._arranged(above, listed)
        ratio = _divided(top, bottom, self.numbers)
        if above is not None and not self.numbers.exact:
            ratio = ratio * math.exp(above.log_scale - below.log_scale)
        return Result(self.axes, ratio)

    def _arranged(self, mass: Mass, operands: Sequence[Operand]) -> Array:
        """The mass on the axes that were asked for, zero at values that cannot occur."""
        if not operands:
            return mass.array
        domains = [axis.values for axis in self.axes[len(self.axes) - len(operands) :]]
        found = self.numbers.zeros(tuple([len(domain) for domain in domains]))
        places, possible = [], np.ones((1,) * mass.array.ndim, dtype=bool)
        for operand, domain in zip(operands, domains, strict=True):
            place = self._places(mass, operand, domain)
            places.append(np.broadcast_to(place, mass.array.shape))
            possible = possible & (place >= 0)
        chosen = np.broadcast_to(possible, mass.array.shape)
        found[tuple([place[chosen] for place in places])] = mass.array[chosen]
        return found

    def _places(self, mass: Mass, operand: Operand, domain: Sequence[int]) -> Array:
        """Which value of a domain an operand has in each cell, along its own axis; -1 for none."""
        shape = [1] * mass.array.ndim
        if isinstance(operand, Fixed):
            values: list[Number | None] = [operand.value]
        else:
            axis = mass.nodes.index(operand)
            known = self.sums.network.nodes[operand].values
            values = [known[i] for i in mass.indices[axis].tolist()]
            shape[axis] = len(values)
        position: dict[Number | None, int] = {value: i for i, value in enumerate(domain)}
        return np.array([position.get(value, -1) for value in values], dtype=np.intp).reshape(shape)

    def _shape(self, listed: Sequence[Operand]) -> tuple[int, ...]:
        return tuple([len(axis.values) for axis in self.axes[: len(listed)]])

    def _cells(self, nodes: Sequence[int]) -> int:
        return math.prod([len(self.sums.network.nodes[node].values) for node in nodes])


def _nodes(operands: Sequence[Operand]) -> list[int]:
    """The nodes among operands, each once."""
    return list(dict.fromkeys([o for o in operands if isinstance(o, int)]))


def _restricted(mass: Mass, events: Allowed) -> Mass:
    """The mass of the events, nodes keeping their axes."""
    array, indices = mass.array, list(mass.indices)
    for axis, node in enumerate(mass.nodes):
        if node in events:
            array = np.take(array, events[node], axis=axis)
            indices[axis] = events[node]
    return Mass(mass.nodes, tuple(indices), array, mass.log_scale)


def _summed(mass: Mass, keep: Sequence[int]) -> Mass:
    """The mass with the axes of ``keep`` alone."""
    gone = tuple([i for i, node in enumerate(mass.nodes) if node not in keep])
    if not gone:
        return mass
    kept = [i for i in range(len(mass.nodes)) if i not in gone]
    array = np.asarray(mass.array.sum(axis=gone))
    if mass.array.dtype == object and array.dtype != object:
        array = array.astype(object)
    nodes, indices = tuple([mass.nodes[i] for i in kept]), tuple([mass.indices[i] for i in kept])
    return Mass(nodes, indices, array, mass.log_scale)


def _divided(above: Array, below: Array, numbers: Numbers) -> Array:
    """The quotient; None or NaN where the evidence of a cell has probability 0."""
    if numbers.exact:
        below = np.broadcast_to(below, above.shape)
        found = np.empty(above.shape, dtype=object)
        for index in np.ndindex(above.shape):
            found[index] = above[index] / below[index] if below[index] != 0 else None
        return found
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(below > 0, above / below, np.nan))
