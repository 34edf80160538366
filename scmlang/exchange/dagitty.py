"""dagitty's textual syntax, in and out.

Source: the manual of the R package dagitty; Textor et al., Robust causal inference using directed acyclic
graphs: the R package dagitty, Int. J. Epidemiol. 2016. Graphs of the type ``dag`` are read; ``mag``,
``pdag`` and ``pag`` stand for classes of models and are refused. Exposures, outcomes, adjusted variables and
positions have no place in a model and are kept as comments at the top of the text.
"""

from __future__ import annotations

from scmlang.exchange.graph_text import Attributes, Dialect, GraphText, Member
from scmlang.exchange.sketch import Sketch
from scmlang.semantics.model import CausalModel, Role
from scmlang.source import Source

_ROLES = {
    "exposure": "exposure", "e": "exposure", "outcome": "outcome", "o": "outcome",
    "adjusted": "adjusted", "adjustednode": "adjusted", "a": "adjusted", "selected": "selected",
}  # fmt: skip
_LATENT = {"latent", "unobserved", "u", "l"}
_CLASSES = ("mag", "pdag", "pag")
_WORDS = ("node", "edge", "graph", "subgraph")


def write(model: CausalModel) -> str:
    """The diagram, latent variables marked."""
    lines = ["dag {"]
    lines += [f"{_id(v.name)}{' [latent]' if v.role is Role.LATENT else ''}" for v in model.endogenous]
    lines += [f"{_id(a)} -> {_id(b)}" for a, b in model.edges]
    lines += [f"{_id(a)} <-> {_id(b)}" for a, b in model.confounded]
    return "\n".join([*lines, "}"]) + "\n"


def _id(name: str) -> str:
    """A name, quoted where it could be taken for a word of the syntax."""
    return f'"{name}"' if name.lower() in _WORDS else name


def read(source: Source) -> Sketch:
    """The graph of a dagitty file.

    Raises:
        ScmError: E251 where the text is not dagitty's, E252 for a graph of another type than ``dag`` and
            for an edge without a causal direction, E254 where it is too large.
    """
    text = GraphText(source, "dagitty")
    reader = _Reader(Sketch(source))
    kind = text.tokens.kind("word", wanted="`dag`")
    if kind.text.lower() in _CLASSES:
        message = f"a graph of the type `{kind.text}` stands for many models, not for one"
        text.tokens.fail(message, kind.span, "E252", "choose one of its DAGs and write `dag { ... }`")
    if kind.text.lower() != "dag":
        text.tokens.fail(f"`{kind.text}` where `dag` was expected", kind.span)
    if text.tokens.next.text != "{":
        reader.sketch.name = text.identifier("a name or `{`").text
    text.body(Dialect("dagitty", reader.node, reader.edge, reader.sketch.require_room))
    return reader.finish()


class _Reader:
    def __init__(self, sketch: Sketch) -> None:
        self.sketch = sketch
        self.roles: dict[str, list[str]] = {}

    def node(self, member: Member, attributes: Attributes) -> None:
        node = self.sketch.node(member.name, member.span)
        for key, value in attributes.items():
            if key.lower() in _LATENT:
                node.latent = True
            elif key.lower() in _ROLES:
                self.roles.setdefault(_ROLES[key.lower()], []).append(member.name)
            elif key.lower() == "pos":
                self.roles.setdefault("position", []).append(f"{member.name} ({value})")

    def edge(self, left: Member, operator: str, right: Member, attributes: Attributes) -> None:
        a, b, span = left.name, right.name, left.span | right.span
        if operator == "->":
            self.sketch.arrow(a, b, span)
        elif operator == "<-":
            self.sketch.arrow(b, a, span)
        elif operator == "<->":
            self.sketch.link(a, b, span)
        else:
            self.sketch.undirected(a, b, span)

    def finish(self) -> Sketch:
        for role, names in self.roles.items():
            line = f"{role}: {', '.join(dict.fromkeys(names))}"
            self.sketch.remarks.append(" ".join(line.split()))
        if self.roles:
            kinds = ", ".join(self.roles)
            message = f"a model holds no {kinds}: kept as a comment"
            self.sketch.warn("W253", message)
        return self.sketch
