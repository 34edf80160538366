"""Tree to syntax tree: one method for each rule of the grammar, bottom-up and without recursion."""

from __future__ import annotations

from typing import Any, TypeVar

from lark import Token, Tree
from lark.visitors import Transformer_NonRecursive, v_args

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.limits import LIMITS
from scmlang.source import Source, Span
from scmlang.syntax import ast

_N = TypeVar("_N", bound=ast.Node)

KEYWORDS = frozenset(
    (
        *("model", "exogenous", "latent", "mechanism", "query", "assert", "let"),
        *("not", "and", "or", "xor", "if", "then", "else", "true", "false"),
    )
)


def build(tree: Tree[Token], source: Source) -> ast.Program:
    """The syntax tree of a model file.

    Raises:
        ScmError: E007 for an expression that is nested too deeply, E008 for a keyword as a name.
    """
    program = _run(tree, source)
    if not isinstance(program, ast.Program):
        raise TypeError(f"the tree of a {type(program).__name__} is no model file")
    return program


def build_query(tree: Tree[Token], source: Source) -> ast.Query:
    """The syntax tree of a query; errors as :func:`build`."""
    query = _run(tree, source)
    if not isinstance(query, ast.Do | ast.Conditioned):
        raise TypeError(f"the tree of a {type(query).__name__} is no query")
    return query


def _run(tree: Tree[Token], source: Source) -> Any:
    builder = _Builder(source)
    result = builder.transform(tree)
    if builder.problems:
        raise ScmError(sorted(builder.problems, key=lambda d: d.span or Span(0, 0)))
    return result


def _span(token: Token) -> Span:
    if token.start_pos is None or token.end_pos is None:
        raise TypeError(f"the token {token!r} has no position")
    return Span(token.start_pos, token.end_pos)


