"""Hedges and thickets: what makes an effect unidentifiable, as a part of the diagram that can be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scmlang.diagram.bitgraph import BitGraph, Mask, bits
from scmlang.identify.result import Edge, Region, listed


@dataclass(frozen=True)
class Hedge:
    """Two C-forests over one root set, of which the intervention meets the larger alone.

    Both are joined by bidirected edges, and every node of theirs but a root has one child in them. Two models
    with such a diagram can agree on all that is observed and differ under the intervention (Shpitser and
    Pearl, Identification of Joint Interventional Distributions in Recursive Semi-Markovian Causal Models,
    AAAI 2006, definition 6 and theorem 4).

    Attributes:
        outer: the nodes of the larger one.
        inner: those of the smaller, which lies in it and outside of the intervention.
        roots: those of ``inner`` without an effect in it.
        directed: the edges of the larger forest.
        bidirected: its edges as sorted pairs.
    """

    outer: tuple[str, ...]
    inner: tuple[str, ...]
    roots: tuple[str, ...] = ()
    directed: frozenset[Edge] = frozenset()
    bidirected: frozenset[Edge] = frozenset()

    def __str__(self) -> str:
        return f"the hedge {{{', '.join(self.outer)}}} around {{{', '.join(self.inner)}}}"

    def to_json(self) -> dict[str, Any]:
        """``{"kind": "hedge", …}``."""
        return {
            "kind": "hedge",
            "outer": list(self.outer),
            "inner": list(self.inner),
            "roots": list(self.roots),
            "directed": sorted(map(list, self.directed)),
            "bidirected": sorted(map(list, self.bidirected)),
        }

    def regions(self) -> tuple[Region, ...]:
        """The larger forest, and the smaller."""
        outer, inner = frozenset(self.outer), frozenset(self.inner)
        small = (frozenset(e for e in es if inner.issuperset(e)) for es in (self.directed, self.bidirected))
        return (
            Region("outer forest of the hedge", outer, self.directed, self.bidirected),
            Region("inner forest of the hedge", inner, *small),
        )


@dataclass(frozen=True)
class Thicket:
    """One c-component that none of several sources of data determines, observation or an experiment.

    Each source of data is ruled out by a hedge of its own around the component, or because the experiment
    holds a part of the component itself (Lee, Correa and Bareinboim, General Identifiability with Arbitrary
    Surrogate Experiments, UAI 2019).

    Attributes:
        inner: the c-component.
        hedges: for each source, by the variables that it holds, the hedge; None where it holds some of
            ``inner``.
    """

    inner: tuple[str, ...]
    hedges: tuple[tuple[tuple[str, ...], Hedge | None], ...]

    def __str__(self) -> str:
        words = []
        for do, hedge in self.hedges:
            source = f"under do({', '.join(do)})" if do else "in observation"
            inside = listed(set(do) & set(self.inner))
            words.append(f"{source} {hedge or f'{inside} is held'}")
        return f"the thicket of {{{', '.join(self.inner)}}}: {'; '.join(words)}"

    def to_json(self) -> dict[str, Any]:
        """``{"kind": "thicket", …}``."""
        hedges = [{"do": list(do), "hedge": h.to_json() if h else None} for do, h in self.hedges]
        return {"kind": "thicket", "inner": list(self.inner), "hedges": hedges}

    def regions(self) -> tuple[Region, ...]:
        """Those of the first hedge, which is that of observation where there is any."""
        return next((hedge.regions() for _, hedge in self.hedges if hedge), ())


def make_hedge(graph: BitGraph, outer: Mask, inner: Mask) -> Hedge:
    """The hedge of a c-component in which everything is an ancestor of a smaller one.

    Args:
        graph: the diagram.
        outer: joined by bidirected edges, all of it ancestors of ``inner`` within ``outer``.
        inner: a part of it that bidirected edges join as well.
    """
    roots = sum(1 << i for i in bits(inner) if not graph.children[i] & inner)
    forest = {(graph.names[i], graph.names[_child(graph, i, inner)]) for i in bits(inner & ~roots)}
    below = inner
    while below != outer:  # every node is joined to one that leads to the inner forest already
        near = [i for i in bits(outer & ~below) if graph.children[i] & below]
        forest |= {(graph.names[i], graph.names[_child(graph, i, below)]) for i in near}
        below |= sum(1 << i for i in near)
    tree = _tree(graph, inner & -inner, inner)
    tree |= _tree(graph, inner, outer)
    return Hedge(
        graph.listed(outer), graph.listed(inner), graph.listed(roots), frozenset(forest), frozenset(tree)
    )


def _child(graph: BitGraph, node: int, among: Mask) -> int:
    return next(bits(graph.children[node] & among))


def _tree(graph: BitGraph, start: Mask, within: Mask) -> set[Edge]:
    """Bidirected edges that join everything within a set to ``start``, no more than needed."""
    found: set[Edge] = set()
    joined = waiting = start
    while waiting:
        low = waiting & -waiting
        waiting ^= low
        i = low.bit_length() - 1
        new = graph.spouses[i] & within & ~joined
        ends = ((graph.names[i], graph.names[j]) for j in bits(new))
        found |= {(min(pair), max(pair)) for pair in ends}
        joined |= new
        waiting |= new
    return found
