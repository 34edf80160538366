"""Curves and boxes. A point is a complex number; a path is a run of cubic Bézier curves, end to end."""

from __future__ import annotations

import cmath
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

Cubic = tuple[complex, complex, complex, complex]
Path = tuple[Cubic, ...]
STEP = 5.0  # pixels between the samples that clearances are judged by


@dataclass(frozen=True)
class Box:
    """An outline around ``centre``; ``half`` is half its width and half its height.

    ``round`` has its shorter sides as half circles; otherwise it is a rectangle.
    """

    centre: complex
    half: complex
    round: bool = True

    def distance(self, point: complex) -> float:
        """How far a point is from the outline, negative inside."""
        across = complex(abs((point - self.centre).real), abs((point - self.centre).imag))
        radius = min(self.half.real, self.half.imag) if self.round else 0.0
        over = across - self.half + complex(radius, radius)
        outside = abs(complex(max(over.real, 0.0), max(over.imag, 0.0)))
        return outside + min(max(over.real, over.imag), 0.0) - radius

    def swapped(self) -> Box:
        return Box(swap(self.centre), swap(self.half), self.round)


def swap(point: complex) -> complex:
    """The point with its coordinates exchanged."""
    return complex(point.imag, point.real)


def line(a: complex, b: complex) -> Cubic:
    return a, a + (b - a) / 3, b - (b - a) / 3, b


def smooth(points: Sequence[complex]) -> Path:
    """A Catmull-Rom spline through the points."""
    ends = [points[0], *points, points[-1]]
    return tuple(
        (b, b + (c - a) / 6, c - (d - b) / 6, c)
        for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False)
    )


def at(curve: Cubic, t: float) -> complex:
    """The point of a curve at ``t`` in [0, 1]."""
    a, b, c, d = curve
    s = 1 - t
    return s * s * s * a + 3 * s * s * t * b + 3 * s * t * t * c + t * t * t * d


def split(curve: Cubic, t: float) -> tuple[Cubic, Cubic]:
    """The two parts of a curve at ``t`` (de Casteljau)."""
    a, b, c, d = curve
    ab, bc, cd = a + (b - a) * t, b + (c - b) * t, c + (d - c) * t
    abc, bcd = ab + (bc - ab) * t, bc + (cd - bc) * t
    middle = abc + (bcd - abc) * t
    return (a, ab, abc, middle), (middle, bcd, cd, d)


def reverse(path: Path) -> Path:
    return tuple((d, c, b, a) for a, b, c, d in reversed(path))


def samples(path: Path) -> list[complex]:
    """Points of a path, at most about :data:`STEP` pixels apart, both ends included."""
    points = [path[0][0]]
    for curve in path:
        a, b, c, d = curve
        count = max(2, ceil((abs(b - a) + abs(c - b) + abs(d - c)) / STEP))
        one, two, three = 3 * (b - a), 3 * (a - 2 * b + c), d - a + 3 * (b - c)
        for t in (i / count for i in range(1, count)):
            points.append(a + t * (one + t * (two + t * three)))
        points.append(d)
    return points


def leave(path: Path, inside: Callable[[complex], bool]) -> Path:
    """The rest of a path from where it first leaves a region that holds its start."""
    for i, curve in enumerate(path):
        count = 32
        for k in range(1, count + 1):
            if not inside(at(curve, k / count)):
                low, high = (k - 1) / count, k / count
                for _ in range(30):
                    middle = (low + high) / 2
                    low, high = (middle, high) if inside(at(curve, middle)) else (low, middle)
                return (split(curve, high)[1], *path[i + 1 :])
    return path[-1:]


def middle(path: Path) -> tuple[complex, complex]:
    """The point half-way along a path, and the direction there, of length 1."""
    points = samples(path)
    lengths = [abs(b - a) for a, b in itertools.pairwise(points)]
    left = sum(lengths) / 2
    for a, b, length in zip(points, points[1:], lengths, strict=False):
        if left <= length and length > 0:
            return a + (b - a) * (left / length), (b - a) / length
        left -= length
    return points[0], 1 + 0j


def turned(vector: complex, degrees: float) -> complex:
    return vector * cmath.exp(1j * cmath.pi * degrees / 180)


class Polyline:
    """A path as straight pieces, with its extent."""

    def __init__(self, points: Sequence[complex]) -> None:
        self.points = points
        xs, ys = [p.real for p in points], [p.imag for p in points]
        self.left, self.right, self.top, self.bottom = min(xs), max(xs), min(ys), max(ys)

    @classmethod
    def of(cls, path: Path, pieces: int) -> Polyline:
        """Some points of a path, about as many as ``pieces``, both ends included."""
        points = samples(path)
        return cls([*points[:: max(1, len(points) // pieces)], points[-1]])

    def crossings(self, other: Polyline) -> int:
        """How often two polylines cross."""
        if self.right < other.left or other.right < self.left:
            return 0
        if self.bottom < other.top or other.bottom < self.top:
            return 0
        mine, theirs = list(itertools.pairwise(self.points)), list(itertools.pairwise(other.points))
        return sum(_cross(a, b, c, d) for a, b in mine for c, d in theirs)


def _cross(a: complex, b: complex, c: complex, d: complex) -> bool:
    def side(p: complex, q: complex, r: complex) -> float:
        return ((q - p).conjugate() * (r - p)).imag

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
