"""The syntax that DOT and dagitty share: statements of nodes, chains of edges, sets, attributes.

The DOT language is described at https://graphviz.org/doc/info/lang.html; dagitty's own syntax, which is based
on it, in the manual of the R package (Textor et al., Robust causal inference using directed acyclic
graphs, Int. J. Epidemiol. 2016). A reader gives a :class:`Dialect` and hears of every node and edge.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from scmlang.exchange.tokens import Token, Tokens
from scmlang.source import Source, Span

_TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|\#[^\n]*|/\*.*?\*/)
      | (?P<string>"(?:[^"\\]|\\.)*")
      | (?P<edge><->|->|<-@|<-|--@|--|@->|@-@|@--)
      | (?P<html><(?:[^<>]|<[^<>]*>)*>)
      | (?P<mark>[{}\[\]=;,:+])
      | (?P<word>-?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)|[^\W0-9][\w.]*)""",
    re.VERBOSE | re.DOTALL,
)
_DEEPEST = 50
_DEFAULTS = ("node", "edge", "graph")
WORDS = (*_DEFAULTS, "subgraph")
Attributes = Mapping[str, str]


@dataclass(frozen=True)
class Member:
    """A node as it stands in a statement."""

    name: str
    span: Span


@dataclass(frozen=True)
class Dialect:
    """What one format hears of.

    Attributes:
        format: its name, for messages.
        node: called for a node statement, with its attributes.
        edge: called for each pair of nodes that an edge joins: left, operator, right, attributes.
        spend: called with the number of edges before they are made.
        graph: called for ``key=value`` outside brackets and sets.
    """

    format: str
    node: Callable[[Member, Attributes], None]
    edge: Callable[[Member, str, Member, Attributes], None]
    spend: Callable[[int, Span], None]
    graph: Callable[[str, str], None] = lambda key, value: None


@dataclass
class _Defaults:
    node: dict[str, str] = field(default_factory=dict)
    edge: dict[str, str] = field(default_factory=dict)

    def copy(self) -> _Defaults:
        return _Defaults(dict(self.node), dict(self.edge))


class GraphText:
    """A recursive-descent reader of one graph."""

    def __init__(self, source: Source, format: str) -> None:
        self.tokens = Tokens(source, _TOKEN, format)

    def body(self, dialect: Dialect) -> None:
        """``{ statements }`` and then the end of the text.

        Raises:
            ScmError: E251 at the first mistake.
        """
        self.dialect = dialect
        self.tokens.expect("{")
        self._statements(_Defaults(), 0, "}")
        if self.tokens.next.kind != "end":
            self.tokens.unexpected("the end of the file")

    def statements(self, dialect: Dialect) -> None:
        """Statements without braces around them, to the end of the text.

        Raises:
            ScmError: E251 at the first mistake.
        """
        self.dialect = dialect
        self._statements(_Defaults(), 0, "")

    def identifier(self, wanted: str = "a name") -> Token:
        """A word or a string, joined by ``+`` where a string goes on; ``text`` is without quotes."""
        token = self.tokens.kind("word", "string", "html", wanted=wanted)
        text, span = _plain(token), token.span
        while token.kind == "string" and self.tokens.accept("+"):
            more = self.tokens.kind("string", wanted="a string")
            text, span = text + _plain(more), span | more.span
        return Token(token.kind, text, span)

    # --- statements

    def _statements(self, defaults: _Defaults, depth: int, closing: str) -> list[Member]:
        """The statements up to the closing brace, or to the end of the text, and the nodes they name."""
        found: dict[str, Member] = {}
        while not (self.tokens.accept(closing) if closing else self.tokens.next.kind == "end"):
            if not (self.tokens.accept(";") or self.tokens.accept(",")):
                for member in self._statement(defaults, depth):
                    found.setdefault(member.name, member)
        return list(found.values())

    def _statement(self, defaults: _Defaults, depth: int) -> list[Member]:
        token = self.tokens.next
        if self._is_group(token):
            return self._chain(self._group(defaults, depth), defaults, depth)
        name = self.identifier("a statement or `}`")
        if token.kind == "word" and name.text.lower() in _DEFAULTS and self.tokens.next.text == "[":
            self._default(name.text.lower(), defaults)
            return []
        if self.tokens.accept("="):
            value = self.identifier("a value")
            if depth == 0:
                self.dialect.graph(name.text, value.text)
            return []
        return self._chain([self._node(name, defaults)], defaults, depth)

    def _default(self, kind: str, defaults: _Defaults) -> None:
        attributes = self._attributes()
        if kind == "node":
            defaults.node.update(attributes)
        elif kind == "edge":
            defaults.edge.update(attributes)

    def _is_group(self, token: Token) -> bool:
        return token.text == "{" or (token.kind == "word" and token.text.lower() == "subgraph")

    def _group(self, defaults: _Defaults, depth: int) -> list[Member]:
        opened = self.tokens.next
        if depth >= _DEEPEST:
            self.tokens.fail(f"sets are nested more than {_DEEPEST} deep", opened.span, "E254")
        if opened.text != "{":
            self.tokens.take()
            if self.tokens.next.text != "{":
                self.identifier("the name of a subgraph or `{`")
        self.tokens.expect("{")
        return self._statements(defaults.copy(), depth + 1, "}")

    def _node(self, name: Token, defaults: _Defaults) -> Member:
        while self.tokens.accept(":"):
            self.identifier("a port")
        member = Member(name.text, name.span)
        self.dialect.node(member, defaults.node)
        return member

    def _chain(self, first: list[Member], defaults: _Defaults, depth: int) -> list[Member]:
        """A node or set, and the edges that go on from it, with the attributes behind."""
        operands, operators = [first], []
        while self.tokens.next.kind == "edge":
            operators.append(self.tokens.take().text)
            if self._is_group(self.tokens.next):
                operands.append(self._group(defaults, depth))
            else:
                operands.append([self._node(self.identifier(), defaults)])
        attributes = self._attributes()
        for left, operator, right in zip(operands, operators, operands[1:], strict=False):
            self._join(left, operator, right, {**defaults.edge, **attributes})
        if not operators and attributes:
            for member in first:
                self.dialect.node(member, attributes)
        return [member for operand in operands for member in operand]

    def _join(self, left: list[Member], operator: str, right: list[Member], attributes: Attributes) -> None:
        if left and right:
            self.dialect.spend(len(left) * len(right), right[0].span)
        for a in left:
            for b in right:
                self.dialect.edge(a, operator, b, attributes)

    def _attributes(self) -> dict[str, str]:
        """``[key=value, word]`` any number of times; a word alone has the value ``true``."""
        found: dict[str, str] = {}
        while self.tokens.accept("["):
            while not self.tokens.accept("]"):
                if self.tokens.accept(",") or self.tokens.accept(";"):
                    continue
                key = self.identifier("an attribute or `]`").text
                found[key] = self.identifier("a value").text if self.tokens.accept("=") else "true"
        return found


def _plain(token: Token) -> str:
    if token.kind != "string":
        return token.text
    return re.sub(r'\\(\n|["\\])', lambda match: match[1].strip("\n"), token.text[1:-1])
