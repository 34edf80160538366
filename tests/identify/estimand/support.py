"""Random positive distributions of diagrams, and random estimands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import combinations

import numpy as np
from hypothesis import strategies as st

from scmlang.diagram import Diagram
from scmlang.identify.estimand import (
    At,
    Conditional,
    Estimand,
    Linear,
    Marginal,
    Mean,
    Product,
    Quotient,
    Table,
    Term,
    Value,
    variable_of,
)

NAMES = ("A", "B", "C", "D")


@dataclass
class Network:
    """A random positive model of a diagram, with a hidden cause of three levels for each bidirected edge.

    ``joint`` is the truncated factorisation (Pearl 2009, section 3.2.3), summed over what is hidden.
    """

    diagram: Diagram
    seed: int
    exact: bool = False
    sizes: dict[str, int] = field(default_factory=dict)

    def size(self, variable: str) -> int:
        return self.sizes[variable]

    def values(self, variable: str) -> Sequence[int]:
        return range(self.sizes[variable])

    def index(self, at: At) -> int:
        return int(at.value)

    def joint(self, variables: tuple[str, ...], do: tuple[str, ...]) -> Table:
        axes = (*self.diagram.nodes, *sorted(self.diagram.bidirected))
        letters = dict(zip(axes, range(len(axes)), strict=True))
        operands: list[object] = []
        for name, (parents, table) in self.tables.items():
            if name in do:
                operands += [np.ones(table.shape[-1]), [letters[name]]]
            else:
                operands += [table, [letters[p] for p in (*parents, name)]]
        wanted = [letters[v] for v in (*variables, *do)]
        return Table((*variables, *do), np.einsum(*operands, wanted, optimize="greedy"))

    @cached_property
    def tables(self) -> dict[object, tuple[tuple[object, ...], np.ndarray]]:
        rng = np.random.default_rng(self.seed)
        for name in self.diagram.nodes:
            self.sizes.setdefault(name, int(rng.integers(2, 4)))
        found: dict[object, tuple[tuple[object, ...], np.ndarray]] = {}
        for edge in sorted(self.diagram.bidirected):
            found[edge] = (), _shares(rng, (3,))
        for name in self.diagram.nodes:
            hidden = tuple(edge for edge in sorted(self.diagram.bidirected) if name in edge)
            parents = tuple(sorted(self.diagram.parents(name)))
            shape = (*(self.sizes[p] for p in parents), *(3 for _ in hidden), self.sizes[name])
            found[name] = (*parents, *hidden), _shares(rng, shape)
        return found

    def __post_init__(self) -> None:
        assert self.tables


def _shares(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    weights = rng.uniform(0.1, 1, shape)
    return weights / weights.sum(axis=-1, keepdims=True)


@st.composite
def networks(draw: st.DrawFn, names: Sequence[str] = NAMES) -> Network:
    pairs = list(combinations(names, 2))
    directed = [pair for pair in pairs if draw(st.integers(0, 2)) == 0]
    bidirected = [pair for pair in pairs if draw(st.integers(0, 3)) == 0]
    return Network(Diagram.of(names, directed, bidirected), draw(st.integers(0, 2**32)))


def _terms(names: Sequence[str]) -> st.SearchStrategy[tuple[Term, ...]]:
    one = st.sampled_from(names).flatmap(
        lambda n: st.sampled_from([n, n + "'", At(n, 0), At(n, 1)])  # type: ignore[list-item]
    )
    return st.lists(one, max_size=3, unique_by=variable_of).map(tuple)


@st.composite
def conditionals(draw: st.DrawFn) -> Conditional:
    terms = draw(_terms(NAMES).filter(len))
    cut = draw(st.integers(1, len(terms)))
    held = draw(st.integers(0, 4)) == 0
    given = terms[cut:]
    return Conditional(terms[:cut], () if held else given, given if held else ())


@st.composite
def means(draw: st.DrawFn) -> Mean:
    of = draw(st.sampled_from(NAMES))
    return Mean(of, draw(_terms([n for n in NAMES if n != of])))


_symbols = st.sampled_from([*NAMES, *(f"{n}'" for n in NAMES)])
_over = st.lists(_symbols, min_size=1, max_size=2, unique=True).map(tuple)
_weights = st.sampled_from([Fraction(1), Fraction(-1), Fraction(2), Fraction(1, 2)])


def _larger(inner: st.SearchStrategy[Estimand]) -> st.SearchStrategy[Estimand]:
    factors = st.lists(inner, min_size=2, max_size=3).map(lambda f: Product(tuple(f)))
    sums = st.builds(Marginal, _over, inner)
    linear = st.lists(st.tuples(_weights, inner), min_size=2, max_size=2).map(lambda t: Linear(tuple(t)))
    return factors | sums | sums | st.builds(Quotient, inner, positive) | linear


positive: st.SearchStrategy[Estimand] = st.recursive(
    conditionals(),
    lambda inner: (
        st.lists(inner, min_size=2, max_size=3).map(lambda f: Product(tuple(f)))
        | st.builds(Marginal, _over, inner)
    ),
    max_leaves=3,
)
estimands: st.SearchStrategy[Estimand] = st.recursive(
    conditionals() | conditionals() | means() | st.builds(Value, _symbols), _larger, max_leaves=5
)
