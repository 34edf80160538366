"""The routes of edges: around every node that an edge does not join.

Coordinates here are (along the layers' direction, across). Each edge tries what looks best first and ends
with a route that is clear by construction: straight through the place its dummies hold in a layer, bent
only in the gaps between layers, where no node is (Gansner, Koutsofios, North and Vo 1993, section 5).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scmlang.diagram.drawing.geometry import (
    Box,
    Cubic,
    Path,
    Polyline,
    leave,
    line,
    reverse,
    samples,
    smooth,
    turned,
)

MARGIN = 8.0
TOUCH = 9.0
BOWS = (38.0, -38.0, 55.0, -55.0, 75.0, -75.0, 95.0, -95.0)  # degrees at the ends of an arc


@dataclass(frozen=True)
class Band:
    """A layer: its middle, half its depth, and the free gaps before and behind it."""

    middle: float
    half: float
    before: float
    behind: float


def clip(path: Path, first: Box, last: Box) -> Path:
    """The part of a path between the outlines of the nodes it joins."""
    behind = leave(path, lambda p: first.distance(p) < 0)
    return reverse(leave(reverse(behind), lambda p: last.distance(p) < 0))


def clear(path: Path, boxes: Sequence[Box]) -> bool:
    """Whether a path keeps :data:`MARGIN` from all boxes; every curve is held against those near to it."""
    for curve in path:
        near = _near(curve, boxes)
        if near and any(_touched(box, dot) for dot in samples((curve,)) for box in near):
            return False
    return True


def _near(curve: Cubic, boxes: Sequence[Box]) -> list[Box]:
    """The boxes that a curve, which lies between its control points, may come near to."""
    left, right = min(p.real for p in curve) - MARGIN, max(p.real for p in curve) + MARGIN
    top, bottom = min(p.imag for p in curve) - MARGIN, max(p.imag for p in curve) + MARGIN
    return [
        box
        for box in boxes
        if left < box.centre.real + box.half.real
        and box.centre.real - box.half.real < right
        and top < box.centre.imag + box.half.imag
        and box.centre.imag - box.half.imag < bottom
    ]


def _touched(box: Box, point: complex) -> bool:
    """Whether a point is nearer to a box than :data:`MARGIN`; most are told by one coordinate."""
    away = point - box.centre
    if abs(away.real) > box.half.real + MARGIN or abs(away.imag) > box.half.imag + MARGIN:
        return False
    return box.distance(point) <= MARGIN


def directed_route(
    points: list[complex], bands: list[Band], first: Box, last: Box, others: list[Box]
) -> Path:
    """A route from the first point to the last, nodes' centres; between are the dummies' places."""
    candidates = [(line(points[0], points[-1]),), smooth([points[0], _farthest(points), points[-1]])]
    for candidate in (*candidates, smooth(points)):
        path = clip(candidate, first, last)
        if clear(path, others):
            return path
    return clip(_banded(points, bands, 0.0), first, last)


def arc_routes(
    points: list[complex], bands: list[Band], first: Box, last: Box, others: list[Box]
) -> list[tuple[float, Path]]:
    """The clear routes of a bidirected edge, each with its price in crossings: what bends less is cheaper."""
    found = [(price, clip(candidate, first, last)) for price, candidate in _bows(points)]
    found = [(price, path) for price, path in found if clear(path, others)]
    if found:
        return found
    if bands[0] == bands[-1]:
        return [(0.0, clip(_beside(points[0], points[-1], bands[0]), first, last))]
    return [(0.0, clip(_banded(points, bands, 14.0 if len(points) == 2 else 0.0), first, last))]


def least_crossing(routes: list[tuple[float, Path]], drawn: list[Polyline]) -> Path:
    """The first of the routes that cross and touch least of what is drawn, prices included."""
    if len(routes) == 1:
        return routes[0][1]

    def cost(route: tuple[float, Path]) -> float:
        thin = Polyline.of(route[1], 8)
        return route[0] + sum(thin.crossings(other) + _touches(thin, other) for other in drawn)

    return min(routes, key=cost)[1]


def _bows(points: list[complex]) -> Iterator[tuple[float, Path]]:
    a, b = points[0], points[-1]
    for i, degrees in enumerate(BOWS):
        reach = (b - a) * 0.4
        yield 0.3 * i, ((a, a + turned(reach, -degrees), b - turned(reach, degrees), b),)
    if len(points) > 2:
        yield 1.0, smooth([a, _farthest(points), b])
        yield 1.5, smooth(points)


def _touches(one: Polyline, other: Polyline) -> int:
    """How many ends of two routes meet at the same place of an outline."""
    theirs = (other.points[0], other.points[-1])
    return sum(abs(a - b) < TOUCH for a in (one.points[0], one.points[-1]) for b in theirs)


def _farthest(points: list[complex]) -> complex:
    """The point between that is farthest from the straight line."""
    a, b = points[0], points[-1]
    unit = (b - a).conjugate() / abs(b - a)
    return max(points[1:-1], key=lambda p: abs(((p - a) * unit).imag), default=(a + b) / 2)


def _banded(points: list[complex], bands: list[Band], aside: float) -> Path:
    path: list[tuple[complex, complex, complex, complex]] = []
    for p, q, one, two in zip(points, points[1:], bands, bands[1:], strict=False):
        out = complex(one.middle + one.half, p.imag)
        into = complex(two.middle - two.half, q.imag)
        handle = (into.real - out.real) / 2
        path.append(line(p, out))
        path.append((out, out + complex(handle, aside), into - complex(handle, -aside), into))
        path.append(line(into, q))
    return tuple(path)


def _beside(a: complex, b: complex, band: Band) -> Path:
    """Around the nodes between two of one layer, through the gap before it."""
    edge = band.middle - band.half
    out, into = complex(edge, a.imag), complex(edge, b.imag)
    handle = complex(0.8 * band.before, 0.0)
    return line(a, out), (out, out - handle, into - handle, into), line(into, b)
