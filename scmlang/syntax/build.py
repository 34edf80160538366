"""The nodes of the syntax tree: one method for each rule of the grammar, called bottom-up by the parser."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from scmlang.diagnostics.base import Diagnostic
from scmlang.limits import LIMITS
from scmlang.source import Source, Span
from scmlang.syntax import ast
from scmlang.syntax.lalr import Token

_N = TypeVar("_N", bound=ast.Node)

KEYWORDS = frozenset(
    (
        *("model", "exogenous", "latent", "mechanism", "monotone", "query", "assert", "let"),
        *("not", "and", "or", "xor", "if", "then", "else", "true", "false"),
    )
)
_VALUES = frozenset(("monotone",))  # keywords that are the value of an option too: `coupling=monotone`


def _span(token: Token) -> Span:
    return Span(token.start_pos, token.end_pos)


def _chain(items: list[Any]) -> tuple[tuple[ast.Group, ...], tuple[ast.Link, ...]]:
    """The groups of a chain, and the links between them."""
    return tuple(items[::2]), tuple(ast.Link(_span(token), str(token)) for token in items[1::2])


class Builder:
    """Makes the nodes of one text.

    Rule names are those of ``grammar/scm.lark``; each method gets the rule's place and children.

    Attributes:
        problems: E007 for an expression that is nested too deeply, E008 for a keyword as a name, E009 for a
            number that is too large.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Diagnostic] = []
        self._depth: dict[int, int] = {}
        self._worlds: dict[int, int] = {}
        self._kept: list[ast.Node] = []

    # --- statements

    def model_file(self, place: Span, items: list[Any]) -> ast.Program:
        statements = tuple(s for s in items if s is not None)
        return ast.Program(Span(0, len(self.source.text)), statements)

    def model_name(self, place: Span, items: list[Any]) -> ast.ModelName:
        return ast.ModelName(place, items[0])

    def declaration(self, place: Span, items: list[Any]) -> ast.Declaration:
        return ast.Declaration(place, items[0], items[1])

    def latent_declaration(self, place: Span, items: list[Any]) -> ast.Declaration:
        return ast.Declaration(place, items[0], items[1], latent=True)

    def exogenous(self, place: Span, items: list[Any]) -> ast.Exogenous:
        return ast.Exogenous(place, items[0], items[1])

    def arrows(self, place: Span, items: list[Any]) -> ast.Arrows:
        return ast.Arrows(place, *_chain(items))

    def monotone(self, place: Span, items: list[Any]) -> ast.Monotone:
        return ast.Monotone(place, *_chain(items))

    def let(self, place: Span, items: list[Any]) -> ast.Let:
        return ast.Let(place, items[0], items[1])

    def assignment(self, place: Span, items: list[Any]) -> ast.Assignment:
        return ast.Assignment(place, items[0], items[1])

    def draw(self, place: Span, items: list[Any]) -> ast.Draw:
        return ast.Draw(place, items[0], items[1], items[2])

    def mechanism(self, place: Span, items: list[Any]) -> ast.Mechanism:
        kind = items[1]
        call = ast.Call(kind.span, kind, ()) if isinstance(kind, ast.Name) else kind
        return ast.Mechanism(place, items[0], call)

    def named_query(self, place: Span, items: list[Any]) -> ast.NamedQuery:
        return ast.NamedQuery(place, items[0], items[1])

    def assertion(self, place: Span, items: list[Any]) -> ast.Assertion:
        negation, *parts, tolerance = items
        return ast.Assertion(
            place, negation is not None, tuple(parts[::2]), tuple(str(r) for r in parts[1::2]), tolerance
        )

    # --- names and domains

    def name(self, place: Span, items: list[Token]) -> ast.Name:
        span, text = place, str(items[0])
        if text in KEYWORDS:
            message = f"`{text}` is a keyword and cannot be a name"
            helps = (f"choose another name; `{text.capitalize()}` is one",)
            self.problems.append(Diagnostic("E008", message, self.source, span, helps=helps))
        return ast.Name(span, text)

    variable = name

    def names(self, place: Span, items: list[ast.Name]) -> tuple[ast.Name, ...]:
        return tuple(items)

    def single(self, place: Span, items: list[ast.Name]) -> ast.Group:
        return ast.Group(place, tuple(items))

    def set(self, place: Span, items: list[tuple[ast.Name, ...]]) -> ast.Group:
        return ast.Group(place, items[0])

    def integer(self, place: Span, items: list[Token | None]) -> int:
        text = "".join(part for part in items if part is not None)
        if len(text.lstrip("-0")) > _DIGITS:  # Python's own conversion fails on thousands of digits
            self._too_large(place)
            return 0
        return int(text)

    def level(self, place: Span, items: list[Token]) -> ast.Name:
        return ast.Name(place, str(items[0]))

    def range_domain(self, place: Span, items: list[int]) -> ast.RangeDomain:
        return ast.RangeDomain(place, items[0], items[1])

    def named_domain(self, place: Span, items: list[ast.Name]) -> ast.NamedDomain:
        return ast.NamedDomain(place, tuple(items))

    def word_domain(self, place: Span, items: list[Any]) -> ast.WordDomain:
        return ast.WordDomain(place, items[0], tuple(i for i in items[1:] if i is not None))

    # --- calls

    def call(self, place: Span, items: list[Any]) -> ast.Call:
        return ast.Call(place, items[0], tuple(a for a in items[1:] if a is not None))

    def keyword_argument(self, place: Span, items: list[Any]) -> ast.Argument:
        return ast.Argument(place, items[0], items[1])

    def range_argument(self, place: Span, items: list[Any]) -> ast.Argument:
        return ast.Argument(place, None, ast.Range(place, items[0], items[1]))

    def positional_argument(self, place: Span, items: list[Any]) -> ast.Argument:
        return ast.Argument(place, None, items[0])

    def rows(self, place: Span, items: list[ast.Row]) -> tuple[ast.Row, ...]:
        return tuple(row for row in items if row is not None)

    def row(self, place: Span, items: list[Any]) -> ast.Row:
        return ast.Row(place, items[0], items[1])

    def configuration(self, place: Span, items: list[Any]) -> tuple[ast.Expression, ...]:
        return tuple(item for item in items if item is not None)

    probabilities = configuration

    # --- expressions

    def conditional(self, place: Span, items: list[Any]) -> ast.Expression:
        return self._nest(ast.Conditional(place, *items), items)

    def binary(self, place: Span, items: list[Any]) -> ast.Expression:
        left, operator, right = items
        return self._nest(ast.Binary(place, str(operator), left, right), [left, right])

    def unary(self, place: Span, items: list[Any]) -> ast.Expression:
        return self._nest(ast.Unary(place, str(items[0]), items[1]), items[1:])

    def index(self, place: Span, items: list[Any]) -> ast.Expression:
        return self._nest(ast.Index(place, items[0], items[1]), items)

    def apply(self, place: Span, items: list[Any]) -> ast.Expression:
        arguments = tuple(item for item in items[1:] if item is not None)
        return self._nest(ast.Apply(place, items[0], arguments), list(arguments))

    def vector(self, place: Span, items: list[Any]) -> ast.Expression:
        elements = tuple(item for item in items if item is not None)
        return self._nest(ast.Vector(place, elements), list(elements))

    def parenthesis(self, place: Span, items: list[Any]) -> Any:
        return items[0]

    def number(self, place: Span, items: list[Token]) -> ast.Expression:
        return ast.Number(place, self._number(str(items[0]), place))

    def truth(self, place: Span, items: list[Token]) -> ast.Expression:
        return ast.Truth(place, items[0] == "true")

    def word(self, place: Span, items: list[Token]) -> ast.Expression:
        if items[0] in _VALUES:
            return ast.Word(place, str(items[0]))
        name = self.name(place, items)
        return ast.Word(name.span, name.text)

    # --- queries

    def query_text(self, place: Span, items: list[Any]) -> ast.Query:
        query: ast.Query = items[0]
        return query

    def do(self, place: Span, items: list[Any]) -> ast.Do:
        return ast.Do(place, items[0])

    def conditioned(self, place: Span, items: list[Any]) -> ast.Conditioned:
        return ast.Conditioned(place, items[0], items[1] or ())

    def arithmetic(self, place: Span, items: list[Any]) -> ast.Arithmetic:
        left, operator, right = items
        return self._nest(ast.Arithmetic(place, str(operator), left, right), [left, right])

    def opposite(self, place: Span, items: list[Any]) -> ast.Opposite:
        return self._nest(ast.Opposite(place, str(items[0]), items[1]), items[1:])

    def application(self, place: Span, items: list[Any]) -> ast.Application:
        function, arguments, conditions = items[0], items[1], items[2] or ()
        return self._nest(ast.Application(place, function, arguments, conditions), [*arguments, *conditions])

    def counterfactual(self, place: Span, items: list[Any]) -> ast.Counterfactual:
        subscript = items[1] or ()
        return self._subscribe(self._nest(ast.Counterfactual(place, items[0], subscript), list(subscript)))

    nested = counterfactual

    def events(self, place: Span, items: list[Any]) -> tuple[Any, ...]:
        return tuple(items)

    conditions = events
    settings = events

    def event(self, place: Span, items: list[Any]) -> ast.Event:
        left, relation, right = items
        relation = "=" if relation == "==" else str(relation)
        return self._nest(ast.Event(place, relation, left, right), [left, right])

    def several(self, place: Span, items: list[ast.Group]) -> ast.Several:
        return ast.Several(place, items[0].names)

    def setting(self, place: Span, items: list[ast.Name]) -> ast.Setting:
        return ast.Setting(place, items[0], items[1])

    def open_setting(self, place: Span, items: list[ast.Name]) -> ast.Setting:
        return ast.Setting(place, items[0], None)

    def value(self, place: Span, items: list[Token | None]) -> ast.Name:
        return ast.Name(place, "".join(part for part in items if part is not None))

    # --- bounds

    def _number(self, text: str, span: Span) -> int | float:
        if text.isdecimal() and len(text) <= _DIGITS:
            return int(text)
        value = float(text)
        if text.isdecimal() or value == float("inf"):
            self._too_large(span)
        return value

    def _too_large(self, span: Span) -> None:
        help = f"an integer has at most {_DIGITS} digits, and a decimal is below 1.8e308"
        self.problems.append(Diagnostic("E009", "this number is too large", self.source, span, helps=(help,)))

    def _nest(self, node: _N, parts: list[Any]) -> _N:
        """Notes how deep an expression is, so that later phases may recurse over it."""
        if self._deepen(self._depth, node, parts) == LIMITS.nesting + 1:
            help = "name a part of it with `let`, or give it a variable of its own"
            self._too_deep(f"this expression is nested more than {LIMITS.nesting} deep", node.span, help)
        return node

    def _subscribe(self, node: ast.Counterfactual) -> ast.Counterfactual:
        """Notes how many subscripts stand inside each other: for each, a later phase recurses more often."""
        if node.subscript and self._deepen(self._worlds, node, node.subscript) == LIMITS.subscripts + 1:
            help = "write one subscript, `Y[X=1, Z=0]`"
            self._too_deep(f"subscripts are nested more than {LIMITS.subscripts} deep", node.span, help)
        return node

    def _deepen(self, depths: dict[int, int], node: ast.Node, parts: Iterable[Any]) -> int:
        """One more than the deepest of the parts."""
        depths[id(node)] = 1 + max((depths.get(id(part), 0) for part in parts), default=0)
        self._kept.append(node)  # so that no other node gets its identity
        return depths[id(node)]

    def _too_deep(self, message: str, span: Span, help: str) -> None:
        self.problems.append(Diagnostic("E007", message, self.source, span, helps=(help,)))


_DIGITS = 15
