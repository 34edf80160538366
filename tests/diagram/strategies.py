"""Random acyclic directed mixed graphs."""

from __future__ import annotations

from itertools import combinations

from hypothesis import strategies as st

from scmlang.diagram import Diagram


@st.composite
def diagrams(draw: st.DrawFn, most: int = 7) -> Diagram:
    nodes = [f"V{i}" for i in range(draw(st.integers(1, most)))]
    order = draw(st.permutations(nodes))
    pairs = list(combinations(order, 2))
    directed = [pair for pair in pairs if draw(st.booleans())]
    bidirected = [pair for pair in pairs if draw(st.integers(0, 2)) == 0]
    observed = [node for node in nodes if draw(st.integers(0, 3))]
    return Diagram.of(nodes, directed, bidirected, observed=observed)
