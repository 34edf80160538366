"""Expressions: names resolved, types checked, ``let`` put in.

Needs the :class:`~scmlang.semantics.names.Scope`. Guarantees that what comes back evaluates over
columns of the variables it names, and is no deeper and no larger than the limits say.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from scmlang.limits import LIMITS
from scmlang.semantics.domains import Finite, Real
from scmlang.semantics.errors import Problems
from scmlang.semantics.expressions import FUNCTIONS, Call, Constant, Expression, Reference, evaluate
from scmlang.semantics.levels import NO_LEVELS, Levels, comparable
from scmlang.semantics.names import Scope
from scmlang.semantics.rationals import Irrational, rational
from scmlang.semantics.unknowns import arity, unknown_function, unknown_word
from scmlang.source import Span
from scmlang.syntax import ast

TRUTH, INTEGER, REAL = "truth value", "integer", "real number"
_COMPARISONS = frozenset(("==", "!=", "<", "<=", ">", ">="))
_LOGIC = frozenset(("and", "or", "xor"))


@dataclass(frozen=True)
class Typed:
    """A resolved expression with its type.

    Attributes:
        form: ``TRUTH`` (0 or 1), ``INTEGER`` or ``REAL``; each is usable where a later one is.
        width: the number of bits of a bit vector, 0 for all else.
        size: the number of its nodes.
        depth: its nesting.
        levels: what its values are called.
    """

    expression: Expression
    form: str
    width: int = 0
    size: int = 1
    depth: int = 1
    levels: Levels = NO_LEVELS


class Resolver:
    """Resolves the expressions of one file. Every method reports and gives None on a mistake."""

    def __init__(self, scope: Scope, problems: Problems) -> None:
        self.scope = scope
        self.problems = problems
        self._lets: dict[str, Typed | None] = {}
        self._levels = scope.levels
        self._resolve_constant_lets()

    def _resolve_constant_lets(self) -> None:
        for name, let in self.scope.lets.items():
            if self.is_constant(let.value):
                self._lets[name] = self.resolve(let.value)

    def is_constant(self, node: ast.Expression) -> bool:
        """Whether an expression names no variable, directly or by a ``let``."""
        return all(self._is_constant_word(word.text) for word in ast.words(node))

    def _is_constant_word(self, text: str) -> bool:
        if text in self.scope.lets:
            return text in self._lets
        return text not in self.scope.variables

    def resolve_lets(self) -> None:
        """Resolve the ``let`` statements that name variables, once every domain is known."""
        for name, let in self.scope.lets.items():
            if name not in self._lets:
                self._lets[name] = self.resolve(let.value)

    def resolve(self, node: ast.Expression, levels: Finite | None = None) -> Typed | None:
        """The meaning of ``node``; bare names are looked up in ``levels`` first."""
        if isinstance(node, ast.Number):
            return Typed(Constant(node.value, node.span), _form_of(node.value))
        if isinstance(node, ast.Truth):
            return Typed(Constant(int(node.value), node.span), TRUTH)
        if isinstance(node, ast.Word):
            return self._word(node, levels)
        if isinstance(node, ast.Unary):
            return self._unary(node)
        if isinstance(node, ast.Binary):
            return self._binary(node)
        if isinstance(node, ast.Conditional):
            return self._conditional(node, levels)
        if isinstance(node, ast.Vector):
            return self._vector(node)
        return self._index(node) if isinstance(node, ast.Index) else self._apply(node)

    # --- names

    def _word(self, node: ast.Word, levels: Finite | None) -> Typed | None:
        if node.text in self.scope.variables:
            return self._variable(node)
        if node.text in self._lets:
            let = self._lets[node.text]
            return let and replace(let, expression=replace(let.expression, span=node.span))
        if levels is not None and node.text in levels.names:
            named = Levels(levels.names, node.text)
            return Typed(Constant(levels.names.index(node.text), node.span), INTEGER, levels=named)
        values = self._levels.get(node.text, set())
        if len(values) == 1 and not (levels and levels.names):
            named = Levels(self._owner(node.text).names, node.text)
            return Typed(Constant(next(iter(values)), node.span), INTEGER, levels=named)
        unknown_word(node, levels, values, self.scope, self.problems)
        return None

    def _owner(self, level: str) -> Finite:
        """The first domain that has the level."""
        return next(domain for domain in self.scope.finite_domains() if level in domain.names)

    def _variable(self, node: ast.Word) -> Typed | None:
        domain = self.scope.variables[node.text].domain
        reference = Reference(node.text, node.span)
        if domain is None:
            return None  # its declaration was reported
        if isinstance(domain, Real):
            return Typed(reference, REAL)
        if isinstance(domain, Finite):
            width = domain.size.bit_length() - 1 if domain.form == "bits" else 0
            truth = domain.offset == 0 and domain.size <= 2
            return Typed(reference, TRUTH if truth else INTEGER, width, levels=Levels(domain.names))
        message = f"`{node.text}` is an image and cannot be computed with"
        helps = ["compute with the labels that the image is drawn from"]
        self.problems.add("E038", message, node.span, helps=helps)
        return None

    # --- operators

    def _unary(self, node: ast.Unary) -> Typed | None:
        operand = self.resolve(node.operand)
        if operand is None:
            return None
        if node.operator == "not":
            return self._logic("not", node, (node.operand,), (operand,))
        form = REAL if operand.form == REAL else INTEGER
        operator = "neg" if node.operator == "-" else "+"
        if operator == "+":
            return operand
        return self._call(operator, (operand,), form, node.span)

    def _binary(self, node: ast.Binary) -> Typed | None:
        comparing = node.operator in _COMPARISONS
        left = self.resolve(node.left, self._levels_of(node.right) if comparing else None)
        right = self.resolve(node.right, self._levels_of(node.left) if comparing else None)
        if left is None or right is None:
            return None
        if node.operator in _LOGIC:
            return self._logic(node.operator, node, (node.left, node.right), (left, right))
        if comparing:
            self._warn_of_levels(node)
            fixed = [isinstance(side.expression, Constant) for side in (left, right)]
            sides = (left.levels, fixed[0]), (right.levels, fixed[1])
            if not comparable(*sides, node.span, self.problems):
                return None
        form = TRUTH if comparing else _arithmetic_form(node.operator, left, right)
        return self._call(node.operator, (left, right), form, node.span)

    def _warn_of_levels(self, node: ast.Binary) -> None:
        """Warn where two variables are compared whose levels have different names."""
        left, right = self._levels_of(node.left), self._levels_of(node.right)
        if left and right and left.names != right.names:
            message = f"{left} and {right} are compared by their numbers, not by their names"
            helps = ["compare each with a level of its own, or give both the same levels"]
            self.problems.add("W006", message, node.span, helps=helps)

    def _levels_of(self, node: ast.Expression) -> Finite | None:
        if not isinstance(node, ast.Word) or node.text not in self.scope.variables:
            return None
        domain = self.scope.variables[node.text].domain
        return domain if isinstance(domain, Finite) and domain.names else None

    def _logic(
        self, operator: str, node: ast.Node, written: tuple[ast.Expression, ...], operands: tuple[Typed, ...]
    ) -> Typed | None:
        for place, operand in zip(written, operands, strict=True):
            if not self._is_truth(operand, place, f"`{operator}` needs truth values"):
                return None
        return self._call(operator, operands, TRUTH, node.span)

    def _is_truth(self, operand: Typed, place: ast.Expression, message: str) -> bool:
        if operand.form == TRUTH:
            return True
        label = f"this is {_article(operand.form)}"
        text = self.problems.source.text[place.span.start : place.span.end]
        example = text if isinstance(place, ast.Word) else f"({text})" if len(text) <= 24 else "(...)"
        relation = ">" if operand.form == REAL else "!="
        helps = [f"compare it, as in `{example} {relation} 0`"]
        self.problems.add("E030", message, place.span, label, helps=helps)
        return False

    def _conditional(self, node: ast.Conditional, levels: Finite | None) -> Typed | None:
        condition = self.resolve(node.condition)
        then = self.resolve(node.then, levels)
        otherwise = self.resolve(node.otherwise, levels)
        if condition is None or then is None or otherwise is None:
            return None
        if not self._is_truth(condition, node.condition, "`if` needs a truth value"):
            return None
        width = then.width if then.width == otherwise.width else 0
        operands = (condition, then, otherwise)
        chosen = self._call("if", operands, _widest(then, otherwise), node.span, width)
        return chosen and replace(chosen, levels=then.levels.joined(otherwise.levels))

    def _vector(self, node: ast.Vector) -> Typed | None:
        items = [self.resolve(item) for item in node.items]
        found = tuple(item for item in items if item is not None)
        if len(found) < len(items):
            return None
        for place, item in zip(node.items, found, strict=True):
            if not self._is_truth(item, place, "a bit vector is made of truth values"):
                return None
        return self._call("vector", found, INTEGER, node.span, len(found))

    def _index(self, node: ast.Index) -> Typed | None:
        base, index = self.resolve(node.base), self.resolve(node.index)
        if base is None or index is None:
            return None
        if not base.width:
            helps = ["only a variable of a `bits` domain, or a vector, has elements"]
            self.problems.add("E037", "this is no bit vector", node.base.span, helps=helps)
            return None
        if not isinstance(index.expression, Constant) or index.form == REAL:
            helps = ["choose between bits by `if`, as in `if X == 0 then Z[0] else Z[1]`"]
            message = "the position in a bit vector is a fixed integer"
            self.problems.add("E037", message, node.index.span, helps=helps)
            return None
        if not 0 <= index.expression.value < base.width:
            label = f"the positions are 0 to {base.width - 1}"
            self.problems.add("E037", "there is no such bit", node.index.span, label)
            return None
        width = Typed(Constant(base.width, node.span), INTEGER)
        return self._call("index", (base, index, width), TRUTH, node.span)

    def _apply(self, node: ast.Apply) -> Typed | None:
        name = node.function.text
        operands = [self.resolve(argument) for argument in node.arguments]
        found = tuple(operand for operand in operands if operand is not None)
        if name not in FUNCTIONS:
            unknown_function(node.function, self.problems)
            return None
        function = FUNCTIONS[name]
        if len(operands) < function.least or (function.most is not None and len(operands) > function.most):
            self.problems.add("E031", arity(name, len(operands)), node.span)
            return None
        if len(found) < len(operands):
            return None
        form = INTEGER if function.integral else _widest(*found) if function.preserves else REAL
        return self._call(name, found, form, node.span)

    # --- bounds

    def _call(
        self, operator: str, operands: tuple[Typed, ...], form: str, span: Span, width: int = 0
    ) -> Typed | None:
        size = 1 + sum(operand.size for operand in operands)
        depth = 1 + max(operand.depth for operand in operands)
        if size > LIMITS.expression_nodes or depth > LIMITS.nesting:
            helps = ["a `let` counts in full wherever it is used; give a part a `latent` variable instead"]
            message = (
                f"this expression has {size} parts, more than {LIMITS.expression_nodes}"
                if size > LIMITS.expression_nodes
                else f"this expression is nested {depth} deep, more than {LIMITS.nesting}"
            )
            self.problems.add("E036", message, span, helps=helps)
            return None
        call = Call(operator, tuple(operand.expression for operand in operands), span)
        if all(isinstance(operand.expression, Constant) for operand in operands) and operator != "vector":
            return self._fold(call, form, width)
        return Typed(call, form, width, size, depth)

    def _fold(self, call: Call, form: str, width: int) -> Typed | None:
        value = evaluate(call, {}, 1)[0].item()
        if value != value or value in (float("inf"), float("-inf")):
            self.problems.add("E034", "this has no value", call.span)
            return None
        return Typed(_folded(call, value), form, width)


def _folded(call: Call, value: int | float) -> Constant:
    try:
        exact = rational(call, {})
    except Irrational as error:
        return Constant(value, call.span, irrational=str(error))
    return Constant(value, call.span, None if exact is None else Fraction(exact))


def _form_of(value: int | float) -> str:
    if isinstance(value, float):
        return REAL
    return TRUTH if value in (0, 1) else INTEGER


def _widest(*operands: Typed) -> str:
    forms = {operand.form for operand in operands}
    return next(form for form in (REAL, INTEGER, TRUTH) if form in forms)


def _arithmetic_form(operator: str, left: Typed, right: Typed) -> str:
    if operator == "/" or REAL in (left.form, right.form):
        return REAL
    exponent = right.expression
    if operator == "**" and not (isinstance(exponent, Constant) and exponent.value >= 0):
        return REAL
    return INTEGER


def _article(form: str) -> str:
    return f"an {form}" if form == INTEGER else f"a {form}"
