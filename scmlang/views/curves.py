"""Curves of a training as SVG text: a panel for each term of the loss, over steps."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape

from scmlang.diagram.drawing.svg import INK, decimals
from scmlang.diagram.drawing.text import FONTS
from scmlang.views.drawing import GRID, QUIET, SMALL_FONT, TITLE_FONT, svg_text, ticks

PANEL, HEIGHT, GAP, MARGIN, LEFT = 250.0, 120.0, 34.0, 16.0, 44.0
COLUMNS = 3
CURVE = "#2563eb"
MOST = 400  # points of a curve; more cannot be told apart

Curve = Sequence[tuple[float, float]]


def curves_svg(title: str, curves: Mapping[str, Curve]) -> str:
    """The picture, a whole SVG document.

    Args:
        title: a line above.
        curves: by name, (step, value) in the order of the steps; values that are not finite are left out.
    """
    shown = {name: found for name, curve in curves.items() if (found := _finite(curve))}
    rows = max(1, math.ceil(len(shown) / COLUMNS))
    width = 2 * MARGIN + COLUMNS * (LEFT + PANEL) + (COLUMNS - 1) * GAP
    top = MARGIN + TITLE_FONT + 12
    height = top + rows * (HEIGHT + 2 * GAP)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" '
        f'viewBox="0 0 {decimals(width)} {decimals(height)}" '
        f'width="{decimals(width)}" height="{decimals(height)}">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{decimals(width)}" height="{decimals(height)}" rx="8" fill="#ffffff"/>',
        f'<g font-family="{FONTS}">',
        svg_text(title, MARGIN, MARGIN + TITLE_FONT - 2, TITLE_FONT, INK),
    ]
    for index, (name, curve) in enumerate(shown.items()):
        row, column = divmod(index, COLUMNS)
        x = MARGIN + LEFT + column * (LEFT + PANEL + GAP)
        lines += _panel(name, curve, x, top + row * (HEIGHT + 2 * GAP) + 16)
    return "\n".join([*lines, "</g>", "</svg>"]) + "\n"


def _panel(name: str, curve: Curve, left: float, top: float) -> Iterator[str]:
    steps, values = zip(*curve, strict=True)
    across, down = _axis(steps), _axis(values)

    def x(step: float) -> float:
        return left + PANEL * (step - across[0]) / (across[-1] - across[0])

    def y(value: float) -> float:
        return top + HEIGHT * (down[-1] - value) / (down[-1] - down[0])

    yield svg_text(name, left, top - 6, SMALL_FONT, INK)
    for tick in down:
        yield f'<path d="M{decimals(left)},{decimals(y(tick))} h{decimals(PANEL)}" stroke="{GRID}"/>'
        yield svg_text(f"{tick:.4g}", left - 5, y(tick) + 4, SMALL_FONT, QUIET, "end")
    for tick in (across[0], across[-1]):
        yield svg_text(f"{tick:.6g}", x(tick), top + HEIGHT + SMALL_FONT + 4, SMALL_FONT, QUIET, "middle")
    stride = math.ceil(len(curve) / MOST)
    points = [*curve[::stride], curve[-1]]
    path = " ".join(f"{decimals(x(step))},{decimals(y(value))}" for step, value in points)
    yield f'<polyline points="{path}" fill="none" stroke="{CURVE}" stroke-width="1.5"/>'


def _axis(numbers: Sequence[float]) -> list[float]:
    low, high = min(numbers), max(numbers)
    if high - low <= 1e-12 * max(abs(low), abs(high), 1e-288):
        low, high = low - 0.5 * (abs(low) or 1), high + 0.5 * (abs(high) or 1)
    return ticks(low, high)


def _finite(curve: Curve) -> Curve:
    return [(step, value) for step, value in curve if math.isfinite(step) and math.isfinite(value)]
