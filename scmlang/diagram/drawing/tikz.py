"""A layout as a standalone LaTeX document that needs nothing but TikZ."""

from __future__ import annotations

from scmlang.diagram.drawing.geometry import Path, middle
from scmlang.diagram.drawing.labels import labels
from scmlang.diagram.drawing.layout import Layout
from scmlang.diagram.drawing.scene import Edge, Node
from scmlang.semantics.model import Role

UNIT = 0.75  # points a pixel, so that ten-point type has the size of the layout's
_SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"} | {
    char: "\\" + char for char in "_#$%&{}"
}


def tikz(layout: Layout) -> str:
    """The picture; places and routes are those of the SVG."""
    lines = [
        r"\documentclass[border=6pt]{standalone}",
        r"\usepackage{tikz}",
        r"\begin{document}",
        rf"\begin{{tikzpicture}}[x={UNIT}pt, y=-{UNIT}pt, >=stealth, font=\sffamily,",
        r"  every node/.style={draw, inner sep=0pt, line width=0.6pt},",
        r"  variable/.style={}, latent/.style={dashed}, exogenous/.style={draw=gray, fill=gray!10,",
        r"    font=\sffamily\scriptsize}, image/.style={double, double distance=1pt},",
        r"  set/.style={draw=orange!70!black, fill=orange!15, line width=1pt},",
        r"  arrow/.style={->, line width=0.7pt}, arc/.style={<->, dashed, blue!70!black, line width=0.7pt},",
        r"  cut/.style={gray!50}, missing/.style={dashed, red!80!black, line width=0.9pt},",
        r"  words/.style={draw=none, fill=white, inner sep=1pt, text=red!80!black,",
        r"    font=\sffamily\scriptsize}]",
    ]
    lines += [_node(node, layout) for node in layout.scene.nodes]
    lines += [_edge(edge, path) for edge, path in zip(layout.scene.edges, layout.paths, strict=True)]
    edges = layout.scene.edges
    lines += [
        rf"\node[words] at {_point(box.centre)} {{{latex(edges[i].missing)}}};"
        for i, box in labels(layout).items()
    ]
    return "\n".join([*lines, r"\end{tikzpicture}", r"\end{document}"]) + "\n"


def _node(node: Node, layout: Layout) -> str:
    box = layout.boxes[node.name]
    width, height = 2 * UNIT * box.half.real, 2 * UNIT * box.half.imag
    role = "variable" if node.role is Role.OBSERVED else node.role.value
    looks = [role, *(["image"] if node.image else []), *(["set"] if node.value is not None else [])]
    corners = UNIT * min(box.half.real, box.half.imag) if box.round else 1.0
    looks += [f"minimum width={width:.2f}pt", f"minimum height={height:.2f}pt"]
    looks += [f"rounded corners={corners:.2f}pt"]
    return rf"\node[{', '.join(looks)}] at {_point(box.centre)} {{{latex(node.label)}}};"


def _edge(edge: Edge, path: Path) -> str:
    looks = "missing" if edge.missing else "arc" if edge.bidirected else "arrow"
    looks += ", cut" if edge.cut else ""
    curve = _point(path[0][0]) + "".join(
        f" .. controls {_point(b)} and {_point(c)} .. {_point(d)}" for _, b, c, d in path
    )
    drawn = rf"\draw[{looks}] {curve};"
    return drawn + _cross(path) if edge.cut else drawn


def _cross(path: Path) -> str:
    point, along = middle(path)
    ends = [(point - 6 * along * turn, point + 6 * along * turn) for turn in (1 + 1j, 1 - 1j)]
    strokes = " ".join(f"{_point(a)} -- {_point(b)}" for a, b in ends)
    return rf" \draw[orange!70!black, line width=0.8pt] {strokes};"


def _point(point: complex) -> str:
    return f"({point.real + 0.0:.2f},{point.imag + 0.0:.2f})"


def latex(text: str) -> str:
    """Text with LaTeX's special characters escaped."""
    return "".join(_SPECIAL.get(char, char) for char in text)
