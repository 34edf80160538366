"""C-factors in numbers: which Q[C] the known distributions determine, and what they are.

Q[C](c | pa) is the distribution of C under an intervention on everything else. A known distribution gives
that of each district of its diagram; summing out what causes nothing in it, and splitting what is left, gives
smaller ones (Tian and Pearl, On the testable implications of causal models with hidden variables, UAI 2002;
the sets that are reached so are the intrinsic sets of Richardson, Evans, Robins and Shpitser, Nested Markov
properties for acyclic directed mixed graphs, arXiv:1701.06686).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from scmlang.bounds.problem import Problem
from scmlang.bounds.sources import Array, Source
from scmlang.diagram.bitgraph import BitGraph, Mask, bits
from scmlang.identify.estimand import Conditional
from scmlang.identify.factors import chain


@dataclass(frozen=True, eq=False)
class CFactor:
    """Q[members] on an axis for each variable, of length 1 where it does not matter; NaN where unknown.

    ``implied`` says that it is only a sum of another one that is known.
    """

    members: Mask
    table: Array
    implied: bool = False


def c_factors(problem: Problem, sources: Iterable[Source]) -> list[CFactor]:
    """All that the sources determine, each source's own first."""
    found: list[CFactor] = []
    for source in sources:
        seen: set[Mask] = set()
        whole = problem.graph.all & ~source.held
        for district in problem.graph.districts(whole):
            _collect(problem.graph, district, _of_source(problem, source, district), False, seen, found)
    return found


def _collect(
    graph: BitGraph, members: Mask, table: Array, implied: bool, seen: set[Mask], found: list[CFactor]
) -> None:
    if members in seen:
        return
    seen.add(members)
    found.append(CFactor(members, table, implied))
    for i in bits(members):
        rest = members & ~(1 << i)
        if graph.children[i] & members or not rest:
            continue
        summed = table.sum(axis=i, keepdims=True)
        districts = graph.districts(rest)
        for district in districts:
            inner = summed if len(districts) == 1 else _split(graph, summed, rest, district)
            _collect(graph, district, inner, len(districts) == 1, seen, found)


def _of_source(problem: Problem, source: Source, district: Mask) -> Array:
    """Q of a district from the distribution itself, each factor given no more than it depends on."""
    graph = problem.graph
    links = chain(graph, graph.all & ~source.held, district, source.held)
    factors = [_conditional(graph, source, link.known) for link in links if link.known is not None]
    return _relevant(graph, district, _product(factors))


def _conditional(graph: BitGraph, source: Source, factor: Conditional) -> Array:
    of, given = graph.mask(map(str, factor.of)), graph.mask(map(str, factor.given))
    both = _marginal(source.table, ~(of | given | source.held))
    return _ratio(both, _marginal(both, of))


def _split(graph: BitGraph, table: Array, whole: Mask, district: Mask) -> Array:
    """Q of a district of a set from Q of the set (Tian and Pearl 2002, lemma 4)."""
    factors = []
    for i in bits(district):
        after = whole & ~((1 << i + 1) - 1)
        upto = _marginal(table, after)
        factors.append(_ratio(upto, _marginal(upto, 1 << i)))
    return _relevant(graph, district, _product(factors))


def _marginal(table: Array, gone: Mask) -> Array:
    axes = tuple(i for i in range(table.ndim) if gone >> i & 1)
    return np.asarray(table.sum(axis=axes, keepdims=True)) if axes else table


def _ratio(top: Array, bottom: Array) -> Array:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(top / np.where(bottom > 0, bottom, np.nan))


def _product(factors: list[Array]) -> Array:
    """The product in causal order; what follows on probability 0 does not matter."""
    found = factors[0]
    for factor in factors[1:]:
        found = np.asarray(np.where(found == 0, 0.0, found * factor))
    return found


def _relevant(graph: BitGraph, members: Mask, table: Array) -> Array:
    """Without the axes that a c-factor does not depend on; over these, data are averaged."""
    matters = members | graph.parents_of(members)
    axes = tuple(i for i in range(table.ndim) if not matters >> i & 1 and table.shape[i] > 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the mean of nothing but NaN
        return np.asarray(np.nanmean(table, axis=axes, keepdims=True)) if axes else table
