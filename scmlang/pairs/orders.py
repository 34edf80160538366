"""Values of variables without finitely many levels, as levels that are compared in the same way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from scmlang.bounds.problem import mentioned
from scmlang.semantics.domains import Finite
from scmlang.semantics.model import Variable
from scmlang.semantics.quantities import (
    Constant,
    Counterfactual,
    Event,
    Quantity,
    Value,
    counterfactuals,
    parts,
)

Codes = Mapping[Value, int]
LEVELS = (2, 3)  # of a variable that is compared with no number


def codings(
    quantity: Quantity, variables: Mapping[str, Variable]
) -> Iterator[tuple[Mapping[str, Codes], Mapping[str, range]]]:
    """Codes for values, and the levels of the variables that a quantity speaks of.

    The numbers t_1 < t_2 < … that a variable is compared with are its levels 1, 3, …; the levels 0, 2, … lie
    between. Variables that are compared with each other share their numbers. So every event of the quantity
    is the same event of the levels. In arithmetic the levels are the numbers themselves.
    """
    comparisons = [event for event in _events(quantity) if not _is_equation(event)]
    ordered = {node.variable for event in comparisons for node in counterfactuals(event)}
    shared = any(len({node.variable for node in counterfactuals(event)}) > 1 for event in comparisons)
    plain = all(isinstance(s, Counterfactual | Constant) for e in comparisons for s in (e.left, e.right))
    seen: dict[str, list[Value]] = {name: [] for name in mentioned(quantity)}
    for name, value in spoken_of(quantity):
        seen[name] = list(dict.fromkeys((*seen[name], value)))
    finite = {name for name in seen if isinstance(variables[name].domain, Finite)}
    together = [value for name in sorted(ordered - finite) for value in seen[name]]
    if (shared or not plain) and ordered & finite:
        return
    for least in LEVELS:
        codes: dict[str, Codes] = {}
        levels = {name: _declared(variables[name]) for name in seen if name in finite}
        for name in (name for name in seen if name not in finite):
            own = together if shared and name in ordered else seen[name]
            if name in ordered and plain:
                if any(isinstance(value, str) for value in own):
                    return
                codes[name] = {v: 2 * i + 1 for i, v in enumerate(sorted(set(own), key=float))}
                levels[name] = range(max(least, 2 * len(codes[name]) + 1))
            elif name in ordered:
                levels[name] = range(least)
                if not set(seen[name]) <= set(levels[name]):
                    return
            else:
                codes[name] = {} if set(own) <= {0, 1} else codes_of(own)
                levels[name] = range(max(least, len(own)))
        yield {name: found for name, found in codes.items() if found}, levels


def codes_of(values: Sequence[Value]) -> Codes:
    """Values numbered as they come; one alone is 1."""
    return {v: i if len(values) > 1 else 1 for i, v in enumerate(values)}


def _declared(variable: Variable) -> range:
    domain = variable.domain
    if not isinstance(domain, Finite):
        raise TypeError(f"{variable.name} has no levels")
    return range(domain.offset, domain.offset + domain.size)


def _events(node: Quantity | Event) -> Iterator[Event]:
    if isinstance(node, Event):
        yield node
        return
    for part in parts(node):
        yield from _events(part)


def _is_equation(event: Event) -> bool:
    return event.relation == "=" and isinstance(event.left, Counterfactual)


def spoken_of(node: Quantity | Event) -> Iterator[tuple[str, Value]]:
    """Each value that a quantity holds a variable at, or compares one with."""
    match node:
        case Counterfactual(_, world):
            for item in world:
                if isinstance(item.value, Counterfactual):
                    yield from spoken_of(item.value)
                elif item.value is not None:
                    yield item.variable, item.value
        case Event(_, Counterfactual(name) as one, Constant(value)) | Event(
            _, Constant(value), Counterfactual(name) as one
        ):
            yield from spoken_of(one)
            yield name, value
        case _:
            for part in parts(node):
                yield from spoken_of(part)
