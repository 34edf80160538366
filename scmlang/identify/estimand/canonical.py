"""One writing for estimands that differ in the order of factors and the names of bound symbols alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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
    product,
    variable_of,
    variables,
)
from scmlang.identify.estimand.renaming import bind, substitute
from scmlang.identify.estimand.text import ASCII, show

Order = Mapping[str, int]  # the place of each variable, causes first


def arranged(node: Estimand, order: Order | None = None) -> Estimand:
    """``node`` in one order of factors, terms and conditions, with as few primes as there can be.

    Fixed values and free symbols stand before bound ones, effects before their causes, and sums last, as in
    Σ_{Z} P(Y | X, Z) P(Z).

    Args:
        node: any estimand.
        order: the place of each variable; by name where there is none.
    """
    return _Arranger(order or {}, free(node)).arranged(node, {name: name for name in free(node)})


def same(left: Estimand, right: Estimand) -> bool:
    """Whether two estimands differ in the order of factors and the names of bound symbols alone."""
    return key(left) == key(right)


def key(node: Estimand) -> str:
    """A text that estimands share where they are the same but for order and bound names."""
    return show(arranged(node), ASCII)


class _Arranger:
    def __init__(self, order: Order, unbound: frozenset[str]) -> None:
        self.order = order
        self.unbound = unbound

    def arranged(self, node: Estimand, names: Mapping[str, str]) -> Estimand:
        match node:
            case Conditional(of, given, do):
                return Conditional(self._named(of, names), self._terms(given, names), self._terms(do, names))
            case Mean(of, given, do):
                return Mean(of, self._terms(given, names), self._terms(do, names))
            case Value(symbol):
                return Value(names[symbol])
            case Indicator():
                return substitute(node, {s: names[s] for s in free(node)})
            case Product(factors):
                flat = product([self.arranged(f, names) for f in factors])
                return (
                    Product(tuple(sorted(flat.factors, key=self._rank)))
                    if isinstance(flat, Product)
                    else flat
                )
            case Marginal(over, Marginal(more, inner)):
                fresh = bind(more, {s: s for s in (*over, *free(inner) - set(more))})
                symbols = tuple(fresh[s] for s in more)
                one = substitute(inner, dict(zip(more, symbols, strict=True)))
                return self.arranged(Marginal((*over, *symbols), one), names)
            case Marginal(over, inner):
                ranked = sorted(over, key=lambda s: (self._place(variable_of(s)), _outline(inner, s)))
                bound = _bound(ranked, {s: names[s] for s in free(node)})
                return Marginal(tuple(bound[s] for s in ranked), self.arranged(inner, bound))
            case Quotient(top, bottom):
                return Quotient(self.arranged(top, names), self.arranged(bottom, names))
            case Linear(terms):
                return Linear(tuple((weight, self.arranged(term, names)) for weight, term in terms))

    def _terms(self, terms: Iterable[Term], names: Mapping[str, str]) -> tuple[Term, ...]:
        return tuple(sorted(self._named(terms, names), key=lambda t: not self._unbound(t)))

    def _named(self, terms: Iterable[Term], names: Mapping[str, str]) -> tuple[Term, ...]:
        named = (t if isinstance(t, At) else names[t] for t in terms)
        return tuple(sorted(named, key=self._place))

    def _unbound(self, term: Term) -> bool:
        return isinstance(term, At) or term in self.unbound

    def _place(self, term: Term) -> tuple[int, str]:
        return self.order.get(variable_of(term), -1), str(term)

    def _rank(self, factor: Estimand) -> tuple[bool, bool, int, str]:
        last = max((self.order.get(variable, -1) for variable in _heads(factor)), default=-1)
        kind = isinstance(factor, Marginal), not isinstance(factor, Value | Indicator)
        return *kind, -last, show(factor, ASCII)


def _bound(ranked: Iterable[str], names: Mapping[str, str]) -> dict[str, str]:
    """``names`` with the variable's own name, or as few primes as it takes, for each bound symbol."""
    found = dict(names)
    taken = set(names.values())
    for symbol in ranked:
        name = variable_of(symbol)
        while name in taken:
            name += "'"
        taken.add(name)
        found[symbol] = name
    return found


def _outline(node: Estimand, marked: str) -> str:
    """A text that tells where a symbol stands, whatever it and the other symbols are called."""

    def listed(terms: Iterable[Term]) -> str:
        return ",".join(sorted("*" if t == marked else str(t).rstrip("'") for t in terms))

    match node:
        case Conditional(of, given, do):
            return f"P({listed(of)}|{listed(given)}|{listed(do)})"
        case Mean(of, given, do):
            return f"E({of}|{listed(given)}|{listed(do)})"
        case Value(symbol):
            return listed([symbol])
        case Indicator(relation, left, right):
            return f"1({_outline(left, marked)}{relation}{_outline(right, marked)})"
        case Product(factors):
            return " ".join(sorted(_outline(f, marked) for f in factors))
        case Marginal(over, inner):
            return f"Σ({listed(over)} {_outline(inner, '' if marked in over else marked)})"
        case Quotient(top, bottom):
            return f"[{_outline(top, marked)}/{_outline(bottom, marked)}]"
        case Linear(terms):
            return "+".join(f"{weight}{_outline(term, marked)}" for weight, term in terms)


def _heads(node: Estimand) -> frozenset[str]:
    """The variables whose distributions an estimand multiplies."""
    match node:
        case Conditional(of, _, _):
            return frozenset(map(variable_of, of))
        case Mean(of, _, _):
            return frozenset((of,))
        case Value(symbol):
            return frozenset((variable_of(symbol),))
        case Indicator():
            return variables(node)
        case Product(factors):
            return frozenset[str]().union(*map(_heads, factors))
        case Marginal(_, inner):
            return _heads(inner)
        case Quotient(top, _):
            return _heads(top)
        case Linear(terms):
            return frozenset[str]().union(*(_heads(term) for _, term in terms))
