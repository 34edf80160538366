"""Whether data determine a query, and by what formula: each term goes to the algorithm that decides it.

The criteria with names come first, then ID and its kin, for probabilities and means of one world; what joins
several worlds is for :mod:`scmlang.identify.counterfactuals`. Arithmetic of terms is identifiable where all
of them are. A weighted sum is not where one term is not; where several are not, they may cancel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from scmlang.diagram.bitgraph import BitGraph
from scmlang.diagram.diagram import Diagram
from scmlang.identify.counterfactuals import identify_counterfactual, one_of_each, tell_worlds_apart
from scmlang.identify.counterfactuals.query import DECLARED
from scmlang.identify.criteria import instruments, named
from scmlang.identify.estimand import Estimand, Linear, free, leaves, show, simplify
from scmlang.identify.id import derive_on, sources
from scmlang.identify.levels import without_last_levels
from scmlang.identify.result import PARTS, UNWRITTEN, Identification, Step
from scmlang.identify.sums import Weights, is_mean_of_sum, weighted_sum
from scmlang.identify.terms import (
    OneWorld,
    Opened,
    Term,
    combined,
    constant,
    determining,
    one_world,
    opened,
)
from scmlang.semantics.model import Variable
from scmlang.semantics.quantities import (
    Arithmetic,
    Constant,
    Effect,
    Expectation,
    Negative,
    Probability,
    Quantity,
    show_quantity,
    terms,
)

Experiments = Sequence[frozenset[str]]
_RULE_3 = "do-calculus, rule 3, and consistency"
READABLE = 16  # factors; what is longer is not simplified, which takes seconds where nobody reads the result


def identify_query(
    diagram: Diagram,
    quantity: Quantity,
    variables: Mapping[str, Variable],
    experiments: Experiments = (),
    *,
    observed: bool = True,
    known: Mapping[Term, Identification] | None = None,
    formula: bool = True,
) -> Identification:
    """Whether observation and experiments determine a quantity, by what formula, or why not.

    Args:
        diagram: latent nodes are projected out first.
        quantity: resolved against ``variables``.
        variables: of the model.
        experiments: sets of observed variables that were held, each at all of their values, while all others
            were observed.
        observed: whether there is observation too, where nothing is held; without, criteria that speak of
            P(V), such as the back door, are not looked for.
        known: verdicts on terms of the quantity that are settled otherwise.
        formula: whether more than the verdict and the witness is asked for: estimands are not simplified
            without, and there are no steps.
    """
    dispatcher = _Dispatcher(
        diagram.latent_projection(), variables, experiments, observed=observed, formula=formula
    )
    dispatcher.found.update(known or {})
    return dispatcher.whole(quantity)


class _Dispatcher:
    def __init__(
        self,
        diagram: Diagram,
        variables: Mapping[str, Variable],
        experiments: Experiments,
        *,
        observed: bool,
        formula: bool,
    ) -> None:
        self.diagram = diagram
        self.variables = variables
        self.experiments = experiments
        self.graph = BitGraph.of(diagram)
        self.observed = observed
        self.formula = formula
        self.data = sources(self.graph, experiments, observed=observed)
        self.found: dict[Term, Identification] = {}

    def whole(self, quantity: Quantity) -> Identification:
        shown = show_quantity(quantity, self.variables)
        node = quantity.definition if isinstance(quantity, Effect) else quantity
        if isinstance(node, Probability | Expectation) and not is_mean_of_sum(node):
            return replace(self._term(node), query=shown)
        weights = weighted_sum(node, self.diagram)
        if weights is not None:
            found = self._sum(shown, weights)
            return found if found.identifiable is not None else self._by_levels(shown, weights) or found
        estimand = self._estimand(node)
        return self._joined(shown, list(dict.fromkeys(terms(node))), estimand, weighted=False)

    # --- arithmetic

    def _sum(self, shown: str, weights: Weights) -> Identification:
        named = {term: weight for term, weight in weights.items() if weight and term is not None}
        terms = one_of_each(self.diagram, named, self.variables)
        parts: list[tuple[Fraction, Estimand]] = []
        for term, weight in terms.items():
            estimand = self._term(term).estimand
            if estimand is not None:
                parts.append((weight, estimand))
        number = weights.get(None, Fraction(0))
        parts += [(number, constant(1))] if number or not parts else []
        whole = self._readable(Linear(tuple(parts)))
        found = self._joined(shown, list(terms), whole, weighted=True)
        gone = [show_quantity(t, self.variables) for t, weight in weights.items() if t and not weight]
        if not gone:
            return found
        method = found.method if terms else "do-calculus"
        return replace(
            found, method=method, steps=(Step(_RULE_3, f"{', '.join(gone)} cancels"), *found.steps)
        )

    def _by_levels(self, shown: str, weights: Weights) -> Identification | None:
        """A sum whose terms cancel by the law of total probability; None where that does not identify it."""
        others = without_last_levels(weights, self.variables)
        found = None if others is None else self._sum(shown, others)
        if found is None or not found.identifiable:
            return None
        step = Step("law of total probability", "every last level is the whole without the others")
        notes = tuple(dict.fromkeys((*found.notes, DECLARED)))
        return replace(found, steps=(step, *found.steps), notes=notes)

    def _joined(
        self, shown: str, terms: list[Term], estimand: Estimand | None, *, weighted: bool
    ) -> Identification:
        """The verdict on a whole from those on its terms, of which it may be a weighted sum."""
        found = [self._term(term) for term in terms]
        steps = tuple(dict.fromkeys(step for one in found for step in one.steps))
        notes = tuple(dict.fromkeys(note for one in found for note in one.notes))
        method = ", ".join(dict.fromkeys(one.method for one in found)) or "arithmetic"
        refused = [(t, one) for t, one in zip(terms, found, strict=True) if not one.identifiable]
        if not refused and estimand is not None:
            return Identification(shown, True, method, estimand, None, steps, notes)
        if not refused:
            return Identification(shown, True, method, None, None, steps, (*notes, UNWRITTEN))
        witness = next((one.witness for _, one in refused if one.witness), None)
        certain = weighted and all(one.identifiable is False for _, one in refused)
        if certain and (len(refused) == 1 or self._apart([term for term, _ in refused])):
            return Identification(shown, False, method, None, witness, steps, notes)
        notes = (*notes, PARTS)
        return Identification(shown, None, method, None, witness, steps, notes)

    def _apart(self, terms: Sequence[Term]) -> bool:
        return tell_worlds_apart(self.diagram, terms, self.variables)

    def _estimand(self, node: Quantity) -> Estimand | None:
        """Arithmetic that is no weighted sum; every term of it is looked at."""
        match node:
            case Constant(value):
                return None if isinstance(value, str) else constant(value)
            case Negative(operand):
                inner = self._estimand(operand)
                return None if inner is None else Linear(((Fraction(-1), inner),))
            case Arithmetic(operator, left, right):
                first, second = self._estimand(left), self._estimand(right)
                return None if first is None or second is None else combined(operator, first, second)
            case Effect():
                return self._estimand(node.definition)
            case Probability() | Expectation():
                return self._term(node).estimand
            case _:
                return None

    # --- one term

    def _term(self, term: Term) -> Identification:
        if term not in self.found:
            plain = one_world(term, self.variables, self.diagram.observed)
            events = opened(term, self.variables)
            if plain is not None:
                self.found[term] = self._one_world(show_quantity(term, self.variables), plain)
            elif events is not None:
                self.found[term] = self._of_events(term, events)
            else:
                self.found[term] = self._any_worlds(term)
        return self.found[term]

    def _of_events(self, term: Term, events: Opened) -> Identification:
        """From the distribution of what is compared; dividing values at random makes its refusal theirs."""
        shown = show_quantity(term, self.variables)
        whole = self._term(events.term)
        estimand = None if whole.estimand is None else events.estimand(whole.estimand)
        if estimand is not None:
            return replace(whole, query=shown, estimand=self._readable(estimand))
        found = self._any_worlds(term)
        if found.identifiable is None and whole.identifiable is not None:
            notes = (UNWRITTEN,) if whole.identifiable else whole.notes
            return replace(whole, query=shown, estimand=None, notes=notes)
        return found

    def _any_worlds(self, term: Term) -> Identification:
        found = identify_counterfactual(
            self.diagram,
            term,
            self.variables,
            self.experiments,
            observed=self.observed,
            formula=self.formula,
        )
        whole = determining(term, self.diagram.observed) if found.identifiable is None else None
        if whole is None:
            return found
        known = self._one_world(found.query, whole)
        if known.estimand is None:
            return found
        notes = (f"{show(known.estimand)} determines it: {UNWRITTEN}",) if self.formula else ()
        return replace(known, estimand=None, notes=notes)

    def _one_world(self, shown: str, term: OneWorld) -> Identification:
        graph = self.graph
        y, x, z = map(graph.mask, (term.outcomes, term.do, term.given))
        if self.observed and x and not z:
            known = named(graph, y, x)
            if known is not None:
                estimand = self._written(term, known.estimand) if self.formula else known.estimand
                return Identification(shown, True, known.method, estimand, None, known.steps)
        found = derive_on(graph, y, x, z, self.data, explain=self.formula)
        if found.estimand is not None and not self.formula:
            return Identification(shown, True, found.method, found.estimand)
        if found.estimand is not None:
            distribution = self._readable(found.estimand)
            others = free(distribution) - term.outcomes - term.do - term.given
            notes = tuple(f"`{name}` may stand at any value: all give the same" for name in sorted(others))
            estimand = self._written(term, distribution)
            return Identification(shown, True, found.method, estimand, None, found.steps, notes)
        wanted = self.formula and self.observed
        first = zip(range(1), instruments(graph, y, x), strict=False) if wanted else ()
        notes = tuple(one.note for _, one in first)
        return Identification(shown, False, found.method, None, found.witness, found.steps, notes)

    def _written(self, term: OneWorld, distribution: Estimand) -> Estimand:
        estimand = term.estimand(distribution)
        return estimand if term.of is None else self._readable(estimand)

    def _readable(self, estimand: Estimand) -> Estimand:
        factors = sum(1 for _ in leaves(estimand)) if self.formula else READABLE + 1
        return simplify(estimand, self.diagram) if factors <= READABLE else estimand
