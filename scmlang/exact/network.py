"""The network of a query: nodes with finitely many values, and factors whose product is their distribution.

A deterministic equation becomes no table over all its parents where that would be large: its expression is
taken apart into nodes of its own, each over the few values that it can have. A discrete draw that several
worlds share gets its private noise as a node: under the monotone coupling the uniform matters only through
which interval between the thresholds it lies in, so finitely many intervals are exact.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scmlang.exact.factors import Factor, factor
from scmlang.exact.gumbel import joint_response
from scmlang.exact.instances import Fixed, Instance, Instances, Place
from scmlang.exact.numbers import Array, Number, Numbers
from scmlang.exact.refusals import not_finite, too_large, too_many_worlds, undefined
from scmlang.semantics.domains import Finite
from scmlang.semantics.expressions import Call, Constant, Expression, Reference, references
from scmlang.semantics.model import Assignment, CausalModel, Coupling, Draw, Table
from scmlang.source import Span

DENSE = 256  # configurations up to which an expression is one table
_NOWHERE = Span(0, 0)


@dataclass(frozen=True)
class Node:
    """A random quantity and the values it may have; None or NaN stands for undefined."""

    label: str
    values: tuple[Number | None, ...]


Operand = Fixed | int  # an integer is a node


class Network:
    """The nodes and factors of some instances.

    Args:
        model: fully specified.
        numbers: floats or rationals.
        instances: what the query needs.
        cells: the bound on one table.

    Raises:
        ScmError: E260 for a variable without finitely many values, E261 where a table would be too large,
            E263 for what is not rational, E264 for a Gumbel coupling across more than two worlds.
    """

    def __init__(self, model: CausalModel, numbers: Numbers, instances: Instances, cells: int) -> None:
        self.model = model
        self.numbers = numbers
        self.cells = cells
        self.nodes: list[Node] = []
        self.factors: list[Factor] = []
        self._operands: dict[Instance, Operand] = {}
        self._parents = instances.parents
        ordered = instances.ordered()
        worlds: dict[str, list[Instance]] = {}
        for instance in ordered:
            worlds.setdefault(instance.variable, []).append(instance)
        for name, together in worlds.items():
            self._add(name, together)

    @property
    def sizes(self) -> dict[int, int]:
        return {i: len(node.values) for i, node in enumerate(self.nodes)}

    def operand(self, place: Place) -> Operand:
        """The node of an instance, or the value that the variable is held at."""
        if isinstance(place, Instance):
            return self._operands[place]
        value = place.value
        return Fixed(value if isinstance(value, Fraction) else self.numbers.constant(value))

    # --- equations

    def _add(self, name: str, together: list[Instance]) -> None:
        variable = self.model.variables[name]
        equation, domain = variable.equation, variable.domain
        if isinstance(equation, Assignment):
            whole = isinstance(domain, Finite)  # over the reals, finite causes leave finitely many values
            for instance in together:
                operands = self._given(instance)
                self._operands[instance] = self.value(
                    equation.expression, operands, str(instance), whole=whole
                )
        elif isinstance(equation, Draw | Table) and isinstance(domain, Finite):
            self._draw(equation, domain, together)
        else:
            raise not_finite(variable, self.model)

    def _given(self, instance: Instance) -> dict[str, Operand]:
        return {name: self.operand(place) for name, place in self._parents[instance].items()}

    def _draw(self, equation: Draw | Table, domain: Finite, together: list[Instance]) -> None:
        chances = [self._chances(equation, domain, instance) for instance in together]
        values = tuple(range(domain.offset, domain.offset + domain.size))
        nodes = [self._node(str(instance), values) for instance in together]
        self._operands |= dict(zip(together, nodes, strict=True))
        if len(together) == 1:
            self._factor([*chances[0].parents, nodes[0]], chances[0].array)
        elif equation.coupling is Coupling.GUMBEL and domain.size > 2:
            self._gumbel(together, chances, nodes)
        else:
            self._monotone(together[0].variable, chances, nodes)

    def _chances(self, equation: Draw | Table, domain: Finite, instance: Instance) -> _Chances:
        """P(V | parents) for one instance, over the nodes among what it depends on."""
        operands = self._given(instance)
        if isinstance(equation, Draw) and self._configurations(operands.values()) > DENSE:
            equation, operands = self._arguments(equation, operands, f"{instance}, argument")
        parents, columns, n = self._grid(operands, str(instance), domain.size)
        found = self.numbers.probabilities(equation, domain, columns, n)
        shape = [len(self.nodes[parent].values) for parent in parents]
        return _Chances(parents, found.reshape([*shape, domain.size]))

    def _arguments(
        self, equation: Draw, operands: Mapping[str, Operand], label: str
    ) -> tuple[Draw, dict[str, Operand]]:
        """A draw over the nodes of its arguments; constants, as a binomial's trials, stay."""
        used: dict[str, Operand] = {}
        arguments: list[Expression] = []
        for argument in equation.arguments:
            if isinstance(argument, Constant):
                arguments.append(argument)
                continue
            name = f"#{len(used)}"
            used[name] = self.value(argument, operands, label)
            arguments.append(Reference(name, _NOWHERE))
        return replace(equation, arguments=tuple(arguments)), used

    def _monotone(self, name: str, chances: list[_Chances], nodes: list[int]) -> None:
        sums = [np.cumsum(c.array, axis=-1)[..., :-1] for c in chances]
        sums = sums if self.numbers.exact else [np.round(s, 15) for s in sums]
        flat = np.concatenate([np.asarray(s).reshape(-1) for s in sums])
        cuts = sorted({cut for cut in flat.tolist() if 0 < cut < 1})
        edges = self.numbers.column([0, *cuts, 1])
        noise = self._node(f"{name}.noise", tuple(range(len(cuts) + 1)))
        lengths = self.numbers.zeros((len(cuts) + 1,))
        lengths[:] = edges[1:] - edges[:-1]
        self._factor([noise], lengths)
        for c, own, node in zip(chances, sums, nodes, strict=True):
            size = c.array.shape[-1]
            self._bounded([*c.parents, noise, node], name)
            below = np.asarray(np.asarray(own)[..., None, :] <= edges[:-1, None], dtype=bool)
            self._factor([*c.parents, noise, node], self._one_hot(np.sum(below, axis=-1), size))

    def _gumbel(self, together: list[Instance], chances: list[_Chances], nodes: list[int]) -> None:
        if len(together) > 2:
            raise too_many_worlds(self.model.variables[together[0].variable], self.model)
        first, second = chances
        size = first.array.shape[-1]
        self._bounded([*first.parents, nodes[0], *second.parents, nodes[1]], together[0].variable)
        rows = joint_response(first.array.reshape(-1, size), second.array.reshape(-1, size), self.numbers)
        shape = [*first.array.shape[:-1], *second.array.shape[:-1], size, size]
        axes = [*first.parents, *second.parents, nodes[0], nodes[1]]
        self._factor(axes, rows.reshape(shape))

    # --- expressions

    def value(
        self, expression: Expression, operands: Mapping[str, Operand], label: str, *, whole: bool = False
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
        self, call: Call, operands: Mapping[str, Operand], label: str
    ) -> tuple[Expression, dict[str, Operand]]:
        """A call over the nodes of its operands, one pair at a time where it has many."""
        if len(call.operands) > 3 or (len(call.operands) == 3 and call.operator in ("min", "max", "vector")):
            return self._folded(call, operands, label)
        parts = [self.value(part, operands, f"{label}, a part") for part in call.operands]
        used = {f"#{i}": part for i, part in enumerate(parts)}
        return replace(call, operands=tuple(Reference(name, call.span) for name in used)), used

    def _folded(
        self, call: Call, operands: Mapping[str, Operand], label: str
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
        self, expression: Expression, operands: Mapping[str, Operand], label: str, *, whole: bool = False
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

    def _grid(
        self, operands: Mapping[str, Operand], label: str, size: int
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

    def _bounded(self, nodes: Sequence[int], label: str, size: int = 1) -> None:
        cells = math.prod(len(self.nodes[node].values) for node in set(nodes)) * size
        if cells > self.cells:
            names = [self.nodes[node].label for node in nodes]
            raise too_large(cells, self.cells, names, f"the table of `{label}`")

    def _node(self, label: str, values: tuple[Number | None, ...]) -> int:
        self.nodes.append(Node(label, values))
        return len(self.nodes) - 1

    def _factor(self, nodes: Sequence[int], array: Array) -> None:
        self.factors.append(factor(nodes, array))

    def _one_hot(self, level: Array, size: int) -> Array:
        found = self.numbers.zeros((*np.shape(level), size))
        np.put_along_axis(found, np.asarray(level)[..., None], np.asarray(1), axis=-1)
        return found


@dataclass(frozen=True, eq=False)
class _Chances:
    """P(V | parents): an axis for each parent node, then one for the levels of V."""

    parents: list[int]
    array: Array


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
