"""Events given evidence: what the evidence makes irrelevant cancels before anything is identified.

P(events | given) is a quotient of two sums of products of counterfactual factors. Factors that share no sum
with one that speaks of the events are in both, and cancel; so only the ancestral components that touch the
events have to be identified (IDC*, Shpitser and Pearl, arXiv:1206.5294; ctf-IDC, Correa, Lee and Bareinboim,
arXiv:2107.03190).

Numerator and denominator are then identified each for itself: at the values of the query some atoms may
coincide that do not at others, as in P(X=1 | Y[X=1]=0), where both papers' algorithms, which have symbols for
values, would give up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import chain
from itertools import product as combinations
from math import prod

from scmlang.diagram.diagram import Diagram
from scmlang.identify.counterfactuals.closure import Atom, Case, Closure, Pairs
from scmlang.identify.counterfactuals.factors import ZERO, CFactor, districts, factorised
from scmlang.identify.counterfactuals.vocabulary import Unwritable, Vocabulary
from scmlang.identify.estimand import ONE, At, Estimand, Linear, Marginal, Quotient, Term, Value, product
from scmlang.identify.result import Step, Witness
from scmlang.limits import LIMITS
from scmlang.semantics.quantities import Counterfactual


@dataclass(frozen=True)
class Constraint:
    """An event as cases that exclude each other.

    Attributes:
        inside: the cases in which it happens; None where they cannot be listed.
        outside: those in which it does not.
    """

    inside: tuple[Case, ...] | None
    outside: tuple[Case, ...] | None = None

    @property
    def single(self) -> bool:
        """Whether it has one case."""
        return self.inside is not None and len(self.inside) == 1

    @property
    def first(self) -> Constraint:
        """Its first case alone."""
        return Constraint(self.inside[:1]) if self.inside else self

    @property
    def nodes(self) -> tuple[Counterfactual, ...]:
        """The counterfactual variables that it is about."""
        cases = (*(self.inside or ()), *(self.outside or ()))
        sides = (side for case in cases for equation in case for side in equation)
        return tuple(dict.fromkeys(side for side in sides if isinstance(side, Counterfactual)))

    @property
    def opposite(self) -> Constraint:
        """That the event does not happen."""
        return Constraint(self.outside, self.inside)


@dataclass(frozen=True)
class Target:
    """What is summed over the events: ``weight``, times the value of ``of`` where there is one."""

    weight: Fraction
    events: tuple[Constraint, ...] = ()
    of: Counterfactual | None = None


class Impossible(Exception):
    """The evidence never happens."""


class Tied(Exception):
    """A variable that stands for each of its values in turn can have one of them only."""


@dataclass
class Derivation:
    """One probability or mean on its way to an estimand.

    Attributes:
        graph: over observed variables.
        q: gives c-factors.
        words: gives new symbols.
        explain: whether to record the steps.
        steps: what has been done.
        failed: the witness of each part that is not identifiable.
    """

    graph: Diagram
    q: CFactor
    words: Vocabulary
    explain: bool = True
    steps: list[Step] = field(default_factory=list)
    failed: list[Witness] = field(default_factory=list)

    def fresh(self) -> Derivation:
        """The same, with nothing done."""
        return replace(self, steps=[], failed=[])

    def conditional(self, targets: Sequence[Target], given: Sequence[Constraint]) -> Estimand | None:
        """Σ weight P(target | given); None, and the witnesses in ``failed``, where it is not identifiable.

        Args:
            targets: what is summed.
            given: the evidence.

        Raises:
            Impossible, Tied: as they say.
            Unwritable: for cases that are not listed, or too many.
        """
        if not are_listed(targets, given):
            raise Unwritable("its events have too many cases (--limit estimand_cases)")
        closure = Closure(self.graph, self.words)
        known = [[closure.terms(case) for case in c.inside or ()] for c in given]
        for pair in chain(*(c[0] for c in known if len(c) == 1)):
            closure.equate(*pair)
        asked = [[closure.open_terms(case) for case in listed(t.events)] for t in targets]
        means = [None if t.of is None else closure.value(t.of) for t in targets]
        if closure.impossible or not all(known):
            raise Impossible
        several = [c for c in known if len(c) > 1]
        seeds = _terms(closure, chain(*asked)) | {term for term in means if term is not None}
        atoms, touched = relevant(closure, seeds, [_terms(closure, c) for c in several])
        evidence = [tuple(chain(*chosen)) for chosen in combinations(*(several[i] for i in touched))]
        above = linear(
            (target.weight, self._part(closure.restricted(atoms), (*pairs, *more), mean))
            for target, found, mean in zip(targets, asked, means, strict=True)
            for pairs in found
            for more in evidence
        )
        below = linear((Fraction(1), self._part(closure.restricted(atoms), more, None)) for more in evidence)
        if below == ZERO:
            raise Impossible
        return over(above, below)

    def is_certain(self, event: Constraint, given: Sequence[Constraint]) -> bool:
        """Whether an event of several cases happens wherever the equations of the evidence hold."""
        if event.single or event.outside is None:
            return False
        known = [c.inside[0] for c in given if c.single and c.inside]
        return all(self._excluded((*chain(*known), *case)) for case in event.outside)

    def _excluded(self, case: Case) -> bool:
        closure = Closure(self.graph, self.words)
        for pair in closure.terms(case):
            closure.equate(*pair)
        return closure.impossible

    def _part(self, closure: Closure, pairs: Pairs, mean: Term | None) -> Estimand | None:
        for pair in pairs:
            closure.equate(*pair)
        term = None if mean is None else closure.find(mean)
        summed = isinstance(term, str) and term in closure.bound
        if isinstance(term, str):
            closure.release(term)
        if closure.tie is not None:
            raise Tied
        outcome = factorised(closure, self.q, explain=self.explain)
        self.steps += outcome.steps
        if not isinstance(outcome.found, Estimand):
            self.failed.append(outcome.found)
            return None
        if isinstance(term, At):
            return linear([(self.words.number(term), outcome.found)])
        if term is None:
            return outcome.found
        weighted = product((Value(term), outcome.found))
        return Marginal((term,), weighted) if summed else weighted


def are_listed(targets: Iterable[Target], given: Iterable[Constraint]) -> bool:
    """Whether all cases of events and evidence are listed, and no more than ``LIMITS.estimand_cases``."""
    known = tuple(given)
    everything = [(*target.events, *known) for target in targets]
    if any(event.inside is None for events in everything for event in events):
        return False
    counts = (prod(len(event.inside or ()) for event in events) for events in everything)
    return sum(counts) <= LIMITS.estimand_cases


def listed(constraints: Sequence[Constraint]) -> Iterator[Case]:
    """Each way in which all constraints are met."""
    for chosen in combinations(*(c.inside or () for c in constraints)):
        yield tuple(chain(*chosen))


def relevant(
    closure: Closure, seeds: frozenset[Term], links: Sequence[frozenset[Term]]
) -> tuple[tuple[Atom, ...], list[int]]:
    """The atoms that share sums with some terms, and which of ``links``, which are sets of terms, do."""
    bound = closure.bound
    components = districts(closure.graph, closure.atoms)
    groups: list[frozenset[Term]] = [bound.intersection(s for a in c for s in a.symbols) for c in components]
    groups += [link & bound for link in links]
    joining: dict[Term, list[int]] = {}
    for i, group in enumerate(groups):
        for term in group:
            joining.setdefault(term, []).append(i)
    reached: set[int] = set()
    waiting = [i for term in seeds for i in joining.get(term, ())]
    while waiting:
        i = waiting.pop()
        if i not in reached:
            reached.add(i)
            waiting += (j for term in groups[i] for j in joining[term])
    found = {atom for i, c in enumerate(components) if i in reached for atom in c}
    touched = [i for i in range(len(links)) if len(components) + i in reached]
    return tuple(atom for atom in closure.atoms if atom in found), touched


def linear(terms: Iterable[tuple[Fraction, Estimand | None]]) -> Estimand | None:
    """The weighted sum; None where some term is, and no more terms are asked for."""
    flat: list[tuple[Fraction, Estimand]] = []
    for weight, term in terms:
        if term is None:
            return None
        inner = term.terms if isinstance(term, Linear) else ((Fraction(1), term),)
        flat += [(weight * w, t) for w, t in inner if weight * w]
    return flat[0][1] if len(flat) == 1 and flat[0][0] == 1 else Linear(tuple(flat))


def over(top: Estimand | None, bottom: Estimand | None) -> Estimand | None:
    """The quotient; None where one of both is."""
    if top == ZERO:
        return top
    if top is None or bottom is None:
        return None
    return top if bottom == ONE else Quotient(top, bottom)


def _terms(closure: Closure, cases: Iterable[Pairs]) -> frozenset[Term]:
    return frozenset(closure.find(term) for pairs in cases for pair in pairs for term in pair)
