"""Estimands as one sum of one quotient of products, the form in which they are simplified.

    Σ_{bound} top_1 … top_m / (bottom_1 … bottom_n)

Sums inside of products move out, under names of their own; a sum in a denominator stays whole, as one of the
``bottom``. Taken apart again, each sum is over the factors that it is about, and no others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from scmlang.identify.estimand.canonical import key
from scmlang.identify.estimand.nodes import (
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
)
from scmlang.identify.estimand.renaming import substitute


@dataclass(frozen=True)
class Ratio:
    """Σ over ``bound`` of the product of ``top`` divided by that of ``bottom``."""

    bound: tuple[str, ...] = ()
    top: tuple[Estimand, ...] = ()
    bottom: tuple[Estimand, ...] = ()

    def with_symbol(self, symbol: str) -> tuple[list[Estimand], list[Estimand]]:
        """The factors of ``top`` and of ``bottom`` in which a symbol is free."""
        return [f for f in self.top if symbol in free(f)], [f for f in self.bottom if symbol in free(f)]


Reduce = Callable[[Ratio], Ratio]


class Flattener:
    """Makes a :class:`Ratio` of an estimand; what it sums over has names that stand nowhere else.

    Args:
        taken: names that are not given to bound symbols.
        reduce: applied to every part that becomes a denominator of its own.
        simplify: applied to the terms of a linear combination.
    """

    def __init__(
        self, taken: Iterable[str], reduce: Reduce, simplify: Callable[[Estimand], Estimand]
    ) -> None:
        self.taken = set(taken)
        self.reduce = reduce
        self.simplify = simplify

    def flat(self, node: Estimand) -> Ratio:
        match node:
            case Conditional() | Value() | Indicator():
                return Ratio((), (node,))
            case Mean(of, given, do):
                (y,) = self._fresh((of,)).values()
                return Ratio((y,), (Value(y), Conditional((y,), given, do)))
            case Product(factors):
                return self._product([self.flat(f) for f in factors])
            case Marginal(over, inner):
                fresh = self._fresh(over)
                inside = self.flat(substitute(inner, fresh))
                return Ratio((*fresh.values(), *inside.bound), inside.top, inside.bottom)
            case Quotient(top, bottom):
                above = self.flat(top)
                below = split(self.reduce(self.flat(bottom)))
                return Ratio(above.bound, (*above.top, *below.bottom), (*above.bottom, *below.top))
            case Linear():
                return self._linear(self.simplify(node))

    def _linear(self, node: Estimand) -> Ratio:
        return Ratio((), (node,)) if isinstance(node, Linear) else self.flat(node)

    def _product(self, parts: Sequence[Ratio]) -> Ratio:
        return Ratio(
            tuple(s for part in parts for s in part.bound),
            tuple(f for part in parts for f in part.top),
            tuple(f for part in parts for f in part.bottom),
        )

    def _fresh(self, over: Iterable[str]) -> dict[str, str]:
        found = {}
        for symbol in over:
            name = variable_of(symbol)
            while name in self.taken:
                name += "'"
            self.taken.add(name)
            found[symbol] = name
        return found


def split(ratio: Ratio) -> Ratio:
    """The same without ``bound``: each sum is a factor, over the factors that share its symbols.

    Equal factors above and below are cancelled.
    """
    ratio = _with_means(ratio)
    top = [f for f in ratio.top if not free(f) & set(ratio.bound)]
    bottom = [f for f in ratio.bottom if not free(f) & set(ratio.bound)]
    top += [_summed(part) for part in _components(ratio)]
    above, below = cancelled(top, bottom)
    return Ratio((), tuple(joined(above)), tuple(joined(below)))


def cancelled(top: Sequence[Estimand], bottom: Sequence[Estimand]) -> tuple[list[Estimand], list[Estimand]]:
    """Both without the factors that they share."""
    below = [(key(f), f) for f in bottom]
    above = []
    for factor in top:
        text = key(factor)
        at = next((i for i, (other, _) in enumerate(below) if other == text), None)
        if at is None:
            above.append(factor)
        else:
            del below[at]
    return above, [f for _, f in below]


def without_shared_sums(ratio: Ratio) -> Ratio:
    """The ratio without a denominator that is a sum, and the sum above that it cancels."""
    for i, factor in enumerate(ratio.bottom):
        if not isinstance(factor, Marginal):
            continue
        inside = tuple(s for s in ratio.bound if s not in free(factor))
        for part in _components(Ratio(inside, ratio.top, (*ratio.bottom[:i], *ratio.bottom[i + 1 :]))):
            if key(_summed(part)) == key(factor):
                left = tuple(s for s in ratio.bound if s not in part.bound)
                top = tuple(f for f in ratio.top if not free(f) & set(part.bound))
                bottom = tuple(f for f in ratio.bottom if f is not factor and not free(f) & set(part.bound))
                return without_shared_sums(Ratio(left, top, bottom))
    return ratio


def whole(ratio: Ratio) -> Estimand:
    """The estimand of a ratio."""
    parts = split(ratio)
    top = product(parts.top)
    return Quotient(top, product(parts.bottom)) if parts.bottom else top


def joined(factors: Iterable[Estimand]) -> list[Estimand]:
    """Factors with P(a | b, c) P(b | c) written as P(a, b | c)."""
    found = list(factors)
    for first in found:
        for second in found:
            chained = _chained(first, second)
            if chained is not None:
                rest = [f for f in found if f is not first and f is not second]
                return joined([*rest, chained])
    return found


def _chained(first: Estimand, second: Estimand) -> Conditional | None:
    if not isinstance(first, Conditional) or not isinstance(second, Conditional) or first is second:
        return None
    if set(first.do) != set(second.do) or set(first.given) != {*second.of, *second.given}:
        return None
    return Conditional((*first.of, *second.of), second.given, second.do)


# --- sums over the factors they are about


def _components(ratio: Ratio) -> list[Ratio]:
    """One ratio for each set of bound symbols that factors join."""
    groups: list[set[str]] = [{s} for s in ratio.bound]
    for factor in (*ratio.top, *ratio.bottom):
        touched = [g for g in groups if g & free(factor)]
        groups = [g for g in groups if g not in touched]
        if touched:
            groups.append(set().union(*touched))
    return [_part(ratio, group) for group in sorted(groups, key=sorted)]


def _part(ratio: Ratio, group: set[str]) -> Ratio:
    return Ratio(
        tuple(s for s in ratio.bound if s in group),
        tuple(f for f in ratio.top if free(f) & group),
        tuple(f for f in ratio.bottom if free(f) & group),
    )


def _summed(part: Ratio) -> Estimand:
    """Σ of one component; what stands for another value of a variable that is asked about is summed first.

    So the front door reads Σ_{Z} P(Z | X) Σ_{X'} P(Y | X', Z) P(X').
    """
    asked = {variable_of(t) for f in (*part.top, *part.bottom) for t in unbound(f, part.bound)}
    first = {s for s in part.bound if variable_of(s) in asked}
    outer = tuple(s for s in part.bound if s not in first)
    inner = _part(part, first)
    left = Ratio(outer, *(tuple(f for f in fs if not free(f) & first) for fs in (part.top, part.bottom)))
    if not first or not outer or not (left.top or left.bottom):
        return Marginal(part.bound, _body(part.top, part.bottom))
    inside = split(Ratio(tuple(s for s in part.bound if s in first), inner.top, inner.bottom))
    return Marginal(outer, _body((*left.top, *inside.top), (*left.bottom, *inside.bottom)))


def _body(top: Sequence[Estimand], bottom: Sequence[Estimand]) -> Estimand:
    above, below = joined(top), joined(bottom)
    return Quotient(product(above), product(below)) if below else product(above)


def unbound(node: Estimand, bound: Iterable[str]) -> frozenset[Term]:
    """Fixed values and symbols in an estimand that none of its sums, nor ``bound``, binds."""
    match node:
        case Conditional(of, given, do):
            return frozenset((*of, *given, *do)) - frozenset(bound)
        case Mean(_, given, do):
            return frozenset((*given, *do)) - frozenset(bound)
        case Value(symbol):
            return frozenset((symbol,)) - frozenset(bound)
        case Indicator():
            return free(node) - frozenset(bound)
        case Product(factors):
            return frozenset[Term]().union(*(unbound(f, bound) for f in factors))
        case Marginal(over, inner):
            return unbound(inner, (*over, *bound))
        case Quotient(top, bottom):
            return unbound(top, bound) | unbound(bottom, bound)
        case Linear(terms):
            return frozenset[Term]().union(*(unbound(term, bound) for _, term in terms))


def _with_means(ratio: Ratio) -> Ratio:
    """The ratio with Σ_{Y} Y P(Y | X) written as E(Y | X)."""
    for symbol in ratio.bound:
        above, below = ratio.with_symbol(symbol)
        match sorted(above, key=lambda f: isinstance(f, Conditional)):
            case [Value(), Conditional((only,), given, do) as factor] if only == symbol and not below:
                rest = tuple(f for f in ratio.top if f not in (Value(symbol), factor))
                mean = Mean(variable_of(symbol), given, do)
                return _with_means(
                    Ratio(tuple(s for s in ratio.bound if s != symbol), (*rest, mean), ratio.bottom)
                )
    return ratio
