"""dagitty's textual syntax, in and out.

Source: the manual of the R package dagitty; Textor et al., Robust causal inference using directed acyclic
graphs: the R package dagitty, Int. J. Epidemiol. 2016. Graphs of the type ``dag`` are read; ``mag``,
``pdag`` and ``pag`` stand for classes of models and are refused. Exposures, outcomes, adjusted variables,
positions and whatever else is in brackets have no place in a model. They are kept in comments
(:mod:`scmlang.exchange.notes`), and written back from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.exchange.graph_text import Attributes, Dialect, GraphText, Member
from scmlang.exchange.notes import Note, Subject, comments, statement
from scmlang.exchange.sketch import Sketch
from scmlang.semantics.model import CausalModel, Role
from scmlang.source import Source, Span

FORMAT = "dagitty"
_ROLES = {
    "e": "exposure", "o": "outcome", "a": "adjusted", "adjustednode": "adjusted",
}  # fmt: skip
_KNOWN = ("exposure", "outcome", "adjusted", "selected", "pos")
_LATENT = {"latent", "unobserved", "u", "l"}
_CLASSES = ("mag", "pdag", "pag")
Held = dict[Subject, dict[str, str]]


def write(model: CausalModel) -> str:
    """The diagram, latent variables marked, with what the notes of the model's text say of it."""
    held = Notes(model).held
    lines = ["dag {", *([statement((), held[()])] if () in held else [])]
    for v in model.endogenous:
        latent = {"latent": "true"} if v.role is Role.LATENT else {}
        lines.append(statement((v.name,), latent | held.get((v.name,), {})))
    for edge in _edges(model):
        lines.append(statement(edge, held.get(edge, {})))
    return "\n".join([*lines, "}"]) + "\n"


def _edges(model: CausalModel) -> Iterator[Subject]:
    yield from ((a, "->", b) for a, b in model.edges)
    yield from ((a, "<->", b) for a, b in model.confounded)


class Notes:
    """The notes of a model's text for this format.

    Attributes:
        held: what they say of the model's nodes and edges, and of the whole graph.
        problems: W250 for every note that says nothing of them.
    """

    def __init__(self, model: CausalModel) -> None:
        self.model = model
        self.held: Held = {}
        self.problems: list[Diagnostic] = []
        known: set[Subject] = {(), *_edges(model), *((v.name,) for v in model.endogenous)}
        for text, span in comments(model.source, FORMAT):
            try:
                found = _said(text)
            except ScmError as error:
                self._lost(f"it is none of its statements: {error.diagnostics[0].message}", span)
                continue
            for subject, attributes in found.items():
                place = subject if subject in known else subject[::-1] if "<->" in subject else subject
                if place in known:
                    self.held.setdefault(place, {}).update(attributes)
                else:
                    self._lost(f"the model has no `{' '.join(subject)}`", span)

    def _lost(self, reason: str, span: Span) -> None:
        message = f"{FORMAT} cannot hold this comment: {reason}"
        self.problems.append(Diagnostic("W250", message, self.model.source, span))


def _said(text: Source) -> Held:
    reader = _Reader(Sketch(text))
    GraphText(text, FORMAT).statements(replace(reader.dialect, spend=_one))
    return {subject: attributes for subject, attributes in reader.held.items() if attributes}


def read(source: Source) -> Sketch:
    """The graph of a dagitty file.

    Raises:
        ScmError: E251 where the text is not dagitty's, E252 for a graph of another type than ``dag`` and
            for an edge without a causal direction, E254 where it is too large.
    """
    text = GraphText(source, FORMAT)
    reader = _Reader(Sketch(source))
    kind = text.tokens.kind("word", wanted="`dag`")
    if kind.text.lower() in _CLASSES:
        message = f"a graph of the type `{kind.text}` stands for many models, not for one"
        text.tokens.fail(message, kind.span, "E252", "choose one of its DAGs and write `dag { ... }`")
    if kind.text.lower() != "dag":
        text.tokens.fail(f"`{kind.text}` where `dag` was expected", kind.span)
    if text.tokens.next.text != "{":
        reader.sketch.name = text.identifier("a name or `{`").text
    text.body(reader.dialect)
    reader.sketch.notes = [Note(FORMAT, subject, found) for subject, found in reader.held.items() if found]
    return reader.sketch


def _one(edges: int, span: Span) -> None:
    """Notes join no sets, so the work for a text is bounded by its length."""
    if edges > 1:
        raise ScmError([Diagnostic("E251", "sets are joined", span=span)])


class _Reader:
    """Hears of every node and edge; ``held`` is what is said of them beyond that."""

    def __init__(self, sketch: Sketch) -> None:
        self.sketch = sketch
        self.held: Held = {}
        self.dialect = Dialect(FORMAT, self.node, self.edge, sketch.require_room, self.graph)

    def graph(self, key: str, value: str) -> None:
        self.held.setdefault((), {})[key] = value

    def node(self, member: Member, attributes: Attributes) -> None:
        node = self.sketch.node(member.name, member.span)
        held = self.held.setdefault((member.name,), {})
        for key, value in attributes.items():
            if key.lower() in _LATENT:
                node.latent = True
            else:
                held[_key(key)] = value

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
        subject = (b, "->", a) if operator == "<-" else (a, operator, b)
        if operator == "<->" and subject[::-1] in self.held:
            subject = subject[::-1]
        self.held.setdefault(subject, {}).update(attributes)


def _key(key: str) -> str:
    """dagitty's own attributes in their long form, whatever their case."""
    long = _ROLES.get(key.lower(), key.lower())
    return long if long in _KNOWN else key
