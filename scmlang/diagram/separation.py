"""m-separation: which conditional independences a diagram implies.

A path is open given Z where each of its colliders (an inner node that two arrowheads meet at) is an
ancestor of Z, Z included, and none of its other inner nodes is in Z; X and Y are m-separated by Z where
no path between them is open (Richardson, Markov properties for acyclic directed mixed graphs,
Scandinavian Journal of Statistics 30, 2003). Without bidirected edges that is d-separation (Pearl,
Probabilistic Reasoning in Intelligent Systems, 1988). A distribution of the diagram then has X and Y
independent given Z; where they are not separated, some distribution of the diagram has them dependent.

The search follows Bayes-ball (Shachter, UAI 1998) as van der Zander, Liśkiewicz and Textor state it for
mixed graphs (Separators and adjustment sets in causal graphs, arXiv 1803.00116): each node is visited
at most twice, once by an arrowhead and once by a tail, so time is linear in nodes and edges.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from scmlang.diagram.diagram import Diagram

Link = Literal["->", "<-", "<->"]


@dataclass(frozen=True)
class OpenPath:
    """A path that is open given some nodes, the witness of a missing separation.

    Attributes:
        nodes: from a node of X to a node of Y, each once.
        links: the edges between them, one fewer, as they read from left to right.
        openers: each collider, with the given node nearest below it (or itself) that opens it.
    """

    nodes: tuple[str, ...]
    links: tuple[Link, ...]
    openers: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        """``B <- C -> D``."""
        steps = (f" {link} {node}" for link, node in zip(self.links, self.nodes[1:], strict=True))
        return self.nodes[0] + "".join(steps)


@dataclass(frozen=True, eq=False, slots=True)
class _Visit:
    """A node as the end of an open walk; ``head`` where its last edge has an arrowhead there."""

    node: str
    head: bool
    link: Link | None = None
    before: _Visit | None = None


def m_separated(diagram: Diagram, xs: Iterable[str], ys: Iterable[str], given: Iterable[str] = ()) -> bool:
    """Whether ``given`` m-separates ``xs`` from ``ys``: every path between them is blocked.

    Args:
        diagram: a mixed graph; latent nodes are nodes like any other, and may be in any of the sets.
        xs: some nodes.
        ys: some others. Where one of the two is empty, they are separated.
        given: the nodes conditioned on.

    Raises:
        ValueError: for a name that the diagram lacks, and for sets that overlap.
    """
    return connecting_path(diagram, xs, ys, given) is None


def connecting_path(
    diagram: Diagram, xs: Iterable[str], ys: Iterable[str], given: Iterable[str] = ()
) -> OpenPath | None:
    """A shortest path from ``xs`` to ``ys`` that is open given ``given``; None where they are m-separated.

    Of several shortest ones it is always the same one. Arguments and errors are those of :func:`m_separated`.
    """
    x, y, z = frozenset(xs), frozenset(ys), frozenset(given)
    _refuse(diagram, x, y, z)
    openers = _openers(diagram, z)
    waiting = deque(_Visit(node, head=False) for node in diagram.nodes if node in x)
    seen: set[tuple[str, bool]] = set()
    while waiting:
        visit = waiting.popleft()
        for link, node in _onward(diagram, visit, z, openers):
            step = _Visit(node, link != "<-", link, visit)
            if node in y:
                return _path(step, openers)
            if node not in x and (node, step.head) not in seen:
                seen.add((node, step.head))
                waiting.append(step)
    return None


def _refuse(diagram: Diagram, x: frozenset[str], y: frozenset[str], z: frozenset[str]) -> None:
    unknown = (x | y | z).difference(diagram.nodes)
    if unknown:
        raise ValueError(f"no node of the diagram: {', '.join(sorted(unknown))}")
    shared = x & y | x & z | y & z
    if shared:
        raise ValueError(f"in two of the sets: {', '.join(sorted(shared))}")


def _openers(diagram: Diagram, z: frozenset[str]) -> dict[str, str]:
    """Every ancestor of ``z``, with a member of ``z`` that is nearest below it."""
    found = {node: node for node in diagram.nodes if node in z}
    waiting = deque(found)
    while waiting:
        node = waiting.popleft()
        for parent in diagram.causes(node):
            if parent not in found:
                found[parent] = found[node]
                waiting.append(parent)
    return found


def _onward(
    diagram: Diagram, visit: _Visit, z: frozenset[str], openers: dict[str, str]
) -> Iterator[tuple[Link, str]]:
    """The edges by which an open walk goes on from its end."""
    node = visit.node
    passes = node not in z
    if passes:
        yield from (("->", child) for child in diagram.effects(node))
    if passes if not visit.head else node in openers:
        yield from (("<-", parent) for parent in diagram.causes(node))
        yield from (("<->", spouse) for spouse in diagram.linked(node))


def _path(end: _Visit, openers: dict[str, str]) -> OpenPath:
    """The walk to ``end``, which is a path.

    Were a node there twice, the part between its visits could be left out. The node would be a collider of
    the shorter walk only where arrowheads meet it on both sides; then it was one before, or the part between
    leaves it by an arrow and comes to a collider below it: either way it is an ancestor of Z. And it would be
    in Z and no collider only if one of its visits was. So a shortest walk visits no node twice.
    """
    visits = [end]
    while visits[-1].before is not None:
        visits.append(visits[-1].before)
    visits.reverse()
    links = tuple(visit.link for visit in visits if visit.link is not None)
    pairs = zip(visits[1:], links[1:], strict=False)
    colliders = (visit.node for visit, link in pairs if visit.head and link != "->")
    nodes = tuple(visit.node for visit in visits)
    return OpenPath(nodes, links, tuple((node, openers[node]) for node in colliders))
