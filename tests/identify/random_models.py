"""Random positive models of a diagram with explicit hidden causes, and what is true in them.

Truth comes from the truncated factorisation, summed over the hidden causes (Pearl, Causality, 2009, equation
3.10): nothing of :mod:`scmlang.identify` is used.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, permutations, product

import numpy as np
from numpy.typing import NDArray

from scmlang.diagram import Diagram
from scmlang.identify.estimand import At, Estimand, Table, evaluate

Array = NDArray[np.float64]
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


class RandomModel:
    """Binary variables; one binary hidden cause for every bidirected edge; every probability in [0.1, 0.9].

    It is one of the ``Distributions`` that estimands are evaluated in, with every experiment at hand.
    """

    exact = False

    def __init__(self, diagram: Diagram, rng: np.random.Generator) -> None:
        self.names = diagram.topological_order
        arcs = sorted(diagram.bidirected)
        axis = {name: LETTERS[i] for i, name in enumerate((*self.names, *map(str, arcs)))}
        self.axes = "".join(axis[name] for name in self.names)
        self.hidden = [(axis[str(arc)], self._table(rng, 0)) for arc in arcs]
        self.factors: dict[str, tuple[str, Array]] = {}
        for name in self.names:
            causes = "".join(axis[parent] for parent in sorted(diagram.parents(name)))
            causes += "".join(axis[str(arc)] for arc in arcs if name in arc)
            self.factors[name] = (causes + axis[name], self._table(rng, len(causes)))
        self.known: dict[frozenset[str], Array] = {}

    @staticmethod
    def _table(rng: np.random.Generator, causes: int) -> Array:
        one = rng.uniform(0.1, 0.9, (2,) * causes)
        return np.stack([1 - one, one], -1)

    def under(self, do: Iterable[str]) -> Array:
        """P(V \\ do | do(do)) on an axis for each variable, those of ``do`` running through what is held."""
        held = frozenset(do)
        if held not in self.known:
            used = [*self.hidden, *(self.factors[n] for n in self.names if n not in held)]
            ones = [(letter, np.ones(2)) for letter in self.axes]
            parts = [*used, *ones]
            spec = ",".join(axes for axes, _ in parts) + "->" + self.axes
            self.known[held] = np.einsum(spec, *(table for _, table in parts), optimize="greedy")
        return self.known[held]

    def effect(self, y: Sequence[str], x: Sequence[str], z: Sequence[str] = ()) -> Table:
        """P(y | do(x), z) on axes for y, x and z."""
        joint = self.joint((*y, *z), tuple(x))
        table = joint.on((*y, *x, *z))
        given = table.sum(axis=tuple(range(len(y))), keepdims=True)
        return Table((*y, *x, *z), table / given if z else table)

    # --- Distributions

    def values(self, variable: str) -> Sequence[int]:
        return (0, 1)

    def size(self, variable: str) -> int:
        return 2

    def index(self, at: At) -> int:
        return int(at.value)

    def joint(self, variables: tuple[str, ...], do: tuple[str, ...]) -> Table:
        kept = [name for name in self.names if name in {*variables, *do}]
        axes = tuple(i for i, name in enumerate(self.names) if name not in kept)
        return Table(tuple(kept), self.under(do).sum(axis=axes))

    def error(self, estimand: Estimand, wanted: Table) -> float:
        """How far an estimand is from an effect, at worst, over all values of the variables in both."""
        found = evaluate(estimand, self)
        symbols = tuple(dict.fromkeys((*wanted.symbols, *found.symbols)))
        return float(np.max(np.abs(found.on(symbols) - wanted.on(symbols))))


def sparse_diagram(rng: random.Random, size: int) -> Diagram:
    """A random diagram in which every node has a cause among the ones before it."""
    names = [f"V{i}" for i in range(size)]
    arrows = {(rng.choice(names[:i]), name) for i, name in enumerate(names) if i}
    arrows |= {pair for pair in combinations(names, 2) if rng.random() < 0.25}
    arcs = [pair for pair in combinations(names, 2) if rng.random() < 0.35]
    return Diagram.of(names, arrows, arcs)


def all_diagrams(names: Sequence[str]) -> Iterator[Diagram]:
    """Every acyclic directed mixed graph over labelled nodes."""
    pairs = list(combinations(names, 2))
    chosen = product((0, 1), repeat=len(pairs))
    arc_sets = [[pair for pair, c in zip(pairs, bits, strict=True) if c] for bits in chosen]
    for arrows in all_dags(names):
        for arcs in arc_sets:
            yield Diagram.of(names, arrows, arcs)


def all_dags(names: Sequence[str]) -> list[list[tuple[str, str]]]:
    """The edges of every acyclic directed graph over labelled nodes."""
    found = set()
    for order in permutations(names):
        pairs = list(combinations(order, 2))
        for chosen in product((0, 1), repeat=len(pairs)):
            found.add(frozenset(p for p, c in zip(pairs, chosen, strict=True) if c))
    return [sorted(edges) for edges in sorted(found, key=sorted)]
