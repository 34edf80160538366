"""Queries that name what no data show: latent variables, and exogenous ones that the file names.

Needs a model with equations, whose hidden causes are all among its variables.
"""

from __future__ import annotations

from collections.abc import Iterable

from scmlang.diagram.bitgraph import BitGraph, bits
from scmlang.semantics.model import CausalModel, Role


def hidden_names(names: Iterable[str], model: CausalModel) -> list[str]:
    """Those of the names that are not observed, in the order of declaration."""
    wanted = set(names)
    return [n for n, v in model.variables.items() if n in wanted and v.role is not Role.OBSERVED]


def hidden_that_matter(
    model: CausalModel, asked: Iterable[str], do: Iterable[str], given: Iterable[str]
) -> frozenset[str]:
    """The hidden variables without which P(asked | do(do), given) is another distribution.

    Those are left out that rule 1 or rule 3 of the do-calculus lets go (Pearl, Causality, 2009, theorem
    3.4.1), one after the other. Where one is left, the query is not identifiable: in some model of the
    diagram it depends on the value of that variable, and the values of a hidden variable can be exchanged
    without a trace in any data.
    """
    graph = full_graph(model)
    y, x, z = map(graph.mask, (asked, do, given))
    hidden = graph.mask(hidden_names((*asked, *do, *given), model))
    for i in bits(z & hidden):
        one = 1 << i
        if graph.cut(into=x).separated(y, one, x | z & ~one):
            z &= ~one
    for i in bits(x & hidden):
        one = 1 << i
        rest = x & ~one
        above = graph.cut(into=rest).ancestors(z)
        if graph.cut(into=rest if above & one else x).separated(y, one, rest | z):
            x = rest
    return frozenset(graph.listed((y | x | z) & hidden))


def full_graph(model: CausalModel) -> BitGraph:
    """The graph over all variables, exogenous ones included, which stand for the arcs that they make."""
    names = model.topological_order
    place = {name: i for i, name in enumerate(names)}
    parents, children, spouses = ([0] * len(names) for _ in range(3))
    for name, causes in model.parents.items():
        for cause in causes:
            parents[place[name]] |= 1 << place[cause]
            children[place[cause]] |= 1 << place[name]
    exogenous = {variable.name for variable in model.exogenous}
    for a, b in model.confounded:
        if not exogenous.intersection(model.parents[a]).intersection(model.parents[b]):
            spouses[place[a]] |= 1 << place[b]
            spouses[place[b]] |= 1 << place[a]
    return BitGraph(names, tuple(parents), tuple(children), tuple(spouses))
