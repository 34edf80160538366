"""Vertex separators of undirected graphs on integers: minimum ones, and all minimal ones."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise

from scmlang.diagram.bitgraph import Mask, bits


@dataclass(frozen=True, eq=False)
class Undirected:
    """An undirected graph with a source and a sink, each a set of nodes that is taken for one.

    Attributes:
        near: the neighbours of each node; nodes that are none of the graph have none and are nobody's.
        source, sink: two sets of nodes.
    """

    near: Sequence[Mask]
    source: Mask
    sink: Mask

    @property
    def is_joined(self) -> bool:
        """Whether an edge joins source and sink, so that nothing separates them."""
        return bool(self.around(self.source) & self.sink)

    def around(self, of: Mask) -> Mask:
        """The neighbours of a set."""
        found = 0
        for i in bits(of):
            found |= self.near[i]
        return found & ~of

    def reached(self, start: Mask, without: Mask) -> Mask:
        """``start`` and what paths that avoid ``without`` lead to."""
        found = waiting = start
        while waiting:
            low = waiting & -waiting
            waiting ^= low
            new = self.near[low.bit_length() - 1] & ~found & ~without
            found |= new
            waiting |= new
        return found

    def minimal(self) -> Iterator[Mask]:
        """Every inclusion-minimal separator, once; among those at hand the smallest comes first.

        Shen and Liang, Efficient enumeration of all minimal separators in a graph (Theoretical Computer
        Science 180, 1997): from the one nearest to the source each other one is reached by moving nodes of
        a separator to the source's side. Between two of them the graph is searched n times at most.
        """
        if self.is_joined:
            return
        first = self._nearest(self.source)
        seen = {first}
        waiting = [(first.bit_count(), first)]
        untouchable = self.around(self.sink)
        while waiting:
            _, separator = heappop(waiting)
            yield separator
            side = self.reached(self.source, separator)
            for i in bits(separator & ~untouchable):
                other = self._nearest(side | 1 << i)
                if other not in seen:
                    seen.add(other)
                    heappush(waiting, (other.bit_count(), other))

    def _nearest(self, side: Mask) -> Mask:
        """The minimal separator of a connected set and the sink that lies in the neighbourhood of the set."""
        border = self.around(side)
        return self.around(self.reached(self.sink, border)) & border

    def minimum(self) -> Mask | None:
        """A separator with fewest nodes; None where there is none."""
        return None if self.is_joined else _Flow(self).cut()


class _Flow:
    """Node-disjoint paths from source to sink, one more at a time; as many as a separator needs (Menger)."""

    def __init__(self, graph: Undirected) -> None:
        self.graph = graph
        self.after: dict[int, int] = {}  # the next node of the path that a node is on; -1 is the sink
        self.before: dict[int, int] = {}  # the one before; -1 is the source

    def cut(self) -> Mask:
        while self._augment():
            pass
        return self.entered & ~self.left

    def _augment(self) -> bool:
        """Find one more path, or leave the nodes that the search came into, and out of, for the cut."""
        graph = self.graph
        self.entered = self.left = 0
        came: dict[tuple[int, bool], tuple[int, bool]] = {}
        waiting: deque[tuple[int, bool]] = deque()

        def go(node: int, out: bool, origin: tuple[int, bool]) -> None:
            came[node, out] = origin
            waiting.append((node, out))
            if out:
                self.left |= 1 << node
            else:
                self.entered |= 1 << node

        start = (-1, True)
        for i in bits(graph.around(graph.source)):
            go(i, False, start)
        while waiting:
            state = node, out = waiting.popleft()
            if not out:
                if node not in self.before:
                    go(node, True, state)
                elif (above := self.before[node]) >= 0 and not self.left >> above & 1:
                    go(above, True, state)
                continue
            if graph.near[node] & graph.sink:
                self._take(state, came)
                return True
            if node in self.after and not self.entered >> node & 1:
                go(node, False, state)
            for i in bits(graph.near[node] & ~graph.source & ~graph.sink & ~self.entered):
                go(i, False, state)
        return False

    def _take(self, end: tuple[int, bool], came: dict[tuple[int, bool], tuple[int, bool]]) -> None:
        """Add the path that was found to the flow: what it goes back along is taken off it."""
        steps = [end]
        while steps[-1][0] >= 0:
            steps.append(came[steps[-1]])
        steps.reverse()
        added, removed = [(end[0], -1)], []
        for (a, a_out), (b, b_out) in pairwise(steps):
            if a_out and not b_out and a != b:
                added.append((a, b))
            elif not a_out and b_out and a != b:
                removed.append((b, a))
        flow = {*self.after.items(), *((a, b) for b, a in self.before.items())}
        flow = flow.difference(removed).union(added)
        self.after = {a: b for a, b in flow if a >= 0}
        self.before = {b: a for a, b in flow if b >= 0}
