"""Sums of means of one variable, as ATE and NDE are: which are the same, and refusals that cannot cancel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from scmlang.diagram.diagram import Diagram
from scmlang.identify.counterfactuals.closure import Closure
from scmlang.identify.counterfactuals.vocabulary import Vocabulary
from scmlang.identify.estimand import Term
from scmlang.semantics.model import Variable
from scmlang.semantics.quantities import (
    Counterfactual,
    Event,
    Expectation,
    Probability,
    counterfactuals,
    replaced,
    replaced_event,
)

Terms = Probability | Expectation


def one_of_each(
    diagram: Diagram, weights: Mapping[Terms, Fraction], variables: Mapping[str, Variable]
) -> dict[Terms, Fraction]:
    """The weights of a sum in which terms that are equal in every model of the diagram are one.

    Those are seen that ask the same of one variable, without conditions, in worlds that come to the same, as
    Y[X=1, M[X=0]] and Y[X=0] do where X acts on Y through M alone.
    """
    closure = Closure(diagram, Vocabulary({name: v.domain for name, v in variables.items()}))
    first: dict[object, Terms] = {}
    found: dict[Terms, Fraction] = {}
    for term, weight in weights.items():
        nodes = set(counterfactuals(term))
        key: object = term
        if len(nodes) == 1 and not term.given and all(_is_observed(node, diagram) for node in nodes):
            key = _actual(term), closure.value(nodes.pop())
        chosen = first.setdefault(key, term)
        found[chosen] = found.get(chosen, Fraction(0)) + weight
    return {term: weight for term, weight in found.items() if weight}


def _actual(term: Terms) -> Terms:
    """The term about the actual world."""
    if isinstance(term, Expectation):
        return Expectation(replaced(term.of, _plain))
    events = (replaced_event(e, _plain) if isinstance(e, Event) else _plain(e) for e in term.events)
    return Probability(tuple(events))


def _is_observed(node: Counterfactual, diagram: Diagram) -> bool:
    inner = (held.value for held in node.world if isinstance(held.value, Counterfactual))
    names = {node.variable, *(held.variable for held in node.world)}
    return names <= diagram.observed and all(_is_observed(one, diagram) for one in inner)


def _plain(node: Counterfactual) -> Counterfactual:
    return Counterfactual(node.variable)


def tell_worlds_apart(diagram: Diagram, terms: Sequence[Terms], variables: Mapping[str, Variable]) -> bool:
    """Whether no weighted sum of some terms is identifiable, none of which is.

    That is so where each is about one variable Y, the same in all, without conditions, where their worlds
    differ in the values that reach Y, and where what some world holds reaches Y in no other world as it is by
    itself. Then every variable can carry a record of the values that are held above it, and Y can respond as
    in two models that prove one term unidentifiable where its record is that of the term's world, and as a
    fair coin elsewhere: the argument of "Contrasts" in docs/theory.md, with records for bits.
    """
    nodes = [set(counterfactuals(term)) for term in terms]
    if any(len(found) != 1 for found in nodes) or any(term.given for term in terms):
        return False
    listed = [found.pop() for found in nodes]
    if len({node.variable for node in listed}) > 1:
        return False
    closure = Closure(diagram, Vocabulary({name: v.domain for name, v in variables.items()}))
    values: list[Term] = [closure.value(node) for node in listed]
    parents = [pair for atom in closure.atoms for pair in atom.parents]
    held = {name for name, term in parents if term not in closure.bound}
    by_itself = {atom.variable for atom in closure.atoms}
    return len(set(values)) == len(values) and not held & by_itself
