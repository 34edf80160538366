"""Words at missing edges: on their path, and on nothing else that matters."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from scmlang.diagram.drawing import Edge, Layout, Node, Scene, lay_out, svg, tikz
from scmlang.diagram.drawing.geometry import samples
from scmlang.diagram.drawing.labels import labels


def scene(seed: int, count: int, missing: float) -> Layout:
    rng = random.Random(seed)
    names = [f"V{i}" for i in range(count)]
    edges = []
    for a, b in combinations(names, 2):
        chance = rng.random()
        if chance < 0.25:
            edges.append(Edge(a, b))
        elif chance < 0.25 + missing:
            edges.append(Edge(a, b, bidirected=True, missing="p < 0.0001"))
    return lay_out(Scene("test", tuple(map(Node, names)), tuple(edges)))


@pytest.mark.parametrize("seed", range(12))
def test_words_are_on_their_path_and_cover_nothing(seed: int) -> None:
    layout = scene(seed, 8, 0.25)
    found = list(labels(layout).items())
    boxes = [*layout.boxes.values(), *(box for _, box in found)]
    for i, box in found:
        assert layout.scene.edges[i].missing
        assert min(abs(box.centre - point) for point in samples(layout.paths[i])) < 1e-9
        corner, other = box.centre - box.half, box.centre + box.half
        assert layout.left <= corner.real <= other.real <= layout.left + layout.width
        assert layout.top <= corner.imag <= other.imag <= layout.top + layout.height
        for taken in boxes:
            if taken is not box:
                gap = taken.centre - box.centre
                room = taken.half + box.half
                assert abs(gap.real) >= room.real or abs(gap.imag) >= room.imag


def test_where_there_is_room_every_missing_edge_has_its_words() -> None:
    edges = (Edge("A", "B"), Edge("B", "C"), Edge("A", "C", bidirected=True, missing="p = 0.01"))
    layout = lay_out(Scene("test", tuple(map(Node, "ABC")), edges))
    assert list(labels(layout)) == [2]
    drawn = svg(layout)
    assert drawn.count("p = 0.01") == 2  # at the edge, and in the description
    assert drawn.count("<polygon") == 2  # two heads, for the two arrows
    assert r"{p = 0.01}" in tikz(layout)
    assert tikz(layout).count(r"\draw[missing]") == 1


def test_a_picture_without_missing_edges_has_no_words() -> None:
    assert labels(scene(0, 6, 0)) == {}
