"""Estimands in their textbook form.

What is applied, until nothing changes: conditions that the diagram makes irrelevant are dropped, what stands
in numerator and denominator is cancelled, P(a, b | c) / P(b | c) becomes P(a | b, c), and a sum is taken
wherever the factors that it is about are one distribution of the diagram, as in Σ_{Z} P(Y | Z) P(Z | X) where
Z separates Y from X. At last P(a | b, c) P(b | c) is written as P(a, b | c), and every sum stands before the
factors that it is about. All of it holds in every positive distribution of the diagram. Separation: Pearl,
Causality (2009), theorem 1.2.4; for mixed graphs, Richardson (Scandinavian Journal of Statistics 30, 2003).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from math import prod

from scmlang.diagram.diagram import Diagram
from scmlang.diagram.separation import m_separated
from scmlang.identify.estimand.canonical import Order, arranged, key
from scmlang.identify.estimand.nodes import (
    At,
    Conditional,
    Estimand,
    Linear,
    Marginal,
    Product,
    Quotient,
    Term,
    free,
    product,
    variable_of,
)
from scmlang.identify.estimand.ratio import Flattener, Ratio, cancelled, whole, without_shared_sums

_ROUNDS = 4
_SPREAD = 64


def simplify(node: Estimand, diagram: Diagram | None = None) -> Estimand:
    """An estimand of the same value in every positive distribution of the diagram, in its textbook form.

    Args:
        node: any estimand.
        diagram: of the variables in it; latent nodes are projected out. Without, only what holds in every
            distribution is used.
    """
    graph = None if diagram is None else diagram.latent_projection()
    order = {} if graph is None else {name: i for i, name in enumerate(graph.topological_order)}
    simplifier = _Simplifier(graph, order)
    before, found = node, simplifier.simplified(node)
    for _ in range(_ROUNDS):  # what is joined at the end of one round may cancel in the next
        if not isinstance(found, Quotient) or found == before:
            break
        before, found = found, simplifier.simplified(found)
    return found


def factorised(node: Estimand, diagram: Diagram) -> Estimand:
    """The textbook form with P(a, b | c) as P(b | a, c) P(a | c), causes first, irrelevant ones dropped.

    Estimands that differ in which independent variables they put into one distribution have one such form.
    """
    graph = diagram.latent_projection()
    order = {name: i for i, name in enumerate(graph.topological_order)}
    simplifier = _Simplifier(graph, order)
    return arranged(simplifier.factorised(simplifier.simplified(node)), order)


class _Simplifier:
    def __init__(self, graph: Diagram | None, order: Order) -> None:
        self.graph = graph
        self.order = order
        self.mutilated: dict[frozenset[str], Diagram] = {}

    def simplified(self, node: Estimand) -> Estimand:
        if isinstance(node, Linear):
            return arranged(self._linear(node), self.order)
        ratio = self.reduced(Flattener(free(node), self.reduced, self.simplified).flat(node))
        spread = _spread(ratio)
        return arranged(whole(ratio), self.order) if spread is None else self.simplified(spread)

    def factorised(self, node: Estimand) -> Estimand:
        match node:
            case Conditional(of, given, do):
                events = tuple(t for t in of if _is_event(t))
                listed = sorted(set(of).difference(events), key=lambda term: self.order[variable_of(term)])
                chain = [Conditional((t,), (*listed[:i], *given), do) for i, t in enumerate(listed)]
                chain += [Conditional(events, (*listed, *given), do)] if events else []
                return product([self._without_irrelevant(factor) for factor in chain])
            case Product(factors):
                return product([self.factorised(f) for f in factors])
            case Marginal(over, inner):
                return Marginal(over, self.factorised(inner))
            case Quotient(top, bottom):
                return Quotient(self.factorised(top), self.factorised(bottom))
            case Linear(terms):
                return Linear(tuple((weight, self.factorised(term)) for weight, term in terms))
            case _:
                return node

    def _linear(self, node: Linear) -> Estimand:
        """Like terms put together; combinations in combinations opened."""
        weights: dict[str, tuple[Fraction, Estimand]] = {}
        for weight, term in self._terms(node):
            text = key(term)
            before, _ = weights.get(text, (Fraction(0), term))
            weights[text] = before + weight, term
        kept = tuple((weight, term) for weight, term in weights.values() if weight)
        return kept[0][1] if len(kept) == 1 and kept[0][0] == 1 else Linear(kept)

    def _terms(self, node: Linear) -> Iterable[tuple[Fraction, Estimand]]:
        for weight, term in node.terms:
            simple = self.simplified(term)
            if isinstance(simple, Linear):
                yield from ((weight * inner, part) for inner, part in simple.terms)
            else:
                yield weight, simple

    # --- rules

    def reduced(self, ratio: Ratio) -> Ratio:
        """The ratio after every rule, none of which applies any more."""
        while True:
            top = [self._without_irrelevant(f) for f in ratio.top]
            bottom = [self._without_irrelevant(f) for f in ratio.bottom]
            top, bottom = self._divided(*cancelled(top, bottom))
            found = self._summed(without_shared_sums(Ratio(ratio.bound, tuple(top), tuple(bottom))))
            if found == ratio:
                return found
            ratio = found

    def _without_irrelevant(self, factor: Estimand) -> Estimand:
        """P(y | x, z) as P(y | z) where z separates y from x."""
        if not isinstance(factor, Conditional) or self.graph is None:
            return factor
        for term in sorted(factor.given, key=str):
            rest = tuple(t for t in factor.given if t != term)
            if self._separated(factor.of, [term], rest, factor.do):
                return self._without_irrelevant(Conditional(factor.of, rest, factor.do))
        return factor

    def _divided(self, top: list[Estimand], bottom: list[Estimand]) -> tuple[list[Estimand], list[Estimand]]:
        """P(a, b | c) / P(b | c) as P(a | b, c)."""
        for i, above in enumerate(top):
            for j, below in enumerate(bottom):
                quotient = self._quotient(above, below)
                if quotient is not None:
                    rest = [*top[:i], quotient, *top[i + 1 :]]
                    return self._divided(rest, [*bottom[:j], *bottom[j + 1 :]])
        return top, bottom

    def _quotient(self, above: Estimand, below: Estimand) -> Conditional | None:
        if not isinstance(above, Conditional) or not isinstance(below, Conditional):
            return None
        missing = set(above.given) - set(below.given)
        if set(above.do) != set(below.do) or not set(below.of) < set(above.of):
            return None
        if not set(below.given) <= set(above.given) or any(map(_is_event, below.of)):
            return None
        if missing and not self._separated(below.of, missing, below.given, below.do):
            return None
        left = tuple(t for t in above.of if t not in below.of)
        return Conditional(left, (*below.of, *above.given), above.do)

    def _summed(self, ratio: Ratio) -> Ratio:
        """The ratio with one sum fewer, where the factors of one are a distribution that it sums out."""
        for symbol in ratio.bound:
            above, below = ratio.with_symbol(symbol)
            factors = [f for f in above if isinstance(f, Conditional)]
            if not factors or below or len(factors) < len(above):
                continue
            joint = self._joint(factors)
            if joint is None or symbol not in joint.of:
                continue
            of = tuple(t for t in joint.of if t != symbol)
            left = (Conditional(of, joint.given, joint.do),) if of else ()
            rest = tuple(f for f in ratio.top if f not in above)
            return Ratio(tuple(s for s in ratio.bound if s != symbol), (*rest, *left), ratio.bottom)
        return ratio

    def _joint(self, factors: Sequence[Conditional]) -> Conditional | None:
        """The product as one distribution: the chain rule, read backwards along the diagram."""
        chain = _chain(factors)
        if chain is None:
            return None
        of = {term for f in factors for term in f.of}
        given = {term for f in factors for term in f.given} - of
        if not _one_value_each((*of, *given, *factors[0].do)):
            return None
        before = set(given)
        for factor in chain:
            if not self._separated(factor.of, before - set(factor.given), factor.given, factor.do):
                return None
            before |= set(factor.of)
        return Conditional(_listed(of), _listed(given), factors[0].do)

    # --- separation

    def _separated(
        self, ys: Iterable[Term], xs: Iterable[Term], given: Iterable[Term], do: Iterable[Term]
    ) -> bool:
        """Whether the diagram under ``do`` separates; where nothing is to be separated, it does."""
        y, x, z, held = (frozenset(map(variable_of, terms)) for terms in (ys, xs, given, do))
        if not x:
            return True
        if self.graph is None or len(y | x | z | held) < len(y) + len(x) + len(z) + len(held):
            return False
        if held not in self.mutilated:
            self.mutilated[held] = self.graph.mutilate(held)
        return m_separated(self.mutilated[held], y, x, z | held)


def _spread(ratio: Ratio) -> Linear | None:
    """The sum of the ratios that a linear combination in the numerator makes; None where there is none.

    Nor where it would make more than ``_SPREAD`` in the end.
    """
    sums = [factor for factor in ratio.top if isinstance(factor, Linear)]
    if not sums or prod(len(one.terms) for one in sums) > _SPREAD:
        return None
    at = next(i for i, factor in enumerate(ratio.top) if isinstance(factor, Linear))
    others = (*ratio.top[:at], *ratio.top[at + 1 :])
    parts = ((weight, replace(ratio, top=(*others, term))) for weight, term in sums[0].terms)
    return Linear(tuple((weight, whole(part)) for weight, part in parts))


def _chain(factors: Sequence[Conditional]) -> list[Conditional] | None:
    """The factors, each after those whose variables it is conditioned on; None where they are no chain."""
    if len({frozenset(f.do) for f in factors}) > 1:
        return None
    if sum(len(f.of) for f in factors) > len({t for f in factors for t in f.of}):
        return None
    waiting, found = list(factors), []
    while waiting:
        open = {term for f in waiting for term in f.of}
        ready = [f for f in waiting if not open & set(f.given)]
        if not ready:
            return None
        found += ready
        waiting = [f for f in waiting if f not in ready]
    return found


def _is_event(term: Term) -> bool:
    return isinstance(term, At) and term.is_event


def _one_value_each(terms: Sequence[Term]) -> bool:
    return len(set(map(variable_of, terms))) == len(terms)


def _listed(terms: Iterable[Term]) -> tuple[Term, ...]:
    return tuple(sorted(terms, key=str))
