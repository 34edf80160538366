"""The geometry of drawings: what must hold of every picture."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from hypothesis import given, settings

from scmlang.diagram.drawing import Edge, Layout, Node, Scene, lay_out
from scmlang.diagram.drawing.geometry import Polyline, at, samples
from scmlang.diagram.drawing.layout import Direction
from tests.diagram.scenes import scene, scenes

CLASSICS = {
    "front door": "X -> Z; Z -> Y; X <-> Y",
    "back door": "Z -> X; Z -> Y; X -> Y",
    "napkin": "W1 -> W2; W2 -> X; X -> Y; W1 <-> X; W1 <-> Y",
    "M-bias": "X -> Y; X <-> Z; Z <-> Y",
    "instrument": "Z -> X; X -> Y; X <-> Y",
    "bow": "X -> Y; X <-> Y",
    "Verma": "A -> B; B -> C; C -> D; B <-> D",
}


def check(layout: Layout) -> None:
    """Nodes apart, arrows forward and from outline to outline, edges clear of nodes, all in the frame."""
    boxes = layout.boxes
    for one, other in combinations(boxes.values(), 2):
        apart, reach = one.centre - other.centre, one.half + other.half
        assert abs(apart.real) >= reach.real + 5 or abs(apart.imag) >= reach.imag + 5
    right, bottom = layout.left + layout.width, layout.top + layout.height
    for edge, path in zip(layout.scene.edges, layout.paths, strict=True):
        points = samples(path)
        assert abs(boxes[edge.tail].distance(points[0])) < 0.01
        assert abs(boxes[edge.head].distance(points[-1])) < 0.01
        if not edge.bidirected:
            ahead = boxes[edge.head].centre - boxes[edge.tail].centre
            assert (ahead.real if layout.direction is Direction.right else ahead.imag) > 0
        for name, box in boxes.items():
            if name not in (edge.tail, edge.head):
                assert min(map(box.distance, points)) > 2, (edge, name)
        assert all(layout.left < p.real < right and layout.top < p.imag < bottom for p in points)


@settings(max_examples=60, deadline=None)
@given(scenes())
def test_every_drawing_is_sound(drawn: Scene) -> None:
    check(lay_out(drawn))


@settings(max_examples=30, deadline=None)
@given(scenes(most=20))
def test_every_drawing_downwards_is_sound(drawn: Scene) -> None:
    check(lay_out(drawn, Direction.down))


@pytest.mark.parametrize("text", CLASSICS.values(), ids=CLASSICS)
def test_classics(text: str) -> None:
    check(lay_out(scene(text)))


def test_a_chain_is_straight_under_its_arc() -> None:
    layout = lay_out(scene(CLASSICS["front door"]))
    heights = [box.centre.imag for box in layout.boxes.values()]
    assert max(heights) - min(heights) < 3


def test_an_arc_bows_away_from_its_arrow() -> None:
    arrow, arc = lay_out(scene(CLASSICS["bow"])).paths
    assert abs(at(arc[0], 0.5) - at(arrow[0], 0.5)) > 10


def test_nothing_at_all() -> None:
    layout = lay_out(Scene("empty", (), ()))
    assert layout.width > 0
    assert layout.height > 0


def large() -> Scene:
    """60 nodes, 90 arrows and 30 arcs."""
    rng = random.Random(1)
    names = [f"V{i}" for i in range(60)]
    pairs = sorted({tuple(sorted(rng.sample(range(60), 2))) for _ in range(120)})
    edges = [Edge(names[i], names[j], k % 4 == 0) for k, (i, j) in enumerate(pairs)]
    return Scene("large", tuple(map(Node, names)), tuple(edges))


def test_sixty_nodes() -> None:
    check(lay_out(large()))


def crowded(layout: Layout) -> int:
    """How many pairs of edges meet a node less than a head's width from each other."""
    meeting: dict[str, list[complex]] = {name: [] for name in layout.boxes}
    for edge, path in zip(layout.scene.edges, layout.paths, strict=True):
        meeting[edge.tail].append(path[0][0])
        meeting[edge.head].append(path[-1][3])
    return sum(abs(a - b) < 6 for points in meeting.values() for a, b in combinations(points, 2))


def test_heads_at_one_node_are_apart() -> None:
    many = "; ".join(f"V{i} -> Y" for i in range(4)) + "; V0 -> V1; V1 -> V2; V2 -> V3"
    assert crowded(lay_out(scene(many))) == 0
    assert crowded(lay_out(large())) <= 24  # of 240 ends, and 71 where all aim at the middle


def test_edges_of_a_tree_do_not_cross() -> None:
    shuffled = "R -> C; C -> F; R -> A; A -> E; B -> D; R -> B; A -> G; C -> H; B -> J"
    paths = [Polyline(samples(path)) for path in lay_out(scene(shuffled)).paths]
    assert sum(a.crossings(b) for a, b in combinations(paths, 2)) == 0
