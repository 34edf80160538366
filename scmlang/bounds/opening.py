"""Quantities whose variables are open, term by term: what is open, and the quantity with values for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scmlang.exact.opening import closed, open_variables
from scmlang.semantics.quantities import (
    Constant,
    Counterfactual,
    Event,
    Expectation,
    Probability,
    Quantity,
    terms,
    with_terms,
)

Condition = Event | Counterfactual


def opened(node: Quantity) -> set[str]:
    """The variables that some world holds at any value."""
    return {name for term in terms(node) for name in open_variables(term)}


def free(node: Quantity) -> list[Counterfactual]:
    """The variables that stand for each of their values, each once, in order of occurrence."""
    found = []
    for term in terms(node):
        events = (*(term.events if isinstance(term, Probability) else ()), *term.given)
        found += [event for event in events if isinstance(event, Counterfactual)]
    return list(dict.fromkeys(found))


def with_values(node: Quantity, held: Mapping[str, int], at: Mapping[Counterfactual, int]) -> Quantity:
    """The quantity with values for what :func:`opened` and :func:`free` find."""

    def condition(event: Condition) -> Condition:
        return Event("=", event, Constant(at[event])) if isinstance(event, Counterfactual) else event

    return through(node, condition, term=lambda found: closed(found, held))


def through(
    node: Quantity,
    condition: Callable[[Condition], Condition],
    mean: Callable[[Quantity], Quantity] = lambda of: of,
    term: Callable[[Probability | Expectation], Quantity] = lambda found: found,
) -> Quantity:
    """The quantity with each condition, the inside of each mean, and then each term replaced.

    Effects are replaced by their definitions.
    """

    def changed(found: Probability | Expectation) -> Quantity:
        given = tuple(map(condition, found.given))
        if isinstance(found, Expectation):
            return term(Expectation(mean(found.of), given))
        return term(Probability(tuple(map(condition, found.events)), given))

    return with_terms(node, changed)
