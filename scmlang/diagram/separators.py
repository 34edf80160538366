"""m-separators: which sets of nodes make two others independent, the smallest, the minimal, all of them.

Van der Zander, Liśkiewicz and Textor, Separators and adjustment sets in causal graphs: Complete criteria and
an algorithmic framework (arXiv 1803.00116). Where a set Z with I ⊆ Z ⊆ R m-separates X from Y, a part of it
in An(X ∪ Y ∪ I) does, and that is one that separates them in the augmented graph over these ancestors: the
undirected graph that joins what a path of colliders joins. Nodes outside of R are taken out
of that graph with their neighbours joined to each other; those in I are taken out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush

from scmlang.diagram.bitgraph import BitGraph, Mask, bits
from scmlang.diagram.cuts import Undirected
from scmlang.diagram.diagram import Diagram


class Separators:
    """The sets Z with ``include`` ⊆ Z ⊆ ``among`` that m-separate ``x`` from ``y``.

    Args:
        graph: a mixed graph.
        x, y: two sets that do not overlap.
        include: what Z has to have.
        among: what it may have; members of ``x`` and ``y`` do not count.
    """

    def __init__(self, graph: BitGraph, x: Mask, y: Mask, include: Mask = 0, among: Mask = -1) -> None:
        self.graph, self.x, self.y = graph, x, y
        self.include = include
        self.among = among & graph.all & ~(x | y)

    def any(self) -> Mask | None:
        """An(X ∪ Y ∪ I) ∩ R, which is a separator where there is one, in linear time."""
        if self.include & ~self.among:
            return None
        z = self.graph.ancestors(self.x | self.y | self.include) & self.among
        return z if self.graph.separated(self.x, self.y, z) else None

    def nearest(self) -> Mask | None:
        """A minimal separator, in linear time: of any one what X reaches, and of that what Y reaches."""
        z = self.any()
        if z is None:
            return None
        for side in (self.x, self.y):
            z = z & (self._touched(side, z) | self.include)
        return z

    def _touched(self, start: Mask, z: Mask) -> Mask:
        """The members of z that some path reaches whose other nodes are outside of z."""
        near = self._augmented().near
        found = waiting = start
        while waiting:
            low = waiting & -waiting
            waiting ^= low
            new = near[low.bit_length() - 1] & ~found
            found |= new
            waiting |= new & ~z
        return found & z

    def minimum(self) -> Mask | None:
        """A separator of the least size."""
        if self.any() is None:
            return None
        found = self._bridged().minimum()
        return None if found is None else found | self.include

    def minimal(self) -> Iterator[Mask]:
        """Every separator from which nothing but ``include`` can be left out, in polynomial time each."""
        if self.any() is None:
            return
        for found in self._bridged().minimal():
            yield found | self.include

    def all(self) -> Iterator[Mask]:
        """Every separator, the smaller ones first, in polynomial time each.

        The smallest is found; the others are parted by the first node in which they differ from it, and the
        smallest of each part is found (Lawler, Management Science 18, 1972).
        """
        waiting: list[tuple[int, Mask, Mask, Mask]] = []

        def consider(include: Mask, among: Mask) -> None:
            found = Separators(self.graph, self.x, self.y, include, among).minimum()
            if found is not None:
                heappush(waiting, (found.bit_count(), found, include, among))

        consider(self.include, self.among)
        while waiting:
            _, found, include, among = heappop(waiting)
            yield found
            for i in bits(found & ~include):
                consider(include, among & ~(1 << i))
                include |= 1 << i
            for i in bits(among & ~found):
                consider(include | 1 << i, among)
                among &= ~(1 << i)

    def _augmented(self) -> Undirected:
        """The augmented graph over the ancestors, in which separation is that of undirected graphs."""
        graph = self.graph
        within = graph.ancestors(self.x | self.y | self.include)
        near = [0] * len(graph.names)
        for district in graph.districts(within):
            clique = district | graph.parents_of(district)
            for i in bits(clique):
                near[i] |= clique
        return Undirected([n & ~(1 << i) for i, n in enumerate(near)], self.x, self.y)

    def _bridged(self) -> Undirected:
        """The augmented graph without what a separator has anyway and without what it must not have."""
        whole = self._augmented()
        ends = self.x | self.y
        left = self.graph.ancestors(ends | self.include) & ~self.include
        barred = left & ~self.among & ~ends
        near = [n & left for n in whole.near]
        while barred:
            part = _component(near, barred)
            barred &= ~part
            around = 0
            for i in bits(part):
                around |= near[i]
            around &= ~part
            for i in bits(around):
                near[i] = (near[i] | around) & ~part & ~(1 << i)
        return Undirected([n if left >> i & 1 else 0 for i, n in enumerate(near)], self.x, self.y)


def _component(near: list[Mask], within: Mask) -> Mask:
    found = waiting = within & -within
    while waiting:
        low = waiting & -waiting
        waiting ^= low
        new = near[low.bit_length() - 1] & within & ~found
        found |= new
        waiting |= new
    return found


def minimum_separator(
    diagram: Diagram,
    xs: Iterable[str],
    ys: Iterable[str],
    include: Iterable[str] = (),
    among: Iterable[str] | None = None,
) -> frozenset[str] | None:
    """A smallest set that m-separates ``xs`` from ``ys``; None where there is none.

    Args:
        diagram: a mixed graph.
        xs, ys: two sets of nodes that do not overlap.
        include: what the set has to have.
        among: what it may have: the observed nodes by default.

    Raises:
        KeyError: for a name that the diagram lacks.
        ValueError: for sets that overlap.
    """
    found = _named(diagram, xs, ys, include, among)
    least = found.minimum()
    return None if least is None else frozenset(found.graph.listed(least))


def minimal_separators(
    diagram: Diagram,
    xs: Iterable[str],
    ys: Iterable[str],
    include: Iterable[str] = (),
    among: Iterable[str] | None = None,
) -> Iterator[frozenset[str]]:
    """Every set that m-separates ``xs`` from ``ys`` and no part of which, with ``include``, does.

    Arguments and errors are those of :func:`minimum_separator`.
    """
    found = _named(diagram, xs, ys, include, among)
    return (frozenset(found.graph.listed(mask)) for mask in found.minimal())


def _named(
    diagram: Diagram,
    xs: Iterable[str],
    ys: Iterable[str],
    include: Iterable[str],
    among: Iterable[str] | None,
) -> Separators:
    graph = BitGraph.of(diagram)
    x, y, wanted = (graph.mask(names) for names in (xs, ys, include))
    if x & y or (x | y) & wanted:
        raise ValueError("the sets overlap")
    return Separators(graph, x, y, wanted, graph.mask(diagram.observed if among is None else among))
