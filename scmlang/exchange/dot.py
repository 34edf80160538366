"""Graphviz DOT, in and out (https://graphviz.org/doc/info/lang.html).

Bidirected edges are ``a -> b [dir=both]``; a dashed edge without a direction (``a -- b [style=dashed]``, or
``dir=none``) is read as one too. A node is latent where it is dashed or dotted or has ``latent=true``. The
attribute ``domain`` holds the domain; how the graph is drawn is not kept.
"""

from __future__ import annotations

from scmlang.exchange.graph_text import Attributes, Dialect, GraphText, Member
from scmlang.exchange.sketch import Sketch
from scmlang.exchange.text import parse_domain
from scmlang.semantics.domains import Finite, Image, Real
from scmlang.semantics.model import CausalModel, Role, Variable
from scmlang.source import Source


def write(model: CausalModel) -> str:
    """The diagram: latent variables dashed, images as boxes, bidirected edges dashed with two heads."""
    lines = [f"digraph {_quoted(model.name)} {{"]
    lines += [f"  {_quoted(v.name)} [{_style(v)}];" for v in model.endogenous]
    lines += [f"  {_quoted(a)} -> {_quoted(b)};" for a, b in model.edges]
    lines += [
        f"  {_quoted(a)} -> {_quoted(b)} [dir=both, style=dashed, constraint=false];"
        for a, b in model.confounded
    ]
    return "\n".join([*lines, "}"]) + "\n"


def _style(variable: Variable) -> str:
    shape = "box" if variable.is_image else "ellipse"
    domain = str(variable.domain)
    held = f", domain={_quoted(domain)}" if isinstance(variable.domain, Finite | Real | Image) else ""
    label = _quoted(f"{variable.name}: {domain}")
    dashed = ", style=dashed" if variable.role is Role.LATENT else ""
    return f"label={label}, shape={shape}{dashed}{held}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def read(source: Source) -> Sketch:
    """The graph of a DOT file.

    Raises:
        ScmError: E251 where the text is not DOT, E252 for an undirected edge, E254 where it is too large.
    """
    text = GraphText(source, "DOT")
    sketch = Sketch(source)
    text.tokens.accept("strict")
    kind = text.tokens.kind("word", wanted="`digraph`")
    if kind.text.lower() not in ("graph", "digraph"):
        sketch.fail("E251", f"`{kind.text}` where `digraph` was expected", kind.span)
    if text.tokens.next.text != "{":
        sketch.name = text.identifier("a name or `{`").text
    reader = _Reader(sketch)
    text.body(Dialect("DOT", reader.node, reader.edge, sketch.require_room))
    return sketch


class _Reader:
    def __init__(self, sketch: Sketch) -> None:
        self.sketch = sketch

    def node(self, member: Member, attributes: Attributes) -> None:
        node = self.sketch.node(member.name, member.span)
        style = attributes.get("style", "")
        node.latent |= "dashed" in style or "dotted" in style or attributes.get("latent") == "true"
        if "domain" in attributes:
            node.domain = parse_domain(attributes["domain"])
            if node.domain is None:
                message = f"`{attributes['domain'][:60]}` is no domain of the language"
                self.sketch.warn("W253", message, member.span)

    def edge(self, left: Member, operator: str, right: Member, attributes: Attributes) -> None:
        a, b, span = left.name, right.name, left.span | right.span
        direction = attributes.get("dir", "forward" if operator == "->" else "none")
        dashed = "dashed" in attributes.get("style", "")
        if operator not in ("->", "--"):
            self.sketch.fail("E251", f"DOT has no edge `{operator}`", span)
        if direction == "both" or (direction == "none" and dashed):
            self.sketch.link(a, b, span)
        elif direction == "forward":
            self.sketch.arrow(a, b, span)
        elif direction == "back":
            self.sketch.arrow(b, a, span)
        else:
            self.sketch.undirected(a, b, span)
