"""Bounds of an expression, case by case: between what its values lie, and where it has none.

A case is a configuration of the finite variables whose values are given; the others, and the real
ones, may be anything in their domains. Guarantees: every value lies within the bounds. What is said to
have no value has none for some values of the variables, taken as unrelated, with one exception to
either side: an operand that depends on a real variable may be zero (it is with probability zero where
it varies continuously), and a branch of an ``if`` may have no value for what its condition speaks of
(the condition may well be its guard).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from scmlang.semantics.domains import Domain, Finite, Real
from scmlang.semantics.expressions import (
    FUNCTIONS,
    Call,
    Columns,
    Constant,
    Expression,
    Reference,
    compute,
    references,
)
from scmlang.semantics.facts import Facts, Knowledge, Shapes, implied
from scmlang.semantics.intervals import (
    RULES,
    Interval,
    everything,
    holds_zero,
    may_fail,
    may_hold,
    whole_modulo,
)

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Undefined:
    """A part of an expression that has no value in some cases, and why."""

    part: Call
    cases: Mask = field(repr=False)
    reason: str


@dataclass(frozen=True)
class Bounds:
    """``low <= value <= high`` in each case, wherever the expression has a value."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    undefined: tuple[Undefined, ...] = ()

    @property
    def interval(self) -> Interval:
        return self.low, self.high


def bounds(
    expression: Expression,
    domains: Mapping[str, Domain],
    columns: Columns | None = None,
    n: int = 1,
    supports: Mapping[str, tuple[float, float]] | None = None,
) -> Bounds:
    """The bounds of a checked expression in each of ``n`` cases.

    Args:
        expression: what is looked at.
        domains: the domain of every variable that it names.
        columns: the values of those variables that have one in each case.
        n: the number of cases.
        supports: between what the real variables lie of which that is known.
    """
    with np.errstate(all="ignore"):
        return _Analysis(domains, columns or {}, n, supports or {}).of(expression, {})


def is_whole(expression: Expression, domains: Mapping[str, Domain]) -> bool:
    """Whether an expression gives integers by its form alone: its value over any integers is one."""
    if isinstance(expression, Constant):
        return float(expression.value).is_integer()
    if isinstance(expression, Reference):
        return isinstance(domains[expression.name], Finite)
    operator, operands = expression.operator, expression.operands
    function = FUNCTIONS.get(operator)
    if function is not None and not function.preserves:
        return function.integral
    if operator == "**":
        exponent = operands[1]
        natural = isinstance(exponent, Constant) and exponent.value >= 0
        return natural and all(is_whole(operand, domains) for operand in operands)
    if operator == "/":
        return False
    if operator in ("+", "-", "*", "//", "%", "neg") or function is not None:
        return all(is_whole(operand, domains) for operand in operands)
    if operator == "if":
        return all(is_whole(operand, domains) for operand in operands[1:])
    return True


