"""Queries that name what no data show: latent variables, and exogenous ones that the file names.

Needs a model whose hidden causes are among its variables or its bidirected edges.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from scmlang.diagram.bitgraph import BitGraph, bits
from scmlang.diagram.diagram import Diagram
from scmlang.identify.result import Identification, Region
from scmlang.identify.sums import is_mean_of_sum, sum_of_means
from scmlang.identify.terms import OneWorld, Term, mentioned, one_world, opened
from scmlang.semantics.model import CausalModel, Role
from scmlang.semantics.quantities import (
    Change,
    Counterfactual,
    Event,
    Expectation,
    Held,
    Probability,
    Quantity,
    counterfactuals,
    replaced,
    replaced_event,
    show_quantity,
    terms,
    with_terms,
)

METHOD = "latent"
_KINDS = {Role.LATENT: "latent", Role.EXOGENOUS: "exogenous"}


@dataclass(frozen=True)
class Unseen:
    """Variables that a query depends on and no data show: their values can be exchanged without a trace.

    Attributes:
        variables: each with its kind, ``latent`` or ``exogenous``.
    """

    variables: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """``no data show the latent `L```."""
        return "no data show " + ", ".join(self._named)

    def __str__(self) -> str:
        return f"{' and '.join(self._named)}, which no data show"

    def to_json(self) -> dict[str, Any]:
        """``{"kind": "unseen", "variables": […]}``."""
        return {"kind": "unseen", "variables": [name for name, _ in self.variables]}

    def regions(self) -> tuple[Region, ...]:
        """None: a diagram shows what is observed."""
        return ()

    @property
    def _named(self) -> list[str]:
        return [f"the {kind} `{name}`" for name, kind in self.variables]


@dataclass(frozen=True)
class Seen:
    """A quantity without the hidden variables that are let go.

    Attributes:
        quantity: the same number in every model of the diagram.
        known: the verdicts on those of its terms that still name a hidden variable.
    """

    quantity: Quantity
    known: Mapping[Term, Identification]


def seen(quantity: Quantity, model: CausalModel) -> Seen:
    """What is left of a quantity when the do-calculus has let go what it can of hidden variables."""
    names = {name for term in terms(quantity) for name in all_names(term)}
    if not hidden_names(names, model):
        return Seen(quantity, {})
    known: dict[Term, Identification] = {}

    def without(term: Term) -> Quantity:
        if isinstance(term, Expectation) and is_mean_of_sum(term):
            return with_terms(sum_of_means(term), without)
        if not hidden_names(all_names(term), model):
            return term
        kept, found = _decided(term, model)
        if found is not None:
            known[kept] = found
        return kept

    return Seen(with_terms(quantity, without), known)


def _decided(term: Term, model: CausalModel) -> tuple[Term, Identification | None]:
    """The term without what is let go, and the verdict where something hidden is left."""
    method, shown = METHOD, show_quantity(term, model.variables)
    events = opened(term, model.variables)
    simple = term if events is None else events.term
    plain = one_world(simple, model.variables, frozenset(model.variables))
    if plain is None:
        kept = _coinciding(term, model)
        if not hidden_names(all_names(kept), model):
            return kept, None
        here = unseen(hidden_names(all_names(term), model), model)
        return term, Identification(shown, None, method, witness=here, notes=(here.text,))
    matter = hidden_that_matter(model, plain.outcomes, plain.do, plain.given)
    if matter:
        return term, Identification(shown, False, method, witness=unseen(matter, model))
    return _without(term, plain, set(hidden_names(all_names(term), model))), None


def _without(term: Term, plain: OneWorld, gone: set[str]) -> Term:
    """A term of one world without some of what is held and given."""

    def moved(node: Counterfactual) -> Counterfactual:
        return Counterfactual(node.variable, tuple(h for h in node.world if h.variable not in gone))

    given = tuple(one for one in term.given if not gone & {v.variable for v in counterfactuals(one)})
    return _moved(replace(term, given=given), moved)


def _moved(term: Term, moved: Change) -> Term:
    """The term with each of its variables changed."""

    def event(one: Event | Counterfactual) -> Event | Counterfactual:
        return moved(one) if isinstance(one, Counterfactual) else replaced_event(one, moved)

    given = tuple(map(event, term.given))
    if isinstance(term, Expectation):
        return Expectation(replaced(term.of, moved), given)
    return Probability(tuple(map(event, term.events)), given)


def _coinciding(term: Term, model: CausalModel) -> Term:
    """A term of several worlds with hidden variables let go where that leaves each variable what it is.

    What a world holds is left out, or gives way to what makes it so, where the counterfactual variable then
    coincides with itself in every model of the diagram: Y[L=1] with Y where L has no effect on Y, and
    Y[L[X=0]] with Y[X=0] where X acts on Y through L alone.
    """
    from scmlang.identify.counterfactuals.closure import Closure
    from scmlang.identify.counterfactuals.vocabulary import Vocabulary

    words = Vocabulary({name: variable.domain for name, variable in model.variables.items()})
    closure = Closure(full_diagram(model), words)

    def is_hidden(held: Held) -> bool:
        inner = mentioned(held.value) if isinstance(held.value, Counterfactual) else ()
        return bool(hidden_names((held.variable, *inner), model))

    def moved(node: Counterfactual) -> Counterfactual:
        for held in filter(is_hidden, node.world):
            rest = tuple(h for h in node.world if h != held)
            inside = held.value.world if isinstance(held.value, Counterfactual) else ()
            over = {h.variable for h in inside}
            others = tuple(h for h in rest if h.variable not in over)
            for world in (rest, (*others, *inside)):
                other = Counterfactual(node.variable, world)
                if closure.value(other) == closure.value(node):
                    return moved(other)
        return node

    return _moved(term, moved)


def unseen(names: Iterable[str], model: CausalModel) -> Unseen:
    """The witness that some variables are, in the order of declaration."""
    wanted = hidden_names(names, model)
    return Unseen(tuple((name, _KINDS[model.variables[name].role]) for name in wanted))


# --- what a quantity is about


def all_names(term: Term) -> Iterator[str]:
    """The variables of a term, those in subscripts included."""
    for node in counterfactuals(term):
        yield from mentioned(node)


# --- hidden variables


def hidden_names(names: Iterable[str], model: CausalModel) -> list[str]:
    """Those of the names that are not observed, in the order of declaration."""
    wanted = set(names)
    return [n for n, v in model.variables.items() if n in wanted and v.role is not Role.OBSERVED]


def hidden_that_matter(
    model: CausalModel, asked: Iterable[str], do: Iterable[str], given: Iterable[str]
) -> frozenset[str]:
    """The hidden variables without which P(asked | do(do), given) is another distribution.

    Those are left out that rule 1 or rule 3 of the do-calculus lets go (Pearl, Causality, 2009, theorem
    3.4.1), one after the other. Where one is left, the query is not identifiable: in some model of the
    diagram it depends on the value of that variable, and the values of a hidden variable can be exchanged
    without a trace in any data.
    """
    graph = full_graph(model)
    y, x, z = map(graph.mask, (asked, do, given))
    hidden = graph.mask(hidden_names((*asked, *do, *given), model))
    for i in bits(z & hidden):
        one = 1 << i
        if graph.cut(into=x).separated(y, one, x | z & ~one):
            z &= ~one
    for i in bits(x & hidden):
        one = 1 << i
        rest = x & ~one
        above = graph.cut(into=rest).ancestors(z)
        if graph.cut(into=rest if above & one else x).separated(y, one, rest | z):
            x = rest
    return frozenset(graph.listed((y | x | z) & hidden))


def full_graph(model: CausalModel) -> BitGraph:
    """:func:`full_diagram` on integers."""
    return BitGraph.of(full_diagram(model))


def full_diagram(model: CausalModel) -> Diagram:
    """The diagram over all variables, exogenous ones included, which stand for the arcs that they make."""
    exogenous = {variable.name for variable in model.exogenous}
    arrows = [(cause, name) for name, causes in model.parents.items() for cause in causes]
    arcs = [
        (a, b)
        for a, b in model.confounded
        if not exogenous.intersection(model.parents[a]).intersection(model.parents[b])
    ]
    return Diagram.of(model.topological_order, arrows, arcs)
