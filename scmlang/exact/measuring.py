"""Labels measured of images, by the renderer of a fully specified model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scmlang.exact.noise import Renderers, model_renderers
from scmlang.semantics.expressions import Call, Expression, Reference
from scmlang.semantics.model import CausalModel, Render


def measure(
    model: CausalModel, image: str, images: NDArray[np.uint8], renderers: Renderers | None = None
) -> dict[str, NDArray[np.float64]]:
    """The labels that can be measured of images uint8[n, C, H, W], rendered or generated: float64[n] by name.

    ``I ~ renderer(p=V)`` and ``I ~ renderer(p=clip(V, a, b))`` say that p shows V, so where the renderer
    measures p (:meth:`scmlang.data.renderers.Renderer.measure`), V is measured, as far as p's range goes.
    Arguments of any other form are passed over.

    Args:
        model: in which ``image`` has a renderer.
        image: the variable that the images are of.
        images: what is measured.
        renderers: by name; those of the registry by default.

    Raises:
        TypeError: when ``image`` has no renderer.
    """
    equation = model.variables[image].equation
    if not isinstance(equation, Render):
        raise TypeError(f"{image} has no renderer")
    renderers = model_renderers(model) if renderers is None else renderers
    measured = renderers[equation.renderer].measure(images)
    shown = {parameter: _shown(argument) for parameter, argument in equation.arguments.items()}
    return {name: measured[p] for p, name in shown.items() if name is not None and p in measured}


def _shown(argument: Expression) -> str | None:
    """The variable that an argument is, alone or clipped."""
    if isinstance(argument, Call) and argument.operator == "clip":
        argument = argument.operands[0]
    return argument.name if isinstance(argument, Reference) else None
