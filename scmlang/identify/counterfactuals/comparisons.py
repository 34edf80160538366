"""Events whose cases cannot be listed: an order of real variables, of two worlds, or of very many levels.

Each variable that is compared gets a symbol for its value. Where the joint distribution of the symbols is
identifiable for all of their values, the event is the sum, or integral, of it times the indicator that the
comparison holds:

    P(Y[X=1] > Z) = Σ_{Y, Z} 1{Y > Z} P(Y[X=1]=Y, Z)

An event among the conditions is the same sum below the line. What coincides with something else, as Y[X=1]
does with Y where X is 1, has its symbol.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import chain

from scmlang.identify.counterfactuals.closure import Closure
from scmlang.identify.counterfactuals.conditional import (
    Constraint,
    Derivation,
    Impossible,
    Target,
    Tied,
    over,
)
from scmlang.identify.counterfactuals.constraints import constraint
from scmlang.identify.counterfactuals.factors import ZERO
from scmlang.identify.counterfactuals.vocabulary import Unwritable, Vocabulary
from scmlang.identify.estimand import (
    HOLDS,
    ONE,
    At,
    Estimand,
    Indicator,
    Linear,
    Term,
    Value,
    free,
    marginal,
    narrowed,
    product,
    simplify,
)
from scmlang.identify.terms import FLIPPED, function, has_function
from scmlang.semantics.domains import Finite
from scmlang.semantics.quantities import (
    Constant,
    Counterfactual,
    Event,
    Quantity,
    counterfactuals,
)

Listed = Iterable[Event | Counterfactual]


@dataclass(frozen=True)
class Compared:
    """Some events: equations, and comparisons of which no cases are listed."""

    equations: tuple[Constraint, ...] = ()
    comparisons: tuple[Event, ...] = ()

    def __add__(self, other: Compared) -> Compared:
        return Compared((*self.equations, *other.equations), (*self.comparisons, *other.comparisons))


def compared(events: Listed, words: Vocabulary) -> Compared:
    """Events as equations where they have one case, and as comparisons elsewhere.

    Raises:
        Unwritable: for an equation of real variables, whose probability is no integral of a density, and for
            functions that estimands do not have.
    """
    equations: list[Constraint] = []
    comparisons: list[Event] = []
    for event in events:
        found = _equation(event, words)
        if found is not None:
            equations.append(found)
        elif isinstance(event, Event):
            comparisons.append(_checked(event, words))
    return Compared(tuple(equations), tuple(comparisons))


def _equation(event: Event | Counterfactual, words: Vocabulary) -> Constraint | None:
    if isinstance(event, Event) and event.relation != "=":
        return None
    try:
        found = constraint(event, words)
    except Unwritable:
        return None
    return found if found.single else None


def _checked(event: Event, words: Vocabulary) -> Event:
    discrete = all(words.is_discrete(node.variable) for node in counterfactuals(event))
    if event.relation in ("=", "!=") and not discrete:
        raise Unwritable("an equation of real variables is no event that an integral gives")
    if _simple(event) is None and not (has_function(event.left) and has_function(event.right)):
        raise Unwritable("it compares functions that estimands do not have")
    return event


def _simple(event: Event) -> tuple[Counterfactual, str, Constant] | None:
    """A comparison of one variable with a number or a level."""
    match event:
        case Event(relation, Counterfactual() as node, Constant() as value):
            return node, relation, value
        case Event(relation, Constant() as value, Counterfactual() as node):
            return node, FLIPPED.get(relation, relation), value
        case _:
            return None


def divides(comparisons: Sequence[Event], names: Sequence[str], words: Vocabulary) -> bool:
    """Whether each comparison is of one variable that stands nowhere else, with a number.

    Then a model in which each such event is a single value becomes one of these by dividing values at random,
    which no other variable sees; so what refuses single values refuses the events.

    Args:
        comparisons: the events.
        names: of all variables in the quantity, as often as they stand there.
        words: with the domains.
    """
    simple = [_simple(event) for event in comparisons]
    return all(
        found is not None
        and names.count(found[0].variable) == 1
        and not isinstance(words.domains[found[0].variable], Finite)
        for found in simple
    )


@dataclass
class ByIndicators:
    """One probability or mean with comparisons, on its way to an estimand.

    Attributes:
        derivation: what identifies the joint distributions, and gathers steps and witnesses.
        readable: whether what is found is simplified.
    """

    derivation: Derivation
    readable: bool = True
    _symbols: dict[Counterfactual, Term] = field(default_factory=dict)
    _fresh: list[str] = field(default_factory=list)

    def conditional(self, asked: Compared, given: Compared, of: Quantity | None) -> Estimand | None:
        """E(of | given), or P(asked | given) where ``of`` is None; None where parts are not identifiable.

        Raises:
            Impossible, Tied, Unwritable: as for :meth:`Derivation.conditional`.
        """
        both = asked + given
        nodes = [] if of is None else list(counterfactuals(of))
        self._name(both, nodes)
        above = self._joint(both, given.equations, of)
        below = self._joint(given, given.equations, None) if given.comparisons else ONE
        if below == ZERO:
            raise Impossible
        return over(above, below)

    def _name(self, events: Compared, more: Iterable[Counterfactual]) -> None:
        """A symbol for each variable that is compared, the same for those that coincide."""
        closure = Closure(self.derivation.graph, self.derivation.words)
        inside = [event for e in events.comparisons for event in counterfactuals(e)]
        nodes = tuple(dict.fromkeys((*inside, *more)))
        for node in nodes:
            closure.value(node)
        for one in events.equations:
            for pair in closure.terms(next(iter(one.inside or ()), ())):
                closure.equate(*pair)
        if closure.tie is not None:
            raise Tied
        given: dict[Term, Term] = {}
        for node in nodes:
            term = closure.value(node)
            bound = isinstance(term, str) and term in closure.bound
            if term not in given and bound:
                self._fresh.append(self.derivation.words.symbol(node.variable))
            self._symbols[node] = given.setdefault(term, self._fresh[-1] if bound else term)

    def _joint(self, events: Compared, known: tuple[Constraint, ...], of: Quantity | None) -> Estimand | None:
        """Σ of the indicators of the comparisons, and of what a mean is of, times P(events | known)."""
        inside = chain(*map(counterfactuals, events.comparisons), () if of is None else counterfactuals(of))
        named = {self._symbols[node]: node for node in reversed(tuple(inside))}
        symbols = [symbol for symbol in self._fresh if symbol in named]
        case = tuple((named[symbol], symbol) for symbol in symbols)
        asked = tuple(one for one in events.equations if one not in known)
        target = Target(Fraction(1), (*asked, *((Constraint((case,)),) if case else ())))
        found = self.derivation.conditional([target], known)
        if found is None:
            return None
        whole = simplify(found, self.derivation.graph) if self.readable else found
        weight = [] if of is None else [self._number(of)]
        return self._summed(whole, events.comparisons, weight, symbols)

    def _summed(
        self, whole: Estimand, comparisons: Sequence[Event], weight: list[Estimand], symbols: Sequence[str]
    ) -> Estimand:
        left = list(comparisons)
        bound: list[str] = []
        for symbol in symbols:
            mine = [e for e in left if symbol in {self._symbols[node] for node in counterfactuals(e)}]
            events = [at for at in map(self._event, mine) if at is not None]
            alone = len(events) == len(mine) > 0 and not any(symbol in free(one) for one in weight)
            inside = narrowed(whole, symbol, *events) if alone else None
            if inside is None:
                bound.append(symbol)
            else:
                whole = inside
                left = [e for e in left if e not in mine]
        factors = [f for f in (*map(self._indicator, left), *weight) if f != ONE]
        if ZERO in factors:
            return ZERO
        found = marginal(bound, product([*factors, whole]))
        return simplify(found, self.derivation.graph) if self.readable else found

    def _event(self, event: Event) -> At | None:
        """A comparison with a number as an event that distributions have."""
        simple = _simple(event)
        if simple is None:
            return None
        node, relation, value = simple
        levels = self.derivation.words.values(node.variable)
        known = levels is None or value.value in levels
        at = self.derivation.words.at(node.variable, value.value) if known else At(node.variable, value.value)
        return replace(at, relation=relation)

    def _indicator(self, event: Event) -> Estimand:
        left, right = self._number(event.left), self._number(event.right)
        first, second = _constant(left), _constant(right)
        if left == right:
            first = second = Fraction(0)
        if first is None or second is None:
            return Indicator(event.relation, left, right)
        return ONE if HOLDS[event.relation](first, second) else ZERO

    def _number(self, node: Quantity) -> Estimand:
        """Arithmetic over counterfactual variables, over their symbols."""
        if not has_function(node):
            raise Unwritable("it is about functions that estimands do not have")
        return simplify(function(node, self._valued))

    def _valued(self, node: Counterfactual) -> Estimand:
        term = self._symbols[node]
        if isinstance(term, At):
            return Linear(((self.derivation.words.number(term), ONE),))
        return Value(term)


def _constant(node: Estimand) -> Fraction | None:
    if node == ZERO:
        return Fraction(0)
    match node:
        case Linear(((weight, inner),)) if inner == ONE:
            return weight
        case _:
            return None
