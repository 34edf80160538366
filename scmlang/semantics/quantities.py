"""What a query asks for, resolved: probabilities, expectations and arithmetic over counterfactual variables.

Every variable carries the world that it is asked about: ``do(x)`` in a probability is distributed, so that
``P(Y | do(X=1), Z=0)`` holds ``Y`` and ``Z`` in the world of ``X=1``, that is P(Y_{X=1} | Z_{X=1}=0). Names
and definitions are those of Pearl, "Causality" (2009), chapters 3, 7 and 9; nested counterfactuals are as in
Correa, Lee and Bareinboim, "Nested Counterfactual Identification from Arbitrary Surrogate Experiments"
(arXiv:2107.03190).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from scmlang.semantics.domains import Domain, Finite
from scmlang.semantics.model import Variable

Value = int | float | str  # a symbol of a bare diagram may be a name


@dataclass(frozen=True)
class Held:
    """One variable in the subscript of a world.

    ``value`` is a number or symbol, or the counterfactual whose value the variable takes; None stands for
    every value in turn, as in ``P(Y | do(X))``.
    """

    variable: str
    value: Value | Counterfactual | None


World = tuple[Held, ...]


@dataclass(frozen=True)
class Counterfactual:
    """``variable`` in ``world``; in the actual one when the world is empty."""

    variable: str
    world: World = ()


@dataclass(frozen=True)
class Constant:
    """A number, or a symbol of a bare diagram."""

    value: Value


@dataclass(frozen=True)
class Arithmetic:
    """``left operator right`` with ``+ - * / // % **``."""

    operator: str
    left: Quantity
    right: Quantity


@dataclass(frozen=True)
class Negative:
    operand: Quantity


@dataclass(frozen=True)
class Event:
    """``left relation right``, the relation being one of ``= != < <= > >=``."""

    relation: str
    left: Quantity
    right: Quantity


@dataclass(frozen=True)
class Probability:
    """P(events | given). A counterfactual without a relation stands for each of its values in turn."""

    events: tuple[Event | Counterfactual, ...]
    given: tuple[Event | Counterfactual, ...] = ()


@dataclass(frozen=True)
class Expectation:
    """E(of | given). Named levels count from 0."""

    of: Quantity
    given: tuple[Event | Counterfactual, ...] = ()


@dataclass(frozen=True)
class Effect:
    """A named effect and the quantity that defines it."""

    name: str
    arguments: tuple[Event | Counterfactual, ...]
    given: tuple[Event | Counterfactual, ...]
    definition: Quantity


Change = Callable[[Counterfactual], Counterfactual]
Quantity = Constant | Counterfactual | Arithmetic | Negative | Probability | Expectation | Effect


def parts(node: Quantity | Event) -> tuple[Quantity | Event, ...]:
    """What stands directly inside a quantity, an effect's definition in the place of the effect."""
    match node:
        case Arithmetic(_, left, right) | Event(_, left, right):
            return left, right
        case Negative(operand):
            return (operand,)
        case Probability(events, given):
            return *events, *given
        case Expectation(of, given):
            return of, *given
        case Effect():
            return (node.definition,)
        case _:
            return ()


def terms(node: Quantity | Event) -> Iterator[Probability | Expectation]:
    """The probabilities and means that a quantity is arithmetic of."""
    if isinstance(node, Probability | Expectation):
        yield node
        return
    for part in parts(node):
        yield from terms(part)


def with_terms(node: Quantity, change: Callable[[Probability | Expectation], Quantity]) -> Quantity:
    """Arithmetic with each of its terms changed. Effects are replaced by their definitions."""
    match node:
        case Probability() | Expectation():
            return change(node)
        case Negative(operand):
            return Negative(with_terms(operand, change))
        case Arithmetic(operator, left, right):
            return Arithmetic(operator, with_terms(left, change), with_terms(right, change))
        case Effect():
            return with_terms(node.definition, change)
        case _:
            return node


def counterfactuals(node: Quantity | Event) -> Iterator[Counterfactual]:
    """Every variable that a quantity speaks of, those of nested subscripts excepted."""
    if isinstance(node, Counterfactual):
        yield node
    for part in parts(node):
        yield from counterfactuals(part)


def replaced(node: Quantity, change: Change) -> Quantity:
    """Arithmetic over counterfactual variables with ``change`` applied to each of them."""
    match node:
        case Counterfactual():
            return change(node)
        case Arithmetic(operator, left, right):
            return Arithmetic(operator, replaced(left, change), replaced(right, change))
        case Negative(operand):
            return Negative(replaced(operand, change))
        case _:
            return node


def replaced_event(event: Event, change: Change) -> Event:
    """The event with ``change`` applied to each of its variables."""
    return Event(event.relation, replaced(event.left, change), replaced(event.right, change))


def is_table(node: Quantity) -> bool:
    """Whether the quantity is a table, not one number: some variable of it stands for all of its values."""
    if isinstance(node, Probability):
        listed = (*node.events, *node.given)
        return any(isinstance(event, Counterfactual) for event in listed) or _is_open(node)
    if isinstance(node, Expectation):
        return any(isinstance(event, Counterfactual) for event in node.given) or _is_open(node)
    return any(is_table(part) for part in parts(node) if not isinstance(part, Event))


