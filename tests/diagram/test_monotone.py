"""Monotone arrows seen through latent nodes."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.diagram.diagram import Diagram
from scmlang.diagram.monotone import monotone_arrows

NAMES = "ABCDE"
ARROWS = list(combinations(NAMES, 2))


@pytest.mark.parametrize(
    ("declared", "found"),
    [
        ([("A", "L"), ("L", "B"), ("A", "B")], {("A", "B")}),
        ([("A", "B")], set()),
        ([("A", "L"), ("L", "B")], set()),
        ([("B", "C"), ("L", "B")], {("B", "C")}),
    ],
)
def test_every_path_through_what_is_latent_counts(
    declared: list[tuple[str, str]], found: set[tuple[str, str]]
) -> None:
    edges = [("A", "L"), ("L", "B"), ("A", "B"), ("B", "C")]
    diagram = Diagram.of("ALBC", edges, observed="ABC")
    assert monotone_arrows(diagram, declared) == found


@given(st.sets(st.sampled_from(ARROWS)), st.sets(st.sampled_from(ARROWS)), st.sets(st.sampled_from(NAMES)))
def test_an_arrow_is_monotone_where_all_of_its_paths_are(
    edges: set[tuple[str, str]], others: set[tuple[str, str]], latent: set[str]
) -> None:
    declared = edges - others
    diagram = Diagram.of(NAMES, edges, observed=set(NAMES) - latent)
    rises = monotone_arrows(diagram, declared)
    assert rises <= diagram.latent_projection().directed
    for cause, effect in diagram.latent_projection().directed:
        kinds = {all(step in declared for step in path) for path in paths(edges, latent, cause, effect)}
        assert ((cause, effect) in rises) == (kinds == {True})


def paths(edges: set[tuple[str, str]], latent: set[str], start: str, end: str) -> list[list[tuple[str, str]]]:
    """Every directed path through latent nodes, by trying all sets of these."""
    found = []
    for size in range(len(latent) + 1):
        for between in combinations(sorted(latent), size):
            stops = [start, *between, end]
            steps = list(pairwise(stops))
            if all(step in edges for step in steps):
                found.append(steps)
    return found
