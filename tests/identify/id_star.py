"""ID* and IDC* as their paper states them, on values instead of symbols, to hold verdicts against.

Shpitser and Pearl, What counterfactuals can be tested (UAI 2007, arXiv:1206.5294), and Complete
identification methods for the causal hierarchy (JMLR 2008), figures 9 and 10. Three readings are ours. The
subscripts of line 6 are the values of a node's own parents in the counterfactual graph; the paper writes
those of all other nodes, which need not agree. Line 8 fails for two values of one variable wherever they
stand in the component. And a sum is taken over three values for each variable, of which one is in no query,
so that what happens for equal values and for different ones is seen in turn; a term with an impossible
factor is 0, whatever its other factors are.

IDC* needed two repairs. Line 4 exchanges evidence for an intervention by rule 2 given the rest of the
evidence, which then is in the world of that intervention too, as the outcomes are. And line 5 divides
P(gamma, delta) by its sum over gamma, of which one value may be identifiable where others are not, as in
P(A=0 | B[A=0]=0) in the bow; so P(delta) has to be identifiable as well. Still it refuses some queries that
are identifiable, such as P(A=1 | B[A=0]=0, B[A=1]=0) in A -> B, where B[A=1] is merged with the B that A=1
causes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product

import networkx as nx

from scmlang.diagram.diagram import Diagram
from scmlang.diagram.separation import m_separated

VALUES = (0, 1, 2)
Subscript = frozenset[tuple[str, int]]


@dataclass(frozen=True)
class Value:
    """``variable`` under ``do(subscript)`` is ``value``."""

    variable: str
    subscript: Subscript
    value: int


@dataclass(frozen=True)
class Node:
    """A node of a counterfactual graph; its parents are nodes, or the values that they are held at."""

    variable: str
    parents: tuple[Node | int, ...]
    value: int | None


@dataclass(frozen=True)
class Graph:
    """A counterfactual graph: its nodes, causes first, and what became of each event."""

    nodes: list[Node]
    events: dict[Value, Node]


class Fail(Exception):
    """The event is not identifiable."""


Known = Callable[[frozenset[str]], bool]


def identifiable(graph: Diagram, events: Iterable[Value], known: Known) -> bool:
    """Whether ID* succeeds; ``known`` tells whether data identify Q[C]."""
    try:
        _id_star(graph, frozenset(events), known)
    except Fail:
        return False
    return True


def conditionally_identifiable(
    graph: Diagram, gamma: Iterable[Value], delta: Iterable[Value], known: Known
) -> bool:
    """Whether IDC* succeeds for P(gamma | delta), where delta is possible."""
    asked, given = _without_held(gamma), _without_held(delta)
    if asked is None:
        return True
    assert given is not None
    merged = make_cg(graph, asked | given)  # line 2
    if merged is None:  # line 3
        return True
    evidence = {merged.events[event] for event in given}
    outcomes = {merged.events[event] for event in asked} - evidence
    for node in evidence:  # line 4
        if _exchanged(graph, merged.nodes, node, outcomes, evidence - {node}):
            moved = {e: _held(e, node) if node in _above([n]) else e for e, n in merged.events.items()}
            rest = [moved[e] for e in given if merged.events[e] != node]
            return conditionally_identifiable(graph, [moved[e] for e in asked], rest, known)
    whole = identifiable(graph, asked | given, known)  # line 5
    return whole and identifiable(graph, given, known)


def _without_held(events: Iterable[Value]) -> frozenset[Value] | None:
    """The events but those that their own subscripts make true; None where one is made false."""
    held = {event: dict(event.subscript).get(event.variable) for event in events}
    if any(value not in (None, event.value) for event, value in held.items()):
        return None
    return frozenset(event for event, value in held.items() if value is None)


def _held(event: Value, cause: Node) -> Value:
    """The event where a variable is held at its value, too."""
    assert cause.value is not None
    subscript = dict(event.subscript) | {cause.variable: cause.value}
    return Value(event.variable, frozenset(subscript.items()), event.value)


def _exchanged(
    graph: Diagram, nodes: Sequence[Node], node: Node, outcomes: set[Node], others: set[Node]
) -> bool:
    """Rule 2 in the counterfactual graph without the arrows out of ``node``."""
    names = {n: f"n{i}" for i, n in enumerate(nodes)}
    arrows = [(names[p], names[n]) for n in nodes for p in n.parents if isinstance(p, Node) and p != node]
    arcs = [(names[a], names[b]) for a in nodes for b in nodes if a != b and _share(graph, a, b)]
    cut = Diagram.of(names.values(), arrows, arcs)
    sets = [{names[n] for n in group} for group in ({node}, outcomes, others)]
    return m_separated(cut, *sets)


def _share(graph: Diagram, a: Node, b: Node) -> bool:
    """Whether two nodes have an unobserved cause in common: copies of one variable share its own."""
    return a.variable == b.variable or b.variable in graph.spouses(a.variable)


def _id_star(graph: Diagram, events: frozenset[Value], known: Known) -> bool:
    """Whether the event is possible.

    Raises:
        Fail: where it is not identifiable.
    """
    gamma = _without_held(events)  # lines 2 and 3
    if gamma is None:
        return False
    merged = make_cg(graph, gamma)  # line 4
    if merged is None:  # line 5
        return False
    nodes = merged.nodes
    components = _components(graph, nodes)
    open_ = [node for node in nodes if node.value is None]
    possible = False
    for chosen in product(VALUES, repeat=len(open_)):  # line 6
        values = {node: node.value for node in nodes} | dict(zip(open_, chosen, strict=True))
        factors = [[_atom(graph, node, values) for node in component] for component in components]
        if any(make_cg(graph, frozenset(factor)) is None for factor in factors):
            continue
        for factor in factors:
            _line_8(factor)
            if not known(frozenset(atom.variable for atom in factor)):
                raise Fail
        possible = True
    return possible


def _atom(graph: Diagram, node: Node, values: dict[Node, int | None]) -> Value:
    parents = [p if isinstance(p, int) else values[p] for p in node.parents]
    names = sorted(graph.parents(node.variable))
    value = values[node]
    assert value is not None
    return Value(node.variable, frozenset(zip(names, parents, strict=True)), value)  # type: ignore[arg-type]


def _line_8(atoms: Iterable[Value]) -> None:
    pairs = {pair for atom in atoms for pair in (*atom.subscript, (atom.variable, atom.value))}
    if len({name for name, _ in pairs}) < len(pairs):
        raise Fail


def make_cg(graph: Diagram, events: frozenset[Value]) -> Graph | None:
    """The counterfactual graph above events that are not held themselves; None where it is INCONSISTENT."""
    worlds = sorted({event.subscript for event in events}, key=sorted)
    found: dict[tuple[str, Subscript], Node | int] = {}
    merged: dict[str, list[Node]] = {name: [] for name in graph.nodes}
    for name in graph.topological_order:
        copies: list[tuple[Subscript, tuple[Node | int, ...]]] = []
        for world in worlds:
            if name in dict(world):
                found[name, world] = dict(world)[name]
            else:
                copies.append((world, tuple(found[p, world] for p in sorted(graph.parents(name)))))
        for group in _groups(copies):
            told = {
                e.value for e in events for world, _ in group if (e.variable, e.subscript) == (name, world)
            }
            if len(told) > 1:
                return None
            node = Node(name, group[0][1], told.pop() if told else None)
            merged[name].append(node)
            found |= {(name, world): node for world, _ in group}
    asked = {event: found[event.variable, event.subscript] for event in events}
    kept = {event: node for event, node in asked.items() if isinstance(node, Node)}
    above = _above(kept.values())
    return Graph([n for name in graph.topological_order for n in merged[name] if n in above], kept)


def _groups(
    copies: Sequence[tuple[Subscript, tuple[Node | int, ...]]],
) -> list[list[tuple[Subscript, tuple[Node | int, ...]]]]:
    """Copies of one variable whose parents are the same node, or attain the same value (lemma 24)."""
    groups: list[list[tuple[Subscript, tuple[Node | int, ...]]]] = []
    for copy in copies:
        same = next((g for g in groups if all(map(_alike, g[0][1], copy[1]))), None)
        if same is None:
            groups.append([copy])
        else:
            same.append(copy)
    return groups


def _alike(a: Node | int, b: Node | int) -> bool:
    first, second = (n if isinstance(n, int) else n.value for n in (a, b))
    return a == b or (first is not None and first == second)


def _above(nodes: Iterable[Node]) -> set[Node]:
    found, waiting = set(nodes), list(nodes)
    while waiting:
        new = {p for p in waiting.pop().parents if isinstance(p, Node)} - found
        found |= new
        waiting += new
    return found


def _components(graph: Diagram, nodes: Sequence[Node]) -> list[list[Node]]:
    """Nodes joined by shared unobserved causes."""
    links: nx.Graph[Node] = nx.Graph()
    links.add_nodes_from(nodes)
    for a, b in product(nodes, nodes):
        if a != b and _share(graph, a, b):
            links.add_edge(a, b)
    return [[node for node in nodes if node in found] for found in nx.connected_components(links)]
