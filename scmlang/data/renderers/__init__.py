"""Renderers: the structural equations that draw an image, one file each.

Purpose: ``I ~ bar_mnist(digit=D, colour=C, bar=B)`` in a model names an entry of :data:`RENDERERS`.
Needs: nothing but NumPy to be imported; a renderer loads its material when it first draws.
Guarantees: an image is a pure function of parameters, exogenous noise and split.

Third parties add a renderer with an entry point of the group ``scmlang.renderers`` that names an
instance of :class:`Renderer`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scmlang.data.renderers.base import Renderer, check_parameters
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.registry import Registry

__all__ = ["RENDERERS", "Renderer", "check_parameters", "configured"]


def _bar_mnist() -> Renderer:
    from scmlang.data.renderers.bar_mnist import BarMNIST

    return BarMNIST()


def _morpho_mnist() -> Renderer:
    from scmlang.data.renderers.morpho_mnist import MorphoMNIST

    return MorphoMNIST()


def _strokes() -> Renderer:
    from scmlang.data.renderers.strokes import Strokes

    return Strokes()


RENDERERS: Registry[Renderer] = Registry("renderer", "scmlang.renderers")
RENDERERS.register("bar_mnist", _bar_mnist)
RENDERERS.register("morpho_mnist", _morpho_mnist)
RENDERERS.register("strokes", _strokes)


def configured(names: Iterable[str], settings: Mapping[str, str] | None = None) -> dict[str, Renderer]:
    """The named renderers, each under those of the ``settings`` that it knows.

    Raises:
        ScmError: E102 for a setting that none of them knows.
    """
    settings = settings or {}
    chosen = {name: RENDERERS[name] for name in names}
    problems = [
        Diagnostic("E102", f"no renderer of this model has a setting `{setting}`")
        for setting in settings
        if not any(setting in renderer.options for renderer in chosen.values())
    ]
    if problems:
        raise ScmError(problems)
    return {
        name: renderer.configure({k: v for k, v in settings.items() if k in renderer.options})
        for name, renderer in chosen.items()
    }
