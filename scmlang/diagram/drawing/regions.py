"""Regions of a diagram in colour, behind its nodes and edges, and their legend below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from scmlang.diagram.drawing.layout import Layout
from scmlang.diagram.drawing.text import FONTS, text_width
from scmlang.diagram.region import Region

COLOURS = ("#fcd34d", "#f9a8d4", "#93c5fd", "#86efac")
HALO, STROKE = 6.0, 11.0
LINE, SIZE, SWATCH, BORDER = 22.0, 12.0, 14.0, 20.0


@dataclass(frozen=True)
class Painted:
    """What regions add to a picture.

    Attributes:
        behind: SVG elements to be drawn before everything else.
        legend: SVG elements to be drawn below the diagram.
        width, height: what the picture needs, not less than the layout's.
        words: the regions as sentences.
    """

    behind: tuple[str, ...]
    legend: tuple[str, ...]
    width: float
    height: float
    words: tuple[str, ...]


def paint(layout: Layout, regions: Sequence[Region]) -> Painted:
    """The colours of some regions, the later ones over the earlier ones.

    Raises:
        ValueError: for more regions than there are colours.
    """
    if len(regions) > len(COLOURS):
        raise ValueError(f"there are colours for {len(COLOURS)} regions")
    behind: list[str] = []
    legend: list[str] = []
    width = layout.width
    for i, (region, colour) in enumerate(zip(regions, COLOURS, strict=False)):
        behind += [*_edges(layout, region, colour), *_nodes(layout, region, colour)]
        top = layout.top + layout.height + i * LINE
        left = layout.left + BORDER
        legend += [
            f'<rect x="{left:.2f}" y="{top - SWATCH + 3:.2f}" width="{SWATCH}" height="{SWATCH}" rx="3" '
            f'fill="{colour}"/>',
            f'<text x="{left + SWATCH + 8:.2f}" y="{top:.2f}" font-size="{SIZE:g}" font-family="{FONTS}" '
            f'fill="#1f2937">{escape(region.label)}</text>',
        ]
        width = max(width, 2 * BORDER + SWATCH + 8 + text_width(region.label, SIZE))
    words = tuple(f"{r.label}: {', '.join(sorted(r.nodes))}." for r in regions)
    height = layout.height + LINE * len(regions)
    return Painted(tuple(behind), tuple(legend), width, height, words)


def _edges(layout: Layout, region: Region, colour: str) -> list[str]:
    found = []
    for edge, path in zip(layout.scene.edges, layout.paths, strict=True):
        pair = (edge.tail, edge.head)
        inside = region.bidirected if edge.bidirected else region.directed
        if pair in inside or (edge.bidirected and pair[::-1] in inside):
            d = " ".join([f"M{_p(path[0][0])}", *(f"C{_p(b)} {_p(c)} {_p(e)}" for _, b, c, e in path)])
            found.append(
                f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{STROKE:g}" '
                'stroke-linecap="round"/>'
            )
    return found


def _nodes(layout: Layout, region: Region, colour: str) -> list[str]:
    found = []
    for node in layout.scene.nodes:
        if node.name in region.nodes:
            box = layout.boxes[node.name]
            half = box.half + HALO * (1 + 1j)
            corner = box.centre - half
            radius = min(half.real, half.imag) if box.round else 6.0
            found.append(
                f'<rect x="{corner.real:.2f}" y="{corner.imag:.2f}" width="{2 * half.real:.2f}" '
                f'height="{2 * half.imag:.2f}" rx="{radius:.2f}" fill="{colour}"/>'
            )
    return found


def _p(point: complex) -> str:
    return f"{point.real:.2f},{point.imag:.2f}"
