"""Words at edges, where there is room for them."""

from __future__ import annotations

from scmlang.diagram.drawing.geometry import Box, Path, samples
from scmlang.diagram.drawing.layout import Layout
from scmlang.diagram.drawing.text import text_width

WRITTEN = 11.0  # the size of the font
MARGIN = 3.0


def labels(layout: Layout) -> dict[int, Box]:
    """The box of the words at each missing edge that has room for them, by the edge's place in the scene.

    It lies over its own path, as near to the middle as other paths, nodes and words allow. Words that would
    cover a node, other words or more than one other path are left out.
    """
    found: dict[int, Box] = {}
    points = [samples(path) for path in layout.paths]
    for i, edge in enumerate(layout.scene.edges):
        if not edge.missing:
            continue
        half = complex(text_width(edge.missing, WRITTEN) / 2 + MARGIN, WRITTEN / 2 + MARGIN)
        others = points[:i] + points[i + 1 :]
        taken = [*layout.boxes.values(), *found.values()]
        boxes = [Box(point, half, round=False) for point in _from_the_middle(layout.paths[i])]
        free = [b for b in boxes if _inside(b, layout) and not any(_overlap(b, other) for other in taken)]
        covered = [sum(any(box.distance(p) < 0 for p in path) for path in others) for box in free]
        if min(covered, default=2) < 2:
            found[i] = free[covered.index(min(covered))]
    return found


def _from_the_middle(path: Path) -> list[complex]:
    """The points of a path, those in the middle first."""
    points = samples(path)
    middle = (len(points) - 1) / 2
    return [points[k] for k in sorted(range(len(points)), key=lambda k: abs(k - middle))]


def _overlap(a: Box, b: Box) -> bool:
    apart, room = a.centre - b.centre, a.half + b.half
    return abs(apart.real) < room.real and abs(apart.imag) < room.imag


def _inside(box: Box, layout: Layout) -> bool:
    low, high = box.centre - box.half, box.centre + box.half
    right, bottom = layout.left + layout.width, layout.top + layout.height
    return low.real > layout.left and low.imag > layout.top and high.real < right and high.imag < bottom
