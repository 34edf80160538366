"""Putting terms in the place of symbols, without a sum catching what was free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from scmlang.identify.estimand.nodes import (
    At,
    Conditional,
    Estimand,
    Indicator,
    Linear,
    Marginal,
    Mean,
    Product,
    Quotient,
    Term,
    Value,
    free,
    symbols,
)


def substitute(node: Estimand, terms: Mapping[str, Term]) -> Estimand:
    """``node`` with free symbols replaced: ``{"X": At("X", 1)}`` asks about one value of X.

    Sums whose symbols would catch one of the new terms are renamed first.

    Raises:
        ValueError: for the number of a symbol (:class:`Value`) that would be put at a named level.
    """
    match node:
        case Conditional(of, given, do):
            return Conditional(_swap(of, terms), _swap(given, terms), _swap(do, terms))
        case Mean(of, given, do):
            return Mean(of, _swap(given, terms), _swap(do, terms))
        case Value(symbol):
            return _number(terms.get(symbol, symbol))
        case Indicator(relation, left, right):
            return Indicator(relation, substitute(left, terms), substitute(right, terms))
        case Product(factors):
            return Product(tuple(substitute(f, terms) for f in factors))
        case Quotient(top, bottom):
            return Quotient(substitute(top, terms), substitute(bottom, terms))
        case Linear(parts):
            return Linear(tuple((weight, substitute(part, terms)) for weight, part in parts))
        case Marginal(over, inner):
            used = {s: t for s, t in terms.items() if s in free(node)}
            seen = {s: s for s in free(node) | symbols(used.values())}
            bound = bind(over, seen)
            fresh = {symbol: bound[symbol] for symbol in over}
            return Marginal(tuple(fresh.values()), substitute(inner, {**used, **fresh}))


def bind(over: Iterable[str], names: Mapping[str, str]) -> dict[str, str]:
    """``names`` with a name for each symbol that a sum binds: its own, primed until it is another."""
    bound = dict(names)
    taken = set(names.values())
    for symbol in over:
        name = symbol
        while name in taken:
            name += "'"
        taken.add(name)
        bound[symbol] = name
    return bound


def _number(term: Term) -> Estimand:
    if isinstance(term, str):
        return Value(term)
    if isinstance(term.value, str):
        raise ValueError(f"the level {term.value} of {term.variable} is no number")
    return Linear(((Fraction(str(term.value)), Product(())),))


def _swap(listed: Iterable[Term], terms: Mapping[str, Term]) -> tuple[Term, ...]:
    return tuple(t if isinstance(t, At) else terms.get(t, t) for t in listed)
