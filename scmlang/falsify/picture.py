"""The diagram with the edges that the data ask for."""

from __future__ import annotations

from dataclasses import replace

from scmlang.diagram.drawing import Edge, lay_out, make_scene, shown, svg
from scmlang.exchange.pictures import require_drawable
from scmlang.falsify.falsification import Falsification
from scmlang.semantics.model import CausalModel


def picture(model: CausalModel, found: Falsification) -> str:
    """SVG: the diagram over the observed variables, and a dashed red line without heads for each objection.

    Raises:
        ScmError: E255 where there is too much to be drawn.
    """
    scene = make_scene(shown(model))
    missing = [Edge(*o.between, bidirected=True, missing=show_p(o.adjusted)) for o in found.objections]
    scene = replace(scene, edges=(*scene.edges, *missing))
    require_drawable(scene, model)
    return svg(lay_out(scene))


def show_p(p: float) -> str:
    """An adjusted p-value as it stands at an edge."""
    return f"p = {p:.2g}" if p >= 1e-4 else "p < 0.0001"
