"""The layout of a scene: every node a place, every edge a route.

Sugiyama, Tagawa and Toda's method (1981): layers, order within them, places, routes. The bidirected edges
take part in all four, so their arcs have a place to run in as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from scmlang.diagram.drawing.geometry import Box, Path, Polyline, reverse, samples, swap
from scmlang.diagram.drawing.layers import assign_layers
from scmlang.diagram.drawing.order import Layered, make_layered
from scmlang.diagram.drawing.places import place
from scmlang.diagram.drawing.ports import Meeting, Ports
from scmlang.diagram.drawing.routes import Band, arc_routes, directed_route, least_crossing
from scmlang.diagram.drawing.scene import Node, Scene
from scmlang.diagram.drawing.text import text_width
from scmlang.semantics.model import Role

FONT_SIZE, SMALL = 14.0, 11.0
HEIGHT, SMALL_HEIGHT = 36.0, 24.0
PADDING = 24.0
GAP, WIDEST_GAP, SLANT = 58.0, 190.0, 0.25  # pixels, and pixels a pixel that edges run aslant
BORDER = 20.0
ROUNDS, ENOUGH = 4, 800  # of routing, and edges to be routed in all rounds


class Direction(StrEnum):
    """Where effects lie, seen from their causes."""

    right = "right"
    down = "down"


@dataclass(frozen=True)
class Layout:
    """A scene with places, in pixels, y pointing down.

    Attributes:
        scene: what is drawn.
        direction: where effects lie.
        boxes: the outline of every node, by name.
        paths: the route of every edge of the scene in turn, from outline to outline, tail to head.
        left, top, width, height: a rectangle that holds everything, a border included.
    """

    scene: Scene
    direction: Direction
    boxes: dict[str, Box]
    paths: tuple[Path, ...]
    left: float
    top: float
    width: float
    height: float


def font_size(node: Node) -> float:
    return SMALL if node.role is Role.EXOGENOUS else FONT_SIZE


def lay_out(scene: Scene, direction: Direction = Direction.right) -> Layout:
    """Lay a scene out; its directed part has no cycle."""
    upright = direction is Direction.down
    shapes = [_shape(node) for node in scene.nodes]
    turned = [box.swapped() if upright else box for box in shapes]
    graph = make_layered(scene, assign_layers(scene))
    across = place(graph, [2 * box.half.imag for box in turned])
    bands = _bands(graph, turned, across)
    at = [complex(bands[level].middle, x) for level, x in zip(graph.layer, across, strict=True)]
    boxes = [Box(p, box.half, box.round) for p, box in zip(at, turned, strict=False)]
    paths = _routes(scene, graph, at, bands, boxes)
    if upright:
        boxes = [box.swapped() for box in boxes]
        paths = [tuple((swap(a), swap(b), swap(c), swap(d)) for a, b, c, d in path) for path in paths]
    named = {node.name: box for node, box in zip(scene.nodes, boxes, strict=True)}
    return Layout(scene, direction, named, tuple(paths), *_frame(boxes, paths))


def _shape(node: Node) -> Box:
    height = SMALL_HEIGHT if node.role is Role.EXOGENOUS else HEIGHT
    width = max(height, text_width(node.label, font_size(node)) + PADDING * height / HEIGHT)
    return Box(0j, complex(width / 2, height / 2), not node.image)


def _bands(graph: Layered, boxes: list[Box], across: list[float]) -> list[Band]:
    """The layers one behind the other, farther apart where edges run aslant."""
    halves = [max((boxes[v].half.real for v in rank if v < len(boxes)), default=0.0) for rank in graph.ranks]
    slant = [0.0] * len(halves)
    for a, b, _ in graph.bonds:
        slant[graph.layer[a]] = max(slant[graph.layer[a]], abs(across[a] - across[b]))
    gaps = [min(GAP + SLANT * most, WIDEST_GAP) for most in slant]
    middles = [0.0]
    for (one, two), gap in zip(pairwise(halves), gaps, strict=False):
        middles.append(middles[-1] + one + gap + two)
    befores = [GAP, *gaps[:-1]]
    rows = zip(middles, halves, befores, gaps, strict=False)
    return [Band(*row) for row in rows]


def _routes(
    scene: Scene, graph: Layered, at: list[complex], bands: list[Band], boxes: list[Box]
) -> list[Path]:
    """Every edge's route from its tail to its head."""
    router = _Router(scene, graph, at, bands, boxes)
    number = {node.name: v for v, node in enumerate(scene.nodes)}
    return [
        path if number[edge.tail] == first else reverse(path)
        for edge, path, (first, _) in zip(scene.edges, router.best(), router.ends, strict=True)
    ]


