"""Adjustment sets: all subsets, judged by the criterion's definition and by numbers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.diagram import Diagram
from scmlang.diagram.separation import m_separated
from scmlang.identify.adjustment import adjusted, adjustment_sets
from tests.diagram.strategies import diagrams
from tests.identify.random_models import RandomModel

Names = frozenset[str]


def subsets(names: list[str]) -> Iterator[Names]:
    return map(frozenset, chain.from_iterable(combinations(names, k) for k in range(len(names) + 1)))


def is_adjustment(diagram: Diagram, x: Names, y: Names, z: Names) -> bool:
    """Shpitser, VanderWeele and Robins (2010), path by path."""
    on_paths: set[str] = set()
    for a in x:
        for b in y:
            for path in nx.all_simple_paths(diagram.digraph, a, b):
                if not x & set(path[1:]):
                    on_paths |= set(path[1:])
    if diagram.descendants(*on_paths) & z:
        return False
    first = {(a, b) for a in x for b in diagram.children(a) if b in on_paths}
    without = Diagram.of(diagram.nodes, diagram.directed - first, diagram.bidirected)
    return m_separated(without, x, y, z)


@st.composite
def problems(draw: st.DrawFn) -> tuple[Diagram, list[str], list[str], list[str], list[str]]:
    drawn = draw(diagrams(most=6).filter(lambda d: len(d.nodes) > 1))
    diagram = Diagram.of(drawn.nodes, drawn.directed, sorted(drawn.bidirected)[:3])
    nodes = draw(st.permutations(diagram.nodes))
    size = draw(st.integers(1, min(2, len(nodes) - 1)))
    rest = nodes[size + 1 :]
    marks = [draw(st.integers(0, 6)) for _ in rest]
    require = [name for name, mark in zip(rest, marks, strict=True) if mark == 0]
    forbid = [name for name, mark in zip(rest, marks, strict=True) if mark == 1]
    return diagram, list(nodes[:size]), [nodes[size]], require, forbid


@settings(max_examples=200, deadline=None)
@given(problems())
def test_the_sets_are_those_of_the_criterion(
    problem: tuple[Diagram, list[str], list[str], list[str], list[str]],
) -> None:
    diagram, x, y, require, forbid = problem
    rest = [n for n in diagram.nodes if n not in {*x, *y, *require, *forbid}]
    candidates = (free | frozenset(require) for free in subsets(rest))
    valid = {z for z in candidates if is_adjustment(diagram, frozenset(x), frozenset(y), z)}
    found = adjustment_sets(diagram, x, y, require, forbid)
    assert set(found.all()) == valid
    assert set(found.minimal()) == {z for z in valid if not any(other < z for other in valid)}
    smallest, canonical = found.smallest(), found.canonical()
    if valid:
        assert smallest in valid
        assert smallest is not None
        assert len(smallest) == min(map(len, valid))
        assert canonical in valid
        assert found.open_path() is None
    else:
        assert smallest is None
        assert canonical is None
        assert found.harmful or found.open_path() is not None
        assert set(found.harmful) <= set(require) & diagram.descendants(*x)


@settings(max_examples=60, deadline=None)
@given(problems())
def test_adjusting_gives_the_effect_in_numbers_where_it_should_and_else_does_not(
    problem: tuple[Diagram, list[str], list[str], list[str], list[str]],
) -> None:
    diagram, x, y, _, _ = problem
    model = RandomModel(diagram, np.random.default_rng(1))
    effect = model.effect(y, x)
    rest = [n for n in diagram.nodes if n not in {*x, *y}]
    valid = set(adjustment_sets(diagram, x, y).all())
    for z in subsets(rest):
        right = model.error(adjusted(tuple(x), tuple(y), tuple(sorted(z))), effect) < 1e-10
        assert right == (z in valid)


def test_latent_variables_adjust_for_nothing() -> None:
    diagram = Diagram.of("UXY", [("U", "X"), ("U", "Y"), ("X", "Y")], observed="XY")
    found = adjustment_sets(diagram, "X", "Y")
    assert list(found.minimal()) == []
    assert str(found.open_path()) == "X <-> Y"


def test_sets_that_overlap_are_refused() -> None:
    diagram = Diagram.of("XYZ", [("X", "Y")])
    for arguments in (("X", "X"), ("X", "Y", "X"), ("X", "Y", "Z", "Z")):
        with pytest.raises(ValueError, match="overlap"):
            adjustment_sets(diagram, *arguments)
