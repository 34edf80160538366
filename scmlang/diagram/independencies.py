"""The conditional independencies that a diagram implies among its observed variables.

Three lists of statements X ⊥ Y | Z:

* :attr:`Basis.LOCAL`, the ordered local Markov property: few statements from which all m-separations follow
by
  the semi-graphoid axioms, hence in every distribution. Without bidirected edges there is at most one for
  each variable: it is independent of those before it given its parents.
* :attr:`Basis.PAIRS`: for every pair that some set separates one smallest such set. Small sets to condition
  on make sharp tests, one for each edge whose absence has a consequence; the other m-separations need not
  follow.
* :attr:`Basis.ALL`: every pair with every set that separates it. Two sets of variables are m-separated where
  all pairs of their members are.

What a mixed graph says beyond these (a Verma constraint, a deterministic equation) is no m-separation and in
none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import islice

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagram.bitgraph import BitGraph, Mask, bits
from scmlang.diagram.diagram import Diagram
from scmlang.diagram.separators import Separators
from scmlang.limits import LIMITS


@dataclass(frozen=True)
class ConditionalIndependence:
    """``left`` ⊥ ``right`` | ``given``: jointly, where ``right`` are several."""

    left: str
    right: tuple[str, ...]
    given: tuple[str, ...]

    def __str__(self) -> str:
        """As an assertion of the language claims it: ``independent(X, {Y, W} | Z)``."""
        right = self.right[0] if len(self.right) == 1 else "{" + ", ".join(self.right) + "}"
        given = f" | {', '.join(self.given)}" if self.given else ""
        return f"independent({self.left}, {right}{given})"


class Basis(Enum):
    """Which of the implied independencies are listed."""

    LOCAL = "local"
    PAIRS = "pairs"
    ALL = "all"


Statement = tuple[int, Mask, Mask]


def independencies(diagram: Diagram, basis: Basis = Basis.LOCAL) -> tuple[ConditionalIndependence, ...]:
    """The independencies among the observed nodes that a diagram implies.

    The left side is behind the right one in the order of causes; statements are ordered by it.

    Args:
        diagram: a mixed graph; what is not observed is projected out.
        basis: which ones are listed.

    Raises:
        ScmError: E300 where they are more than ``LIMITS.independencies``, of pairs excepted.
    """
    graph = BitGraph.of(diagram.latent_projection())
    most = LIMITS.independencies
    found = list(_LISTS[basis](graph) if basis is Basis.PAIRS else islice(_LISTS[basis](graph), most + 1))
    if len(found) > most and basis is not Basis.PAIRS:
        message = f"the diagram implies more than {most} independencies"
        helps = (
            "list one for each missing edge with `--pairs`, or test them with `--basis pairs`",
            f"or raise the bound: `--limit independencies={10 * most}`",
        )
        raise ScmError([Diagnostic("E300", message, helps=helps)])
    names = graph.names
    return tuple(
        ConditionalIndependence(names[x], graph.listed(y), graph.listed(z)) for x, y, z in found if y
    )


def without_edge(diagram: Diagram, x: str, y: str) -> ConditionalIndependence | None:
    """What the diagram would imply of two adjacent observed nodes, were they not: with a smallest separator.

    None where the diagram without the edges between the two implies no independence of them either.
    """
    projected = diagram.latent_projection()
    ends = {x, y}
    cut = Diagram.of(
        projected.nodes,
        (edge for edge in projected.directed if set(edge) != ends),
        (edge for edge in projected.bidirected if set(edge) != ends),
    )
    graph = BitGraph.of(cut)
    found = _separated_pair(graph, *sorted((graph.place[x], graph.place[y])))
    if found is None:
        return None
    left, right, given = found
    return ConditionalIndependence(graph.names[left], graph.listed(right), graph.listed(given))


def _local(graph: BitGraph) -> Iterator[Statement]:
    """X ⊥ S ∖ M | M ∖ X for each X and each c-component C of X in an ancestral set of X and earlier nodes.

    M is C and its parents, and S the largest ancestral set in which C is the c-component of X: all but what
    spouses of C outside of M cause. Richardson, Markov properties for acyclic directed mixed graphs
    (Scandinavian Journal of Statistics 30, 2003); Jeong, Ejaz, Tian and Bareinboim, Testing causal models
    with hidden variables in polynomial delay via conditional independencies (arXiv 2409.14593).

    A statement with nothing on its right is given too, so that the work is bounded by what is given.
    """
    for x in range(len(graph.names)):
        for component, whole in _components(graph, x):
            blanket = component | graph.parents_of(component)
            yield x, whole & ~blanket, blanket & ~(1 << x)


def _components(graph: BitGraph, x: int) -> Iterator[tuple[Mask, Mask]]:
    """Every c-component of ``x`` in ancestral sets of it and earlier nodes, with the largest such set.

    From the largest ancestral set the others are reached by taking out a member of the c-component, which is
    no ancestor of ``x``, with all that it causes: any smaller c-component lacks one of the members.
    """
    up_to = (1 << (x + 1)) - 1
    fixed = graph.ancestors(1 << x)
    first = graph.district(1 << x, up_to)
    seen, waiting = {first}, [first]
    while waiting:
        component = waiting.pop()
        blanket = component | graph.parents_of(component)
        spouses = 0
        for i in bits(component):
            spouses |= graph.spouses[i]
        whole = up_to & ~graph.descendants(spouses & ~blanket & up_to, up_to)
        yield component, whole
        for i in bits(component & ~fixed):
            smaller = graph.district(1 << x, whole & ~graph.descendants(1 << i, up_to))
            if smaller not in seen:
                seen.add(smaller)
                waiting.append(smaller)


def _pairs(graph: BitGraph) -> Iterator[Statement]:
    for later in range(len(graph.names)):
        for earlier in range(later):
            found = _separated_pair(graph, earlier, later)
            if found is not None:
                yield found


def _separated_pair(graph: BitGraph, earlier: int, later: int) -> Statement | None:
    separator = Separators(graph, 1 << earlier, 1 << later).minimum()
    return None if separator is None else (later, 1 << earlier, separator)


def _all(graph: BitGraph) -> Iterator[Statement]:
    for later in range(len(graph.names)):
        for earlier in range(later):
            for separator in Separators(graph, 1 << earlier, 1 << later).all():
                yield later, 1 << earlier, separator


_LISTS: dict[Basis, Callable[[BitGraph], Iterator[Statement]]] = {
    Basis.LOCAL: _local,
    Basis.PAIRS: _pairs,
    Basis.ALL: _all,
}
