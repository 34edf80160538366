"""Covariate adjustment: the sets Z with P(y | do(x)) = Σ_z P(y | x, z) P(z).

The adjustment criterion is complete: Z has this property in every model of the diagram exactly where no
member of it is a descendant of a node, other than X, on a proper causal path from X to Y (a directed path
that X meets at its start alone), and Z blocks every other proper path (Shpitser, VanderWeele and Robins, On
the validity of covariate adjustment for estimating causal effects, UAI 2010). The second part is
m-separation in the proper back-door graph, which lacks the first edge of every proper causal path (van der
Zander, Liśkiewicz and Textor, arXiv 1803.00116). So adjustment sets are separators, and are found and
listed as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scmlang.diagram.bitgraph import BitGraph, Mask, bits
from scmlang.diagram.diagram import Diagram
from scmlang.diagram.separation import OpenPath, connecting_path
from scmlang.diagram.separators import Separators
from scmlang.identify.estimand import Conditional, Estimand, marginal, product

Names = frozenset[str]


class Adjustment:
    """The adjustment sets for the total effect of some variables on others.

    Args:
        graph: a diagram without latent nodes.
        x, y: two sets that do not overlap.
        include: what a set has to have.
        among: what it may have.
    """

    def __init__(self, graph: BitGraph, x: Mask, y: Mask, include: Mask = 0, among: Mask = -1) -> None:
        self.graph, self.x, self.y = graph, x, y
        self.causal = _on_causal_paths(graph, x, y)
        self.forbidden = graph.descendants(self.causal)
        self.separators = Separators(
            _proper_back_door_graph(graph, x, self.causal), x, y, include, among & ~self.forbidden
        )

    def canonical(self) -> Mask | None:
        """All ancestors of X and Y that may be adjusted for: an adjustment set where there is one."""
        return self.separators.any()

    def smallest(self) -> Mask | None:
        """A smallest adjustment set; if possible, one without descendants of X."""
        found = self.separators
        below = self.graph.descendants(self.x) & ~self.x
        least, outside = (
            Separators(found.graph, self.x, self.y, found.include, found.among & ~barred).minimum()
            for barred in (0, below)
        )
        if outside is not None and least is not None and outside.bit_count() == least.bit_count():
            return outside
        return least

    def is_back_door(self, z: Mask) -> bool:
        """Pearl's back-door criterion (Causality, 2009, definition 3.3.1).

        No member of z is a descendant of X, and z blocks every path that enters X.
        """
        if z & self.graph.descendants(self.x):
            return False
        return self.graph.cut(out_of=self.x).separated(self.x, self.y, z)

    def formula(self, z: Mask) -> Estimand:
        """Σ_z P(y | x, z) P(z)."""
        return adjusted(*map(self.graph.listed, (self.x, self.y, z)))


def adjusted(x: tuple[str, ...], y: tuple[str, ...], z: tuple[str, ...]) -> Estimand:
    """Σ_z P(y | x, z) P(z)."""
    if not z:
        return Conditional(y, x)
    return marginal(z, product([Conditional(y, (*x, *z)), Conditional(z)]))


def _on_causal_paths(graph: BitGraph, x: Mask, y: Mask) -> Mask:
    """The nodes outside of X on directed paths from X to Y that do not come back to X."""
    after = 0
    for i in bits(x):
        after |= graph.children[i]
    outside = graph.all & ~x
    return graph.descendants(after & outside, outside) & graph.ancestors(y, outside)


def _proper_back_door_graph(graph: BitGraph, x: Mask, causal: Mask) -> BitGraph:
    n = range(len(graph.names))
    return BitGraph(
        graph.names,
        tuple(graph.parents[i] & ~x if causal >> i & 1 else graph.parents[i] for i in n),
        tuple(graph.children[i] & ~causal if x >> i & 1 else graph.children[i] for i in n),
        graph.spouses,
    )


@dataclass(frozen=True)
class AdjustmentSets:
    """The adjustment sets of a diagram for one effect, by names; see :func:`adjustment_sets`."""

    x: tuple[str, ...]
    y: tuple[str, ...]
    search: Adjustment

    @property
    def harmful(self) -> tuple[str, ...]:
        """What is required and must not be adjusted for: what is on causal paths, and its effects."""
        return self.search.graph.listed(self.search.separators.include & self.search.forbidden)

    def canonical(self) -> Names | None:
        """All ancestors of X and Y that may be adjusted for; None where there is no adjustment set."""
        return self._named(self.search.canonical())

    def smallest(self) -> Names | None:
        """A smallest one."""
        return self._named(self.search.smallest())

    def minimal(self) -> Iterator[Names]:
        """Those that no part of is one as well, smaller ones first as far as they are known."""
        return (frozenset(self.search.graph.listed(z)) for z in self.search.separators.minimal())

    def all(self) -> Iterator[Names]:
        """Every one, smaller ones first."""
        return (frozenset(self.search.graph.listed(z)) for z in self.search.separators.all())

    def formula(self, z: Iterable[str]) -> Estimand:
        """Σ_z P(y | x, z) P(z)."""
        return self.search.formula(self.search.graph.mask(z))

    def open_path(self) -> OpenPath | None:
        """A path that is not causal and stays open; None where there is none, for one of two reasons.

        There is an adjustment set, or what is required cannot be adjusted for (:attr:`harmful`).
        """
        search = self.search.separators
        graph = search.graph
        if search.any() is not None:
            return None
        z = graph.ancestors(search.x | search.y | search.include) & search.among | search.include
        directed = [
            (graph.names[p], name) for i, name in enumerate(graph.names) for p in bits(graph.parents[i])
        ]
        joined = [
            (graph.names[s], name) for i, name in enumerate(graph.names) for s in bits(graph.spouses[i])
        ]
        return connecting_path(Diagram.of(graph.names, directed, joined), self.x, self.y, graph.listed(z))

    def _named(self, z: Mask | None) -> Names | None:
        return None if z is None else frozenset(self.search.graph.listed(z))


def adjustment_sets(
    diagram: Diagram,
    x: Iterable[str],
    y: Iterable[str],
    require: Iterable[str] = (),
    forbid: Iterable[str] = (),
) -> AdjustmentSets:
    """The adjustment sets for the total effect of ``x`` on ``y``.

    Args:
        diagram: latent nodes are projected out first, so no set has one.
        x, y: observed variables, none in both.
        require: what every set has to have.
        forbid: what none may have.

    Raises:
        KeyError: for a name that is not observed.
        ValueError: for names that overlap.
    """
    graph = BitGraph.of(diagram.latent_projection())
    causes, outcomes, wanted, barred = (graph.mask(names) for names in (x, y, require, forbid))
    if causes & outcomes or (causes | outcomes | barred) & wanted:
        raise ValueError("the sets overlap")
    search = Adjustment(graph, causes, outcomes, wanted, ~barred)
    return AdjustmentSets(graph.listed(causes), graph.listed(outcomes), search)
