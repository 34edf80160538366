"""Estimands: sums, products and quotients of conditional distributions of what is observed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Conditional:
    """P(of | given) in the observed distribution; a variable stands for its value."""

    of: tuple[str, ...]
    given: tuple[str, ...] = ()


@dataclass(frozen=True)
class Product:
    """The product of some factors; 1 where there is none."""

    factors: tuple[Estimand, ...]


@dataclass(frozen=True)
class Marginal:
    """The sum of ``inner`` over all values of ``over``, which are bound in it."""

    over: tuple[str, ...]
    inner: Estimand


@dataclass(frozen=True)
class Quotient:
    """``top / bottom``."""

    top: Estimand
    bottom: Estimand


Estimand = Conditional | Product | Marginal | Quotient


def marginal(over: Iterable[str], inner: Estimand) -> Estimand:
    """The sum over some variables; one that sums a conditional's own variables away is taken at once."""
    names = tuple(over)
    if not names:
        return inner
    if isinstance(inner, Conditional) and set(names) <= set(inner.of):
        left = tuple(name for name in inner.of if name not in names)
        return Conditional(left, inner.given) if left else Product(())
    if isinstance(inner, Marginal):
        return Marginal((*names, *inner.over), inner.inner)
    return Marginal(names, inner)


def product(factors: Sequence[Estimand]) -> Estimand:
    """The product, products in it being flattened."""
    flat: list[Estimand] = []
    for f in factors:
        flat.extend(f.factors if isinstance(f, Product) else [f])
    return flat[0] if len(flat) == 1 else Product(tuple(flat))


def free(node: Estimand) -> frozenset[str]:
    """The variables that are not bound by a sum."""
    match node:
        case Conditional(of, given):
            return frozenset((*of, *given))
        case Product(factors):
            return frozenset[str]().union(*(free(f) for f in factors))
        case Marginal(over, inner):
            return free(inner) - set(over)
        case Quotient(top, bottom):
            return free(top) | free(bottom)


def show(node: Estimand) -> str:
    """Text such as ``Σ_{Z} P(Z | X) Σ_{X'} P(X') P(Y | X', Z)``.

    A variable that a sum binds is primed where its name is taken.
    """
    return _show(node, {name: name for name in free(node)})


def _show(node: Estimand, names: dict[str, str]) -> str:
    match node:
        case Conditional(of, given):
            bar = " | " if given else ""
            return f"P({_listed(of, names)}{bar}{_listed(given, names)})"
        case Product(factors):
            ordered = sorted(factors, key=lambda f: isinstance(f, Marginal))
            return " ".join(_factor(f, names, last=f is ordered[-1]) for f in ordered) or "1"
        case Marginal(over, inner):
            bound = dict(names)
            for name in over:
                bound[name] = _fresh(name, set(names.values()))
            return f"Σ_{{{_listed(over, bound)}}} {_show(inner, bound)}"
        case Quotient(top, bottom):
            return f"[{_show(top, names)}] / [{_show(bottom, names)}]"


def _factor(node: Estimand, names: dict[str, str], *, last: bool) -> str:
    text = _show(node, names)
    return text if last or not isinstance(node, Marginal) else f"({text})"


def _fresh(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "'"
    return name


def _listed(variables: Iterable[str], names: dict[str, str]) -> str:
    return ", ".join(names[variable] for variable in variables)
