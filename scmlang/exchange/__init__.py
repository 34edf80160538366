"""The model in other formats, and in its own.

``WRITERS`` maps the name of a format to a function from a checked model to text, ``READERS`` one from a
source to a :class:`~scmlang.exchange.sketch.Sketch`, which :mod:`scmlang.exchange.text` turns into text of
the language. One file a format; third parties register theirs under the entry-point groups
``scmlang.writers`` and ``scmlang.readers``. ``HOLDS`` says what a format keeps of a model, ``SUFFIXES`` which
files are its own.

Needs: a :class:`~scmlang.semantics.model.CausalModel` to write, bounded text to read. Guarantees: the same
model always gives the same text; the text of ``ir`` reads back as the same model; nothing read is evaluated;
a mistake in a foreign text is a diagnostic in that text.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from scmlang.registry import Registry
from scmlang.semantics.model import CausalModel
from scmlang.source import Source

if TYPE_CHECKING:
    from scmlang.exchange.sketch import Sketch

Writer = Callable[[CausalModel], str]
Reader = Callable[[Source], "Sketch"]
WRITERS: Registry[Writer] = Registry("format", "scmlang.writers")
READERS: Registry[Reader] = Registry("format", "scmlang.readers")

NOTES = "dagitty's comments"
_DRAWN = frozenset({"domains", "latent variables"})
HOLDS: dict[str, frozenset[str]] = {
    "dot": _DRAWN,
    "mermaid": _DRAWN,
    "svg": frozenset({"latent variables"}),
    "tikz": frozenset({"latent variables"}),
    "json": _DRAWN,
    "gml": _DRAWN,
    "graphml": _DRAWN,
    "dagitty": frozenset({"latent variables", NOTES}),
    "cg": frozenset(),
    "bif": frozenset({"domains", "equations"}),
}
SUFFIXES = {
    ".bif": "bif",
    ".cg": "cg",
    ".dagitty": "dagitty",
    ".dot": "dot",
    ".gml": "gml",
    ".graphml": "graphml",
    ".gv": "dot",
    ".json": "json",
    ".mmd": "mermaid",
    ".scm": "ir",
    ".svg": "svg",
    ".tex": "tikz",
}


def _loader(module: str, function: str) -> Callable[[], Any]:
    return lambda: getattr(import_module(f"scmlang.exchange.{module}"), function)


for _name, _module, _suffix in (
    ("bif", "bif", ""),
    ("cg", "cg", ""),
    ("dagitty", "dagitty", ""),
    ("dot", "dot", ""),
    ("gml", "networkx_graph", "_gml"),
    ("graphml", "networkx_graph", "_graphml"),
    ("json", "json_format", ""),
):
    WRITERS.register(_name, _loader(_module, f"write{_suffix}"))
    READERS.register(_name, _loader(_module, f"read{_suffix}"))
WRITERS.register("ir", _loader("ir", "write"))
WRITERS.register("mermaid", _loader("mermaid", "write"))
WRITERS.register("svg", _loader("pictures", "write_svg"))
WRITERS.register("tikz", _loader("pictures", "write_tikz"))
