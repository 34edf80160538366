"""The mixed graph on integers: a set of nodes is one ``int``, bit i is the i-th node in causal order.

An operation takes a few steps on machine words for each node that it reaches. Every cause comes before its
effects, so walking through a set from its lowest bit is walking in causal order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from scmlang.diagram.diagram import Diagram

Mask = int


def bits(mask: Mask) -> Iterator[int]:
    """The members of a set, in causal order."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


@dataclass(frozen=True, eq=False)
class BitGraph:
    """An acyclic directed mixed graph over ``names``, which are in causal order.

    Attributes:
        names: the nodes.
        parents, children, spouses: for each node the set of its direct causes, its direct effects, and of
            those that it shares an unobserved cause with.
    """

    names: tuple[str, ...]
    parents: tuple[Mask, ...]
    children: tuple[Mask, ...]
    spouses: tuple[Mask, ...]

    @classmethod
    def of(cls, diagram: Diagram) -> BitGraph:
        """All nodes of a diagram, latent ones like any other."""
        names = diagram.topological_order
        place = {name: i for i, name in enumerate(names)}
        parents, children, spouses = ([0] * len(names) for _ in range(3))
        for tail, head in diagram.directed:
            children[place[tail]] |= 1 << place[head]
            parents[place[head]] |= 1 << place[tail]
        for a, b in diagram.bidirected:
            spouses[place[a]] |= 1 << place[b]
            spouses[place[b]] |= 1 << place[a]
        return cls(names, tuple(parents), tuple(children), tuple(spouses))

    @property
    def all(self) -> Mask:
        return (1 << len(self.names)) - 1

    @cached_property
    def place(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.names)}

    def mask(self, names: Iterable[str]) -> Mask:
        """The set of some names.

        Raises:
            KeyError: for a name that is none of the nodes.
        """
        place = self.place
        return sum({1 << place[name] for name in names})

    def listed(self, mask: Mask) -> tuple[str, ...]:
        """The names in a set, causes first."""
        return tuple(self.names[i] for i in bits(mask))

    def cut(self, into: Mask = 0, out_of: Mask = 0) -> BitGraph:
        """Without arrowheads into one set and without arrows out of another."""
        keep_heads, keep_tails = ~into, ~out_of
        n = range(len(self.names))
        return BitGraph(
            self.names,
            tuple(0 if into >> i & 1 else self.parents[i] & keep_tails for i in n),
            tuple(0 if out_of >> i & 1 else self.children[i] & keep_heads for i in n),
            tuple(0 if into >> i & 1 else self.spouses[i] & keep_heads for i in n),
        )

    # --- kinship, in the subgraph over ``within``

    def ancestors(self, of: Mask, within: Mask = -1, stop: Mask = 0) -> Mask:
        """``of`` and all that causes it; what is above a member of ``stop`` does not count."""
        found = of & within
        waiting = found & ~stop
        while waiting:
            top = waiting.bit_length() - 1
            waiting ^= 1 << top
            new = self.parents[top] & within & ~found
            found |= new
            waiting |= new & ~stop
        return found

    def descendants(self, of: Mask, within: Mask = -1, stop: Mask = 0) -> Mask:
        """``of`` and all that it causes; what is below a member of ``stop`` does not count."""
        found = of & within
        waiting = found & ~stop
        while waiting:
            low = waiting & -waiting
            waiting ^= low
            new = self.children[low.bit_length() - 1] & within & ~found
            found |= new
            waiting |= new & ~stop
        return found

    def district(self, of: Mask, within: Mask = -1) -> Mask:
        """``of`` and all that bidirected paths join to it."""
        found = waiting = of & within
        while waiting:
            low = waiting & -waiting
            waiting ^= low
            new = self.spouses[low.bit_length() - 1] & within & ~found
            found |= new
            waiting |= new
        return found

    def districts(self, within: Mask) -> list[Mask]:
        """The c-components of the subgraph over a set, by their first member."""
        found: list[Mask] = []
        while within:
            found.append(self.district(within & -within, within))
            within &= ~found[-1]
        return found

    def parents_of(self, of: Mask) -> Mask:
        """The direct causes of any member of a set."""
        found = 0
        for i in bits(of):
            found |= self.parents[i]
        return found

    # --- m-separation

    def reached(self, start: Mask, given: Mask) -> Mask:
        """The nodes outside of ``given`` that an open path leads to from ``start``, ``start`` included."""
        openers = self.ancestors(given)
        by_tail, by_head = start, 0
        tails, heads = start, 0
        while tails or heads:
            if tails:
                low = tails & -tails
                tails ^= low
                i = low.bit_length() - 1
                if low & given:
                    continue
                up, down = self.parents[i], self.children[i] | self.spouses[i]
            else:
                low = heads & -heads
                heads ^= low
                i = low.bit_length() - 1
                up = self.parents[i] if low & openers else 0
                down = self.spouses[i] if low & openers else 0
                down |= 0 if low & given else self.children[i]
            tails |= up & ~by_tail
            by_tail |= up
            heads |= down & ~by_head
            by_head |= down
        return (by_tail | by_head) & ~given

    def separated(self, x: Mask, y: Mask, given: Mask = 0) -> bool:
        """Whether ``given`` m-separates two sets; the three do not overlap."""
        return not self.reached(x, given) & y