def _is_open(node: Quantity) -> bool:
    return any(is_open(variable.world) for variable in counterfactuals(node))


def is_open(world: World) -> bool:
    """Whether a world holds some variable at whatever value."""
    values = [held.value for held in world]
    return None in values or any(isinstance(v, Counterfactual) and is_open(v.world) for v in values)


# --- text


def show_world(world: World, variables: Mapping[str, Variable]) -> str:
    """``X=1, M[X=0]``."""
    return ", ".join(_show_held(held, variables) for held in world)


def _show_held(held: Held, variables: Mapping[str, Variable]) -> str:
    if held.value is None:
        return held.variable
    if isinstance(held.value, Counterfactual):
        return show_counterfactual(held.value, variables)
    return f"{held.variable}={show_value(variables[held.variable].domain, held.value)}"


def show_value(domain: Domain, value: Value) -> str:
    """A value as a person types it: a level by its name."""
    return domain.level(int(value)) if isinstance(domain, Finite) else str(value)


def show_counterfactual(node: Counterfactual, variables: Mapping[str, Variable]) -> str:
    """``Y[X=1]``, or ``Y`` in the actual world."""
    return f"{node.variable}[{show_world(node.world, variables)}]" if node.world else node.variable


_BINDING = {"+": 1, "-": 1, "*": 2, "/": 2, "//": 2, "%": 2, "**": 4}
_SIGN, _ATOM = 3, 5


def show_quantity(node: Quantity, variables: Mapping[str, Variable]) -> str:
    """The quantity as canonical text, which reads back as the same quantity."""
    return _show(node, variables)[0]


def _show(node: Quantity, variables: Mapping[str, Variable]) -> tuple[str, int]:
    match node:
        case Constant(value):
            return str(value), _ATOM if isinstance(value, str) or value >= 0 else _SIGN
        case Counterfactual():
            return show_counterfactual(node, variables), _ATOM
        case Negative(operand):
            return "-" + _wrapped(operand, _SIGN, variables), _SIGN
        case Arithmetic(operator, left, right):
            binding = _BINDING[operator]
            first = _wrapped(left, binding + (operator == "**"), variables)
            second = _wrapped(right, _SIGN if operator == "**" else binding + 1, variables)
            return f"{first} {operator} {second}", binding
        case Probability(events, given):
            return _applied("P", events, given, variables), _ATOM
        case Expectation(of, given):
            return _applied("E", (of,), given, variables), _ATOM
        case Effect(name, arguments, given):
            inside = ", ".join(show_event(a, variables) for a in arguments)
            return f"{name}({inside}{_bar(given, variables)})", _ATOM


def _wrapped(node: Quantity, binding: int, variables: Mapping[str, Variable]) -> str:
    text, own = _show(node, variables)
    return text if own >= binding else f"({text})"


def _bar(given: tuple[Event | Counterfactual, ...], variables: Mapping[str, Variable]) -> str:
    return " | " + ", ".join(show_event(event, variables) for event in given) if given else ""


def show_event(node: Event | Quantity, variables: Mapping[str, Variable]) -> str:
    """``Y[X=1]=green``."""
    if not isinstance(node, Event):
        return show_quantity(node, variables)
    left = show_quantity(node.left, variables)
    right = show_quantity(node.right, variables)
    if isinstance(node.left, Counterfactual) and isinstance(node.right, Constant):
        domain = variables[node.left.variable].domain
        known = isinstance(domain, Finite) and domain.value(right) is not None
        right = show_value(domain, node.right.value) if known else right
    return f"{left}={right}" if node.relation == "=" else f"{left} {node.relation} {right}"


def _applied(
    name: str,
    arguments: tuple[Event | Quantity, ...],
    given: tuple[Event | Counterfactual, ...],
    variables: Mapping[str, Variable],
) -> str:
    world = _common_world((*arguments, *given))
    if world and not any(isinstance(held.value, Counterfactual) for held in world):
        arguments = tuple(_actual(argument) for argument in arguments)
        conditions = [f"do({show_world(world, variables)})"]
        conditions += [show_event(_actual(event), variables) for event in given]
    else:
        conditions = [show_event(event, variables) for event in given]
    inside = ", ".join(show_event(argument, variables) for argument in arguments)
    return f"{name}({inside}{' | ' if conditions else ''}{', '.join(conditions)})"


def _common_world(nodes: tuple[Event | Quantity, ...]) -> World:
    worlds = {variable.world for node in nodes for variable in counterfactuals(node)}
    return worlds.pop() if len(worlds) == 1 else ()


def _actual(node: Event | Quantity) -> Event | Quantity:
    """The same, in the actual world."""
    if isinstance(node, Event):
        return replaced_event(node, _in_actual_world)
    return replaced(node, _in_actual_world)


def _in_actual_world(node: Counterfactual) -> Counterfactual:
    return Counterfactual(node.variable)
