"""The syntax tree: frozen values, each with the span it was written in.

Nothing is resolved here. Names are text, and whether ``green`` is a level or a variable is for
:mod:`scmlang.semantics` to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scmlang.source import Span


@dataclass(frozen=True, slots=True)
class Node:
    """Anything that was written somewhere."""

    span: Span


@dataclass(frozen=True, slots=True)
class Name(Node):
    text: str


# --- expressions


@dataclass(frozen=True, slots=True)
class Number(Node):
    """An integer or decimal; ``true`` and ``false`` are :class:`Truth`."""

    value: int | float


@dataclass(frozen=True, slots=True)
class Truth(Node):
    value: bool


@dataclass(frozen=True, slots=True)
class Word(Node):
    """A bare name: a variable, a level or a ``let``."""

    text: str


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """``operator`` is ``-``, ``+`` or ``not``."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Node):
    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """``if condition then then else otherwise``."""

    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Vector(Node):
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Index(Node):
    base: Expression
    index: Expression


@dataclass(frozen=True, slots=True)
class Apply(Node):
    function: Name
    arguments: tuple[Expression, ...]


Expression = Number | Truth | Word | Unary | Binary | Conditional | Vector | Index | Apply


def operands(node: Expression) -> tuple[Expression, ...]:
    """The expressions directly inside ``node``, in the order they are written."""
    if isinstance(node, Unary):
        return (node.operand,)
    if isinstance(node, Binary):
        return node.left, node.right
    if isinstance(node, Conditional):
        return node.condition, node.then, node.otherwise
    if isinstance(node, Vector):
        return node.items
    if isinstance(node, Index):
        return node.base, node.index
    return node.arguments if isinstance(node, Apply) else ()


def words(node: Expression) -> Iterator[Word]:
    """Every bare name in ``node``, in the order they are written."""
    waiting: list[Expression] = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Word):
            yield part
        waiting.extend(reversed(operands(part)))


# --- domains


@dataclass(frozen=True, slots=True)
class RangeDomain(Node):
    """``low..high``, both included."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class NamedDomain(Node):
    """``{red, green}``; that the levels are names and differ is checked later."""

    levels: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class WordDomain(Node):
    """``binary``, ``real``, ``bits(4)``, ``image(3, 28, 28)``."""

    word: Name
    arguments: tuple[int, ...]


Domain = RangeDomain | NamedDomain | WordDomain


# --- statements


@dataclass(frozen=True, slots=True)
class ModelName(Node):
    name: Name


@dataclass(frozen=True, slots=True)
class Declaration(Node):
    """``domain`` is None in ``latent U``, which only a bare diagram has."""

    names: tuple[Name, ...]
    domain: Domain | None
    latent: bool = False


@dataclass(frozen=True, slots=True)
class Range(Node):
    """``low..high`` as an argument."""

    low: Expression
    high: Expression


@dataclass(frozen=True, slots=True)
class Argument(Node):
    """``value`` or ``name=value``."""

    name: Name | None
    value: Expression | Range


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A distribution, renderer or mechanism type with its arguments."""

    function: Name
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Row(Node):
    """``(configuration): [probabilities]`` of a table."""

    configuration: tuple[Expression, ...]
    probabilities: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Exogenous(Node):
    names: tuple[Name, ...]
    call: Call


@dataclass(frozen=True, slots=True)
class Group(Node):
    """One end of an arrow: ``X`` or ``{X, Y}``."""

    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Link(Node):
    """``->``, ``<-`` or ``<->``."""

    operator: str


@dataclass(frozen=True, slots=True)
class Arrows(Node):
    """A chain: ``len(groups) == len(links) + 1``. Without a link it is a set that only names its members."""

    groups: tuple[Group, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Monotone(Node):
    """``monotone`` before a chain with at least one link: no effect in it falls as its cause rises."""

    groups: tuple[Group, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Let(Node):
    name: Name
    value: Expression


@dataclass(frozen=True, slots=True)
class Assignment(Node):
    """``name := value``."""

    name: Name
    value: Expression


@dataclass(frozen=True, slots=True)
class Draw(Node):
    """``name ~ call``, for ``table`` with its rows."""

    name: Name
    call: Call
    rows: tuple[Row, ...] | None


@dataclass(frozen=True, slots=True)
class Mechanism(Node):
    names: tuple[Name, ...]
    call: Call


# --- queries and assertions


@dataclass(frozen=True, slots=True)
class Setting(Node):
    """``variable=value``; the value is a level name or a number, as text.

    In ``variable`` alone, as in ``P(Y | do(X))``, it is None: whatever the value.
    """

    variable: Name
    value: Name | None


@dataclass(frozen=True, slots=True)
class Counterfactual(Node):
    """``Y``, ``Y[X=1]`` or ``Y[X=1, M[X=0]]``: a variable in the world that its subscript makes.

    A counterfactual in a subscript sets its variable to the value that it has in its own world.
    """

    variable: Name
    subscript: tuple[Setting | Counterfactual, ...]


@dataclass(frozen=True, slots=True)
class Do(Node):
    """``do(X=1, …)``: as a query, the whole model under the intervention."""

    settings: tuple[Setting | Counterfactual, ...]


@dataclass(frozen=True, slots=True)
class Event(Node):
    """``left relation right`` with ``=``, ``!=``, ``<``, ``<=``, ``>`` or ``>=``."""

    relation: str
    left: Quantity
    right: Quantity


@dataclass(frozen=True, slots=True)
class Several(Node):
    """``{X, Y}`` as an argument."""

    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Application(Node):
    """``function(arguments | conditions)``: ``P``, ``E``, a named effect or a predicate."""

    function: Name
    arguments: tuple[Operand, ...]
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Opposite(Node):
    """``-operand`` or ``+operand``."""

    operator: str
    operand: Quantity


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    operator: str
    left: Quantity
    right: Quantity


Quantity = Number | Truth | Counterfactual | Application | Opposite | Arithmetic
Operand = Event | Several | Quantity
Condition = Do | Operand


@dataclass(frozen=True, slots=True)
class Conditioned(Node):
    """``quantity | conditions``, the conditions holding in every term of the quantity."""

    quantity: Quantity
    conditions: tuple[Condition, ...]


Query = Do | Conditioned


@dataclass(frozen=True, slots=True)
class NamedQuery(Node):
    name: Name
    query: Query


@dataclass(frozen=True, slots=True)
class Assertion(Node):
    """``assert [not] predicate`` or ``assert a == b within 0.01``; relations stand between the quantities."""

    negated: bool
    quantities: tuple[Quantity, ...]
    relations: tuple[str, ...]
    tolerance: Quantity | None


Statement = (
    ModelName
    | Declaration
    | Exogenous
    | Arrows
    | Monotone
    | Let
    | Assignment
    | Draw
    | Mechanism
    | NamedQuery
    | Assertion
)


@dataclass(frozen=True, slots=True)
class Program(Node):
    statements: tuple[Statement, ...]
