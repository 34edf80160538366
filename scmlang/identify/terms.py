"""The probabilities and means of one world, as ID takes them: which variables, and at what values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from scmlang.diagram.diagram import Diagram
from scmlang.identify.estimand import (
    HOLDS,
    ONE,
    At,
    Estimand,
    Linear,
    Quotient,
    Value,
    free,
    marginal,
    narrowed,
    product,
    substitute,
)
from scmlang.semantics.domains import Finite, Real, Symbolic
from scmlang.semantics.model import Variable
from scmlang.semantics.quantities import (
    Arithmetic,
    Constant,
    Counterfactual,
    Event,
    Expectation,
    Negative,
    Probability,
    Quantity,
    World,
    counterfactuals,
    replaced,
    replaced_event,
)

Term = Probability | Expectation
POWER = 16  # the highest that is written out as a product
Listed = tuple[Event | Counterfactual, ...]


@dataclass(frozen=True)
class OneWorld:
    """P(outcomes | do(do), given) with values for some of its variables, or a mean in that distribution.

    Attributes:
        outcomes, do, given: sets of observed variables that do not overlap.
        values: the fixed values among them.
        of: what the mean is of; None for a probability.
    """

    outcomes: frozenset[str]
    do: frozenset[str]
    given: frozenset[str]
    values: Mapping[str, At]
    of: Quantity | None

    def estimand(self, distribution: Estimand) -> Estimand:
        """The term where ``distribution`` is P(outcomes | do(do), given) for all values of the variables."""
        whole = distribution
        if self.of is not None:
            whole = marginal(sorted(self.outcomes), product([function(self.of), distribution]))
        fixed = {name: value for name, value in self.values.items() if name in free(whole)}
        return substitute(whole, fixed)


def one_world(term: Term, variables: Mapping[str, Variable], observed: frozenset[str]) -> OneWorld | None:
    """The term as one of a single world; None where it joins several, or has other events than V=v.

    No outcome is a condition, and none of both is held: such terms are for the counterfactual algorithms.
    """
    world = _world(term)
    of = term.of if isinstance(term, Expectation) else None
    events = term.events if isinstance(term, Probability) else ()
    if world is None or not all(map(_is_point, (*events, *term.given))):
        return None
    listed = [variable.variable for event in (*events, *term.given) for variable in counterfactuals(event)]
    if len(set(listed)) < len(listed) or (of is not None and not has_function(of)):
        return None
    do = frozenset(held.variable for held in world)
    given = _names(term.given)
    outcomes = _names(events if of is None else (of,))
    if not outcomes or outcomes & given or do & (outcomes | given) or not do | outcomes | given <= observed:
        return None
    values = dict(_values((*events, *term.given), world, variables))
    return OneWorld(outcomes, do, given, values, of)


@dataclass(frozen=True)
class Opened:
    """A probability in which each comparison of one variable is opened to all values of the variable.

    Attributes:
        term: the same, with the variable in the place of its event.
        events: what was asked of each.
    """

    term: Probability
    events: Mapping[str, At]

    def estimand(self, whole: Estimand) -> Estimand | None:
        """That of the events, from one of the opened term; None where it does not tell."""
        found: Estimand | None = whole
        for name, event in self.events.items():
            if found is not None and event.is_event:
                found = narrowed(found, name, event)
            elif found is not None:
                found = substitute(found, {name: event})
        return found


def opened(term: Term, variables: Mapping[str, Variable]) -> Opened | None:
    """A probability with its events ``Y > 2`` opened; None where there is none.

    Their variables stand nowhere else in it, and they are events for some of the values and not for others.
    """
    if not isinstance(term, Probability):
        return None
    names = [name for node in counterfactuals(term) for name in mentioned(node)]
    events: dict[str, At] = {}
    asked: list[Event | Counterfactual] = []
    for event in term.events:
        compared = _comparison(event, variables) if isinstance(event, Event) else None
        if compared is not None and names.count(compared[1].variable) == 1:
            events[compared[1].variable] = compared[1]
            asked.append(compared[0])
        else:
            asked.append(event)
    return Opened(Probability(tuple(asked), term.given), events) if events else None


FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "!=": "!="}


def _comparison(event: Event, variables: Mapping[str, Variable]) -> tuple[Counterfactual, At] | None:
    """The variable that an event compares with a number, and the comparison; None for another event."""
    match event:
        case Event(relation, Counterfactual() as node, Constant(value)) if relation in FLIPPED:
            pass
        case Event(other, Constant(value), Counterfactual() as node) if other in FLIPPED:
            relation = FLIPPED[other]
        case _:
            return None
    at = At(node.variable, value, relation)
    domain = variables[node.variable].domain
    if isinstance(domain, Finite) and not isinstance(value, str):
        values = range(domain.offset, domain.offset + domain.size)
        levels = [level for level in values if HOLDS[relation](level, value)]
        if not 0 < len(levels) < domain.size:
            return None
        known = domain.value(value) if isinstance(value, int) else None
        at = at if known is None else replace(_at(variables[node.variable], value), relation=relation)
        return node, at if len(levels) > 1 else _at(variables[node.variable], levels[0])
    order = relation != "!=" and not isinstance(value, str)
    fits = isinstance(domain, Symbolic) and (order or relation == "!=")
    return (node, at) if fits or (isinstance(domain, Real) and order) else None


def mentioned(node: Counterfactual) -> Iterator[str]:
    """The variable, and those in its subscript."""
    yield node.variable
    for held in node.world:
        yield held.variable
        if isinstance(held.value, Counterfactual):
            yield from mentioned(held.value)


def determining(term: Term, observed: frozenset[str]) -> OneWorld | None:
    """A distribution of one world that determines a term, whatever its events and its function are.

    None where the term joins several worlds, or is about what is held.
    """
    world = _world(term)
    if world is None:
        return None
    do = frozenset(held.variable for held in world)
    names = _names((term,))
    if not names or names & do or not names | do <= observed:
        return None
    return OneWorld(names, do, frozenset(), {}, None)


def trimmed(term: Term, diagram: Diagram) -> Term:
    """A term without conditions that is in one world, without what the world holds to no effect (rule 3)."""
    world = _world(term)
    names = {variable.variable for variable in counterfactuals(term)}
    if not world or term.given or not names.union(held.variable for held in world) <= set(diagram.nodes):
        return term
    matters = diagram.mutilate(held.variable for held in world).ancestors(*names)
    kept = tuple(held for held in world if held.variable in matters)

    return _moved(term, kept)


def _by_name(node: Counterfactual) -> Estimand:
    return Value(node.variable)


def function(node: Quantity, valued: Callable[[Counterfactual], Estimand] = _by_name) -> Estimand:
    """A polynomial in variables as an estimand over their symbols.

    Args:
        node: one of which :func:`has_function` is true.
        valued: gives the value of each variable.

    Raises:
        TypeError: for another function.
    """
    match node:
        case Counterfactual():
            return valued(node)
        case Constant(value) if not isinstance(value, str):
            return constant(value)
        case Negative(operand):
            return Linear(((Fraction(-1), function(operand, valued)),))
        case Arithmetic(operator, left, right):
            whole = combined(operator, function(left, valued), function(right, valued))
            if whole is not None:
                return whole
    raise TypeError(f"{node} is no function that estimands have")


def constant(value: int | float) -> Estimand:
    """A number."""
    return Linear(((Fraction(str(value)), ONE),))


def combined(operator: str, left: Estimand, right: Estimand) -> Estimand | None:
    """``left operator right``; None for an operator that estimands do not have."""
    match operator:
        case "+" | "-":
            return Linear(((Fraction(1), left), (Fraction(1 if operator == "+" else -1), right)))
        case "*":
            return product([left, right])
        case "/":
            return Quotient(left, right)
        case "**":
            power = _power(right)
            return None if power is None else product([left] * power)
        case _:
            return None


def _power(node: Estimand) -> int | None:
    """The number of factors that an exponent asks for; None where it is no small number of them."""
    match node:
        case Linear(((weight, inner),)) if inner == ONE and weight in range(1, POWER + 1):
            return int(weight)
        case _:
            return None


def _world(term: Term) -> World | None:
    """The one world of a term that nests no counterfactual."""
    worlds = {variable.world for variable in counterfactuals(term)}
    world = worlds.pop() if len(worlds) == 1 else None
    if world is None or any(isinstance(held.value, Counterfactual) for held in world):
        return None
    return world


def _names(nodes: Iterable[Quantity | Event]) -> frozenset[str]:
    return frozenset(variable.variable for node in nodes for variable in counterfactuals(node))


def _moved(term: Term, world: World) -> Term:
    """A term without conditions, in another world."""

    def moved(node: Counterfactual) -> Counterfactual:
        return Counterfactual(node.variable, world)

    if isinstance(term, Expectation):
        return Expectation(replaced(term.of, moved))
    return Probability(
        tuple(moved(e) if isinstance(e, Counterfactual) else replaced_event(e, moved) for e in term.events)
    )


def _is_point(event: Event | Counterfactual) -> bool:
    """``V = constant``, or a variable that stands for each of its values."""
    if isinstance(event, Counterfactual):
        return True
    simple = isinstance(event.left, Counterfactual) and isinstance(event.right, Constant)
    return simple and event.relation == "="


def has_function(node: Quantity) -> bool:
    """Whether estimands have a function of variables: sums, products, quotients and small powers."""
    match node:
        case Counterfactual():
            return True
        case Constant(value):
            return not isinstance(value, str)
        case Negative(operand):
            return has_function(operand)
        case Arithmetic("**", left, Constant(value)):
            return value in range(1, POWER + 1) and has_function(left)
        case Arithmetic(operator, left, right):
            return operator in ("+", "-", "*", "/") and has_function(left) and has_function(right)
        case _:
            return False


def _values(events: Listed, world: World, variables: Mapping[str, Variable]) -> Iterator[tuple[str, At]]:
    for event in events:
        match event:
            case Event(_, Counterfactual(name), Constant(value)):
                yield name, _at(variables[name], value)
    for held in world:
        if isinstance(held.value, int | float | str):
            yield held.variable, _at(variables[held.variable], held.value)


def _at(variable: Variable, value: int | float | str) -> At:
    """A variable at a value, by the name of the level where it has one."""
    domain = variable.domain
    if isinstance(domain, Finite) and domain.names:
        return At(variable.name, domain.level(int(value)))
    return At(variable.name, value)
