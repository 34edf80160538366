"""Graphviz DOT, in and out (https://graphviz.org/doc/info/lang.html).

Bidirected edges are ``a -> b [dir=both]``; a dashed edge without a direction (``a -- b [style=dashed]``, or
``dir=none``) is read as one too. A node is latent where it is dashed or dotted or has ``latent=true``. The
attribute ``domain`` holds the domain; how the graph is drawn is not kept.
"""

from __future__ import annotations

from collections.abc import Mapping

from scmlang.exchange.graph_text import Attributes, Dialect, GraphText, Member
from scmlang.exchange.sketch import Sketch
from scmlang.exchange.text import parse_domain
from scmlang.semantics.domains import Finite, Image, Real
from scmlang.semantics.model import CausalModel, Role, Variable
from scmlang.source import Source


def write(model: CausalModel, do: Mapping[str, str] | None = None, right: bool = False) -> str:
    """The diagram: latent variables dashed, images as boxes, bidirected edges dashed with two heads.

    Args:
        model: what is drawn, its exogenous variables aside.
        do: intervened variables and their values as people write them. The edges that are cut are dotted
            and grey.
        right: effects to the right of their causes, in place of below.
    """
    set_to = do or {}
    lines = [f"digraph {_quoted(model.name)} {{", *(["  rankdir=LR;"] if right else [])]
    lines += [f"  {_quoted(v.name)} [{_style(v, set_to.get(v.name))}];" for v in model.endogenous]
    for a, b in model.edges:
        lines.append(f"  {_quoted(a)} -> {_quoted(b)}{f' [{_CUT}]' if b in set_to else ''};")
    for a, b in model.confounded:
        looks = _CUT if a in set_to or b in set_to else "style=dashed"
        lines.append(f"  {_quoted(a)} -> {_quoted(b)} [dir=both, {looks}, constraint=false];")
    return "\n".join([*lines, "}"]) + "\n"


_CUT = "style=dotted, color=gray"


def _style(variable: Variable, value: str | None) -> str:
    shape = "box" if variable.is_image else "ellipse"
    known = isinstance(variable.domain, Finite | Real | Image)
    domain = str(variable.domain)
    label = f"{variable.name}: {domain}" if known else variable.name
    label = label if value is None else f"{variable.name} = {value}"
    styles = ["dashed"] * (variable.role is Role.LATENT) + ["filled"] * (value is not None)
    looks = [f"label={_quoted(label)}", f"shape={shape}"]
    looks += [f"style={styles[0] if len(styles) == 1 else _quoted(','.join(styles))}"] if styles else []
    looks += ['fillcolor="#fef3c7"'] if value is not None else []
    looks += [f"domain={_quoted(domain)}"] if known else []
    return ", ".join(looks)


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
