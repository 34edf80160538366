"""From a quantity to one that the rules of identification know, by monotone mechanisms."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from scmlang.diagram.diagram import Diagram
from scmlang.diagram.monotone import monotone_arrows
from scmlang.identify.hidden import all_names
from scmlang.identify.monotone.order import Arrow, Order
from scmlang.identify.monotone.terms import rewritings
from scmlang.identify.result import Identification, Knowledge, Settle, Step, left_open
from scmlang.identify.standing import MONOTONICITY
from scmlang.identify.sums import is_mean_of_sum, sum_of_means
from scmlang.identify.terms import Term
from scmlang.semantics.domains import Finite
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

METHOD = MONOTONICITY
OPEN = (
    "the diagram alone does not determine it, and whether it does with what is declared monotone has not "
    "been decided"
)
_MOST = 200  # terms that are looked at
Decide = Callable[[Quantity], Identification]


def with_monotone(
    found: Identification,
    diagram: Diagram,
    quantity: Quantity,
    variables: Mapping[str, Variable],
    declared: Collection[Arrow],
    decide: Decide,
    known: Knowledge | None = None,
    settle: Settle = left_open,
) -> Identification:
    """The verdict on a quantity in the models whose arrows are monotone, from that in all models.

    A refusal stands where no monotone mechanism is among the causes of what the quantity names: two models
    that prove it may have coins for everything else. Other refusals are for ``settle``, since the models
    that prove them need not be monotone.

    Args:
        found: the verdict whatever the mechanisms.
        diagram: latent nodes and all.
        quantity: resolved against ``variables``.
        variables: of the model.
        declared: arrows of the diagram along which no effect falls as its cause rises.
        decide: the rules of identification, for the data at hand.
        known: these data.
        settle: looks for two models that are monotone, where nothing is proved.
    """
    names = {name for term in terms(quantity) for name in all_names(term)}
    causes = diagram.ancestors(*names.intersection(diagram.nodes))
    if found.identifiable or not any(effect in causes for _, effect in declared):
        return found
    arrows = monotone_arrows(diagram, declared)
    proved = by_monotonicity(found, diagram, quantity, variables, arrows, decide)
    if proved is not None:
        return proved
    general = decide(quantity)  # without two models that need not be monotone
    left = replace(general, query=found.query, identifiable=None, notes=(*general.notes, OPEN))
    settled = settle(left, quantity, replace(known or Knowledge(), monotone=arrows))
    if settled.identifiable is None:
        return settled
    return replace(settled, notes=tuple(note for note in settled.notes if note != OPEN))


def by_monotonicity(
    found: Identification,
    diagram: Diagram,
    quantity: Quantity,
    variables: Mapping[str, Variable],
    arrows: frozenset[Arrow],
    decide: Decide,
) -> Identification | None:
    """An estimand of a quantity that the diagram alone does not identify; None where none was found.

    Args:
        found: the verdict without the arrows.
        diagram: latent nodes are projected out first.
        quantity: resolved against ``variables``.
        variables: of the model.
        arrows: those of the latent projection along which no effect falls as its cause rises.
        decide: the rules of identification, for the data at hand.
    """
    domains = {name: v.domain for name, v in variables.items() if isinstance(v.domain, Finite)}
    order = Order(diagram.latent_projection(), arrows, domains)
    search = _Search(order, variables, decide)
    whole = search.quantity(quantity)
    if whole is None or not search.used:
        return None
    proved = decide(whole)
    if not proved.identifiable:
        return None
    names = ", ".join(f"`{cause} -> {effect}`" for cause, effect in sorted(search.used))
    verb = "is" if len(search.used) == 1 else "are"
    general = ", not in general" if found.identifiable is False else ""
    note = f"it is identifiable because {names} {verb} monotone{general}"
    steps = (*search.steps, *proved.steps)
    method = f"{METHOD} + {proved.method}"
    return replace(proved, query=found.query, method=method, steps=steps, notes=(note, *proved.notes))


def _joined(operator: str, left: Quantity, right: Quantity) -> Quantity:
    """Arithmetic of two quantities, without what adds nothing."""
    if operator in ("+", "-") and right == Constant(0):
        return left
    return right if operator == "+" and left == Constant(0) else Arithmetic(operator, left, right)


class _Search:
    """The quantity with each term that is not identifiable written by others that are.

    Attributes:
        used: the arrows that the rewritings need.
        steps: the rewritings, in words.
    """

    def __init__(self, order: Order, variables: Mapping[str, Variable], decide: Decide) -> None:
        self.order = order
        self.variables = variables
        self.decide = decide
        self.known: dict[Term, Quantity | None] = {}
        self.used: set[Arrow] = set()
        self.steps: list[Step] = []

    def quantity(self, node: Quantity) -> Quantity | None:
        """An equal quantity all of whose terms are identifiable; None where none was found."""
        match node:
            case Expectation() if is_mean_of_sum(node):
                return self.quantity(sum_of_means(node))
            case Probability() | Expectation():
                return self._term(node)
            case Negative(operand):
                inner = self.quantity(operand)
                return None if inner is None else Negative(inner)
            case Arithmetic(operator, left, right):
                first = self.quantity(left)
                second = None if first is None else self.quantity(right)
                return None if first is None or second is None else _joined(operator, first, second)
            case Effect():
                return self.quantity(node.definition)
            case _:
                return node

    def _term(self, term: Term) -> Quantity | None:
        if term not in self.known and len(self.known) < _MOST:
            self.known[term] = None  # while it is looked at, nothing may need it
            self.known[term] = term if self.decide(term).identifiable else self._rewritten(term)
        return self.known.get(term)

    def _rewritten(self, term: Term) -> Quantity | None:
        for way in rewritings(term, self.order):
            before = len(self.steps)
            shown = (show_quantity(one, self.variables) for one in (term, way.quantity))
            self.steps.append(Step(METHOD, " = ".join(shown)))
            found = self.quantity(way.quantity)
            if found is not None:
                self.used |= way.arrows
                return found
            del self.steps[before:]
        return None
