"""Exact answers: every quantity of a query, on a fully specified model with finitely many values.

A probability is the quotient of two sums over the network of its worlds, P(events, given) / P(given), each by
variable elimination. An expectation is taken apart by linearity, then summed over the values of each part.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import product as configurations

import numpy as np
from numpy.typing import NDArray

from scmlang.exact.elimination import Scaled, eliminate, plan
from scmlang.exact.factors import Factor, expanded, restricted
from scmlang.exact.instances import Fixed, Instances, Place
from scmlang.exact.network import Network, Operand
from scmlang.exact.numbers import FLOATS, RATIONALS, Array, Number, Numbers
from scmlang.exact.opening import closed, open_variables
from scmlang.exact.refusals import impossible, not_finite, too_large, undefined
from scmlang.exact.result import Axis, Result, combined, scalar, stacked
from scmlang.limits import LIMITS
from scmlang.semantics.domains import Finite
from scmlang.semantics.expressions import Call, Expression, Reference
from scmlang.semantics.expressions import Constant as ConstantExpression
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import (
    Arithmetic,
    Constant,
    Counterfactual,
    Effect,
    Event,
    Expectation,
    Negative,
    Probability,
    Quantity,
    counterfactuals,
    show_counterfactual,
    show_quantity,
)
from scmlang.source import Span

_AT = Span(0, 0)
_AXES = 30
_Condition = Event | Counterfactual


def answer(model: CausalModel, quantity: Quantity, *, exact: bool = False, cells: int = 0) -> Result:
    """The value of a quantity, a table where some of its variables stand for all of their values.

    Args:
        model: fully specified; what the quantity needs of it has finitely many values.
        quantity: as :func:`scmlang.semantics.queries.read_query` resolves it against ``model``.
        exact: rational numbers without rounding, in the place of floats.
        cells: the bound on one table; by default ``LIMITS.exact_cells``.

    Raises:
        ScmError: E260 for variables without finitely many values, E261 for a table over the bound, E262 for
            evidence of probability 0, E263 for what is not rational, E264 for a Gumbel coupling across more
            than two worlds, E265 for a quotient that is not defined.
    """
    return _Engine(model, RATIONALS if exact else FLOATS, cells or LIMITS.exact_cells).quantity(quantity)


class _Engine:
    def __init__(self, model: CausalModel, numbers: Numbers, cells: int) -> None:
        self.model = model
        self.numbers = numbers
        self.cells = cells

    def quantity(self, node: Quantity) -> Result:
        match node:
            case Constant(value):
                number = self.numbers.constant(_number(value))
                return scalar(Fraction(number) if self.numbers.exact else number)
            case Negative(operand):
                return self.quantity(operand).mapped(np.negative)
            case Arithmetic(operator, left, right):
                parts = self.quantity(left), self.quantity(right)
                return combined(operator, *parts, self.shown(node))
            case Effect():
                return self.quantity(node.definition)
            case Probability() | Expectation():
                return self._opened(node)
            case _:
                raise TypeError(f"{node} is no quantity of its own")

    def shown(self, node: Quantity) -> str:
        return f"`{show_quantity(node, self.model.variables)}`"

    def _opened(self, node: Probability | Expectation) -> Result:
        """One answer for each value of the variables that some world holds at any value."""
        names = sorted(open_variables(node), key=list(self.model.variables).index)
        if not names:
            return self._closed(node, self._labels(node))
        axes = [self.axis(name, f"do({name})") for name in names]
        self.bounded([len(axis.values) for axis in axes], names, f"the table of {self.shown(node)}")
        cases = configurations(*(axis.values for axis in axes))
        found = [
            self._closed(closed(node, dict(zip(names, case, strict=True))), self._labels(node))
            for case in cases
        ]
        return stacked(axes, found)

    def _labels(self, node: Probability | Expectation) -> tuple[str, ...]:
        """What a person calls the free variables: by name alone where the whole term is in one world."""
        worlds = {variable.world for variable in counterfactuals(node)}
        events = (*(node.events if isinstance(node, Probability) else ()), *node.given)
        free = [event for event in events if isinstance(event, Counterfactual)]
        if len(worlds) == 1:
            return tuple(variable.variable for variable in free)
        return tuple(show_counterfactual(variable, self.model.variables) for variable in free)

    def axis(self, variable: str, label: str) -> Axis:
        domain = self.model.variables[variable].domain
        if not isinstance(domain, Finite):
            raise not_finite(self.model.variables[variable], self.model)
        return Axis(label, variable, tuple(range(domain.offset, domain.offset + domain.size)))

    def bounded(self, shape: Sequence[int], names: Sequence[str], what: str) -> None:
        """Refuse a table over the bound, E261; one of many axes is over it too, as NumPy has no more."""
        cells = math.prod(shape)
        if cells > self.cells or len(shape) > _AXES:
            raise too_large(cells, self.cells, names, what)

    def _closed(self, node: Probability | Expectation, labels: tuple[str, ...]) -> Result:
        case = _Case(self, node, labels)
        return case.probability(node) if isinstance(node, Probability) else case.expectation(node)


class _Case:
    """One probability or expectation in worlds without open variables."""

    def __init__(self, engine: _Engine, node: Probability | Expectation, labels: tuple[str, ...]) -> None:
        self.engine = engine
        self.labels = labels
        self.numbers = engine.numbers
        self.shown = engine.shown(node)
        instances = Instances(engine.model)
        named = list(dict.fromkeys(counterfactuals(node)))
        self.places: dict[Counterfactual, Place] = {c: instances.place(c) for c in named}
        self.network = Network(engine.model, engine.numbers, instances, engine.cells)

    # --- the two forms

    def probability(self, node: Probability) -> Result:
        events = [e for e in node.events if isinstance(e, Event)]
        asked = [e for e in node.events if isinstance(e, Counterfactual)]
        given = [e for e in node.given if isinstance(e, Event)]
        known = [e for e in node.given if isinstance(e, Counterfactual)]
        evidence = self._allowed(given)
        both = self._allowed([*given, *events])
        below = self._sum(evidence, known)
        above = self._sum(both, [*asked, *known])
        return self._quotient(above, below, [*asked, *known], known)

    def expectation(self, node: Expectation) -> Result:
        given = self._allowed([e for e in node.given if isinstance(e, Event)])
        known = [e for e in node.given if isinstance(e, Counterfactual)]
        parts = [(weight, self._operand(part)) for weight, part in _linear(node.of, self.numbers)]
        below = self._sum(given, known)
        total: Result | None = None
        for weight, operand in parts:
            mean = self._mean(operand, given, known, below)
            term = mean.mapped(partial(np.multiply, weight))
            total = term if total is None else combined("+", total, term, self.shown)
        return scalar(self.numbers.constant(0)) if total is None else total

    def _mean(
        self, operand: Operand, given: _Allowed | None, known: list[Counterfactual], below: _Mass
    ) -> Result:
        if isinstance(operand, Fixed):
            constant = _Mass(np.asarray(below.array * operand.value), below.log_scale)
            return self._quotient(constant, below, known, known)
        node = self.network.nodes[operand]
        above = self._sum(given, known, extra=operand)
        values = self._numbers_of(node.values, above)
        weighted = _Mass(np.asarray((above.array * values).sum(axis=-1)), above.log_scale)
        return self._quotient(weighted, below, known, known)

    def _numbers_of(self, values: Sequence[Number | None], above: _Mass) -> Array:
        """The values of a part, those that are undefined being 0 where they never occur."""
        bad = [v is None or (isinstance(v, float) and not math.isfinite(v)) for v in values]
        if any(bad) and np.any(above.array[..., np.flatnonzero(bad)] != 0):
            raise undefined(self.shown)
        zero = self.numbers.constant(0)
        return self.numbers.column([zero if b or v is None else v for v, b in zip(values, bad, strict=True)])

    # --- events

    def _allowed(self, events: Sequence[Event]) -> _Allowed | None:
        """For each node the indices that the events leave; None where they can never all be."""
        allowed: _Allowed = {}
        for event in events:
            operand = self._operand_of_event(event)
            if isinstance(operand, Fixed):
                if not operand.value:
                    return None
                continue
            node, indices = operand
            before = allowed.get(node)
            allowed[node] = indices if before is None else np.intersect1d(before, indices)
            if not len(allowed[node]):
                return None
        return allowed

    def _operand_of_event(self, event: Event) -> Fixed | tuple[int, NDArray[np.intp]]:
        if isinstance(event.left, Counterfactual) and isinstance(event.right, Constant):
            operand = self._operand(event.left)
            comparison = _compare(event.relation, Reference("#0", _AT), _constant(event.right))
            if isinstance(operand, Fixed):
                truth = self.numbers.evaluate(comparison, {"#0": self.numbers.column([operand.value])}, 1)
                return Fixed(int(bool(truth[0])))
            values = self.network.nodes[operand].values
            column = self.numbers.column(values)
            truth = self.numbers.evaluate(comparison, {"#0": column}, len(values))
            return operand, np.flatnonzero(truth == 1)
        operand = self._operand(event)
        if isinstance(operand, Fixed):
            return operand
        values = self.network.nodes[operand].values
        return operand, np.array([i for i, value in enumerate(values) if value == 1], dtype=np.intp)

    def _operand(self, node: Quantity | Event) -> Operand:
        """The node of arithmetic over counterfactual variables."""
        operands: dict[str, Operand] = {}
        expression = self._expression(node, operands)
        return self.network.value(expression, operands, self.shown)

    def _expression(self, node: Quantity | Event, operands: dict[str, Operand]) -> Expression:
        match node:
            case Counterfactual():
                name = f"#{len(operands)}"
                operands[name] = self.network.operand(self.places[node])
                return Reference(name, _AT)
            case Constant():
                return _constant(node)
            case Negative(operand):
                return Call("neg", (self._expression(operand, operands),), _AT)
            case Arithmetic(operator, left, right):
                sides = self._expression(left, operands), self._expression(right, operands)
                return Call(operator, sides, _AT)
            case Event(relation, left, right):
                return _compare(relation, self._expression(left, operands), self._expression(right, operands))
            case _:
                raise TypeError(f"{node} stands in no event")

    # --- sums

    def _sum(
        self, allowed: _Allowed | None, listed: Sequence[Counterfactual], extra: int | None = None
    ) -> _Mass:
        """The mass of what is allowed, with an axis for each listed variable and one for ``extra``."""
        operands = [self.network.operand(self.places[variable]) for variable in listed]
        nodes = [o for o in operands if isinstance(o, int)] + ([] if extra is None else [extra])
        domains = [self.engine.axis(v.variable, v.variable).values for v in listed]
        tail = () if extra is None else (len(self.network.nodes[extra].values),)
        shape = (*(len(domain) for domain in domains), *tail)
        self.engine.bounded(shape, [v.variable for v in listed], f"the table of {self.shown}")
        if allowed is None:
            return _Mass(self.numbers.zeros(shape), 0.0)
        total = self._eliminated(allowed, nodes)
        return _Mass(self._arranged(total.factor, operands, domains, extra, allowed, shape), total.log_scale)

    def _eliminated(self, allowed: _Allowed, keep: Sequence[int]) -> Scaled:
        factors = [restricted(f, allowed) for f in self.network.factors]
        sizes = self.network.sizes | {node: len(indices) for node, indices in allowed.items()}
        order = plan([f.nodes for f in factors], sizes, [n for n in keep if sizes[n] > 1 or n not in allowed])
        if order.cells > self.engine.cells:
            names = [self.network.nodes[node].label for node in sorted(order.largest)]
            raise too_large(order.cells, self.engine.cells, names, f"the sum for {self.shown}")
        return eliminate(factors, order.order, scale=not self.numbers.exact)

    def _arranged(
        self,
        total: Factor,
        operands: Sequence[Operand],
        domains: Sequence[Sequence[Number]],
        extra: int | None,
        allowed: _Allowed,
        shape: tuple[int, ...],
    ) -> Array:
        """The sum on the axes that were asked for, zero at values that cannot occur."""
        found = self.numbers.zeros(shape)
        nodes = total.nodes
        values = {n: self._values(n, allowed) for n in {*nodes, *(o for o in operands if isinstance(o, int))}}
        if extra is not None:
            values[extra] = self._values(extra, allowed)
        free = sorted(values)
        array = expanded(total, free)
        array = np.broadcast_to(array, [len(values[n]) for n in free])
        for case in configurations(*(range(len(values[n])) for n in free)):
            at = dict(zip(free, case, strict=True))
            index: list[int] = []
            for operand, domain in zip(operands, domains, strict=True):
                value = operand.value if isinstance(operand, Fixed) else values[operand][at[operand]][1]
                index.append(domain.index(value) if value in domain else -1)
            if extra is not None:
                index.append(values[extra][at[extra]][0])
            if -1 not in index:
                found[tuple(index)] = array[case]
        return found

    def _values(self, node: int, allowed: _Allowed) -> list[tuple[int, Number | None]]:
        """The index and value of each level of a node that is allowed."""
        values = self.network.nodes[node].values
        indices: Iterable[int] = allowed[node].tolist() if node in allowed else range(len(values))
        return [(i, values[i]) for i in indices]

    def _quotient(
        self, above: _Mass, below: _Mass, listed: Sequence[Counterfactual], known: Sequence[Counterfactual]
    ) -> Result:
        if not np.any(below.array != 0):
            raise impossible(self.shown)
        bottom = below.array.reshape((1,) * (len(listed) - len(known)) + below.array.shape)
        ratio = _divided(above.array, bottom, self.numbers)
        if not self.numbers.exact:
            ratio = ratio * math.exp(above.log_scale - below.log_scale)
        axes = [self.engine.axis(v.variable, label) for v, label in zip(listed, self.labels, strict=True)]
        return Result(tuple(axes), ratio)


_Allowed = dict[int, NDArray[np.intp]]


@dataclass(frozen=True, eq=False)
class _Mass:
    """``array`` times exp(``log_scale``)."""

    array: Array
    log_scale: float


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


def _linear(node: Quantity, numbers: Numbers, weight: Number = 1) -> list[tuple[Number, Quantity]]:
    """Parts and weights whose weighted sum is the quantity."""
    match node:
        case Negative(operand):
            return _linear(operand, numbers, -weight)
        case Arithmetic("+", left, right):
            return [*_linear(left, numbers, weight), *_linear(right, numbers, weight)]
        case Arithmetic("-", left, right):
            return [*_linear(left, numbers, weight), *_linear(right, numbers, -weight)]
        case Arithmetic("*", Constant(value), right):
            return _linear(right, numbers, weight * numbers.constant(_number(value)))
        case Arithmetic("*", left, Constant(value)):
            return _linear(left, numbers, weight * numbers.constant(_number(value)))
        case _:
            return [(weight, node)]


def _compare(relation: str, left: Expression, right: Expression) -> Call:
    return Call("==" if relation == "=" else relation, (left, right), _AT)


def _constant(node: Constant) -> ConstantExpression:
    return ConstantExpression(_number(node.value), _AT)


def _number(value: object) -> int | float:
    if isinstance(value, int | float):
        return value
    raise TypeError("a symbol is no number: the model has no domains")
