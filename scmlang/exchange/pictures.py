"""Pictures of our own drawing: a model's diagram as SVG, and as LaTeX with TikZ."""

from __future__ import annotations

from scmlang.diagram.drawing import Layout, lay_out, make_scene, shown, svg, tikz
from scmlang.semantics.model import CausalModel


def write_svg(model: CausalModel) -> str:
    """The diagram over the endogenous variables, latent ones dashed."""
    return svg(_layout(model))


def write_tikz(model: CausalModel) -> str:
    """The same picture as a standalone LaTeX document."""
    return tikz(_layout(model))


def _layout(model: CausalModel) -> Layout:
    return lay_out(make_scene(shown(model, latent=True)))
