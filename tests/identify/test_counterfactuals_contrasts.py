"""Effects as differences: refusals of both halves do not cancel, unless they do."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pytest

import scmlang
from scmlang.compiler import Compilation
from scmlang.identify.query import identify_query
from scmlang.semantics.quantities import (
    Arithmetic,
    Constant,
    Effect,
    Event,
    Expectation,
    Probability,
    Quantity,
)
from scmlang.semantics.queries import read_query
from tests.identify.canonical_models import CanonicalModel

PAIRS = list(combinations("XMY", 2))
SETS = [chosen for count in range(4) for chosen in combinations(PAIRS, count)]


def parts(node: Quantity) -> list[tuple[int, Probability]]:
    """A difference of means of a binary variable as one of probabilities."""
    match node:
        case Effect():
            return parts(node.definition)
        case Arithmetic("-", left, right):
            return [*parts(left), *((-weight, part) for weight, part in parts(right))]
        case Expectation(of, given):
            return [(1, Probability((Event("=", of, Constant(1)),), given))]
        case _:
            raise TypeError(node)


@pytest.mark.parametrize("effect", ["ATE", "NDE", "NIE", "ETT"])
def test_every_mediation_diagram(effect: str) -> None:
    told: Counter[bool | None] = Counter()
    for arrows in SETS:
        for arcs in SETS:
            edges = [f"{a} -> {b}" for a, b in arrows] + [f"{a} <-> {b}" for a, b in arcs]
            compilation = Compilation.from_text("\n".join([*edges, "{X, M, Y}"]) + "\n")
            query = read_query(f"{effect}(X, Y)", compilation.model)
            assert isinstance(query, Effect)
            found = identify_query(compilation.diagram, query, compilation.model.variables)
            model = CanonicalModel(compilation.diagram, dict.fromkeys("XMY", 2), np.random.default_rng(0))
            assert model.sum_determined(parts(query)) is found.identifiable, edges
            told[found.identifiable] += 1
    assert told[True] > 20
    assert told[False] > 5
    assert not told[None]


@pytest.mark.parametrize(
    ("graph", "mean", "sum_of_means"),
    [
        ("X -> Y; X <-> Y", "E(Y[X=1] - Y[X=0])", "E(Y[X=1]) - E(Y[X=0])"),
        ("X -> Y; X <-> Y", "E(Y[X=1] - Y[X=0] | X=1)", "E(Y[X=1] | X=1) - E(Y[X=0] | X=1)"),
        ("X -> Z -> Y; X <-> Y", "E(2 * Y[X=1] - 1 + X | X=0)", "2 * E(Y[X=1] | X=0) - 1 + E(X | X=0)"),
        ("X -> Y; X <-> Y", "E(-(Y[X=1] - Y[X=1] / 2))", "-0.5 * E(Y[X=1])"),
        ("X -> Y; X <-> Y", "E(Y[X=1] - Y[X=1] | Y=1)", "0"),
    ],
)
def test_the_mean_of_a_sum_is_the_sum_of_means(graph: str, mean: str, sum_of_means: str) -> None:
    model = scmlang.loads(graph)
    found, wanted = model.identify(mean), model.identify(sum_of_means)
    assert found.identifiable is wanted.identifiable is not None
    assert found.estimand == wanted.estimand
