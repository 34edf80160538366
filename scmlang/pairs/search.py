"""The search for two models that agree on all data and differ in a query, as distributions of one cause."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from random import Random

from scmlang.bounds.problem import mentioned
from scmlang.diagram.diagram import Diagram
from scmlang.identify.query import identify_query
from scmlang.pairs.directions import directions
from scmlang.pairs.question import Question
from scmlang.pairs.units import Asked, Cause, Units, configurations
from scmlang.semantics.model import Variable
from scmlang.semantics.quantities import Quantity

ATTEMPTS = 20  # with other causes drawn anew, for each cause that varies
STATES = 256  # of one hidden cause
OTHERS = 3  # states of a cause that does not vary
UNITS = 1 << 16
CELLS = 1 << 10  # configurations of what is observed
Levels = Mapping[str, range]


@dataclass(frozen=True, eq=False)
class Pair:
    """Two distributions of one hidden cause.

    Attributes:
        units: the causes and the equations; the first cause is the one that has two distributions.
        question: the query.
        experiments: the sets that were held, besides observation.
        chances: of the states of the first cause, in either model.
        values: of the query, in either model.
        positive: whether every probability of what is observed is positive.
    """

    units: Units
    question: Question
    experiments: tuple[frozenset[str], ...]
    chances: tuple[tuple[Fraction, ...], ...]
    values: tuple[Fraction, Fraction]
    positive: bool


def smallest(
    diagram: Diagram,
    quantity: Quantity,
    variables: Mapping[str, Variable],
    experiments: Sequence[frozenset[str]],
) -> Diagram | None:
    """A subgraph with as few edges as leave the quantity without an estimand; None where it has one.

    Two models of a subgraph are models of the diagram. Where a verdict is given on the diagram, it is given
    on the subgraph.
    """
    verdict = identify_query(diagram, quantity, variables, experiments)
    if verdict.witness is None:
        return None

    def refused(graph: Diagram) -> bool:
        found = identify_query(graph, quantity, variables, experiments)
        return found.witness is not None and found.identifiable is verdict.identifiable

    asked = set(mentioned(quantity))
    ancestral = _ancestral(diagram, asked)
    graph = ancestral if refused(ancestral) else diagram
    for edge in sorted(graph.bidirected) + sorted(graph.directed):
        smaller = _without(graph, [edge])
        if refused(smaller):
            graph = smaller
    used = asked | {name for edge in graph.directed | graph.bidirected for name in edge}
    return graph.subgraph(used)


def graphs(
    diagram: Diagram,
    quantity: Quantity,
    variables: Mapping[str, Variable],
    experiments: Sequence[frozenset[str]],
) -> Iterator[Diagram]:
    """Subgraphs whose models may show a quantity not to be identifiable: :func:`smallest`, then a larger."""
    small = smallest(diagram, quantity, variables, experiments)
    if small is not None:
        yield small
        asked = set(mentioned(quantity))
        yield _ancestral(diagram, asked).subgraph(diagram.ancestors(*asked))


def _ancestral(diagram: Diagram, asked: set[str]) -> Diagram:
    """Without the edges that nothing of what is asked about depends on."""
    above = diagram.ancestors(*asked)
    return _without(diagram, [e for e in diagram.directed | diagram.bidirected if not above.issuperset(e)])


def _without(graph: Diagram, edges: Sequence[tuple[str, str]]) -> Diagram:
    gone = set(edges)
    return Diagram.of(graph.nodes, graph.directed - gone, graph.bidirected - gone)


@dataclass(frozen=True)
class _Setting:
    diagram: Diagram
    question: Question
    experiments: Sequence[frozenset[str]]


def pairs(
    diagram: Diagram,
    question: Question,
    experiments: Sequence[frozenset[str]],
    attempts: int = ATTEMPTS,
    most: int = UNITS,
) -> Iterator[Pair]:
    """Pairs of models of a diagram, one after the other; in each all numbers are exact.

    Args:
        diagram: without latent nodes.
        question: about its nodes.
        experiments: sets that were held, besides observation.
        attempts: how often other causes are drawn anew, for each cause that varies.
        most: units of a pair of models.
    """
    levels = question.values(diagram.nodes)
    if math.prod(map(len, levels.values())) > CELLS:
        return
    held = [frozenset(diagram.nodes) & experiment for experiment in experiments]
    setting = _Setting(diagram, question, [experiment for experiment in dict.fromkeys(held) if experiment])
    causes = _causes(diagram, levels)
    for attempt in range(attempts):
        for cause in causes:
            order = [cause, *(other for other in causes if other != cause)]
            units = _units(diagram, levels, order, Random(attempt))
            if math.prod(len(one.states) for one in units.causes) <= most:
                yield from _moved(units, setting)


def _units(diagram: Diagram, levels: Levels, causes: Sequence[Cause], chance: Random) -> Units:
    """The first cause with all of its states, the others with few; each heeds those behind it."""
    later: list[Cause] = []
    weights: list[tuple[int, ...]] = []
    for cause in reversed(causes[1:]):
        few, shares = _few(_heeding(cause, later, diagram, levels), levels, chance)
        later, weights = [few, *later], [shares, *weights]
    return Units(diagram, levels, (_heeding(causes[0], later, diagram, levels), *later), tuple(weights))


def _causes(diagram: Diagram, levels: Levels) -> list[Cause]:
    """One for each maximal set that bidirected edges join, and for each variable that is in none."""
    cliques = [tuple(n for n in diagram.nodes if n in clique) for clique in diagram.cliques]
    joined = {name for clique in cliques for name in clique}
    groups = [*cliques, *((name,) for name in diagram.nodes if name not in joined)]
    return [_cause(diagram, levels, group, {}) for group in groups]


def _cause(diagram: Diagram, levels: Levels, group: tuple[str, ...], others: Mapping[str, int]) -> Cause:
    """With a state for each response; ``others`` counts the states of what it heeds, by variable."""
    widths = [configurations(diagram, levels, name) * others.get(name, 1) for name in group]
    sizes = [len(levels[name]) for name in group]
    if sum(width * math.log2(size) for width, size in zip(widths, sizes, strict=True)) <= math.log2(STATES):
        each = (
            [bytes(r) for r in product(range(size), repeat=width)]
            for width, size in zip(widths, sizes, strict=True)
        )
        states = tuple(product(*each))
    else:
        chance = Random(0)
        drawn = {
            tuple(
                bytes(chance.randrange(size) for _ in range(width))
                for width, size in zip(widths, sizes, strict=True)
            )
            for _ in range(STATES)
        }
        states = tuple(sorted(drawn))
    return Cause("U_" + "_".join(group), group, states)


def _heeding(cause: Cause, others: Sequence[Cause], diagram: Diagram, levels: Levels) -> Cause:
    """A cause that heeds others wherever it shares a variable with them, so as to have more to say."""
    sizes = {
        n: math.prod(len(other.states) for other in others if n in other.variables) for n in cause.variables
    }
    shared = {name: size for name, size in sizes.items() if any(name in other.variables for other in others)}
    return _cause(diagram, levels, cause.variables, shared) if shared else cause


def _few(cause: Cause, levels: Levels, chance: Random) -> tuple[Cause, tuple[int, ...]]:
    """Some states of a cause that does not vary, with weights; a variable alone has all of its values."""
    states = chance.sample(cause.states, min(OTHERS, len(cause.states)))
    if len(cause.variables) == 1 and len(levels[cause.variables[0]]) > 2:
        size = len(levels[cause.variables[0]])
        states = [(bytes((v + by) % size for v in states[0][0]),) for by in range(size)]
    weights = tuple(chance.randint(1, 3) for _ in states)
    return Cause(cause.name, cause.variables, tuple(sorted(states))), weights


def _moved(units: Units, setting: _Setting) -> Iterator[Pair]:
    """Pairs of distributions of the first cause that the data do not tell apart and the query does."""
    rows = [row for held in (frozenset[str](), *setting.experiments) for row in units.cells(sorted(held))]
    observed = rows[: math.prod(map(len, units.levels.values()))]
    asked = Asked(units, setting.question.quantity)
    for direction in directions(rows, asked.features):
        for base in ([0] * len(direction), _filling(direction, observed)):
            first = [max(v, 0) + b for v, b in zip(direction, base, strict=True)]
            second = [max(-v, 0) + b for v, b in zip(direction, base, strict=True)]
            one, other = asked.value(first), asked.value(second)
            if one is None or other is None or one == other:
                continue
            positive = all(_occurs(row, first) for row in observed)
            chances = tuple(tuple(Fraction(w, sum(side)) for w in side) for side in (first, second))
            yield Pair(units, setting.question, tuple(setting.experiments), chances, (one, other), positive)
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
