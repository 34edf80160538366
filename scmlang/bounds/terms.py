"""From a quantity to quotients of polynomials in counterfactual factors.

Every variable of a query is an instance in a world. Given what each instance is, each has told one response
of its variable: what it does in the configuration of its parents there. Summing over all that the instances
may be gives a probability as a polynomial.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from scmlang.bounds.polynomial import Combination, Expression, Factor, Polynomial, Ratio, Slot, Span, number
from scmlang.bounds.problem import Problem
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.exact.instances import Instance, Instances, Place
from scmlang.limits import LIMITS
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
    show_quantity,
)

Condition = Event | Counterfactual
Level = int | float
_RELATIONS: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
}


def expression(problem: Problem, node: Quantity) -> Expression:
    """A closed quantity, in which no variable stands for all of its values.

    Raises:
        ScmError: E353 for more terms than ``LIMITS.bound_terms``, E354 for arithmetic other than + - * /, and
            for arithmetic within a term that has no value.
    """
    match node:
        case Constant(value):
            return number(float(value))
        case Negative(operand):
            return Combination("*", number(-1.0), expression(problem, operand))
        case Arithmetic(sign, left, right) if sign in ("+", "-", "*", "/"):
            return Combination(sign, expression(problem, left), expression(problem, right))
        case Effect():
            return expression(problem, node.definition)
        case Probability(events, given):
            top = _total(problem, (*events, *given), None, node)
            return Ratio(top, _total(problem, given, None, node), (0.0, 1.0))
        case Expectation(of, given):
            bottom = _total(problem, given, None, node)
            return Ratio(_total(problem, given, of, node), bottom, _span(problem, of, node))
        case _:
            shown = show_quantity(node, problem.model.variables)
            message = f"`{shown}` has no bounds: they are of sums, products and quotients of terms"
            raise ScmError([Diagnostic("E354", message)])


def _span(problem: Problem, of: Quantity, node: Quantity) -> Span:
    """The least and the greatest value of arithmetic over counterfactual variables."""
    named = list(counterfactuals(of))
    cases = _Cases(problem, named).all(node) if named else iter([({}, {})])
    found = [_weight(problem, of, values, node) for _, values in cases]
    return min(found), max(found)


def _weight(
    problem: Problem, of: Quantity | None, values: Mapping[Counterfactual, Level], node: Quantity
) -> float:
    try:
        return 1.0 if of is None else _value(of, values)
    except ZeroDivisionError:
        message = f"`{show_quantity(node, problem.model.variables)}` divides by zero for some of its values"
        raise ScmError([Diagnostic("E354", message)]) from None


def _total(
    problem: Problem, events: Sequence[Condition], weight: Quantity | None, node: Quantity
) -> Polynomial:
    """Σ of the weight, by default 1, over what the instances may be, where all events hold."""
    named = [v for e in (*events, *((weight,) if weight is not None else ())) for v in counterfactuals(e)]
    if not named:
        return Polynomial.constant(_weight(problem, weight, {}, node))
    cases = _Cases(problem, named)
    terms: dict[tuple[Factor, ...], float] = {}
    for told, values in cases.all(node):
        if all(_holds(event, values) for event in events):
            monomial = _split(problem, told)
            terms[monomial] = terms.get(monomial, 0.0) + _weight(problem, weight, values, node)
    return Polynomial({m: w for m, w in terms.items() if w})


def _holds(event: Condition, values: Mapping[Counterfactual, Level]) -> bool:
    if isinstance(event, Counterfactual):
        raise TypeError("a closed term has no free variables")
    return _RELATIONS[event.relation](_value(event.left, values), _value(event.right, values))


def _value(node: Quantity | Event, values: Mapping[Counterfactual, Level]) -> float:
    match node:
        case Constant(value):
            return float(value)
        case Counterfactual():
            return float(values[node])
        case Negative(operand):
            return -_value(operand, values)
        case Arithmetic(sign, left, right):
            return float(_OPERATORS[sign](_value(left, values), _value(right, values)))
        case Event(relation, left, right):
            return float(_RELATIONS[relation](_value(left, values), _value(right, values)))
        case _:
            raise TypeError(f"{node} stands in no event")


def _split(problem: Problem, told: Mapping[Slot, int]) -> tuple[Factor, ...]:
    """One factor for each set of variables that bidirected edges join; they are independent."""
    graph = problem.graph
    members = 0
    for variable, _ in told:
        members |= 1 << variable
    return tuple(
        frozenset((slot, level) for slot, level in told.items() if district >> slot[0] & 1)
        for district in graph.districts(members)
    )


@dataclass(frozen=True)
class _Node:
    """An instance: its variable, and of each parent a level that is held, or the earlier node whose it is."""

    variable: int
    parents: tuple[tuple[bool, int], ...]


class _Cases:
    """All that the instances of some counterfactual variables may be."""

    def __init__(self, problem: Problem, named: Sequence[Counterfactual]) -> None:
        self.problem = problem
        instances = Instances(problem.model)
        self.places: dict[Counterfactual, Place] = {v: instances.place(v) for v in dict.fromkeys(named)}
        ordered = instances.ordered()
        self.position = {instance: i for i, instance in enumerate(ordered)}
        self.nodes = [self._node(instance, instances.parents[instance]) for instance in ordered]

    def _node(self, instance: Instance, parents: Mapping[str, Place]) -> _Node:
        graph = self.problem.graph
        ordered = sorted(parents, key=graph.place.__getitem__)
        return _Node(graph.place[instance.variable], tuple(self._parent(p, parents[p]) for p in ordered))

    def _parent(self, name: str, place: Place) -> tuple[bool, int]:
        if isinstance(place, Instance):
            return False, self.position[place]
        index = self.problem.index(name, float(place.value))
        if index is None:
            raise TypeError(f"{name} is held at no level of its own")
        return True, index

    def all(self, node: Quantity) -> Iterator[tuple[dict[Slot, int], dict[Counterfactual, Level]]]:
        """What each case tells of the responses, and the values of the variables in it."""
        for count, (levels, told) in enumerate(self._from(0, [], {}), 1):
            if count > LIMITS.bound_terms:
                raise _too_many(node, self.problem)
            yield told, {variable: self._level(variable, levels) for variable in self.places}

    def _from(
        self, at: int, levels: list[int], told: dict[Slot, int]
    ) -> Iterator[tuple[list[int], dict[Slot, int]]]:
        if at == len(self.nodes):
            yield levels, told
            return
        node = self.nodes[at]
        slot = node.variable, tuple(i if fixed else levels[i] for fixed, i in node.parents)
        if slot in told:
            yield from self._from(at + 1, [*levels, told[slot]], told)
            return
        for level in range(self.problem.shape[node.variable]):
            yield from self._from(at + 1, [*levels, level], {**told, slot: level})

    def _level(self, variable: Counterfactual, levels: Sequence[int]) -> Level:
        place = self.places[variable]
        if not isinstance(place, Instance):
            return float(place.value)
        domain = self.problem.domains[self.problem.graph.place[place.variable]]
        return levels[self.position[place]] + domain.offset


def _too_many(node: Quantity, problem: Problem) -> ScmError:
    shown = show_quantity(node, problem.model.variables)
    message = f"`{shown}` is a sum of more than {LIMITS.bound_terms} terms over {', '.join(problem.names)}"
    helps = ("ask about fewer variables or worlds, or raise the bound with --limit bound_terms=NUMBER",)
    return ScmError([Diagnostic("E353", message, helps=helps)])
