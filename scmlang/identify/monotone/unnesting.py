"""Nested counterfactuals as sums over the values that their worlds take from others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from scmlang.identify.terms import Listed, Term
from scmlang.semantics.domains import Finite
from scmlang.semantics.quantities import (
    Arithmetic,
    Constant,
    Counterfactual,
    Event,
    Held,
    Negative,
    Probability,
    Quantity,
    counterfactuals,
    is_open,
    replaced_event,
)

LEVELS = 16  # of a variable that a world takes from another


def unnested(term: Term, domains: Mapping[str, Finite]) -> Quantity | None:
    """A probability without one of the nested counterfactuals in it; None where there is none.

    With Z[w] the value that a world takes from another, P(Y[x, Z[w]] = y) = sum_z P(Y[x, z] = y, Z[w] = z):
    the counterfactual unnesting of Correa, Lee and Bareinboim (arXiv:2107.03190, theorem 1). Where it is part
    of what is given, P(A | B) is P(A, B) / P(B) first.
    """
    if not isinstance(term, Probability):
        return None
    if _nested(term.given):
        return Arithmetic("/", Probability((*term.events, *term.given)), Probability(term.given))
    inner = next(iter(_nested(term.events)), None)
    domain = None if inner is None else domains.get(inner.variable)
    if inner is None or domain is None or domain.size > LEVELS or is_open(inner.world):
        return None
    return written([(1, case) for case in _cases(term, inner, domain)])


def _cases(term: Probability, inner: Counterfactual, domain: Finite) -> Iterator[Probability]:
    """The term with each value of a nested counterfactual, those left out that an event excludes."""
    for value in range(domain.offset, domain.offset + domain.size):
        events = tuple(_with_value(event, inner, value) for event in term.events)
        fact = Event("=", inner, Constant(value))
        if fact in (*events, *term.given):
            yield Probability(events, term.given)
        elif not any(_is_equation(event, inner) for event in (*events, *term.given)):
            yield Probability((*events, fact), term.given)


def _is_equation(event: Event | Counterfactual, of: Counterfactual) -> bool:
    return isinstance(event, Event) and event.relation == "=" and event.left == of


def _nested(events: Listed) -> list[Counterfactual]:
    return [
        held.value
        for event in events
        for node in counterfactuals(event)
        for held in node.world
        if isinstance(held.value, Counterfactual)
    ]


def _with_value(event: Event | Counterfactual, inner: Counterfactual, value: int) -> Event | Counterfactual:
    def change(node: Counterfactual) -> Counterfactual:
        held = (Held(h.variable, value) if h.value == inner else h for h in node.world)
        return Counterfactual(node.variable, tuple(held))

    return change(event) if isinstance(event, Counterfactual) else replaced_event(event, change)


def written(parts: Sequence[tuple[int, Quantity]]) -> Quantity:
    """A weighted sum; what is subtracted comes last."""
    whole: Quantity | None = None
    for weight, part in sorted(parts, key=lambda pair: pair[0] < 0):
        size = abs(weight)
        scaled = part if size == 1 else Arithmetic("*", Constant(size), part)
        if whole is None:
            whole = scaled if weight > 0 else Negative(scaled)
        else:
            whole = Arithmetic("+" if weight > 0 else "-", whole, scaled)
    return Constant(0) if whole is None else whole
