"""Estimands that have a doubly robust estimator: the back-door and the front-door form.

    back door   Σ_{Z} E(Y | X=x, Z, W=w) P(Z | X=x', W=w), or with P(Z | W=w)
    front door  Σ_{C} P(C | W=w) Σ_{M} P(M | X=x, C, W=w) Σ_{X'} E(Y | X', M, C, W=w) P(X' | C, W=w)

each with any of Z, C and W empty, and with P(Y=y | …) in the place of E(Y | …). An estimand is one of them
where both come to the same in the diagram, when every distribution is factorised.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from scmlang.diagram.diagram import Diagram
from scmlang.identify.estimand import (
    At,
    Conditional,
    Estimand,
    Marginal,
    Mean,
    Product,
    Term,
    factorised,
    free,
    leaves,
    marginal,
    product,
    same,
    simplify,
    variables,
)

MOST_FIXED = 6


@dataclass(frozen=True)
class Outcome:
    """The mean of a variable, or, where ``event`` is not empty, the probability that it occurs."""

    variable: str | None
    event: tuple[At, ...] = ()

    def within(self, given: tuple[Term, ...]) -> Estimand:
        """The outcome's mean given some terms."""
        return Conditional(self.event, given) if self.variable is None else Mean(self.variable, given)


@dataclass(frozen=True)
class BackDoor:
    """Σ_{Z} E(Y | X=x, Z, W=w) P(Z | X=x', W=w), as for the effect of treatment on the treated.

    Attributes:
        outcome: Y.
        treatment: X=x.
        covariates: Z.
        given: W=w.
        population: X=x', the group whose covariates are meant; everybody where it is empty.
    """

    outcome: Outcome
    treatment: tuple[At, ...]
    covariates: tuple[str, ...]
    given: tuple[At, ...]
    population: tuple[At, ...] = ()

    @property
    def estimand(self) -> Estimand:
        within = self.outcome.within((*self.treatment, *self.covariates, *self.given))
        if not self.covariates:
            return within
        meant = Conditional(self.covariates, (*self.population, *self.given))
        return marginal(self.covariates, product([within, meant]))


@dataclass(frozen=True)
class FrontDoor:
    """The front-door form, M being the mediators, C the covariates and W=w what is given."""

    outcome: Outcome
    treatment: At
    mediators: tuple[str, ...]
    covariates: tuple[str, ...]
    given: tuple[At, ...]

    @property
    def population(self) -> tuple[At, ...]:
        """Everybody."""
        return ()

    @property
    def estimand(self) -> Estimand:
        x = self.treatment.variable
        known: tuple[Term, ...] = (*self.covariates, *self.given)
        first = product([self.outcome.within((x, *self.mediators, *known)), Conditional((x,), known)])
        middle = product([Conditional(self.mediators, (self.treatment, *known)), Marginal((x,), first)])
        whole: Estimand = Marginal(self.mediators, middle)
        if not self.covariates:
            return whole
        return Marginal(self.covariates, Product((Conditional(self.covariates, self.given), whole)))


Form = BackDoor | FrontDoor


def recognise(node: Estimand, diagram: Diagram) -> Form | None:
    """The form that an estimand without free symbols has in the diagram; None where it has neither."""
    simple = simplify(node, diagram)
    if free(simple):
        return None
    wanted = factorised(simple, diagram)
    for form in _candidates(simple, diagram):
        if same(factorised(form.estimand, diagram), wanted):
            return form
    return None


def _candidates(node: Estimand, diagram: Diagram) -> Iterator[Form]:
    outcome = _outcome(node)
    if outcome is None:
        return
    event = {at.variable for at in outcome.event}
    conditions = sorted({at for at in _conditions(node) if at not in outcome.event}, key=str)
    if len(conditions) > MOST_FIXED or event & {at.variable for at in conditions}:
        return
    fixed = {at.variable for at in conditions}
    summed = tuple(n for n in diagram.topological_order if n in variables(node) - event - {outcome.variable})
    covariates = tuple(n for n in summed if n not in fixed)
    for given in _subsets(conditions):
        treatment = tuple(at for at in conditions if at not in given)
        for population in _subsets(treatment):
            rest = tuple(at for at in treatment if at not in population)
            if _twice(population, rest):
                yield BackDoor(outcome, rest, covariates, given, population)
        if len(treatment) == 1:
            after = diagram.descendants(treatment[0].variable)
            mediators = tuple(n for n in covariates if n in after)
            before = tuple(n for n in covariates if n not in after)
            if mediators:
                yield FrontDoor(outcome, treatment[0], mediators, before, given)


def _subsets(conditions: Iterable[At]) -> Iterator[tuple[At, ...]]:
    everything = tuple(conditions)
    for size in range(len(everything) + 1):
        yield from combinations(everything, size)


def _twice(population: Iterable[At], treatment: Iterable[At]) -> bool:
    """Whether each variable of a group is one of the treatments, which are at one value each."""
    names = [at.variable for at in treatment]
    return len(set(names)) == len(names) and {at.variable for at in population} <= set(names)


def _outcome(node: Estimand) -> Outcome | None:
    """What the estimand is the mean, or the probability, of."""
    means = {leaf.of for leaf in leaves(node) if isinstance(leaf, Mean)}
    events = {
        t for leaf in leaves(node) if isinstance(leaf, Conditional) for t in leaf.of if isinstance(t, At)
    }
    if len(means) == 1 and not events:
        return Outcome(means.pop())
    if events and not means and len({at.variable for at in events}) == len(events):
        return Outcome(None, tuple(sorted(events, key=str)))
    return None


def _conditions(node: Estimand) -> Iterator[At]:
    for leaf in leaves(node):
        if isinstance(leaf, Conditional | Mean):
            yield from (t for t in leaf.given if isinstance(t, At))
