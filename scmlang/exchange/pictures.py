"""Pictures of our own drawing: a model's diagram as SVG, and as LaTeX with TikZ."""

from __future__ import annotations

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagram.drawing import Layout, Scene, lay_out, make_scene, shown, svg, tikz
from scmlang.semantics.model import CausalModel

LARGEST = 1000  # variables and edges; what is larger takes minutes to draw, and nobody can read it


def write_svg(model: CausalModel) -> str:
    """The diagram over the endogenous variables, latent ones dashed.

    Raises:
        ScmError: E255 where there is too much to be drawn.
    """
    return svg(_layout(model))


def write_tikz(model: CausalModel) -> str:
    """The same picture as a standalone LaTeX document.

    Raises:
        ScmError: E255 where there is too much to be drawn.
    """
    return tikz(_layout(model))


def _layout(model: CausalModel) -> Layout:
    scene = make_scene(shown(model, latent=True))
    require_drawable(scene, model)
    return lay_out(scene)


def require_drawable(scene: Scene, model: CausalModel) -> None:
    """Refuse a scene with more than :data:`LARGEST` nodes and edges.

    Raises:
        ScmError: E255.
    """
    count = len(scene.nodes) + len(scene.edges)
    if count > LARGEST:
        message = f"a picture holds at most {LARGEST} variables and edges, and here are {count}"
        helps = ("write `dot`, and let Graphviz draw it",)
        raise ScmError([Diagnostic("E255", message, model.source, helps=helps)])
