"""A path that connects a condition with an outcome given other conditions, as bits that pass along it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scmlang.diagram.diagram import Diagram
from scmlang.witness.sums import RARE, Bit, Coin

INTO, OUT_OF, BIDIRECTED = "->", "<-", "<->"
State = tuple[str, str]  # a node, and the edge by which it was reached, read towards it
Passed = dict[Bit, list[Bit | Coin]]


@dataclass(frozen=True)
class Connection:
    """What a condition adds to its own bit, and the bits of the path from there to an outcome."""

    added: list[Bit | Coin]
    bits: Passed


def connection(
    graph: Diagram, start: str, outcomes: frozenset[str], held: frozenset[str], given: frozenset[str]
) -> Connection | None:
    """The shortest path that enters ``start`` and is open given the other conditions; None where none is.

    A fork is a coin, a chain passes its bit on, and a collider is the sum of both sides, which a condition at
    it or below it sees.

    Args:
        graph: the diagram, without what enters the nodes of ``held``.
        start: one of ``given``.
        outcomes: where a path may end.
        held: what is intervened on.
        given: all conditions.
    """
    path = _path(graph, start, outcomes, held, given)
    if path is None:
        return None
    bits: Passed = {}
    for i, (node, edge) in enumerate(path[1:], 1):
        terms = _from_before(path[i - 1][0], node, edge)
        terms += [term for after in path[i + 1 : i + 2] for term in _from_after(node, after)]
        bits[node, "route"] = [*terms, Coin(f"R_{node}", RARE if terms else "1/2")]
        if len(terms) == 2 and node not in given:
            bits |= _descent(graph, node, given)
    return Connection(_from_after(start, path[1]), bits)


def _from_before(before: str, node: str, edge: str) -> list[Bit | Coin]:
    """What a node has from the one before it on the path."""
    if edge == BIDIRECTED:
        return [_coin(before, node)]
    return [(before, "route")] if edge == INTO else []


def _from_after(node: str, after: State) -> list[Bit | Coin]:
    """What a node has from the one after it on the path."""
    name, edge = after
    if edge == BIDIRECTED:
        return [_coin(node, name)]
    return [(name, "route")] if edge == OUT_OF else []


def _path(
    graph: Diagram, start: str, outcomes: frozenset[str], held: frozenset[str], given: frozenset[str]
) -> list[State] | None:
    opened = graph.ancestors(*given)
    blocked = (held | given) - {start}
    first: State = start, INTO
    before: dict[State, State | None] = {first: None}
    waiting = [first]
    for state in waiting:
        node, edge = state
        if node in outcomes:
            found: list[State] = []
            current: State | None = state
            while current is not None:
                found.append(current)
                current = before[current]
            return found[::-1]
        for following in _next(graph, node, edge, node == start, blocked, opened):
            if following not in before and following[0] != start:
                before[following] = state
                waiting.append(following)
    return None


def _next(
    graph: Diagram, node: str, edge: str, first: bool, blocked: frozenset[str], opened: frozenset[str]
) -> Iterator[State]:
    """Where an open path may go on from a node that was reached by an edge."""
    passes = node not in blocked
    if first or (passes if edge == OUT_OF else node in opened):
        yield from ((parent, OUT_OF) for parent in sorted(graph.parents(node)))
        yield from ((spouse, BIDIRECTED) for spouse in sorted(graph.spouses(node)))
    if not first and passes:
        yield from ((child, INTO) for child in sorted(graph.children(node)))


def _coin(a: str, b: str) -> Coin:
    first, second = sorted((a, b))
    return Coin(f"W_{first}_{second}", "1/2")


def _descent(graph: Diagram, collider: str, given: frozenset[str]) -> Mapping[Bit, list[Bit | Coin]]:
    """The bits from a collider down to the nearest condition."""
    before: dict[str, str] = {}
    waiting = [collider]
    for node in waiting:
        if node in given:
            break
        for child in sorted(graph.children(node) - before.keys() - {collider}):
            before[child] = node
            waiting.append(child)
    found: Passed = {}
    while node != collider:
        above = before[node]
        role = "route" if above == collider else f"below {collider}"
        found[node, f"below {collider}"] = [(above, role), Coin(f"D_{collider}_{node}", RARE)]
        node = above
    return found
