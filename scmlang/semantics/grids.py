"""Grids: every configuration of some finite variables, as columns."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from scmlang.limits import LIMITS
from scmlang.semantics.domains import Domain, Finite
from scmlang.semantics.expressions import Array, Expression, references, size


@dataclass(frozen=True)
class Grid:
    """Every configuration of some finite variables; ``columns`` hold their values."""

    domains: Mapping[str, Finite]
    columns: Mapping[str, Array]
    n: int

    def describe(self, row: int) -> str:
        """``D=9, C=red`` for one configuration; empty when there is only the empty one."""
        return ", ".join(f"{v}={d.level(int(self.columns[v][row]))}" for v, d in self.domains.items())


def grid(names: Iterable[str], domains: Mapping[str, Domain]) -> Grid | None:
    """All configurations of the variables ``names``; None where they are too many, or not finite."""
    finite: dict[str, Finite] = {}
    for name in names:
        domain = domains[name]
        if not isinstance(domain, Finite):
            return None
        finite[name] = domain
    n = math.prod(domain.size for domain in finite.values())
    if n > LIMITS.enumeration:
        return None
    return _product(finite, n)


def finite_part(expression: Expression, domains: Mapping[str, Domain]) -> Grid:
    """All configurations of the finite variables of an expression; the empty one where they are too many.

    Too many is less than for :func:`grid`: bounds take longer than values.
    """
    named = {name: domains[name] for name in references(expression)}
    finite = {name: domain for name, domain in named.items() if isinstance(domain, Finite)}
    n = math.prod(domain.size for domain in finite.values())
    most = LIMITS.enumeration // max(10, size(expression))
    return _product(finite, n) if n <= most else Grid({}, {}, 1)


def _product(finite: Mapping[str, Finite], n: int) -> Grid:
    columns: dict[str, Array] = {}
    after = n
    for name, domain in finite.items():
        after //= domain.size
        columns[name] = np.arange(n) // after % domain.size + domain.offset
    return Grid(finite, columns, n)
