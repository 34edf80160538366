"""A layout as SVG text.

Colours are explicit on a white ground, so that the picture reads the same on light and dark pages. Looks are
attributes and arrowheads are shapes of their own: without style sheet or ids, several pictures live in
one page. Nothing depends on hashing, and numbers have two decimals.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from scmlang.diagram.drawing.geometry import Box, Path, leave, middle, reverse
from scmlang.diagram.drawing.labels import WRITTEN, labels
from scmlang.diagram.drawing.layout import Layout, font_size
from scmlang.diagram.drawing.regions import paint
from scmlang.diagram.drawing.scene import Edge, Node, Scene
from scmlang.diagram.drawing.text import FONTS
from scmlang.diagram.region import Region
from scmlang.semantics.model import Role

HEAD, HALF_HEAD = 9.0, 3.8
INK, ARC, FAINT, CUT, SET = "#1f2937", "#1d4ed8", "#8b929d", "#c3c8d0", "#b45309"
MISSING = "#dc2626"


def svg(layout: Layout, regions: Sequence[Region] = ()) -> str:
    """The picture, a whole SVG document without an XML declaration; ``regions`` are coloured."""
    scene = layout.scene
    painted = paint(layout, regions)
    box = " ".join(map(decimals, (layout.left, layout.top, painted.width, painted.height)))
    order = sorted(zip(scene.edges, layout.paths, strict=True), key=lambda pair: not pair[0].cut)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="{box}" '
        f'width="{decimals(painted.width)}" height="{decimals(painted.height)}">',
        f"<title>{escape(f'Causal diagram {scene.title}')}</title>",
        f"<desc>{escape(' '.join((description(scene), *painted.words)))}</desc>",
        f'<rect x="{decimals(layout.left)}" y="{decimals(layout.top)}" width="{decimals(painted.width)}" '
        f'height="{decimals(painted.height)}" rx="8" fill="#ffffff"/>',
        *painted.behind,
        '<g fill="none" stroke-linecap="butt">',
        *(part for edge, path in order for part in _edge(edge, path, scene)),
        "</g>",
        f'<g font-family="{FONTS}" text-anchor="middle">',
        *(part for node in scene.nodes for part in _node(node, layout.boxes[node.name])),
        *(part for i, box in labels(layout).items() for part in _written(scene.edges[i].missing, box)),
        "</g>",
        *painted.legend,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def description(scene: Scene) -> str:
    """The diagram in words."""
    words = [f"{node.name} is set to {node.value}." for node in scene.nodes if node.value is not None]
    for edge in scene.edges:
        said = f"{edge.tail} and {edge.head} share a hidden cause"
        said = said if edge.bidirected else f"{edge.tail} causes {edge.head}"
        said = f"the data join {edge.tail} and {edge.head} ({edge.missing})" if edge.missing else said
        words.append(f"{said}{', cut by the intervention' if edge.cut else ''}.")
    return " ".join(words) or "No variable causes another."


def _edge(edge: Edge, path: Path, scene: Scene) -> Iterator[str]:
    if edge.missing:
        yield f'<path d="{_d(path)}" stroke="{MISSING}" stroke-width="2" stroke-dasharray="7 5"/>'
        return
    roots = {node.name for node in scene.nodes if node.role is Role.EXOGENOUS}
    colour = ARC if edge.bidirected else FAINT if edge.tail in roots else INK
    colour = CUT if edge.cut else colour
    width = "1.1" if edge.tail in roots else "1.6"
    dash = ' stroke-dasharray="6 4"' if edge.bidirected else ""
    stem = _stem(path)
    stem = reverse(_stem(reverse(stem))) if edge.bidirected else stem
    yield f'<path d="{_d(stem)}" stroke="{colour}" stroke-width="{width}"{dash}/>'
    yield _head(path, colour)
    if edge.bidirected:
        yield _head(reverse(path), colour)
    if edge.cut:
        yield _cross(path)


def _stem(path: Path) -> Path:
    """The path without the last pixels, which are the head's."""
    tip = path[-1][3]
    return reverse(leave(reverse(path), lambda p: abs(p - tip) < HEAD - 1))


def _head(path: Path, colour: str) -> str:
    tip, neck = path[-1][3], _stem(path)[-1][3]
    along = (tip - neck) / (abs(tip - neck) or 1.0)
    base, side = tip - HEAD * along, HALF_HEAD * along * 1j
    points = " ".join(f"{decimals(p.real)},{decimals(p.imag)}" for p in (tip, base + side, base - side))
    return f'<polygon points="{points}" fill="{colour}"/>'


def _cross(path: Path) -> str:
    """Two strokes where an intervention cuts an edge."""
    point, along = middle(path)
    strokes = [(point - 6 * along * turn, point + 6 * along * turn) for turn in (1 + 1j, 1 - 1j)]
    d = " ".join(f"M{_p(a)} L{_p(b)}" for a, b in strokes)
    return f'<path d="{d}" stroke="{SET}" stroke-width="1.8"/>'


def _written(words: str, box: Box) -> Iterator[str]:
    yield f'<rect {_outline(box)} fill="#ffffff"/>'
    x, y = decimals(box.centre.real), decimals(box.centre.imag + 0.35 * WRITTEN)
    yield f'<text x="{x}" y="{y}" font-size="{decimals(WRITTEN)}" fill="{MISSING}">{escape(words)}</text>'


def _node(node: Node, box: Box) -> Iterator[str]:
    faint = node.role is Role.EXOGENOUS
    stroke = SET if node.value is not None else FAINT if faint else INK
    fill = "#fef3c7" if node.value is not None else "#f3f4f6" if faint else "#ffffff"
    dash = ' stroke-dasharray="4 3"' if node.role is Role.LATENT else ""
    width = "2" if node.value is not None else "1" if faint else "1.5"
    yield f'<rect {_outline(box)} fill="{fill}" stroke="{stroke}" stroke-width="{width}"{dash}/>'
    if node.image:
        inner = Box(box.centre, box.half - 3.5 * (1 + 1j), box.round)
        yield f'<rect {_outline(inner)} fill="#e0f2fe" stroke="{stroke}" stroke-width="0.8"/>'
    size = font_size(node)
    ink = "#4b5563" if faint else INK
    x, y = decimals(box.centre.real), decimals(box.centre.imag + 0.35 * size)
    yield f'<text x="{x}" y="{y}" font-size="{decimals(size)}" fill="{ink}">{escape(node.label)}</text>'


def _outline(box: Box) -> str:
    corner = box.centre - box.half
    radius = min(box.half.real, box.half.imag) if box.round else 3.0
    x, y, width, height = map(decimals, (corner.real, corner.imag, 2 * box.half.real, 2 * box.half.imag))
    return f'x="{x}" y="{y}" width="{width}" height="{height}" rx="{decimals(radius)}"'


def _d(path: Path) -> str:
    return f"M{_p(path[0][0])} " + " ".join(f"C{_p(b)} {_p(c)} {_p(d)}" for _, b, c, d in path)


def _p(point: complex) -> str:
    return f"{decimals(point.real)},{decimals(point.imag)}"


def decimals(number: float) -> str:
    """A coordinate with two decimals at most."""
    return f"{round(number, 2) + 0.0:.2f}".rstrip("0").rstrip(".")
