"""The search for two models."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from random import Random

from scmlang.bounds.problem import mentioned
from scmlang.compiler import Compilation
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagram.diagram import Diagram
from scmlang.identify.ask import read_experiment
from scmlang.identify.query import identify_query
from scmlang.semantics.model import Variable
from scmlang.semantics.quantities import Quantity, show_quantity
from scmlang.semantics.queries import Edit, Intervention, read_query, show
from scmlang.witness.directions import directions
from scmlang.witness.proof import Pair, proved
from scmlang.witness.question import Question, questions
from scmlang.witness.units import Asked, Cause, Units

ATTEMPTS = 20  # with other causes drawn anew, for each cause that varies
STATES = 256  # of one hidden cause
OTHERS = 3  # states of a cause that does not vary
UNITS = 1 << 16


def witness(
    diagram: Diagram,
    quantity: Quantity,
    variables: Mapping[str, Variable],
    experiments: Sequence[frozenset[str]] = (),
) -> tuple[str, str]:
    """Two fully specified models that agree on the data and differ in a quantity, as texts.

    Args:
        diagram: latent nodes are projected out first.
        quantity: resolved against ``variables``; it is not identifiable.
        variables: of the model.
        experiments: sets of observed variables that were held, besides observation.

    Returns:
        The texts of two models over binary variables, confirmed by the exact engine in fractions. Their
        assertions say what agrees and what differs. Where they can be, all probabilities of the data are
        positive.

    Raises:
        ScmError: E356 where none were found, as for a quantity that is identifiable.
    """
    projected = diagram.latent_projection()
    shown = show_quantity(quantity, variables)
    small = _smallest(projected, quantity, variables, experiments)
    spare: Pair | None = None
    for question in questions(quantity) if small is not None else ():
        for pair in _pairs(small or projected, question, experiments):
            if pair.positive:
                return proved(pair, projected, shown)
            spare = spare or pair
    if spare is not None:
        return proved(spare, projected, shown)
    raise _none(shown, identified=small is None)


def witness_of(compilation: Compilation, text: str, experiments: Iterable[str] = ()) -> tuple[str, str]:
    """:func:`witness` for a query as text, or the query of that name, and experiments such as ``do(Z)``.

    Raises:
        ScmError: for mistakes in these, and as :func:`witness`.
    """
    model = compilation.model
    query = read_query(text, model)
    if isinstance(query, Intervention | Edit):
        message = f"`{show(query, model.variables)}` is an action, and two models differ in a number"
        helps = ("ask for a probability, such as `P(Y=1 | do(X=1))`",)
        raise ScmError([Diagnostic("E356", message, helps=helps)])
    held = [read_experiment(words, model) for words in experiments]
    return witness(compilation.diagram, query, model.variables, held)


def _none(shown: str, *, identified: bool) -> ScmError:
    why = "it is identifiable" if identified else "the search, among binary models, was cut short"
    return ScmError([Diagnostic("E356", f"no two models were found that differ in `{shown}`: {why}")])


def _smallest(
    diagram: Diagram,
    quantity: Quantity,
    variables: Mapping[str, Variable],
    experiments: Sequence[frozenset[str]],
) -> Diagram | None:
    """A subgraph with as few edges as leave the quantity unidentifiable; None where the diagram does not.


    Two models of a subgraph are models of the diagram.
    """
    asked = set(mentioned(quantity))

    def refused(graph: Diagram) -> bool:
        return identify_query(graph, quantity, variables, experiments).identifiable is False

    if not refused(diagram):
        return None
    graph = diagram
    outside = [
        edge for edge in graph.directed | graph.bidirected if not graph.ancestors(*asked).issuperset(edge)
    ]
    ancestral = _without(graph, outside)
    graph = ancestral if refused(ancestral) else graph
    for edge in sorted(graph.bidirected) + sorted(graph.directed):
        smaller = _without(graph, [edge])
        if refused(smaller):
            graph = smaller
    used = asked | {name for edge in graph.directed | graph.bidirected for name in edge}
    return graph.subgraph(used)


def _without(graph: Diagram, edges: Sequence[tuple[str, str]]) -> Diagram:
    gone = set(edges)
    return Diagram.of(graph.nodes, graph.directed - gone, graph.bidirected - gone)


# --- pairs of distributions


@dataclass(frozen=True)
class _Setting:
    diagram: Diagram
    question: Question
    experiments: Sequence[frozenset[str]]


def _pairs(diagram: Diagram, question: Question, experiments: Sequence[frozenset[str]]) -> Iterator[Pair]:
    held = [frozenset(diagram.nodes) & experiment for experiment in experiments]
    setting = _Setting(diagram, question, [experiment for experiment in dict.fromkeys(held) if experiment])
    causes = _causes(diagram)
    for attempt in range(ATTEMPTS):
        for cause in causes:
            units = _units(diagram, [cause, *(other for other in causes if other != cause)], Random(attempt))
            if math.prod(len(one.states) for one in units.causes) <= UNITS:
                yield from _moved(units, setting)


def _units(diagram: Diagram, causes: Sequence[Cause], chance: Random) -> Units:
    """The first cause with all of its states, the others with few; each heeds those behind it."""
    later: list[Cause] = []
    weights: list[tuple[int, ...]] = []
    for cause in reversed(causes[1:]):
        few, shares = _few(_heeding(cause, later, diagram), chance)
        later, weights = [few, *later], [shares, *weights]
    return Units(diagram, (_heeding(causes[0], later, diagram), *later), tuple(weights))


def _causes(diagram: Diagram) -> list[Cause]:
    """One for each maximal set that bidirected edges join, and for each variable that is in none."""
    cliques = [tuple(n for n in diagram.nodes if n in clique) for clique in diagram.cliques]
    joined = {name for clique in cliques for name in clique}
    groups = [*cliques, *((name,) for name in diagram.nodes if name not in joined)]
    return [_cause(diagram, group, {}) for group in groups]


def _cause(diagram: Diagram, group: tuple[str, ...], others: Mapping[str, int]) -> Cause:
    """With a state for each response; ``others`` counts the states of what it heeds, by variable."""
    widths = [2 ** len(diagram.parents(name)) * others.get(name, 1) for name in group]
    if sum(widths) <= STATES.bit_length() - 1:
        states = tuple(product(*(range(2**width) for width in widths)))
    else:
        chance = Random(0)
        states = tuple(sorted({tuple(chance.randrange(2**width) for width in widths) for _ in range(STATES)}))
    return Cause("U_" + "_".join(group), group, states)


def _heeding(cause: Cause, others: Sequence[Cause], diagram: Diagram) -> Cause:
    """A cause that heeds others wherever it shares a variable with them, so as to have more to say."""
    sizes = {
        n: math.prod(len(other.states) for other in others if n in other.variables) for n in cause.variables
    }
    shared = {name: size for name, size in sizes.items() if any(name in other.variables for other in others)}
    return _cause(diagram, cause.variables, shared) if shared else cause


def _few(cause: Cause, chance: Random) -> tuple[Cause, tuple[int, ...]]:
    """Some states of a cause that does not vary, with weights."""
    states = sorted(chance.sample(cause.states, min(OTHERS, len(cause.states))))
    weights = tuple(chance.randint(1, 3) for _ in states)
    return Cause(cause.name, cause.variables, tuple(states)), weights


def _moved(units: Units, setting: _Setting) -> Iterator[Pair]:
    """Pairs of distributions of the first cause that the data do not tell apart and the query does."""
    rows = [row for held in (frozenset[str](), *setting.experiments) for row in units.cells(sorted(held))]
    observed = rows[: 2 ** len(setting.diagram.nodes)]
    asked = Asked(units, setting.question.quantity)
    for direction in directions(rows, asked.features):
        for base in ([0] * len(direction), _filling(direction, observed)):
            first = [max(v, 0) + b for v, b in zip(direction, base, strict=True)]
            second = [max(-v, 0) + b for v, b in zip(direction, base, strict=True)]
            values = asked.value(first), asked.value(second)
            if None in values or values[0] == values[1]:
                continue
            positive = all(_occurs(row, first) for row in observed)
            chances = tuple(tuple(Fraction(w, sum(side)) for w in side) for side in (first, second))
            yield Pair(units, setting.question, tuple(setting.experiments), chances, positive)
            if positive:
                return


def _occurs(row: Sequence[int], weights: Sequence[int]) -> bool:
    return any(chance and weight for chance, weight in zip(row, weights, strict=True))


def _filling(direction: Sequence[int], observed: Sequence[Sequence[int]]) -> list[int]:
    """Weights of further states, few of them, with which all that is observed can occur."""
    base = [0] * len(direction)
    first = [max(v, 0) for v in direction]
    missing = [row for row in observed if not _occurs(row, first)]
    while missing:
        gains = [sum(row[j] > 0 for row in missing) for j in range(len(base))]
        best = max(range(len(base)), key=gains.__getitem__)
        if not gains[best]:
            break
        base[best] = 1
        missing = [row for row in missing if not row[best]]
    return base
