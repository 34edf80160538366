"""The ID and IDC algorithms, complete for interventional distributions.

Shpitser and Pearl, Identification of Joint Interventional Distributions in Recursive Semi-Markovian Causal
Models, AAAI 2006, and Identification of Conditional Interventional Distributions, UAI 2006. The line numbers
in :class:`_ID` are those of figure 3 of the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scmlang.diagram.diagram import Diagram
from scmlang.diagram.separation import m_separated
from scmlang.identify.estimand import Conditional, Estimand, Quotient, marginal, product


@dataclass(frozen=True)
class Hedge:
    """Why an effect is not identifiable: two forests over one root set, one of which the intervention meets.

    Attributes:
        outer: the c-component of the larger one.
        inner: that of the smaller, which lies in it and outside of the intervention.
    """

    outer: tuple[str, ...]
    inner: tuple[str, ...]

    def __str__(self) -> str:
        return f"{{{', '.join(self.outer)}}} around {{{', '.join(self.inner)}}}"


def identify(
    diagram: Diagram, outcomes: Iterable[str], do: Iterable[str] = (), given: Iterable[str] = ()
) -> Estimand | Hedge:
    """P(outcomes | do(do), given) from the observed distribution, or the hedge that rules it out.

    Args:
        diagram: latent nodes are projected out first.
        outcomes: observed variables, at least one.
        do: those that are held.
        given: those that are conditioned on; the three do not overlap.

    Raises:
        ValueError: for names that overlap or are not observed.
    """
    y, x, z = frozenset(outcomes), frozenset(do), frozenset(given)
    graph = diagram.latent_projection()
    if not y or (y & x) or (y & z) or (x & z) or not (y | x | z) <= set(graph.nodes):
        raise ValueError("outcomes, interventions and conditions are different observed variables")
    return _idc(graph, y, x, z)


def _idc(graph: Diagram, y: frozenset[str], x: frozenset[str], z: frozenset[str]) -> Estimand | Hedge:
    for name in sorted(z):
        others = z - {name}
        if m_separated(_exchange(graph, x, name), y, [name], x | others):  # rule 2 of the do-calculus
            return _idc(graph, y, x | {name}, others)
    found = _ID(graph, y | z, x).run()
    if isinstance(found, Hedge) or not z:
        return found
    return Quotient(found, marginal(_sorted(graph, y), found))


def _exchange(graph: Diagram, x: frozenset[str], name: str) -> Diagram:
    """The diagram without arrows into ``x`` and without arrows out of ``name``."""
    cut = graph.mutilate(x)
    directed = (edge for edge in cut.directed if edge[0] != name)
    return Diagram.of(cut.nodes, directed, cut.bidirected, observed=cut.observed)


class _ID:
    def __init__(self, graph: Diagram, y: frozenset[str], x: frozenset[str]) -> None:
        self.y = y
        self.x = x
        self.graph = graph

    def run(self) -> Estimand | Hedge:
        order = self.graph.topological_order
        return self._id(self.y, self.x, Conditional(order), self.graph)

    def _id(self, y: frozenset[str], x: frozenset[str], p: Estimand, graph: Diagram) -> Estimand | Hedge:
        v = frozenset(graph.nodes)
        if not x:  # line 1
            return marginal(_sorted(graph, v - y), p)
        above = graph.ancestors(*y)
        if v != above:  # line 2
            return self._id(y, x & above, marginal(_sorted(graph, v - above), p), graph.subgraph(above))
        w = (v - x) - graph.mutilate(x).ancestors(*y)
        if w:  # line 3
            return self._id(y, x | w, p, graph)
        districts = graph.subgraph(v - x).c_components
        if len(districts) > 1:  # line 4
            parts: list[Estimand] = []
            for district in districts:
                part = self._id(district, v - district, p, graph)
                if isinstance(part, Hedge):
                    return part
                parts.append(part)
            return marginal(_sorted(graph, v - (y | x)), product(parts))
        (s,) = districts
        components = graph.c_components
        if len(components) == 1:  # line 5
            return Hedge(_sorted(graph, v), _sorted(graph, s))
        if s in components:  # line 6
            return marginal(_sorted(graph, s - y), product(_chain(p, graph, s)))
        outer = next(c for c in components if s < c)  # line 7
        return self._id(y, x & outer, product(_chain(p, graph, outer)), graph.subgraph(outer))


def _chain(p: Estimand, graph: Diagram, of: frozenset[str]) -> list[Estimand]:
    """P(v_i | all before v_i) for each v_i of some nodes, in the order of causes."""
    order = graph.topological_order
    return [_conditional(p, order, i) for i, name in enumerate(order) if name in of]


def _conditional(p: Estimand, order: tuple[str, ...], i: int) -> Estimand:
    if isinstance(p, Conditional):
        return Conditional((order[i],), (*order[:i], *p.given))
    return Quotient(marginal(order[i + 1 :], p), marginal(order[i:], p))


def _sorted(graph: Diagram, names: Iterable[str]) -> tuple[str, ...]:
    chosen = frozenset(names)
    return tuple(node for node in graph.topological_order if node in chosen)
