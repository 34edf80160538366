"""What an answer rests on: the observed distribution and the diagram, or the mechanisms of the model.

A model with equations answers every query, those too that no data could. So each answer says where it stands
on the ladder: it is associational, and P(V) alone gives it; or P(V) and the diagram determine it, whatever
the mechanisms; or other mechanisms agree with both and may answer differently. The verdicts are those of
:mod:`scmlang.identify.query`, asked where they are quick to be had: of queries of one world at any size, of
several worlds among at most :data:`MOST` variables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scmlang.identify.hidden import hidden_names, hidden_that_matter
from scmlang.semantics.model import CausalModel, Role
from scmlang.semantics.quantities import (
    Counterfactual,
    Event,
    Expectation,
    Held,
    Probability,
    Quantity,
    counterfactuals,
    parts,
)
from scmlang.semantics.queries import Edit, Intervention, Query

if TYPE_CHECKING:
    from scmlang.diagram.bitgraph import BitGraph
    from scmlang.diagram.diagram import Diagram
    from scmlang.identify.result import Identification, Witness

MOST = 30
_DETERMINED = "P(V) and the diagram determine it"
_MECHANISMS = "rests on this model's mechanisms"
_UNDECIDED = "not decided whether P(V) and the diagram determine it"


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

    def standing(self) -> Standing:
        """What the answer rests on."""
        return standing(self.model, self.query)


def standing(model: CausalModel, query: Query) -> Standing:
    """What the model's answer to a query rests on.

    Args:
        model: any.
        query: resolved against it; ``do(X=1)`` alone is answered by a table, each of whose variables counts.
    """
    if isinstance(query, Edit):
        query = _of_edit(query)
    if isinstance(query, Intervention):
        return _of_table(frozenset(query.settings), model)
    terms = list(dict.fromkeys(_terms(query)))
    hidden = hidden_names((name for term in terms for name in _all_names(term)), model)
    if not terms:
        return Standing(True, "arithmetic", "a number: nothing of the model enters it")
    if not hidden and all(map(_is_observation, terms)):
        return _OBSERVED
    return _Decision(model).quantity(query, terms, hidden)


def _of_table(do: frozenset[str], model: CausalModel) -> Standing:
    hidden = hidden_names(do, model)
    others = {variable.name for variable in model.observed} - do
    matter = hidden_that_matter(model, others, do, ()) if hidden else ()
    return _unseen(sorted(matter), model) if matter else _Decision(model).table(do.difference(hidden))


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
    return Standing(True, method, f"identified: {data}, by {method}")


def _refused(method: str, witness: Witness | None) -> Standing:
    why = f"; there is {witness}" if witness is not None else ""
    return Standing(False, method, f"not identified: {_MECHANISMS}{why}")


def _undecided(method: str, why: str) -> Standing:
    return Standing(None, method, f"{_UNDECIDED}: {why}")


def _unseen(names: Iterable[str], model: CausalModel) -> Standing:
    return Standing(False, "latent", f"not identified: {_no_data(names, model)}")


def _no_data(names: Iterable[str], model: CausalModel) -> str:
    kinds = {Role.LATENT: "latent", Role.EXOGENOUS: "exogenous"}
    return "no data show the " + ", the ".join(f"{kinds[model.variables[n].role]} `{n}`" for n in names)


class _Decision:
    """Decides queries of one model about observed variables."""

    def __init__(self, model: CausalModel) -> None:
        from scmlang.diagram.bitgraph import BitGraph
        from scmlang.diagram.build import build_diagram

        self.model = model
        self.diagram: Diagram = build_diagram(model).latent_projection()
        self.graph: BitGraph = BitGraph.of(self.diagram)
        self.markovian = not self.diagram.bidirected  # then each P(v | do(x)) is a product of P(v | parents)

    def quantity(
        self, query: Quantity, terms: Sequence[Probability | Expectation], hidden: Sequence[str]
    ) -> Standing:
        """Any function of terms that are all identified is; else it is looked at as a whole."""
        verdicts = [self._one_world(term) for term in terms]
        known = [found for found in verdicts if found is not None and found.identifiable]
        if len(known) == len(verdicts):
            acting = [found.method for found in known if found != _OBSERVED]
            return _identified(acting) if acting else _OBSERVED
        first = verdicts[0]
        if first is not None and query == terms[0]:
            return first
        if hidden:
            return _undecided("latent", _no_data(hidden, self.model))
        size = self._size(terms)
        if size > MOST:
            what = f"it is about {size} variables, their causes included, and up to {MOST} are looked at"
            return _undecided("size", f"{what} (`scmlang identify` decides it)")
        from scmlang.identify.query import identify_query

        return found_standing(identify_query(self.diagram, query, self.model.variables))

    def table(self, do: frozenset[str]) -> Standing:
        """Of P(V | do(x)) for each variable V: by the joint distribution, else by each for itself."""
        from scmlang.identify.id import derive_on

        graph, x = self.graph, self.graph.mask(do)
        if self.markovian or not graph.all & ~x:
            return _identified(["ID"])
        whole = derive_on(graph, graph.all & ~x, x, explain=False)
        if whole.estimand is not None:
            return _identified([whole.method])
        reached = graph.listed(graph.descendants(x) & ~x)
        if len(reached) > MOST:
            what = f"it reaches {len(reached)} variables, and up to {MOST} are looked at one by one"
            return _undecided("size", what)
        alone = [(name, derive_on(graph, graph.mask([name]), x, explain=False)) for name in reached]
        refused = [name for name, found in alone if found.witness is not None]
        if not refused:
            return _identified([whole.method])
        witness = next(found.witness for _, found in alone if found.witness is not None)
        names = ", ".join(refused)
        rest = "; the others are identified" if len(refused) < len(graph.names) - len(do) else ""
        text = f"not identified for {names}: {_MECHANISMS}; there is {witness}{rest}"
        return Standing(False, whole.method, text)

    def _one_world(self, term: Probability | Expectation) -> Standing | None:
        """The verdict on a term of one world by its joint distribution; None where that may not decide it."""
        from scmlang.identify.criteria import named
        from scmlang.identify.id import derive_on
        from scmlang.identify.terms import one_world

        worlds = {node.world for node in counterfactuals(term)}
        world = worlds.pop() if len(worlds) == 1 else None
        if world is None or any(isinstance(held.value, Counterfactual) for held in world):
            return None
        of = term.events if isinstance(term, Probability) else (term.of,)
        do = {held.variable for held in world}
        given = _names(term.given)
        asked = _names(of) - given - do
        if not asked or given & do:
            return None
        simple = one_world(term, self.model.variables, frozenset(self.model.variables)) is not None
        hidden = set(hidden_names(asked | do | given, self.model))
        if hidden:
            matter = hidden_that_matter(self.model, asked, do, given) if simple else hidden
            if matter:
                return _unseen(sorted(matter), self.model) if simple else None
            do, given = do - hidden, given - hidden
        if not do:
            return _OBSERVED
        if not simple:  # then the distribution of what is given is needed too
            asked, given = asked | given, set()
        y, x, z = map(self.graph.mask, (asked, do, given))
        known = None if z else named(self.graph, y, x)
        if known is not None:
            return _identified([known.method])
        if self.markovian:
            return _identified(["IDC" if z else "ID"])
        found = derive_on(self.graph, y, x, z, explain=False)
        if found.estimand is not None:
            return _identified([found.method])
        return _refused(found.method, found.witness) if simple else None

    def _size(self, terms: Iterable[Probability | Expectation]) -> int:
        """How many variables are asked about or above what is."""
        names = (name for term in terms for name in _all_names(term))
        return self.graph.ancestors(self.graph.mask(names)).bit_count()


# --- what a query is about


def _of_edit(query: Edit) -> Probability:
    """The distribution of an edited image: P(I[X=x] | I)."""
    world = tuple(Held(name, value) for name, value in query.settings.items())
    return Probability((Counterfactual(query.variable, world),), (Counterfactual(query.variable),))


def _terms(node: Quantity | Event) -> Iterator[Probability | Expectation]:
    if isinstance(node, Probability | Expectation):
        yield node
        return
    for part in parts(node):
        yield from _terms(part)


def _is_observation(term: Probability | Expectation) -> bool:
    """Whether a term speaks of the actual world alone."""
    return not any(node.world for node in counterfactuals(term))


def _all_names(term: Probability | Expectation) -> Iterator[str]:
    """The variables of a term, those in subscripts included."""
    for node in counterfactuals(term):
        yield from _named(node)


def _names(nodes: Iterable[Quantity | Event]) -> set[str]:
    return {variable.variable for node in nodes for variable in counterfactuals(node)}


def _named(node: Counterfactual) -> Iterator[str]:
    """The variable, and those in its subscript."""
    yield node.variable
    for held in node.world:
        yield held.variable
        if isinstance(held.value, Counterfactual):
            yield from _named(held.value)
