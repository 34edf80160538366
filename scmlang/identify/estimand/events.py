"""Events of a variable in an estimand: ``Y > 2`` in the place of a value of Y."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from scmlang.identify.estimand.nodes import (
    At,
    Conditional,
    Estimand,
    Linear,
    Marginal,
    Product,
    Quotient,
    free,
)

HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}


def narrowed(node: Estimand, symbol: str, *events: At) -> Estimand | None:
    """The sum, or integral, of an estimand over the values of a free symbol at which some events happen.

    Where each term is a probability of the symbol times what does not depend on it, that is the estimand with
    the events in the symbol's place. None for any other: where it is a condition, or in several factors.
    """
    match node:
        case Conditional(of, given, do) if of.count(symbol) == 1 and symbol not in (*given, *do):
            each = ((events if term == symbol else (term,)) for term in of)
            return Conditional(tuple(chain.from_iterable(each)), given, do)
        case Product(factors):
            at = [i for i, factor in enumerate(factors) if symbol in free(factor)]
            inner = narrowed(factors[at[0]], symbol, *events) if len(at) == 1 else None
            return None if inner is None else Product((*factors[: at[0]], inner, *factors[at[0] + 1 :]))
        case Marginal(over, inside):
            inner = None if symbol in over else narrowed(inside, symbol, *events)
            return None if inner is None else Marginal(over, inner)
        case Quotient(top, bottom):
            inner = None if symbol in free(bottom) else narrowed(top, symbol, *events)
            return None if inner is None else Quotient(inner, bottom)
        case Linear(terms):
            parts = [(weight, narrowed(term, symbol, *events)) for weight, term in terms]
            whole = tuple((weight, part) for weight, part in parts if part is not None)
            return Linear(whole) if len(whole) == len(parts) else None
        case _:
            return None


def levels_of(event: At, values: Callable[[], Sequence[Any]], index: Callable[[At], int]) -> list[int]:
    """The places of the levels of a variable at which an event happens.

    Args:
        event: of the variable.
        values: gives the numbers of its levels, in order.
        index: gives the place of a level.
    """
    if event.relation == "=":
        return [index(event)]
    numbers = values()
    if event.relation == "!=":
        return [i for i in range(len(numbers)) if i != index(event)]
    limit = numbers[index(event)] if isinstance(event.value, str) else event.value
    return [i for i, number in enumerate(numbers) if HOLDS[event.relation](number, limit)]
