"""What an answer rests on: the observed distribution and the diagram, or the mechanisms of the model.

A model with equations answers every query, those too that no data could. So each answer says where it stands
on the ladder: it is associational, and P(V) alone gives it; or P(V) and the diagram determine it, whatever
the mechanisms; or other mechanisms agree with both and may answer differently. The verdict is that of
``identify``, by :func:`scmlang.identify.ask.judged`, on what causes the variables that the query names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from scmlang.identify.hidden import (
    METHOD,
    Unseen,
    all_names,
    hidden_names,
    hidden_that_matter,
    seen,
    unseen,
)
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import (
    Counterfactual,
    Expectation,
    Held,
    Probability,
    counterfactuals,
    terms,
)
from scmlang.semantics.queries import Edit, Intervention, Query

if TYPE_CHECKING:
    from scmlang.diagram.diagram import Diagram
    from scmlang.identify.result import Identification, Knowledge, Witness
    from scmlang.semantics.model import Variable
    from scmlang.semantics.quantities import Quantity

MOST = 30  # variables, causes included, for two models to be looked for
MONOTONICITY = "monotonicity"  # how methods begin that need what is declared of mechanisms
_DETERMINED = "P(V) and the diagram determine it"
_MECHANISMS = "rests on this model's mechanisms"
_UNDECIDED = "not decided whether P(V) and the diagram determine it"


class Settled(Protocol):
    """What decides a quantity that the rules leave open, on its diagram: :func:`scmlang.pairs.settled`."""

    def __call__(
        self,
        found: Identification,
        diagram: Diagram,
        quantity: Quantity,
        variables: Mapping[str, Variable],
        known: Knowledge,
        /,
    ) -> Identification:
        """``found``, or the same with a verdict."""
        ...


@dataclass(frozen=True)
class Standing:
    """What an answer rests on.

    Attributes:
        identifiable: whether the observed distribution P(V) and the diagram determine the answer, whatever
            the mechanisms; None where that has not been decided.
        method: what decided it: ``observation``, ``back-door``, ``ID`` … as in
            :class:`~scmlang.identify.result.Identification`; ``latent`` where the query names what no data
            show.
        text: the line for people.
    """

    identifiable: bool | None
    method: str
    text: str

    def __str__(self) -> str:
        return self.text

    def to_json(self) -> dict[str, Any]:
        """The attributes by name."""
        return {"identifiable": self.identifiable, "method": self.method, "text": self.text}


_OBSERVED = Standing(True, "observation", "associational: P(V) alone gives it")


@dataclass(frozen=True)
class Question:
    """A query of a model, kept with its answer: what that rests on is found when somebody asks."""

    model: CausalModel
    query: Query
    settle: Settled | None = None

    def standing(self) -> Standing:
        """What the answer rests on."""
        return standing(self.model, self.query, self.settle)


def standing(model: CausalModel, query: Query, settle: Settled | None = None) -> Standing:
    """What the model's answer to a query rests on.

    Args:
        model: any.
        query: resolved against it; ``do(X=1)`` alone is answered by a table, each of whose variables counts.
        settle: decides what the rules of identification leave open, of up to :data:`MOST` variables.
    """
    if isinstance(query, Edit):
        query = _of_edit(query)
    if isinstance(query, Intervention):
        return _of_table(frozenset(query.settings), model)
    asked = list(dict.fromkeys(terms(query)))
    if not asked:
        return Standing(True, "arithmetic", "a number: nothing of the model enters it")
    left = seen(query, model)
    if not left.known and all(map(_is_observation, terms(left.quantity))):
        return _OBSERVED
    from scmlang.diagram.build import build_diagram
    from scmlang.identify.ask import judged

    diagram = build_diagram(model, {name for term in asked for name in all_names(term)})

    def settled(found: Identification, quantity: Quantity, known: Knowledge) -> Identification:
        if found.identifiable is not None or settle is None or len(diagram.observed) > MOST:
            return found
        return settle(found, diagram, quantity, model.variables, known)

    return found_standing(judged(model, diagram, query, (), settled, formula=False))


def _of_table(do: frozenset[str], model: CausalModel) -> Standing:
    hidden = hidden_names(do, model)
    others = {variable.name for variable in model.observed} - do
    matter = hidden_that_matter(model, others, do, ()) if hidden else ()
    return _refused(METHOD, unseen(matter, model)) if matter else _table(model, do.difference(hidden))


def found_standing(found: Identification) -> Standing:
    """What identification found, as what an answer rests on."""
    from scmlang.identify.counterfactuals.query import DECLARED

    if found.identifiable:
        return _identified([found.method], declared=DECLARED in found.notes)
    if found.identifiable is False:
        return _refused(found.method, found.witness)
    return _undecided(found.method, found.notes[-1] if found.notes else "it joins several worlds")


def _identified(methods: Iterable[str], *, declared: bool = False) -> Standing:
    method = ", ".join(dict.fromkeys(methods))
    data = "P(V), the diagram and the declared numbers of values determine it" if declared else _DETERMINED
    if method.startswith(MONOTONICITY):
        data = "P(V), the diagram and the mechanisms that are declared monotone determine it"
    return Standing(True, method, f"identified: {data}, by {method}")


def _refused(method: str, witness: Witness | None) -> Standing:
    if isinstance(witness, Unseen):
        return Standing(False, method, f"not identified: {witness.text}")
    why = f"; there is {witness}" if witness is not None else ""
    return Standing(False, method, f"not identified: {_MECHANISMS}{why}")


def _undecided(method: str, why: str) -> Standing:
    return Standing(None, method, f"{_UNDECIDED}: {why}")


def _table(model: CausalModel, do: frozenset[str]) -> Standing:
    """Of P(V | do(x)) for each variable V: by the joint distribution, else by each for itself."""
    from scmlang.diagram.bitgraph import BitGraph
    from scmlang.diagram.build import build_diagram
    from scmlang.identify.id import derive_on, refused

    graph = BitGraph.of(build_diagram(model).latent_projection())
    x = graph.mask(do)
    if not graph.all & ~x:
        return _identified(["ID"])
    whole = derive_on(graph, graph.all & ~x, x, explain=False)
    if whole.estimand is not None:
        return _identified([whole.method])
    without = refused(graph, graph.listed(graph.descendants(x) & ~x), x)
    if not without:
        return _identified([whole.method])
    witness = derive_on(graph, graph.mask(without[:1]), x, explain=False).witness
    rest = "; the others are identified" if len(without) < len(graph.names) - len(do) else ""
    text = f"not identified for {', '.join(without)}: {_MECHANISMS}; there is {witness}{rest}"
    return Standing(False, whole.method, text)


# --- what a query is about


def _of_edit(query: Edit) -> Probability:
    """The distribution of an edited image: P(I[X=x] | I)."""
    world = tuple(Held(name, value) for name, value in query.settings.items())
    return Probability((Counterfactual(query.variable, world),), (Counterfactual(query.variable),))


def _is_observation(term: Probability | Expectation) -> bool:
    """Whether a term speaks of the actual world alone."""
    return not any(node.world for node in counterfactuals(term))
