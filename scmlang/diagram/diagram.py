"""The mixed graph of a semi-Markovian causal model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from heapq import heappop, heappush
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx

Neighbours = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Diagram:
    """An acyclic directed mixed graph (ADMG).

    X -> Y says that X is in the equation of Y; X <-> Y that the two share an unobserved cause
    (Pearl, Causality, 2nd ed., 2009, section 3.2). Make one with :meth:`of`.

    Attributes:
        nodes: all variables, in order of declaration.
        observed: those that are observed.
        directed: the directed edges (cause, effect).
        bidirected: the bidirected edges, each a sorted pair.
    """

    nodes: tuple[str, ...]
    observed: frozenset[str]
    directed: frozenset[tuple[str, str]]
    bidirected: frozenset[tuple[str, str]]
    _causes: Neighbours = field(repr=False, compare=False)
    _effects: Neighbours = field(repr=False, compare=False)
    _linked: Neighbours = field(repr=False, compare=False)

    @classmethod
    def of(
        cls,
        nodes: Iterable[str],
        directed: Iterable[tuple[str, str]] = (),
        bidirected: Iterable[tuple[str, str]] = (),
        *,
        observed: Iterable[str] | None = None,
    ) -> Diagram:
        """The diagram with these edges.

        Raises:
            ValueError: for an edge to an unknown node, a loop, or a directed cycle.
        """
        names = tuple(nodes)
        arcs = frozenset(directed)
        links = frozenset((min(a, b), max(a, b)) for a, b in bidirected)
        known = frozenset(names)
        if len(known) != len(names) or any(a == b or not known >= {a, b} for a, b in arcs | links):
            raise ValueError("an edge joins two different nodes of the diagram")
        seen = known if observed is None else frozenset(observed)
        both = links | {(b, a) for a, b in links}
        backwards = ((effect, cause) for cause, effect in arcs)
        found = cls(names, seen, arcs, links, *(_neighbours(names, e) for e in (backwards, arcs, both)))
        if len(found.topological_order) != len(names):
            raise ValueError("the directed part of a diagram has no cycle")
        return found

    @cached_property
    def digraph(self) -> nx.DiGraph[str]:
        """The directed part, frozen."""
        import networkx as nx

        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from(self.nodes)
        graph.add_edges_from(sorted(self.directed))
        nx.freeze(graph)
        return graph

    @cached_property
    def bigraph(self) -> nx.Graph[str]:
        """The bidirected part, frozen."""
        import networkx as nx

        graph: nx.Graph[str] = nx.Graph()
        graph.add_nodes_from(self.nodes)
        graph.add_edges_from(sorted(self.bidirected))
        nx.freeze(graph)
        return graph

    # --- kinship

    def causes(self, node: str) -> tuple[str, ...]:
        """The direct causes of a node, sorted."""
        return self._causes[node]

    def effects(self, node: str) -> tuple[str, ...]:
        """The direct effects of a node, sorted."""
        return self._effects[node]

    def linked(self, node: str) -> tuple[str, ...]:
        """The nodes that share an unobserved cause with a node, sorted."""
        return self._linked[node]

    def parents(self, *of: str) -> frozenset[str]:
        """Direct causes of any of the nodes."""
        return frozenset(parent for node in of for parent in self._causes[node])

    def children(self, *of: str) -> frozenset[str]:
        """Direct effects of any of the nodes."""
        return frozenset(child for node in of for child in self._effects[node])

    def spouses(self, *of: str) -> frozenset[str]:
        """Nodes that share an unobserved cause with any of the nodes."""
        return frozenset(other for node in of for other in self._linked[node])

    def ancestors(self, *of: str) -> frozenset[str]:
        """Causes, direct or not, of any of the nodes, the nodes themselves included."""
        return _reached(of, self.causes)

    def descendants(self, *of: str) -> frozenset[str]:
        """Effects, direct or not, of any of the nodes, the nodes themselves included."""
        return _reached(of, self.effects)

    @cached_property
    def topological_order(self) -> tuple[str, ...]:
        """The nodes, causes first; ties keep the order of declaration."""
        position = {name: i for i, name in enumerate(self.nodes)}
        missing = {name: len(causes) for name, causes in self._causes.items()}
        ready = [position[name] for name, count in missing.items() if not count]
        order: list[str] = []
        while ready:
            order.append(self.nodes[heappop(ready)])
            for effect in self._effects[order[-1]]:
                missing[effect] -= 1
                if not missing[effect]:
                    heappush(ready, position[effect])
        return tuple(order)

    # --- confounding

    @cached_property
    def c_components(self) -> tuple[frozenset[str], ...]:
        """The partition of the nodes into sets joined by bidirected paths, by first declared node.

        The distribution factorises over them (Tian and Pearl, A general identification condition
        for causal effects, AAAI 2002).
        """
        return self.c_components_of(self.nodes)

    def c_components_of(self, keep: Iterable[str]) -> tuple[frozenset[str], ...]:
        """The c-components of the subgraph over some nodes, by first declared node."""
        kept = frozenset(keep)
        found: list[frozenset[str]] = []
        seen: set[str] = set()
        for node in self.nodes:
            if node in kept and node not in seen:
                found.append(_reached([node], lambda n: kept.intersection(self._linked[n])))
                seen |= found[-1]
        return tuple(found)

    def c_component(self, node: str) -> frozenset[str]:
        """The c-component that ``node`` is in."""
        return next(component for component in self.c_components if node in component)

    @cached_property
    def cliques(self) -> tuple[frozenset[str], ...]:
        """The maximal sets of two or more nodes that are pairwise joined by bidirected edges.

        A neural causal model gives each one shared noise (Xia, Lee, Bengio and Bareinboim, The
        Causal-Neural Connection, arXiv 2107.00793).
        """
        if not self.bidirected:
            return ()
        import networkx as nx

        found = [frozenset(clique) for clique in nx.find_cliques(self.bigraph) if len(clique) > 1]
        position = {name: i for i, name in enumerate(self.nodes)}
        return tuple(sorted(found, key=lambda clique: sorted(position[name] for name in clique)))

    # --- surgery

    def mutilate(self, do: Iterable[str]) -> Diagram:
        """The diagram under do(X): every edge into X is cut (Pearl 2009, section 3.2.3)."""
        cut = frozenset(do)
        directed = (edge for edge in self.directed if edge[1] not in cut)
        bidirected = (edge for edge in self.bidirected if not cut.intersection(edge))
        return Diagram.of(self.nodes, directed, bidirected, observed=self.observed)

    def subgraph(self, keep: Iterable[str]) -> Diagram:
        """The diagram over some of the nodes, with the edges among them."""
        kept = frozenset(keep)
        directed = (edge for edge in self.directed if kept.issuperset(edge))
        bidirected = (edge for edge in self.bidirected if kept.issuperset(edge))
        nodes = (node for node in self.nodes if node in kept)
        return Diagram.of(nodes, directed, bidirected, observed=self.observed & kept)

    def latent_projection(self) -> Diagram:
        """The diagram over the observed nodes alone that has the same observable consequences.

        Verma and Pearl, Equivalence and synthesis of causal models, UAI 1990: X -> Y where a
        directed path from X to Y has only latent nodes between; X <-> Y where two such paths lead to X
        and Y from a common latent node, or from the two ends of a bidirected edge.
        """
        if len(self.observed) == len(self.nodes):
            return self
        reached = {node: self._observed_effects(node) for node in self.nodes}
        directed = [(x, y) for x in self.observed for y in reached[x]]
        ends = {n: (frozenset((n,)) if n in self.observed else reached[n]) for n in self.nodes}
        bidirected = {pair for a, b in self.bidirected for pair in _pairs(ends[a], ends[b])}
        for latent in frozenset(self.nodes) - self.observed:
            bidirected |= _pairs(ends[latent], ends[latent])
        nodes = (node for node in self.nodes if node in self.observed)
        return Diagram.of(nodes, directed, bidirected)

    def _observed_effects(self, node: str) -> frozenset[str]:
        """The observed nodes at the end of directed paths from ``node`` through latent nodes alone."""
        found: set[str] = set()
        seen: set[str] = set()
        waiting = list(self._effects[node])
        while waiting:
            effect = waiting.pop()
            if effect in seen:
                continue
            seen.add(effect)
            if effect in self.observed:
                found.add(effect)
            else:
                waiting.extend(self._effects[effect])
        return frozenset(found)


def _neighbours(nodes: Iterable[str], edges: Iterable[tuple[str, str]]) -> Neighbours:
    """For each node the other ends of the edges that begin at it, sorted."""
    found: dict[str, list[str]] = {node: [] for node in nodes}
    for start, end in sorted(edges):
        found[start].append(end)
    return {node: tuple(ends) for node, ends in found.items()}


def _reached(start: Iterable[str], steps: Callable[[str], Iterable[str]]) -> frozenset[str]:
    found = set(start)
    waiting = list(found)
    while waiting:
        for node in steps(waiting.pop()):
            if node not in found:
                found.add(node)
                waiting.append(node)
    return frozenset(found)


def _pairs(a: frozenset[str], b: frozenset[str]) -> set[tuple[str, str]]:
    if a is b:
        return set(combinations(sorted(a), 2))
    return {(min(x, y), max(x, y)) for x in a for y in b if x != y}
