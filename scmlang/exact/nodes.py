"""Nodes with finitely many values, and expressions over them as nodes of their own.

A deterministic equation becomes no table over all its parents where that would be large: its expression is
taken apart into nodes, each over the few values that it can have.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scmlang.exact.factors import Factor, factor
from scmlang.exact.instances import Fixed, Setting
from scmlang.exact.numbers import Array, Number, Numbers
from scmlang.exact.refusals import too_large, undefined
from scmlang.semantics.domains import Finite
from scmlang.semantics.expressions import Call, Constant, Expression, Reference, references
from scmlang.semantics.model import CausalModel

DENSE = 256  # configurations up to which an expression is one table


class Node(NamedTuple):
    """A random quantity and the values it may have; None or NaN stands for undefined."""

    label: object  # shown by str, only where a message needs it
    values: tuple[Number | None, ...]


Operand = Fixed | int  # an integer is a node


class Nodes:
    """Nodes and the factors whose product is their distribution, causes first.

    Args:
        model: what they are of.
        numbers: floats or rationals.
        cells: the bound on one table.

    Attributes:
        settings: by node what an intervention holds there, at a value that is told with each question.
    """

    def __init__(self, model: CausalModel, numbers: Numbers, cells: int) -> None:
        self.model = model
        self.numbers = numbers
        self.cells = cells
        self.nodes: list[Node] = []
        self.factors: list[Factor] = []
        self.settings: dict[int, Setting] = {}

    def called(self, node: int) -> str:
        """What messages call a node."""
        return str(self.nodes[node].label)

    def value(
        self, expression: Expression, operands: Mapping[str, Operand], label: object, *, whole: bool = False
    ) -> Operand:
        """The node of an expression's value.

        Args:
            expression: over the names of ``operands``.
            operands: where each of them comes from.
            label: what a person calls it.
            whole: round to the nearest integer, as an assignment to a finite variable does.
        """
        if isinstance(expression, Constant):
            return Fixed(self.numbers.constant(expression.value))
        if isinstance(expression, Reference):
            return operands[expression.name]
        used = {name: operands[name] for name in references(expression)}
        if self._configurations(used.values()) > DENSE:
            expression, used = self._apart(expression, operands, label)
        return self._tabulated(expression, used, label, whole=whole)

    def _apart(
        self, call: Call, operands: Mapping[str, Operand], label: object
    ) -> tuple[Expression, dict[str, Operand]]:
        """A call over the nodes of its operands, one pair at a time where it has many."""
        if len(call.operands) > 3 or (len(call.operands) == 3 and call.operator in ("min", "max", "vector")):
            return self._folded(call, operands, label)
        parts = [self.value(part, operands, f"{label}, a part") for part in call.operands]
        used = {f"#{i}": part for i, part in enumerate(parts)}
        return replace(call, operands=tuple(Reference(name, call.span) for name in used)), used

    def _folded(
        self, call: Call, operands: Mapping[str, Operand], label: object
    ) -> tuple[Expression, dict[str, Operand]]:
        at = call.span
        step = Call(call.operator, (Reference("#0", at), Reference("#1", at)), at)
        first, *rest = (self.value(part, operands, f"{label}, a part") for part in call.operands)
        if call.operator == "vector":
            doubled = Call("*", (Reference("#0", at), Constant(2, at)), at)
            step = Call("+", (doubled, Call("!=", (Reference("#1", at), Constant(0, at)), at)), at)
            zero = Fixed(self.numbers.constant(0))
            first = self._tabulated(step, {"#0": zero, "#1": first}, f"{label}, a part")
        for part in rest[:-1]:
            first = self._tabulated(step, {"#0": first, "#1": part}, f"{label}, a part")
        return step, {"#0": first, "#1": rest[-1]}

    def _tabulated(
        self, expression: Expression, operands: Mapping[str, Operand], label: object, *, whole: bool = False
    ) -> Operand:
        parents, columns, n = self._grid(operands, label, 1)
        results = self.numbers.evaluate(expression, columns, n)
        values, level = _distinct(results, whole=whole)
        if not parents:
            if values[0] is None or values[0] != values[0]:
                raise undefined(f"`{label}`")
            return Fixed(values[0])
        node = self._node(label, values)
        self._bounded([*parents, node], label)
        shape = [len(self.nodes[parent].values) for parent in parents]
        self._factor([*parents, node], self._one_hot(level.reshape(shape), len(values)))
        return node

    # --- pieces

    def _setting(self, setting: Setting) -> int:
        domain = self.model.variables[setting.variable].domain
        node = self._node(setting, levels(domain) if isinstance(domain, Finite) else ())
        self.settings[node] = setting
        return node

    def _grid(
        self, operands: Mapping[str, Operand], label: object, size: int
    ) -> tuple[list[int], dict[str, Array], int]:
        """The nodes among the operands, and a column for each operand over their configurations."""
        varying = (o for o in operands.values() if isinstance(o, int) and len(self.nodes[o].values) > 1)
        parents = list(dict.fromkeys(varying))
        self._bounded(parents, label, size)
        shape = [len(self.nodes[parent].values) for parent in parents]
        n = math.prod(shape)
        indices = np.indices(shape).reshape(len(shape), n) if shape else np.zeros((0, n), np.intp)
        columns: dict[str, Array] = {}
        for name, operand in operands.items():
            if isinstance(operand, Fixed):
                columns[name] = self.numbers.column([operand.value] * n)
            elif operand not in parents:
                columns[name] = self.numbers.column(self.nodes[operand].values * n)
            else:
                values = self.numbers.column(self.nodes[operand].values)
                columns[name] = values[indices[parents.index(operand)]]
        return parents, columns, n

    def _configurations(self, operands: Any) -> int:
        nodes = {operand for operand in operands if isinstance(operand, int)}
        return math.prod(len(self.nodes[node].values) for node in nodes)

    def _bounded(self, nodes: Sequence[int], label: object, size: int = 1) -> None:
        cells = math.prod(len(self.nodes[node].values) for node in set(nodes)) * size
        if cells > self.cells:
            names = [self.called(node) for node in nodes]
            raise too_large(cells, self.cells, names, f"the table of `{label}`")

    def _node(self, label: object, values: tuple[Number | None, ...]) -> int:
        self.nodes.append(Node(label, values))
        return len(self.nodes) - 1

    def _factor(self, nodes: Sequence[int], array: Array, of: Sequence[int] | None = None) -> None:
        """The distribution of the nodes ``of``, by default the last one, given the others."""
        self.factors.append(factor(nodes, array, nodes[-1:] if of is None else of))

    def _one_hot(self, level: Array, size: int) -> Array:
        if not self.numbers.exact:
            return np.equal(level[..., None], np.arange(size)).astype(np.float64)
        found = self.numbers.zeros((*np.shape(level), size))
        np.put_along_axis(found, np.asarray(level)[..., None], np.asarray(1), axis=-1)
        return found


def levels(domain: Finite) -> tuple[int, ...]:
    """The values of a finite domain, one tuple for all domains of these values."""
    return _levels(domain.offset, domain.size)


@lru_cache(maxsize=1024)
def _levels(offset: int, size: int) -> tuple[int, ...]:
    return tuple(range(offset, offset + size))


def _distinct(results: Array, *, whole: bool) -> tuple[tuple[Number | None, ...], NDArray[np.intp]]:
    """The distinct results in increasing order, undefined ones last, and which of them each result is."""
    if results.dtype == object:
        position: dict[Any, int] = {}
        known = sorted({r for r in results.tolist() if r is not None})
        known = sorted({round(r) for r in known}) if whole else known
        position = {value: i for i, value in enumerate(known)}
        position[None] = len(known)
        places = [position[round(r) if whole and r is not None else r] for r in results.tolist()]
        values = (*known, None) if any(r is None for r in results.tolist()) else tuple(known)
        return values, np.array(places, dtype=np.intp)
    numbers = np.rint(results) if whole else results
    found, level = np.unique(numbers, return_inverse=True, equal_nan=True)
    as_integers = whole and bool(np.all(np.isfinite(found)))
    return tuple((found.astype(np.int64) if as_integers else found).tolist()), level.astype(np.intp)