@v_args(meta=True)
class _Builder(Transformer_NonRecursive):  # type: ignore[type-arg]
    """Rule names are those of ``grammar/scm.lark``; each method gets the rule's place and children."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source
        self.problems: list[Diagnostic] = []
        self._depth: dict[int, int] = {}
        self._kept: list[ast.Node] = []

    # --- statements

    def model_file(self, meta: Any, items: list[Any]) -> ast.Program:
        statements = tuple(s for s in items if s is not None)
        return ast.Program(Span(0, len(self.source.text)), statements)

    def model_name(self, meta: Any, items: list[Any]) -> ast.ModelName:
        return ast.ModelName(_at(meta), items[0])

    def declaration(self, meta: Any, items: list[Any]) -> ast.Declaration:
        return ast.Declaration(_at(meta), items[0], items[1])

    def latent_declaration(self, meta: Any, items: list[Any]) -> ast.Declaration:
        return ast.Declaration(_at(meta), items[0], items[1], latent=True)

    def exogenous(self, meta: Any, items: list[Any]) -> ast.Exogenous:
        return ast.Exogenous(_at(meta), items[0], items[1])

    def arrows(self, meta: Any, items: list[Any]) -> ast.Arrows:
        links = tuple(ast.Link(_span(token), str(token)) for token in items[1::2])
        return ast.Arrows(_at(meta), tuple(items[::2]), links)

    def let(self, meta: Any, items: list[Any]) -> ast.Let:
        return ast.Let(_at(meta), items[0], items[1])

    def assignment(self, meta: Any, items: list[Any]) -> ast.Assignment:
        return ast.Assignment(_at(meta), items[0], items[1])

    def draw(self, meta: Any, items: list[Any]) -> ast.Draw:
        return ast.Draw(_at(meta), items[0], items[1], items[2])

    def mechanism(self, meta: Any, items: list[Any]) -> ast.Mechanism:
        kind = items[1]
        call = ast.Call(kind.span, kind, ()) if isinstance(kind, ast.Name) else kind
        return ast.Mechanism(_at(meta), items[0], call)

    def named_query(self, meta: Any, items: list[Any]) -> ast.NamedQuery:
        return ast.NamedQuery(_at(meta), items[0], items[1])

    def assertion(self, meta: Any, items: list[Any]) -> ast.Assertion:
        negation, *parts, tolerance = items
        return ast.Assertion(
            _at(meta), negation is not None, tuple(parts[::2]), tuple(str(r) for r in parts[1::2]), tolerance
        )

    # --- names and domains

    def name(self, meta: Any, items: list[Token]) -> ast.Name:
        span, text = _at(meta), str(items[0])
        if text in KEYWORDS:
            message = f"`{text}` is a keyword and cannot be a name"
            self.problems.append(Diagnostic("E008", message, self.source, span))
        return ast.Name(span, text)

    def names(self, meta: Any, items: list[ast.Name]) -> tuple[ast.Name, ...]:
        return tuple(items)

    def single(self, meta: Any, items: list[ast.Name]) -> ast.Group:
        return ast.Group(_at(meta), tuple(items))

    def set(self, meta: Any, items: list[tuple[ast.Name, ...]]) -> ast.Group:
        return ast.Group(_at(meta), items[0])

    def integer(self, meta: Any, items: list[Token | None]) -> int:
        return int("".join(part for part in items if part is not None))

    def level(self, meta: Any, items: list[Token]) -> ast.Name:
        return ast.Name(_at(meta), str(items[0]))

    def range_domain(self, meta: Any, items: list[int]) -> ast.RangeDomain:
        return ast.RangeDomain(_at(meta), items[0], items[1])

    def named_domain(self, meta: Any, items: list[ast.Name]) -> ast.NamedDomain:
        return ast.NamedDomain(_at(meta), tuple(items))

    def word_domain(self, meta: Any, items: list[Any]) -> ast.WordDomain:
        return ast.WordDomain(_at(meta), items[0], tuple(i for i in items[1:] if i is not None))

    # --- calls

    def call(self, meta: Any, items: list[Any]) -> ast.Call:
        return ast.Call(_at(meta), items[0], tuple(a for a in items[1:] if a is not None))

    def keyword_argument(self, meta: Any, items: list[Any]) -> ast.Argument:
        return ast.Argument(_at(meta), items[0], items[1])

    def range_argument(self, meta: Any, items: list[Any]) -> ast.Argument:
        return ast.Argument(_at(meta), None, ast.Range(_at(meta), items[0], items[1]))

    def positional_argument(self, meta: Any, items: list[Any]) -> ast.Argument:
        return ast.Argument(_at(meta), None, items[0])

    def rows(self, meta: Any, items: list[ast.Row]) -> tuple[ast.Row, ...]:
        return tuple(row for row in items if row is not None)

    def row(self, meta: Any, items: list[Any]) -> ast.Row:
        return ast.Row(_at(meta), items[0], items[1])

    def configuration(self, meta: Any, items: list[Any]) -> tuple[ast.Expression, ...]:
        return tuple(item for item in items if item is not None)

    probabilities = configuration

    # --- expressions

    def conditional(self, meta: Any, items: list[Any]) -> ast.Expression:
        return self._nest(ast.Conditional(_at(meta), *items), items)

    def binary(self, meta: Any, items: list[Any]) -> ast.Expression:
        left, operator, right = items
        return self._nest(ast.Binary(_at(meta), str(operator), left, right), [left, right])

    def unary(self, meta: Any, items: list[Any]) -> ast.Expression:
        return self._nest(ast.Unary(_at(meta), str(items[0]), items[1]), items[1:])

    def index(self, meta: Any, items: list[Any]) -> ast.Expression:
        return self._nest(ast.Index(_at(meta), items[0], items[1]), items)

    def apply(self, meta: Any, items: list[Any]) -> ast.Expression:
        arguments = tuple(item for item in items[1:] if item is not None)
        return self._nest(ast.Apply(_at(meta), items[0], arguments), list(arguments))

    def vector(self, meta: Any, items: list[Any]) -> ast.Expression:
        elements = tuple(item for item in items if item is not None)
        return self._nest(ast.Vector(_at(meta), elements), list(elements))

    def parenthesis(self, meta: Any, items: list[Any]) -> Any:
        return items[0]

    def number(self, meta: Any, items: list[Token]) -> ast.Expression:
        return ast.Number(_at(meta), self._number(str(items[0]), _at(meta)))

    def truth(self, meta: Any, items: list[Token]) -> ast.Expression:
        return ast.Truth(_at(meta), items[0] == "true")

    def word(self, meta: Any, items: list[Token]) -> ast.Expression:
        name = self.name(meta, items)
        return ast.Word(name.span, name.text)

    # --- queries

    def query_text(self, meta: Any, items: list[Any]) -> ast.Query:
        query: ast.Query = items[0]
        return query

    def do(self, meta: Any, items: list[Any]) -> ast.Do:
        return ast.Do(_at(meta), items[0])

    def conditioned(self, meta: Any, items: list[Any]) -> ast.Conditioned:
        return ast.Conditioned(_at(meta), items[0], items[1] or ())

    def arithmetic(self, meta: Any, items: list[Any]) -> ast.Arithmetic:
        left, operator, right = items
        return self._nest(ast.Arithmetic(_at(meta), str(operator), left, right), [left, right])

    def opposite(self, meta: Any, items: list[Any]) -> ast.Opposite:
        return self._nest(ast.Opposite(_at(meta), str(items[0]), items[1]), items[1:])

    def application(self, meta: Any, items: list[Any]) -> ast.Application:
        function, arguments, conditions = items[0], items[1], items[2] or ()
        return self._nest(
            ast.Application(_at(meta), function, arguments, conditions), [*arguments, *conditions]
        )

    def counterfactual(self, meta: Any, items: list[Any]) -> ast.Counterfactual:
        subscript = items[1] or ()
        return self._nest(ast.Counterfactual(_at(meta), items[0], subscript), list(subscript))

    nested = counterfactual

    def events(self, meta: Any, items: list[Any]) -> tuple[Any, ...]:
        return tuple(items)

    conditions = events
    settings = events

    def event(self, meta: Any, items: list[Any]) -> ast.Event:
        left, relation, right = items
        relation = "=" if relation == "==" else str(relation)
        return self._nest(ast.Event(_at(meta), relation, left, right), [left, right])

    def several(self, meta: Any, items: list[ast.Group]) -> ast.Several:
        return ast.Several(_at(meta), items[0].names)

    def setting(self, meta: Any, items: list[ast.Name]) -> ast.Setting:
        return ast.Setting(_at(meta), items[0], items[1])

    def open_setting(self, meta: Any, items: list[ast.Name]) -> ast.Setting:
        return ast.Setting(_at(meta), items[0], None)

    def value(self, meta: Any, items: list[Token | None]) -> ast.Name:
        return ast.Name(_at(meta), "".join(part for part in items if part is not None))

    # --- bounds

    def _number(self, text: str, span: Span) -> int | float:
        if text.isdecimal() and len(text) <= _DIGITS:
            return int(text)
        value = float(text)
        if text.isdecimal() or value == float("inf"):
            help = f"an integer has at most {_DIGITS} digits, and a decimal is below 1.8e308"
            self.problems.append(
                Diagnostic("E009", "this number is too large", self.source, span, helps=(help,))
            )
        return value

    def _nest(self, node: _N, parts: list[Any]) -> _N:
        """Notes how deep an expression is, so that later phases may recurse over it."""
        depth = 1 + max((self._depth.get(id(part), 0) for part in parts), default=0)
        self._depth[id(node)] = depth
        self._kept.append(node)
        if depth == LIMITS.nesting + 1:
            message = f"this expression is nested more than {LIMITS.nesting} deep"
            help = "name a part of it with `let`, or give it a variable of its own"
            self.problems.append(Diagnostic("E007", message, self.source, node.span, helps=(help,)))
        return node


_DIGITS = 15


def _at(meta: Any) -> Span:
    return Span(meta.start_pos, meta.end_pos)
