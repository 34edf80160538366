"""The drawing of a diagram: what is shown, where it lies, and its text as SVG or TikZ.

The control flow is ``shown`` (the part of a model that is to be seen) -> :class:`Scene` (names, roles and
edges) -> :func:`lay_out` (layers, order, places, routes) -> :func:`svg` or :func:`tikz`.

Needs: an acyclic diagram. Guarantees: no two nodes overlap, every directed edge points in the direction of
the layout, no edge touches a node that it does not join, and the same scene gives the same bytes.
"""

from scmlang.diagram.drawing.layout import Layout, lay_out
from scmlang.diagram.drawing.scene import Edge, Node, Scene, make_scene, shown
from scmlang.diagram.drawing.svg import svg
from scmlang.diagram.drawing.tikz import tikz

__all__ = ["Edge", "Layout", "Node", "Scene", "lay_out", "make_scene", "shown", "svg", "tikz"]
