"""Arithmetic of probabilities and means, as a weighted sum of them."""

from __future__ import annotations

from fractions import Fraction

from scmlang.diagram.diagram import Diagram
from scmlang.identify.terms import Listed, Term, trimmed
from scmlang.semantics.quantities import (
    Arithmetic,
    Constant,
    Effect,
    Expectation,
    Negative,
    Probability,
    Quantity,
)

Weights = dict[Term | None, Fraction]


def weighted_sum(node: Quantity, diagram: Diagram) -> Weights | None:
    """The weights of the terms of a weighted sum, None standing for 1; None where it is no weighted sum.

    The mean of a sum is a sum of means, and terms that rule 3 makes equal are one term.
    """
    match node:
        case Constant(value):
            return None if isinstance(value, str) else {None: Fraction(str(value))}
        case Expectation() if is_mean_of_sum(node):
            return weighted_sum(sum_of_means(node), diagram)
        case Probability() | Expectation():
            return {trimmed(node, diagram): Fraction(1)}
        case Effect():
            return weighted_sum(node.definition, diagram)
        case Negative(operand):
            return _scaled(weighted_sum(operand, diagram), Fraction(-1))
        case Arithmetic("+" | "-" as operator, left, right):
            sign = Fraction(1 if operator == "+" else -1)
            return _added(weighted_sum(left, diagram), _scaled(weighted_sum(right, diagram), sign))
        case Arithmetic("/", inner, Constant(value)) if not isinstance(value, str) and value:
            return _scaled(weighted_sum(inner, diagram), 1 / Fraction(str(value)))
        case Arithmetic("*", inner, Constant(value)) | Arithmetic("*", Constant(value), inner):
            weight = None if isinstance(value, str) else Fraction(str(value))
            return None if weight is None else _scaled(weighted_sum(inner, diagram), weight)
        case _:
            return None


def is_mean_of_sum(node: Quantity) -> bool:
    """Whether it is ``E(A + B | …)``, ``E(A - B | …)`` or ``E(-A | …)``."""
    of = node.of if isinstance(node, Expectation) else None
    return isinstance(of, Negative) or (isinstance(of, Arithmetic) and of.operator in ("+", "-"))


def sum_of_means(node: Expectation) -> Quantity:
    """The mean of a sum, with constant factors, as a sum of means."""
    return _mean(node.of, node.given)


def _mean(of: Quantity, given: Listed) -> Quantity:
    """E(of | given), with sums and constant factors taken out of the mean."""
    match of:
        case Constant():
            return of
        case Negative(operand):
            return Negative(_mean(operand, given))
        case Arithmetic("+" | "-", left, right):
            return Arithmetic(of.operator, _mean(left, given), _mean(right, given))
        case Arithmetic("*", Constant() as weight, inner):
            return Arithmetic("*", weight, _mean(inner, given))
        case Arithmetic("*" | "/", inner, Constant() as weight):
            return Arithmetic(of.operator, _mean(inner, given), weight)
        case _:
            return Expectation(of, given)


def _scaled(weights: Weights | None, by: Fraction) -> Weights | None:
    return None if weights is None else {term: by * weight for term, weight in weights.items()}


def _added(left: Weights | None, right: Weights | None) -> Weights | None:
    if left is None or right is None:
        return None
    return {term: left.get(term, Fraction(0)) + right.get(term, Fraction(0)) for term in {**left, **right}}
