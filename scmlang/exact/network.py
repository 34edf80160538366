"""The network of a query: the equations of its instances as nodes and factors.

A discrete draw that several worlds share gets its private noise as a node: under the monotone coupling the
uniform matters only through which interval between the thresholds it lies in, so finitely many are exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from scmlang.exact.factors import Factor
from scmlang.exact.gumbel import joint_response
from scmlang.exact.instances import Fixed, Instance, Instances, Place
from scmlang.exact.nodes import DENSE, Node, Nodes, Operand, levels
from scmlang.exact.numbers import Array, Numbers
from scmlang.exact.refusals import not_finite, too_many_worlds
from scmlang.exact.tables import Tables, Written
from scmlang.exact.thresholds import intervals
from scmlang.semantics.domains import Finite
from scmlang.semantics.expressions import Constant, Expression, Reference
from scmlang.semantics.model import Assignment, CausalModel, Coupling, Draw, Table
from scmlang.source import Span

_NOWHERE = Span(0, 0)
_DISCRETE = Draw | Table  # a union is slow to make for each variable


class _Chances(NamedTuple):
    """P(V | parents): an axis for each parent node, then one for the levels of V."""

    parents: list[int]
    array: Array


class Network(Nodes):
    """The nodes and factors of some instances.

    Args:
        model: fully specified.
        numbers: floats or rationals.
        instances: what the query needs.
        tables: of the model.
        cells: the bound on one table.

    Raises:
        ScmError: E260 for a variable without finitely many values, E261 where a table would be too large,
            E263 for what is not rational, E264 for a Gumbel coupling across more than two worlds.
    """

    def __init__(
        self, model: CausalModel, numbers: Numbers, instances: Instances, tables: Tables, cells: int
    ) -> None:
        super().__init__(model, numbers, cells)
        self._tables = tables
        self._drawn: dict[Place, int] = {}  # what has the levels of its domain, as the axes of tables do
        self._operands: dict[Place, Operand] = {}
        self._parents = instances.parents
        for setting in instances.settings.values():
            self._operands[setting] = self._drawn[setting] = self._setting(setting)
        worlds: dict[str, list[Instance]] = {}
        for instance in instances.ordered():
            worlds.setdefault(instance.variable, []).append(instance)
        for name, together in worlds.items():
            self._add(name, together)

    def operand(self, place: Place) -> Operand:
        """The node of an instance or setting, or the value that the variable is held at."""
        found = self._operands.get(place)
        if found is not None:
            return found
        if isinstance(place, Fixed):
            value = place.value
            return Fixed(value if isinstance(value, Fraction) else self.numbers.constant(value))
        raise KeyError(str(place))

    # --- equations

    def _add(self, name: str, together: list[Instance]) -> None:
        if len(together) == 1 and self._written(together[0]):
            return
        variable = self.model.variables[name]
        equation, domain = variable.equation, variable.domain
        if isinstance(equation, Assignment):
            whole = isinstance(domain, Finite)  # over the reals, finite causes leave finitely many values
            for instance in together:
                operands = self._given(instance)
                self._operands[instance] = self.value(equation.expression, operands, instance, whole=whole)
        elif isinstance(equation, _DISCRETE) and isinstance(domain, Finite):
            self._draw(equation, domain, together)
        else:
            raise not_finite(variable, self.model)

    def _written(self, instance: Instance) -> bool:
        """Add what one world alone has of a written table, as it is; whether there is such a table."""
        found = self._table(instance)
        if found is None:
            return False
        parents, table = found
        node = len(self.nodes)
        self.nodes.append(Node(instance, table.node.values))
        self._operands[instance] = self._drawn[instance] = node
        self.factors.append(Factor((*parents, node), table.array, (node,)))
        return True

    def _table(self, instance: Instance) -> tuple[list[int], Written] | None:
        """The written table, and the nodes on its axes; None where some have other values."""
        table = None if self.numbers.exact else self._tables[instance.variable]
        if table is None or table.array.size > self.cells:
            return None
        drawn, places = self._drawn, self._parents[instance].values()
        parents = [drawn[place] for place in places if place in drawn]
        return (parents, table) if len(parents) == len(places) else None

    def _given(self, instance: Instance) -> dict[str, Operand]:
        return {name: self.operand(place) for name, place in self._parents[instance].items()}

    def _draw(self, equation: Draw | Table, domain: Finite, together: list[Instance]) -> None:
        chances = [self._chances(equation, domain, instance) for instance in together]
        nodes = [self._variable(instance, domain) for instance in together]
        if len(together) == 1:
            parents, array = chances[0]
            self._factor((*parents, nodes[0]), array)
        elif equation.coupling is Coupling.GUMBEL and domain.size > 2:
            self._gumbel(together, chances, nodes)
        else:
            self._monotone(together[0].variable, chances, nodes)

    def _variable(self, instance: Instance, domain: Finite) -> int:
        node = self._operands[instance] = self._drawn[instance] = self._node(instance, levels(domain))
        return node

    def _chances(self, equation: Draw | Table, domain: Finite, instance: Instance) -> _Chances:
        """P(V | parents) for one instance, over the nodes among what it depends on."""
        written = self._table(instance)
        if written is not None:
            return _Chances(written[0], written[1].array)
        operands = self._given(instance)
        if isinstance(equation, Draw) and self._configurations(operands.values()) > DENSE:
            equation, operands = self._arguments(equation, operands, f"{instance}, argument")
        parents, columns, n = self._grid(operands, instance, domain.size)
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
        lengths, reached = intervals([c.array for c in chances], self.numbers)
        noise = self._node(f"{name}.noise", tuple(range(len(lengths))))
        self._factor([noise], lengths)
        for c, own, node in zip(chances, reached, nodes, strict=True):
            self._bounded([*c.parents, noise, node], name)
            self._factor([*c.parents, noise, node], self._one_hot(own, c.array.shape[-1]))

    def _gumbel(self, together: list[Instance], chances: list[_Chances], nodes: list[int]) -> None:
        if len(together) > 2:
            raise too_many_worlds(self.model.variables[together[0].variable], self.model)
        first, second = chances
        size = first.array.shape[-1]
        self._bounded([*first.parents, nodes[0], *second.parents, nodes[1]], together[0].variable)
        rows = joint_response(first.array.reshape(-1, size), second.array.reshape(-1, size), self.numbers)
        shape = [*first.array.shape[:-1], *second.array.shape[:-1], size, size]
        axes = [*first.parents, *second.parents, nodes[0], nodes[1]]
        self._factor(axes, rows.reshape(shape), nodes)
