"""The ``.cg`` files of the code of neural causal models, in and out (Xia et al., arXiv 2107.00793).

Two sections, ``<NODES>`` with a name a line and ``<EDGES>`` with ``A -> B`` or ``A <-> B`` a line. There are
no comments; blank lines mean nothing.
"""

from __future__ import annotations

import re

from scmlang.exchange.sketch import Sketch
from scmlang.semantics.model import CausalModel
from scmlang.source import Source, Span

_EDGE = re.compile(r"\s*(\S+)\s*(<->|->|<-|--)\s*(\S+)\s*")


def write(model: CausalModel) -> str:
    """The diagram over the endogenous variables."""
    nodes = [v.name for v in model.endogenous]
    edges = [f"{a} -> {b}" for a, b in model.edges] + [f"{a} <-> {b}" for a, b in model.confounded]
    return "\n".join(["<NODES>", *nodes, "", "<EDGES>", *edges]) + "\n"


def read(source: Source) -> Sketch:
    """The graph of a ``.cg`` file.

    Raises:
        ScmError: E251 for a line that is in no section or no edge, E257 for an edge of an undeclared node.
    """
    sketch = Sketch(source)
    section = ""
    for number in range(1, source.line_count + 1):
        text, span = source.line(number).strip(), source.line_span(number)
        if text in ("<NODES>", "<EDGES>"):
            section = text
        elif text and section == "<NODES>":
            _node(sketch, text, span)
        elif text and section == "<EDGES>":
            _edge(sketch, text, span)
        elif text:
            sketch.fail("E251", f"`{text[:40]}` where `<NODES>` was expected", span)
    return sketch


def _node(sketch: Sketch, name: str, span: Span) -> None:
    if name in sketch.nodes:
        sketch.fail("E257", f"the node `{name}` is declared twice", span)
    sketch.node(name, span)


def _edge(sketch: Sketch, text: str, span: Span) -> None:
    match = _EDGE.fullmatch(text)
    if match is None:
        sketch.fail("E251", f"`{text[:40]}` is no edge", span, "write `A -> B` or `A <-> B`")
    a, operator, b = match.groups()
    for name in (a, b):
        if name not in sketch.nodes:
            sketch.fail("E257", f"there is no node `{name}`", span, "name it below `<NODES>`")
    if operator == "<->":
        sketch.link(a, b, span)
    elif operator == "--":
        sketch.undirected(a, b, span)
    else:
        sketch.arrow(*((a, b) if operator == "->" else (b, a)), span)
