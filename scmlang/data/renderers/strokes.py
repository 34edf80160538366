"""``strokes(shape, thickness, ink)``: a ring, a cross or a triangle drawn with a pen.

Purely synthetic: every pixel is the coverage of an outline, from its signed distance field.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from scmlang.data.renderers.base import Renderer
from scmlang.semantics.domains import Finite, Real
from scmlang.semantics.expressions import Columns
from scmlang.semantics.signatures import Parameter

SIDE = 24
INKS = 4
Floats = NDArray[np.floating[Any]]


class Strokes(Renderer):
    """Outlines of a shape, anti-aliased, white on black, one channel of 24 × 24.

    A pixel is ``255 · (1 + ink)/5 · clip(thickness/2 − d + 1/2, 0, 1)`` for the distance ``d`` in pixels
    from its centre to the outline. U_I is where and how the shape stands: the centre (``x``, ``y``,
    pixels from the middle), its ``size`` (radius in pixels), its ``aspect`` (height over width, the
    area kept) and its ``angle`` (radians). No parameter enters these, so each of them can be
    changed and the rest of the picture stays.
    """

    name = "strokes"
    shape = (1, SIDE, SIDE)
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "shape": Parameter(Finite("range", 3)),
        "thickness": Parameter(Real(), low=1.0, high=4.0),
        "ink": Parameter(Finite("range", INKS, 1)),
    }
    fixes = frozenset(parameters)

    def noise(self, rng: np.random.Generator, n: int, split: str) -> dict[str, NDArray[np.generic]]:
        low = np.array([-2.0, -2.0, 5.0, -0.2, -0.35])
        high = np.array([2.0, 2.0, 7.0, 0.2, 0.35])
        x, y, size, log_aspect, angle = (low + (high - low) * rng.random((n, 5))).T
        return {"x": x, "y": y, "size": size, "aspect": np.exp(log_aspect), "angle": angle}

    def render(self, parameters: Columns, noise: Columns, split: str) -> NDArray[np.uint8]:
        shape = np.asarray(parameters["shape"], np.int64)
        distance = np.empty((len(shape), SIDE, SIDE), np.float32)
        for level, outline in enumerate((_ring, _cross, _triangle)):
            rows = shape == level
            if rows.any():
                pose = {name: np.asarray(column)[rows] for name, column in noise.items()}
                distance[rows] = outline(*_pen_frame(pose))
        half = _per_image(parameters["thickness"]) / 2
        strength = 255 / (1 + INKS) * (1 + _per_image(parameters["ink"]))
        images: NDArray[np.uint8] = np.rint(strength * np.clip(half - distance + 0.5, 0, 1)).astype(np.uint8)
        return images[:, None]


def _per_image(column: NDArray[np.generic]) -> Floats:
    return np.asarray(column, np.float32)[:, None, None]


def _pen_frame(pose: Columns) -> tuple[Floats, Floats, Floats, Floats]:
    """Pixel centres relative to the shape, turned upright: x right, y down; and its two radii."""
    angle, size, aspect = (_per_image(pose[name]) for name in ("angle", "size", "aspect"))
    centres = np.arange(SIDE, dtype=np.float32) - (SIDE - 1) / 2
    right = centres[None, None, :] - _per_image(pose["x"])
    down = centres[None, :, None] - _per_image(pose["y"])
    cos, sin, root = np.cos(angle), np.sin(angle), np.sqrt(aspect)
    return cos * right + sin * down, cos * down - sin * right, size / root, size * root


def _ring(x: Floats, y: Floats, rx: Floats, ry: Floats) -> Floats:
    """Distance to an ellipse, to first order in the distance: f / |∇f| with f = |(x/rx, y/ry)| − 1."""
    u, v = x / rx, y / ry
    radius = np.hypot(u, v)
    slope = np.hypot(u / rx, v / ry)
    centre = np.minimum(rx, ry)
    return np.where(slope > 1e-6, np.abs(radius - 1) * radius / np.maximum(slope, 1e-6), centre)


def _cross(x: Floats, y: Floats, rx: Floats, ry: Floats) -> Floats:
    a, b = 0.85 * rx, 0.85 * ry
    return np.minimum(_segment(x, y, (-a, -b), (a, b)), _segment(x, y, (-a, b), (a, -b)))


def _triangle(x: Floats, y: Floats, rx: Floats, ry: Floats) -> Floats:
    top, left, right = (0 * rx, -ry), (-rx, ry * 0.8), (rx, ry * 0.8)
    sides = [_segment(x, y, *side) for side in ((top, left), (left, right), (right, top))]
    nearest: Floats = np.minimum.reduce(sides)
    return nearest


def _segment(x: Floats, y: Floats, a: tuple[Floats, Floats], b: tuple[Floats, Floats]) -> Floats:
    """Distance to the line segment from a to b."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    along = np.clip(((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy), 0, 1)
    distance: Floats = np.hypot(x - a[0] - along * dx, y - a[1] - along * dy)
    return distance