class _Router:
    """Routes along the chains of the edges, again and again while edges crowd at a node."""

    def __init__(
        self, scene: Scene, graph: Layered, at: list[complex], bands: list[Band], boxes: list[Box]
    ) -> None:
        self.edges, self.at, self.boxes, self.chains = scene.edges, at, boxes, graph.chains
        self.layers = [[bands[graph.layer[v]] for v in chain] for chain in graph.chains]
        self.ends = [(chain[0], chain[-1]) for chain in graph.chains]
        self.arrows: dict[tuple[int, Ports], Path] = {}
        self.arcs: dict[tuple[int, Ports], list[tuple[float, Path]]] = {}

    def best(self) -> list[Path]:
        """The routes of the round with the fewest ends too near to others."""
        ports: list[Ports] = [(0j, 0j)] * len(self.edges)
        found: list[tuple[int, list[Path]]] = []
        for _ in range(max(1, min(ROUNDS, ENOUGH // max(len(self.edges), 1)))):
            paths = self._run(ports)
            meeting = Meeting.of(paths, self.ends, self.boxes)
            found.append((meeting.size, paths))
            before, ports = ports, meeting.fanned_out(ports)
            if ports == before:
                break
        return min(found, key=lambda pair: pair[0])[1]

    def _run(self, ports: list[Ports]) -> list[Path]:
        """Route every edge, the directed ones first."""
        paths: dict[int, Path] = {}
        drawn: list[Polyline] = []
        for i, edge in sorted(enumerate(self.edges), key=lambda pair: pair[1].bidirected):
            paths[i] = self._arc(i, ports[i], drawn) if edge.bidirected else self._arrow(i, ports[i])
            drawn.append(Polyline.of(paths[i], 4))
        return [paths[i] for i in range(len(self.edges))]

    def _arrow(self, i: int, port: Ports) -> Path:
        if (i, port) not in self.arrows:
            self.arrows[i, port] = directed_route(self._points(i, port), self.layers[i], *self._around(i))
        return self.arrows[i, port]

    def _arc(self, i: int, port: Ports, drawn: list[Polyline]) -> Path:
        if (i, port) not in self.arcs:
            self.arcs[i, port] = arc_routes(self._points(i, port), self.layers[i], *self._around(i))
        return least_crossing(self.arcs[i, port], drawn)

    def _points(self, i: int, port: Ports) -> list[complex]:
        first, *between, last = (self.at[v] for v in self.chains[i])
        return [first + port[0], *between, last + port[1]]

    def _around(self, i: int) -> tuple[Box, Box, list[Box]]:
        """The boxes at the ends of an edge, and all the others."""
        first, last = self.ends[i]
        others = [box for v, box in enumerate(self.boxes) if v not in (first, last)]
        return self.boxes[first], self.boxes[last], others


def _frame(boxes: list[Box], paths: list[Path]) -> tuple[float, float, float, float]:
    points = [box.centre + s * box.half for box in boxes for s in (1, -1)]
    points += [p for path in paths for p in samples(path)]
    xs, ys = [p.real for p in points] or [0.0], [p.imag for p in points] or [0.0]
    left, top = min(xs) - BORDER, min(ys) - BORDER
    return left, top, max(xs) + BORDER - left, max(ys) + BORDER - top
