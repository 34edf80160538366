"""scmlang: a language and compiler for structural causal models.

Purpose: a model is text (variables, domains, a causal diagram, equations or mechanism types);
:func:`load` and :func:`loads` check it and give a :class:`Model`, which compiles to a neural causal model,
is trained on data, and answers counterfactuals. A mistake in a text raises :class:`ScmError`, whose
``diagnostics`` hold them all.

Importing this package loads neither torch nor anything else that is heavy; what needs them imports them when
it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scmlang.api import Model, from_networkx, load, loads
    from scmlang.compiler import Compilation
    from scmlang.deploy.folder import load_generator
    from scmlang.deploy.pipeline import ScmlangPipeline
    from scmlang.diagnostics.base import Diagnostic, InternalError, ScmError

_HOMES = {
    "Compilation": "scmlang.compiler",
    "Diagnostic": "scmlang.diagnostics.base",
    "InternalError": "scmlang.diagnostics.base",
    "Model": "scmlang.api",
    "ScmError": "scmlang.diagnostics.base",
    "from_networkx": "scmlang.api",
    "ScmlangPipeline": "scmlang.deploy.pipeline",
    "load": "scmlang.api",
    "load_generator": "scmlang.deploy.folder",
    "loads": "scmlang.api",
}

__all__ = [
    "Compilation",
    "Diagnostic",
    "InternalError",
    "Model",
    "ScmError",
    "ScmlangPipeline",
    "from_networkx",
    "load",
    "load_generator",
    "loads",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
