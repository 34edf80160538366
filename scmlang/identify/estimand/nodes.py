"""What estimands are made of.

A variable in a distribution stands at a value. ``"X"`` is the value that X's own name stands for, ``"X'"``
and ``"X''"`` are other values of the same variable, and ``At("X", 1)`` is a fixed one. A sum binds symbols,
not variables: in Σ_{X'} P(Y | X', Z) P(X') the treatment that is asked about, X, is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class At:
    """A variable at a fixed value: a number, a level's name, or a symbol of a bare diagram.

    With another ``relation`` it is an event, such as ``Y > 2``, and stands among the outcomes of a
    :class:`Conditional` only: a condition that leaves several values separates nothing. Several events of one
    variable, such as ``Y > 2`` and ``Y < 3``, happen together.
    """

    variable: str
    value: int | float | str
    relation: str = "="

    @property
    def is_event(self) -> bool:
        """Whether it is about several values."""
        return self.relation != "="


Term = str | At


@dataclass(frozen=True)
class Conditional:
    """P(of | do(do), given): an observed distribution, or one that was seen in an experiment."""

    of: tuple[Term, ...]
    given: tuple[Term, ...] = ()
    do: tuple[Term, ...] = ()


@dataclass(frozen=True)
class Mean:
    """E(of | do(do), given), the mean of a variable; named levels count from 0."""

    of: str
    given: tuple[Term, ...] = ()
    do: tuple[Term, ...] = ()


@dataclass(frozen=True)
class Value:
    """The number that a symbol stands for, as in Σ_{Y} Y P(Y | X)."""

    symbol: str


@dataclass(frozen=True)
class Indicator:
    """1 where ``left relation right`` holds, else 0, as in Σ_{Y, Z} 1{Y > Z} P(Y, Z).

    Both sides are sums and products of the numbers that symbols stand for.
    """

    relation: str
    left: Estimand
    right: Estimand


@dataclass(frozen=True)
class Product:
    """The product of some factors; 1 where there is none."""

    factors: tuple[Estimand, ...]


@dataclass(frozen=True)
class Marginal:
    """The sum of ``inner`` over all values of the symbols ``over``, which are bound in it."""

    over: tuple[str, ...]
    inner: Estimand


@dataclass(frozen=True)
class Quotient:
    """``top / bottom``."""

    top: Estimand
    bottom: Estimand


@dataclass(frozen=True)
class Linear:
    """The sum of ``coefficient * term``, such as a difference of two means; 0 where there is none."""

    terms: tuple[tuple[Fraction, Estimand], ...]


Estimand = Conditional | Mean | Value | Indicator | Product | Marginal | Quotient | Linear
ONE = Product(())


def variable_of(term: Term) -> str:
    """The variable that a symbol, or a fixed value, is one of: X for ``X''``."""
    return term.variable if isinstance(term, At) else term.rstrip("'")


def free(node: Estimand) -> frozenset[str]:
    """The symbols that are not bound by a sum."""
    match node:
        case Conditional(of, given, do):
            return symbols((*of, *given, *do))
        case Mean(_, given, do):
            return symbols((*given, *do))
        case Value(symbol):
            return frozenset((symbol,))
        case Indicator(_, left, right):
            return free(left) | free(right)
        case Product(factors):
            return frozenset[str]().union(*map(free, factors))
        case Marginal(over, inner):
            return free(inner) - set(over)
        case Quotient(top, bottom):
            return free(top) | free(bottom)
        case Linear(terms):
            return frozenset[str]().union(*(free(term) for _, term in terms))


def leaves(node: Estimand) -> Iterator[Estimand]:
    """The distributions, means, values and indicators of an estimand, each as often as it stands there."""
    match node:
        case Conditional() | Mean() | Value() | Indicator():
            yield node
        case Product(factors):
            for factor in factors:
                yield from leaves(factor)
        case Marginal(_, inner):
            yield from leaves(inner)
        case Quotient(top, bottom):
            yield from leaves(top)
            yield from leaves(bottom)
        case Linear(terms):
            for _, term in terms:
                yield from leaves(term)


def symbols(terms: Iterable[Term]) -> frozenset[str]:
    """Those of some terms that are at no fixed value."""
    return frozenset(term for term in terms if isinstance(term, str))


def marginal(over: Iterable[str], inner: Estimand) -> Estimand:
    """The sum over some symbols; one that sums a conditional's own variables away is taken at once."""
    names = tuple(over)
    if not names:
        return inner
    if isinstance(inner, Conditional) and set(names) <= set(inner.of):
        left = tuple(term for term in inner.of if term not in names)
        return Conditional(left, inner.given, inner.do) if left else ONE
    if isinstance(inner, Marginal):
        return Marginal((*names, *inner.over), inner.inner)
    return Marginal(names, inner)


def product(factors: Sequence[Estimand]) -> Estimand:
    """The product, products in it being flattened."""
    flat: list[Estimand] = []
    for f in factors:
        flat.extend(f.factors if isinstance(f, Product) else [f])
    return flat[0] if len(flat) == 1 else Product(tuple(flat))


def variables(node: Estimand) -> frozenset[str]:
    """Every variable whose distribution or values an estimand is about."""
    match node:
        case Conditional(of, given, do):
            return frozenset(map(variable_of, (*of, *given, *do)))
        case Mean(of, given, do):
            return frozenset((of, *map(variable_of, (*given, *do))))
        case Value(symbol):
            return frozenset((variable_of(symbol),))
        case Indicator(_, left, right):
            return variables(left) | variables(right)
        case Product(factors):
            return frozenset[str]().union(*map(variables, factors))
        case Marginal(over, inner):
            return variables(inner) | frozenset(map(variable_of, over))
        case Quotient(top, bottom):
            return variables(top) | variables(bottom)
        case Linear(terms):
            return frozenset[str]().union(*(variables(term) for _, term in terms))
