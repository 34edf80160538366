"""The model in other formats, and in its own.

``WRITERS`` maps the name of a format to a function from a checked model to text. One file a format;
third parties register theirs under the entry-point group ``scmlang.writers``.

Needs: a :class:`~scmlang.semantics.model.CausalModel`. Guarantees: the same model always gives the same
text, and the text of ``ir`` reads back as the same model.
"""

from __future__ import annotations

from collections.abc import Callable

from scmlang.registry import Registry
from scmlang.semantics.model import CausalModel

Writer = Callable[[CausalModel], str]
WRITERS: Registry[Writer] = Registry("format", "scmlang.writers")


def _ir() -> Writer:
    from scmlang.exchange.ir import write

    return write


def _dot() -> Writer:
    from scmlang.exchange.dot import write

    return write


def _mermaid() -> Writer:
    from scmlang.exchange.mermaid import write

    return write


WRITERS.register("ir", _ir)
WRITERS.register("dot", _dot)
WRITERS.register("mermaid", _mermaid)
