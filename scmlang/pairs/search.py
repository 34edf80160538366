"""The search for two models that agree on all data and differ in a query, as distributions of one cause."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from scmlang.bounds.problem import mentioned
from scmlang.diagram.diagram import Diagram
from scmlang.identify.monotone import with_monotone
from scmlang.identify.query import identify_query
from scmlang.identify.result import Identification, Knowledge
from scmlang.pairs.causes import Shape, causes_of, units_of
from scmlang.pairs.directions import directions
from scmlang.pairs.question import Question, questions
from scmlang.pairs.units import Asked, Units
from scmlang.semantics.domains import Finite
from scmlang.semantics.model import Variable
from scmlang.semantics.quantities import Quantity

ATTEMPTS = 20  # with other causes drawn anew, for each cause that varies
UNITS = 1 << 16
CELLS = 1 << 10  # configurations of what is observed


@dataclass(frozen=True, eq=False)
class Pair:
    """Two distributions of one hidden cause.

    Attributes:
        units: the causes and the equations; the first cause is the one that has two distributions.
        question: the query.
        sources: the sets that were held; the empty one is observation.
        chances: of the states of the first cause, in either model.
        values: of the query, in either model.
        positive: whether every probability of what is observed is positive.
    """

    units: Units
    question: Question
    sources: tuple[frozenset[str], ...]
    chances: tuple[tuple[Fraction, ...], ...]
    values: tuple[Fraction, Fraction]
    positive: bool


def smallest(
    diagram: Diagram,
    quantity: Quantity,
    variables: Mapping[str, Variable],
    known: Knowledge,
) -> Diagram | None:
    """A subgraph with as few edges as leave the quantity without an estimand; None where it has one.

    Two models of a subgraph are models of the diagram. Where a verdict is given on the diagram, it is given
    on the subgraph.
    """
    verdict = _verdict(diagram, quantity, variables, known)
    if not _is_refusal(verdict, known):
        return None

    def refused(graph: Diagram) -> bool:
        found = _verdict(graph, quantity, variables, known)
        return _is_refusal(found, known) and found.identifiable is verdict.identifiable

    asked = set(mentioned(quantity))
    ancestral = _ancestral(diagram, asked)
    graph = ancestral if refused(ancestral) else diagram
    for edge in sorted(graph.bidirected) + sorted(graph.directed):
        smaller = _without(graph, [edge])
        if refused(smaller):
            graph = smaller
    used = asked | {name for edge in graph.directed | graph.bidirected for name in edge}
    return graph.subgraph(used)


def _verdict(
    diagram: Diagram, quantity: Quantity, variables: Mapping[str, Variable], known: Knowledge
) -> Identification:
    """What the rules say of a quantity; where something monotone is among its causes they are left open."""

    def decide(part: Quantity) -> Identification:
        return identify_query(diagram, part, variables, known.experiments, observed=known.observed)

    arrows = known.monotone & diagram.directed
    return with_monotone(decide(quantity), diagram, quantity, variables, arrows, decide)


def _is_refusal(found: Identification, known: Knowledge) -> bool:
    return not found.identifiable and (found.witness is not None or bool(known.monotone))


def graphs(
    diagram: Diagram,
    quantity: Quantity,
    variables: Mapping[str, Variable],
    known: Knowledge,
) -> Iterator[Diagram]:
    """Subgraphs whose models may show a quantity not to be identifiable: :func:`smallest`, then a larger."""
    small = smallest(diagram, quantity, variables, known)
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


def asked(quantity: Quantity, variables: Mapping[str, Variable], known: Knowledge) -> Iterator[Question]:
    """The questions whose models are models of the quantity's variables, with what is monotone.

    Levels that are told apart by their order alone cannot be given other names.
    """
    ordered = {name for arrow in known.monotone for name in arrow}.intersection(mentioned(quantity))
    for question in questions(quantity, variables):
        levels = question.values(ordered)
        if not ordered.intersection(question.written) and all(
            levels[name] == _declared(variables[name]) for name in ordered
        ):
            yield question


def _declared(variable: Variable) -> range | None:
    domain = variable.domain
    return range(domain.offset, domain.offset + domain.size) if isinstance(domain, Finite) else None


@dataclass(frozen=True)
class _Setting:
    question: Question
    sources: tuple[frozenset[str], ...]


def pairs(
    diagram: Diagram,
    question: Question,
    known: Knowledge,
    attempts: int = ATTEMPTS,
    most: int = UNITS,
) -> Iterator[Pair]:
    """Pairs of models of a diagram, one after the other; in each all numbers are exact.

    Args:
        diagram: without latent nodes.
        question: about its nodes.
        known: the data, and what is monotone.
        attempts: how often other causes are drawn anew, for each cause that varies.
        most: units of a pair of models.
    """
    levels = question.values(diagram.nodes)
    if math.prod(map(len, levels.values())) > CELLS:
        return
    observation = [frozenset[str]()] if known.observed else []
    held = [frozenset(diagram.nodes) & experiment for experiment in known.experiments]
    setting = _Setting(question, tuple(dict.fromkeys([*observation, *held])))
    shape = Shape(diagram, levels, known.monotone & diagram.directed)
    causes = causes_of(shape)
    for attempt in range(attempts):
        for cause in causes:
            order = [cause, *(other for other in causes if other != cause)]
            units = units_of(shape, order, Random(attempt))
            if math.prod(len(one.states) for one in units.causes) <= most:
                yield from _moved(units, setting)


def _moved(units: Units, setting: _Setting) -> Iterator[Pair]:
    """Pairs of distributions of the first cause that the data do not tell apart and the query does."""
    rows = [row for held in setting.sources for row in units.cells(sorted(held))]
    observed = units.cells()
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
            yield Pair(units, setting.question, setting.sources, chances, (one, other), positive)
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
