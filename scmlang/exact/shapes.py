"""Queries that differ in their values alone have one shape, and one network serves them all.

A value becomes a symbol, whose value is told with each question: the level that an intervention holds a
variable at, where all that the variable causes are discrete draws, and the level in an event ``Y=1``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from scmlang.exact.instances import Setting
from scmlang.semantics.domains import Finite
from scmlang.semantics.model import CausalModel, Draw, Table
from scmlang.semantics.quantities import (
    Constant,
    Counterfactual,
    Event,
    Expectation,
    Held,
    Probability,
    Quantity,
    replaced,
)

Term = Probability | Expectation
_DISCRETE = Draw | Table  # a union is slow to make for each child
_LEVELS = 8  # of a variable whose held value is told later: every value makes the tables larger


@dataclass(frozen=True)
class Shape:
    """A term with symbols, what they stand for, and the settings among them."""

    term: Term
    values: dict[str, int]
    settings: dict[str, Setting]


def shape(term: Term, model: CausalModel, *, settings: bool) -> Shape:
    """The shape of a term that holds no variable at every value.

    Args:
        term: what is asked.
        model: the model it is resolved against.
        settings: whether held values are told later too.
    """
    return _Reader(model, settings).read(term)


@dataclass
class _Reader:
    model: CausalModel
    open_settings: bool
    values: dict[str, int] = field(default_factory=dict)
    settings: dict[str, Setting] = field(default_factory=dict)
    known: dict[tuple[str, int], str] = field(default_factory=dict)
    suited: dict[str, bool] = field(default_factory=dict)
    seen: dict[Counterfactual, Counterfactual] = field(default_factory=dict)

    def read(self, term: Term) -> Shape:
        given = tuple([self._condition(event) for event in term.given])
        found: Term
        if isinstance(term, Probability):
            found = Probability(tuple([self._condition(event) for event in term.events]), given)
        else:
            found = Expectation(self._replaced(term.of), given)
        return Shape(found, self.values, self.settings)

    def _condition(self, event: Event | Counterfactual) -> Event | Counterfactual:
        if isinstance(event, Counterfactual):
            return self._variable(event)
        left, right = event.left, event.right
        if not isinstance(left, Counterfactual) or not isinstance(right, Constant):
            return Event(event.relation, self._replaced(left), self._replaced(right))
        value, domain = right.value, self.model.variables[left.variable].domain
        if event.relation == "=" and isinstance(value, int) and isinstance(domain, Finite):
            right = Constant(self._symbol(value))
        return Event(event.relation, self._variable(left), right)

    def _replaced(self, node: Quantity) -> Quantity:
        return replaced(node, self._variable)

    def _variable(self, variable: Counterfactual) -> Counterfactual:
        if not variable.world:
            return variable
        found = self.seen.get(variable)
        if found is None:
            held = tuple([self._held(item) for item in variable.world])
            found = self.seen[variable] = Counterfactual(variable.variable, held)
        return found

    def _held(self, item: Held) -> Held:
        if isinstance(item.value, Counterfactual):
            return Held(item.variable, self._variable(item.value))
        if not isinstance(item.value, int) or not self._told_later(item.variable):
            return item
        symbol = self.known.get((item.variable, item.value))
        if symbol is None:
            symbol = self.known[item.variable, item.value] = self._symbol(item.value)
            self.settings[symbol] = Setting(item.variable, item.value)
        return Held(item.variable, symbol)

    def _symbol(self, value: int) -> str:
        symbol = f"?{len(self.values)}"
        self.values[symbol] = value
        return symbol

    def _told_later(self, name: str) -> bool:
        if not self.open_settings:
            return False
        found = self.suited.get(name)
        if found is None:
            found = self.suited[name] = _suited(name, self.model)
        return found


def _suited(name: str, model: CausalModel) -> bool:
    domain = model.variables[name].domain
    if not isinstance(domain, Finite) or not 1 < domain.size <= _LEVELS:
        return False
    children = [child for child, parents in model.parents.items() if name in parents]
    return all(isinstance(model.variables[child].equation, _DISCRETE) for child in children)