class _Analysis:
    def __init__(
        self,
        domains: Mapping[str, Domain],
        columns: Columns,
        n: int,
        supports: Mapping[str, tuple[float, float]],
    ) -> None:
        self.supports = supports
        self.domains = domains
        self.columns = columns
        self.n = n
        self.shapes = Shapes()

    def of(self, node: Expression, facts: Facts) -> Bounds:
        found = self._of(node, facts)
        known = facts.get(self.shapes.of(node)) if facts else None
        if known is None:
            return found
        low, high = np.maximum(found.low, known[0]), np.minimum(found.high, known[1])
        return Bounds(low, np.maximum(low, high), found.undefined)

    def _of(self, node: Expression, facts: Facts) -> Bounds:
        if isinstance(node, Constant):
            return self._point(np.full(self.n, float(node.value)))
        if isinstance(node, Reference):
            return self._variable(node.name)
        if node.operator == "if":
            return self._if(node, facts)
        operands = []
        for operand in node.operands:
            operands.append(self.of(operand, facts))
        return self._call(node, operands)

    def _point(self, values: NDArray[np.float64]) -> Bounds:
        return Bounds(values, values)

    def _variable(self, name: str) -> Bounds:
        if name in self.columns:
            return self._point(self.columns[name].astype(np.float64))
        domain = self.domains[name]
        if isinstance(domain, Finite):
            low, high = float(domain.offset), float(domain.offset + domain.size - 1)
        elif name in self.supports:
            low, high = self.supports[name]
        else:
            return Bounds(*everything(self.n))
        return Bounds(np.full(self.n, low), np.full(self.n, high))

    # --- operators

    def _call(self, node: Call, operands: list[Bounds]) -> Bounds:
        intervals = [operand.interval for operand in operands]
        rule = RULES[node.operator]
        if node.operator == "%" and all(is_whole(operand, self.domains) for operand in node.operands):
            rule = whole_modulo
        low, high = rule(*intervals)
        lacking, reason = self._singular(node, intervals)
        fixed = reduce(np.logical_and, [a == b for a, b in intervals])
        if fixed.any() and node.operator != "index":
            exact = compute(node.operator, *(a for a, _ in intervals)).astype(np.float64)
            low, high = np.where(fixed, exact, low), np.where(fixed, exact, high)
            lacking = np.where(fixed, ~np.isfinite(exact), lacking)
        lost = np.isnan(low) | np.isnan(high) | lacking
        if lost.any():
            low, high = np.where(lost, -np.inf, low), np.where(lost, np.inf, high)
        undefined = tuple(u for operand in operands for u in operand.undefined)
        if lacking.any():
            undefined += (Undefined(node, lacking, reason),)
        return Bounds(low, high, undefined)

    def _singular(self, node: Call, intervals: list[Interval]) -> tuple[Mask, str]:
        """Where an operand can be what the operator has no value for, and what that is."""
        nowhere = np.zeros(self.n, np.bool_)
        if node.operator in ("/", "//", "%"):
            cases = nowhere if self._varies(node.operands[1]) else holds_zero(intervals[1])
            return cases, "its divisor is 0"
        if node.operator in ("log", "sqrt"):
            low = intervals[0][0]
            if node.operator == "log" and not self._varies(node.operands[0]):
                return low <= 0, "its operand is 0 or negative"
            return low < 0, "its operand is negative"
        if node.operator == "**":
            return self._no_power(node, *intervals)
        return nowhere, "it is too large"

    def _no_power(self, node: Call, base: Interval, exponent: Interval) -> tuple[Mask, str]:
        negative = np.zeros(self.n, np.bool_) if is_whole(node.operands[1], self.domains) else base[0] < 0
        if self._varies(node.operands[0]):
            return negative, "its base is negative"
        return negative | (holds_zero(base) & (exponent[0] < 0)), "its base is 0 or negative"

    def _varies(self, node: Expression) -> bool:
        """Whether a real variable has a part in it."""
        return any(isinstance(self.domains[name], Real) for name in references(node))

    # --- branches

    def _if(self, node: Call, facts: Facts) -> Bounds:
        condition, *branches = node.operands
        asked = self.of(condition, facts)
        known = Knowledge(self.shapes, lambda node: self.of(node, facts).interval, self._whole)
        possible = may_hold(asked.interval), may_fail(asked.interval)
        found, undefined = [], list(asked.undefined)
        for holds, branch, cases in zip((True, False), branches, possible, strict=True):
            found.append(self.of(branch, implied(condition, holds, facts, known)))
            undefined += self._unguarded(condition, found[-1].undefined, cases, possible[0] & possible[1])
        (then, other), (may, may_not) = found, possible
        low = np.minimum(np.where(may, then.low, np.inf), np.where(may_not, other.low, np.inf))
        high = np.maximum(np.where(may, then.high, -np.inf), np.where(may_not, other.high, -np.inf))
        return Bounds(low, high, tuple(undefined))

    def _whole(self, node: Expression) -> bool:
        return is_whole(node, self.domains)

    def _unguarded(
        self, condition: Expression, undefined: tuple[Undefined, ...], cases: Mask, open_: Mask
    ) -> list[Undefined]:
        """What has no value in a branch that is reached, unless the condition may be its guard."""
        asked = set(references(condition))
        left = []
        for found in undefined:
            guarded = open_ if asked & set(references(found.part)) else np.zeros_like(open_)
            reached = found.cases & cases & ~guarded
            if reached.any():
                left.append(Undefined(found.part, reached, found.reason))
        return left
