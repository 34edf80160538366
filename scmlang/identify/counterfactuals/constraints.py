"""Events as cases: equations between counterfactual variables and values, and their opposites."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import product as combinations
from math import prod

from scmlang.identify.counterfactuals.closure import Case
from scmlang.identify.counterfactuals.conditional import Constraint, Target
from scmlang.identify.counterfactuals.vocabulary import Unwritable, Vocabulary
from scmlang.limits import LIMITS
from scmlang.semantics.quantities import (
    Arithmetic,
    Constant,
    Counterfactual,
    Event,
    Negative,
    Quantity,
    counterfactuals,
)

_RELATIONS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_OPERATORS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": lambda a, b: Fraction(a // b),
    "%": operator.mod,
    "**": lambda a, b: _power(a, b),
}
UNLISTED = "the values of a variable are not finitely many known ones"
_BITS = 4096  # of a power

_ALWAYS: Case = ()


def constraint(event: Event | Counterfactual, words: Vocabulary) -> Constraint:
    """An event, or a variable that stands for each of its values in turn.

    Raises:
        Unwritable: for what cannot be told by equations: an order of symbols or of real numbers.
    """
    if isinstance(event, Counterfactual):
        return Constraint((((event, words.each(event.variable)),),))
    if event.relation in ("=", "!=") and isinstance(event.left, Counterfactual):
        case = _equation(event.left, event.right, words)
        if case is not None and event.relation == "=":
            return _equal(case, words)
        if case is not None and words.is_discrete(event.left.variable):
            return _equal(case, words).opposite
    inside: list[Case] = []
    outside: list[Case] = []
    for values in _configurations(event, words):
        holds = _RELATIONS[event.relation](_number(event.left, values), _number(event.right, values))
        (inside if holds else outside).append(_case(values, words))
    return Constraint(tuple(inside) if outside else (_ALWAYS,), tuple(outside))


def targets(node: Quantity, words: Vocabulary, weight: Fraction = Fraction(1)) -> list[Target]:
    """A number over counterfactual variables as a weighted sum, for its mean.

    Raises:
        Unwritable: as :func:`constraint`.
    """
    match node:
        case Counterfactual():
            return [Target(weight, (), node)]
        case Constant():
            return [Target(weight * _number(node, {}))]
        case Negative(operand):
            return targets(operand, words, -weight)
        case Arithmetic("+", left, right):
            return [*targets(left, words, weight), *targets(right, words, weight)]
        case Arithmetic("-", left, right):
            return [*targets(left, words, weight), *targets(right, words, -weight)]
        case Arithmetic("*", Constant() as factor, inner) | Arithmetic("*", inner, Constant() as factor):
            return targets(inner, words, weight * _number(factor, {}))
    found = _configurations(node, words)
    numbers = ((_number(node, values), _case(values, words)) for values in found)
    return [Target(weight * number, (Constraint((case,)),)) for number, case in numbers if number]


def by_level(target: Target, words: Vocabulary) -> list[Target]:
    """The mean of a variable as a sum over its levels, where they are known and few."""
    levels = None if target.of is None else words.values(target.of.variable)
    if target.of is None or levels is None or len(levels) ** 2 > LIMITS.estimand_cases:
        return [target]
    cases = [(Fraction(v), ((target.of, words.at(target.of.variable, v)),)) for v in levels]
    return [Target(target.weight * v, (*target.events, _equal(case, words))) for v, case in cases if v]


def _equation(left: Counterfactual, right: Quantity, words: Vocabulary) -> Case | None:
    if isinstance(right, Counterfactual) and right.variable == left.variable:
        return ((left, right),) if words.is_discrete(left.variable) else None
    if not isinstance(right, Constant):
        return None
    values = words.values(left.variable)
    known = values is None or right.value in values
    return ((left, words.at(left.variable, right.value)),) if known else None


def _equal(case: Case, words: Vocabulary) -> Constraint:
    """One equation, and the other values of its variable where they are known and not too many."""
    ((left, right),) = case
    levels = words.values(left.variable)
    if isinstance(right, Counterfactual) or levels is None or len(levels) > LIMITS.estimand_cases:
        return Constraint((case,))
    others = (words.at(left.variable, level) for level in levels)
    return Constraint((case,), tuple(((left, other),) for other in others if other != right))


Values = Mapping[Counterfactual, Fraction]


def _configurations(node: Quantity | Event, words: Vocabulary) -> Iterator[Values]:
    variables = list(dict.fromkeys(counterfactuals(node)))
    levels = [words.values(variable.variable) for variable in variables]
    known = [found for found in levels if found is not None]
    if len(known) < len(levels):
        raise Unwritable(UNLISTED)
    if prod(map(len, known)) > LIMITS.estimand_cases:
        raise Unwritable("an event compares variables of too many values (--limit estimand_cases)")
    for chosen in combinations(*known):
        yield dict(zip(variables, map(Fraction, chosen), strict=True))


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if exponent.denominator != 1 or bits * abs(exponent) > _BITS:
        raise Unwritable("it has a power that is too large, or no fraction")
    return Fraction(base**exponent.numerator)


def _case(values: Values, words: Vocabulary) -> Case:
    return tuple((v, words.at(v.variable, int(number))) for v, number in values.items())


def _number(node: Quantity, values: Values) -> Fraction:
    match node:
        case Counterfactual():
            return values[node]
        case Negative(operand):
            return -_number(operand, values)
        case Arithmetic(sign, left, right):
            try:
                return _OPERATORS[sign](_number(left, values), _number(right, values))
            except ZeroDivisionError:
                raise Unwritable(f"`{sign}` has no value for 0 on its right") from None
        case Constant(value) if not isinstance(value, str):
            return Fraction(str(value))
        case Constant(value):
            raise Unwritable(f"`{value}` is no number")
        case _:
            raise TypeError(f"{node} stands in no event")
