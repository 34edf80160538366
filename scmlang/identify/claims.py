"""``assert identifiable(…)``: decided by the ID and IDC algorithms for quantities of one world."""

from __future__ import annotations

from collections.abc import Iterable

from scmlang.diagram.claims import Decision, Verdict
from scmlang.diagram.diagram import Diagram
from scmlang.identify.estimand import show
from scmlang.identify.hedge import Hedge
from scmlang.identify.id import identify
from scmlang.semantics.assertions import Assertion, Identifiability
from scmlang.semantics.quantities import (
    Counterfactual,
    Effect,
    Event,
    Expectation,
    Probability,
    Quantity,
    counterfactuals,
    parts,
)


def decide_identifiable(assertion: Assertion, diagram: Diagram) -> Decision:
    """Decide an ``identifiable`` assertion.

    A probability or mean in one world is decided both ways. Arithmetic of them is identifiable where each of
    its terms is. What joins several worlds stays undecided.
    """
    if not isinstance(assertion.claim, Identifiability):
        raise TypeError("only claims of identifiability are decided here")
    terms = _terms(assertion.claim.quantity)
    shown: list[str] = []
    for term in terms:
        found = _term(term, diagram)
        if isinstance(found, Hedge) and len(terms) == 1:
            verdict = Verdict.HOLDS if assertion.negated else Verdict.FAILS
            return Decision(assertion, verdict, f"the hedge {found} is in the diagram")
        if not isinstance(found, str):
            return Decision(assertion, Verdict.UNDECIDED, "it joins several worlds or terms")
        shown.append(found)
    verdict = Verdict.FAILS if assertion.negated else Verdict.HOLDS
    return Decision(assertion, verdict, f"it is {', '.join(shown)}")


def _terms(node: Quantity | Event) -> list[Probability | Expectation]:
    node = node.definition if isinstance(node, Effect) else node
    if isinstance(node, Probability | Expectation):
        return [node]
    return [term for part in parts(node) for term in _terms(part)]


def _term(term: Probability | Expectation, diagram: Diagram) -> str | Hedge | None:
    """The estimand as text, the hedge, or None where the term is none of one world's."""
    everything = list(counterfactuals(term))
    worlds = {variable.world for variable in everything}
    if len(worlds) != 1:
        return None
    world = worlds.pop()
    do = {held.variable for held in world}
    given = _names(term.given)
    outcomes = _names(term.events if isinstance(term, Probability) else (term.of,)) - given
    names = outcomes | given | do
    if any(isinstance(held.value, Counterfactual) for held in world) or not names <= diagram.observed:
        return None
    if do & (outcomes | given) or not outcomes:
        return None
    found = identify(diagram, outcomes, do, given)
    return found if isinstance(found, Hedge) else show(found)


def _names(nodes: Iterable[Quantity | Event]) -> set[str]:
    return {v.variable for node in nodes for v in counterfactuals(node)}
