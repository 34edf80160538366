"""What a foreign file says, before it is a model: the meeting point of all readers.

Every reader turns its format into a :class:`Sketch`, whose names are the file's own and whose spans point
into the file; :func:`scmlang.exchange.text.to_text` turns a sketch into text of the language.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagnostics.base import Note as Place
from scmlang.exchange.notes import Note
from scmlang.limits import LIMITS
from scmlang.semantics.cycles import cycles
from scmlang.semantics.domains import Domain
from scmlang.source import Source, Span

Pair = tuple[str, str]


@dataclass
class Node:
    """A variable of a foreign graph; ``domain`` is None where the file names none."""

    span: Span
    latent: bool = False
    domain: Domain | None = None


@dataclass(frozen=True)
class Rows:
    """A conditional probability table by level indices: P(V | parents) for each configuration."""

    parents: tuple[str, ...]
    chances: dict[tuple[int, ...], tuple[float, ...]]


@dataclass
class Sketch:
    """A graph under construction, and what was noticed on the way.

    Attributes:
        source: the file.
        name: what the file calls the graph; empty where it has no name.
        nodes: in order of appearance.
        edges: directed edges, each where it is stated.
        confounded: bidirected edges, each once, in the order of their nodes.
        tables: the conditional distributions that the file gives.
        notes: what a model has no place for, which is kept in comments.
        warnings: about the file.
    """

    source: Source
    name: str = ""
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[Pair, Span] = field(default_factory=dict)
    confounded: dict[Pair, Span] = field(default_factory=dict)
    tables: dict[str, Rows] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)
    _joined: int = 0

    def node(self, name: str, span: Span) -> Node:
        """The node of that name, added where it is new."""
        if name not in self.nodes:
            self._spend(span)
            self.nodes[name] = Node(span)
        return self.nodes[name]

    def arrow(self, cause: str, effect: str, span: Span) -> None:
        """cause -> effect. A second one says nothing new."""
        if (cause, effect) not in self.edges:
            self._spend(span)
            self.edges[cause, effect] = span

    def link(self, a: str, b: str, span: Span) -> None:
        """a <-> b.

        Raises:
            ScmError: E252 where a node is joined with itself.
        """
        if a == b:
            self.fail("E252", f"`{a}` cannot share a hidden cause with itself", span)
        if (a, b) not in self.confounded and (b, a) not in self.confounded:
            self._spend(span)
            self.confounded[a, b] = span

    def _spend(self, span: Span) -> None:
        if len(self.nodes) + len(self.edges) + len(self.confounded) >= LIMITS.edges:
            self.fail("E254", f"this graph has more than {LIMITS.edges} nodes and edges", span)

    def require_room(self, edges: int, span: Span) -> None:
        """Refuse a product of sets before it is made; repeated edges count as well.

        Raises:
            ScmError: E254.
        """
        self._joined += edges
        if self._joined > LIMITS.edges:
            self.fail("E254", f"nodes are joined here more than {LIMITS.edges} times", span)

    def undirected(self, a: str, b: str, span: Span) -> NoReturn:
        """Refuse an edge that says neither which end is the cause nor that there is a hidden one.

        Raises:
            ScmError: E252.
        """
        help_text = f"write {a} -> {b}, {b} -> {a}, or a bidirected edge for a hidden common cause"
        self.fail("E252", f"the edge between `{a}` and `{b}` has no direction", span, help_text)

    def warn(self, code: str, message: str, span: Span | None = None, *helps: str) -> None:
        self.warnings.append(Diagnostic(code, message, self.source, span, helps=helps))

    def fail(self, code: str, message: str, span: Span | None = None, *helps: str) -> NoReturn:
        """Give the file up.

        Raises:
            ScmError: always, with this one diagnostic.
        """
        raise ScmError([Diagnostic(code, message, self.source, span, helps=helps)])

    def require_acyclic(self) -> None:
        """Raise for every cycle of the directed edges.

        Raises:
            ScmError: E253, each edge of each cycle shown.
        """
        found = [self._cycle(cycle) for cycle in cycles(self.edges)]
        if found:
            raise ScmError(found[: LIMITS.diagnostics])

    def _cycle(self, cycle: tuple[str, ...]) -> Diagnostic:
        pairs = list(zip(cycle, (*cycle[1:], cycle[0]), strict=True))
        notes = [Place(f"{a} causes {b} here", self.edges[a, b]) for a, b in pairs[:-1]]
        way = " -> ".join((*cycle, cycle[0]))
        help_text = "a feedback loop has no SCM; two variables that only share a cause are joined by <->"
        message = f"`{cycle[0]}` is its own ancestor"
        span = self.edges[pairs[-1]]
        label = f"this closes the cycle {way}"
        return Diagnostic("E253", message, self.source, span, label, tuple(notes), (help_text,))
