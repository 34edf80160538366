"""Random scenes to draw."""

from __future__ import annotations

from hypothesis import strategies as st

from scmlang.diagram.drawing import Edge, Node, Scene
from scmlang.semantics.model import Role


def scene(text: str) -> Scene:
    """A scene from ``X -> Y; X <-> Y``."""
    parts = [part.split() for part in text.split(";")]
    names = dict.fromkeys(name for part in parts for name in (part[0], part[2]))
    edges = tuple(Edge(tail, head, arrow == "<->") for tail, arrow, head in parts)
    return Scene("test", tuple(map(Node, names)), edges)


@st.composite
def scenes(draw: st.DrawFn, most: int = 60) -> Scene:
    count = draw(st.integers(1, most))
    names = [f"V{i}" + "_long" * draw(st.integers(0, 3)) for i in range(count)]
    roles = st.sampled_from(list(Role))
    nodes = [Node(name, draw(roles), draw(st.booleans())) for name in names]
    ends = st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=90)
    edges = [Edge(names[i], names[j]) for i, j in sorted(set(draw(ends))) if i < j]
    arcs = [Edge(names[i], names[j], True) for i, j in sorted(set(draw(ends))) if i < j]
    return Scene("random", tuple(nodes), (*edges, *arcs[:30]))
