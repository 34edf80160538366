"""C-factors: Q[C], the distribution of a c-component under an intervention on everything else.

Over a causal order, Q[C] is a product of one factor a variable v, normalised over v, and it can be had from
the distribution where C is a c-component (Tian and Pearl, A general identification condition for causal
effects, AAAI 2002; On the testable implications of causal models with hidden variables, UAI 2002, lemmas 2
to 4). Identification takes Q of larger sets to Q of smaller ones. A factor here is held as the few factors it
is made of, so that what cancels is never written, and a variable whose sum is 1 is never summed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from scmlang.diagram.bitgraph import BitGraph, Mask, bits
from scmlang.identify.estimand import Conditional, Estimand, Quotient, marginal, product


@dataclass(frozen=True, eq=False, slots=True)
class Sum:
    """Σ over ``over`` of the product of ``links``; 1 where there are none."""

    links: tuple[Link, ...]
    over: Mask = 0

    @property
    def key(self) -> tuple[tuple[int, ...], Mask]:
        """Equal for two sums of the same factors."""
        return tuple(id(link) for link in self.links), self.over


@dataclass(frozen=True, eq=False, slots=True)
class Link:
    """The factor of one variable in a c-factor; over that variable it sums to 1.

    Attributes:
        node: the variable.
        free: the variables that the factor is a function of, ``node`` included.
        known: the distribution that it is, or None where it is ``top / bottom``.
    """

    node: int
    free: Mask
    known: Conditional | None = None
    top: Sum = Sum(())
    bottom: Sum = Sum(())


def chain(graph: BitGraph, whole: Mask, component: Mask, do: Mask = 0) -> tuple[Link, ...]:
    """Q[component] in the subgraph over ``whole``, of which it is a c-component.

    Args:
        graph: the diagram.
        whole: an ancestral set of the diagram under do(do), which is without the members of ``do``.
        component: a c-component of the subgraph over it.
        do: what the experiment holds whose distribution is taken.

    Returns:
        P(v | t, do) for each v in causal order, t being the part of the component that bidirected paths
        among v and what comes before join to v, with the parents of all these: given t, v is independent
        of everything else before it.
    """
    held = graph.listed(do)
    joined: list[tuple[Mask, Mask]] = []  # the districts of what came before, with their parents
    found: list[Link] = []
    for i in bits(component):
        one, above = 1 << i, graph.parents[i]
        apart = []
        for district, parents in joined:
            if district & graph.spouses[i]:
                one, above = one | district, above | parents
            else:
                apart.append((district, parents))
        joined = [*apart, (one, above)]
        given = (one | above) & whole & ~(1 << i)
        factor = Conditional((graph.names[i],), graph.listed(given), held)
        found.append(Link(i, given | 1 << i | do, factor))
    return tuple(found)


def narrowed(links: Sequence[Link], gone: Mask, keep: Mask) -> tuple[Link, ...]:
    """The factors of Q[keep] from those of a larger Q.

    Args:
        links: the factors of Q[C] in causal order.
        gone: the part of C that is summed out, the rest being ancestral in C.
        keep: a c-component of that rest.

    Returns:
        For each v of ``keep``, Σ_gone Π_{w ≤ v} / Σ_gone Π_{w < v} (Tian and Pearl, lemma 4).
    """
    mentions: dict[int, Mask] = {}
    for position, link in enumerate(links):
        for r in bits(link.free & gone):
            mentions[r] = mentions.get(r, 0) | 1 << position
    found: list[Link] = []
    for position, link in enumerate(links):
        if keep >> link.node & 1:
            near = _connected(links, mentions, position)
            top = without_ones([links[p] for p in bits(near)], gone)
            bottom = without_ones([links[p] for p in bits(near & ~(1 << position))], gone)
            found.append(link if top.links == (link,) and not top.over else _ratio(link, top, bottom))
    return tuple(found)


def _connected(links: Sequence[Link], mentions: dict[int, Mask], position: int) -> Mask:
    """The factors up to one that variables which are summed out join to it; the others cancel."""
    before = (1 << position + 1) - 1
    found = waiting = 1 << position
    summed = 0
    while waiting:
        low = waiting & -waiting
        waiting ^= low
        new = 0
        for r in bits(links[low.bit_length() - 1].free & ~summed):
            new |= mentions.get(r, 0)
        summed |= links[low.bit_length() - 1].free
        new &= before & ~found
        found |= new
        waiting |= new
    return found


def _ratio(link: Link, top: Sum, bottom: Sum) -> Link:
    free = 0
    for one in top.links:
        free |= one.free
    return Link(link.node, free & ~top.over | 1 << link.node, None, top, bottom)


def without_ones(links: Sequence[Link], over: Mask) -> Sum:
    """The sum over some variables; a factor whose variable is in no other one sums to 1 and is left out."""
    times: Counter[int] = Counter()
    for link in links:
        times.update(bits(link.free & over))
    kept = []
    for link in sorted(links, key=lambda one: one.node, reverse=True):
        if over >> link.node & 1 and times[link.node] == 1:
            times.subtract(bits(link.free & over))
        else:
            kept.append(link)
    left = sum(1 << i for i, count in times.items() if count > 0)
    return Sum(tuple(reversed(kept)), left)


def conditioned(links: Sequence[Link], over: Mask, of: Mask) -> tuple[Sum, Sum]:
    """``Σ_over Π`` and ``Σ_{over, of} Π`` without the factors that both have: P(of | rest) as a quotient."""
    summed = over | of
    near: list[Link] = []
    reach, grown = of, 0
    waiting = list(links)
    while reach != grown:
        grown = reach
        here = [link for link in waiting if link.free & grown]
        waiting = [link for link in waiting if not link.free & grown]
        near += here
        for link in here:
            reach |= link.free & summed
    return without_ones(near, over), without_ones(near, summed)


def write_sum(graph: BitGraph, total: Sum) -> Estimand:
    """The sum as an estimand."""
    return marginal(graph.listed(total.over), write(graph, total.links))


def write(graph: BitGraph, links: Sequence[Link]) -> Estimand:
    """The product of some factors as an estimand; sums above and below the line that are the same cancel."""
    factors: list[Estimand] = [link.known for link in links if link.known is not None]
    ratios = [link for link in links if link.known is None]
    above, below = Counter(r.top.key for r in ratios), Counter(r.bottom.key for r in ratios)
    top = _left([r.top for r in ratios], below)
    bottom = _left([r.bottom for r in ratios], above)
    upper = product([write_sum(graph, total) for total in top])
    if not bottom:
        return product([*factors, upper]) if top else product(factors)
    return product([*factors, Quotient(upper, product([write_sum(graph, total) for total in bottom]))])


def _left(sums: Sequence[Sum], cancelled: Counter[tuple[tuple[int, ...], Mask]]) -> list[Sum]:
    left = []
    for total in sums:
        if not total.links:
            continue
        if cancelled[total.key] > 0:
            cancelled[total.key] -= 1
        else:
            left.append(total)
    return left
