"""Identities between expressions, decided by form: what holds for every value of the variables.

An expression is read as a polynomial over its parts that are no sum, product or power of others (its
atoms), reciprocals of divisors among them. Two expressions with the same polynomial are equal wherever
they have a value. The converse does not hold: log(2 X) and log(2) + log(X) have different atoms.
"""

from __future__ import annotations

from collections.abc import Sequence

from scmlang.semantics.expressions import Call, Constant, Expression
from scmlang.semantics.facts import Shapes

_Atom = tuple[str, int]
_Monomial = tuple[_Atom, ...]
_Polynomial = dict[_Monomial, float]
_MOST_TERMS = 1000  # of one polynomial
_MOST_WORK = 20_000  # terms that are added or multiplied in all
_ROUNDING = 1e-12
_ONE: _Monomial = ()


def constant_sum(parts: Sequence[tuple[float, Expression]]) -> float | None:
    """What a weighted sum of expressions is, where it is the same number for every value of the variables.

    Args:
        parts: the weights and the expressions.

    Returns:
        The number; None where it varies, or where the forms do not tell.
    """
    reader = _Reader()
    total: _Polynomial = {}
    for weight, expression in parts:
        total = _plus(total, reader.read(expression), weight)
    total = reader.without_divisors(total)
    return total.get(_ONE, 0.0) if set(total) <= {_ONE} else None


class _Reader:
    def __init__(self) -> None:
        self.shapes = Shapes()
        self.divisors: dict[_Atom, _Polynomial] = {}
        self._work = 0
        self._numbers: dict[frozenset[tuple[_Monomial, float]], int] = {}

    def read(self, node: Expression) -> _Polynomial:
        if isinstance(node, Constant):
            return {_ONE: float(node.value)} if node.value else {}
        found = self._call(node) if isinstance(node, Call) else None
        return {(self._atom(node),): 1.0} if found is None or len(found) > _MOST_TERMS else found

    def _atom(self, node: Expression) -> _Atom:
        return "value", self.shapes.of(node)

    def _call(self, node: Call) -> _Polynomial | None:
        operator = node.operator
        if operator == "**":
            return self._power(node)
        if operator not in ("+", "-", "neg", "*", "/"):
            return None
        parts = []
        for operand in node.operands:
            parts.append(self.read(operand))
        if operator in ("*", "/"):
            return self._product(parts[0], parts[1], divide=operator == "/")
        if not self._affordable(sum(map(len, parts))):
            return None
        if operator == "neg":
            return _plus({}, parts[0], -1)
        return _plus(parts[0], parts[1], 1 if operator == "+" else -1)

    def _affordable(self, work: int) -> bool:
        self._work += work
        return self._work <= _MOST_WORK

    def _product(self, left: _Polynomial, right: _Polynomial, *, divide: bool = False) -> _Polynomial | None:
        if divide:
            if not right:
                return None
            right = self._reciprocal(right)
        return _times(left, right) if self._affordable(len(left) * len(right)) else None

    def _power(self, node: Call) -> _Polynomial | None:
        base, exponent = node.operands
        if not isinstance(exponent, Constant) or exponent.value not in (1, 2, 3, 4):
            return None
        read = self.read(base)
        result: _Polynomial | None = {_ONE: 1.0}
        for _ in range(int(exponent.value)):
            result = None if result is None else self._product(result, read)
        return result

    def _reciprocal(self, divisor: _Polynomial) -> _Polynomial:
        if set(divisor) == {_ONE}:
            return {_ONE: 1 / divisor[_ONE]}
        form = frozenset(divisor.items())
        atom: _Atom = "reciprocal", self._numbers.setdefault(form, len(self._numbers))
        self.divisors[atom] = divisor
        return {(atom,): 1.0}

    def without_divisors(self, polynomial: _Polynomial) -> _Polynomial:
        """``c d / d`` replaced by c, where all terms over a divisor d make up a multiple of it."""
        for atom, divisor in self.divisors.items():
            over = {_without(m, atom): c for m, c in polynomial.items() if atom in m}
            whole = {m: c for m, c in polynomial.items() if atom not in m}
            ratio = _ratio(over, divisor)
            if ratio is not None:
                polynomial = _plus(whole, {_ONE: ratio}, 1)
        return polynomial


def _ratio(polynomial: _Polynomial, divisor: _Polynomial) -> float | None:
    if not polynomial or set(polynomial) != set(divisor):
        return None
    ratios = [polynomial[m] / divisor[m] for m in divisor]
    same = max(ratios) - min(ratios) <= 1e-9 * max(map(abs, ratios))
    return ratios[0] if same else None


def _without(monomial: _Monomial, atom: _Atom) -> _Monomial:
    rest = list(monomial)
    rest.remove(atom)
    return tuple(rest)


def _plus(a: _Polynomial, b: _Polynomial, weight: float) -> _Polynomial:
    total = dict(a)
    for monomial, coefficient in b.items():
        _add(total, monomial, weight * coefficient)
    return total


def _times(a: _Polynomial, b: _Polynomial) -> _Polynomial:
    product: _Polynomial = {}
    for left, c in a.items():
        for right, d in b.items():
            _add(product, tuple(sorted((*left, *right))), c * d)
    return product


def _add(polynomial: _Polynomial, monomial: _Monomial, coefficient: float) -> None:
    """Add a term; one that is left over by rounding alone is none."""
    before = polynomial.pop(monomial, 0.0)
    after = before + coefficient
    if abs(after) > _ROUNDING * max(abs(before), abs(coefficient)):
        polynomial[monomial] = after
