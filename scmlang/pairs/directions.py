"""Directions that the data do not see: integer vectors whose product with every row of observations is 0."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction


def directions(
    rows: Sequence[Sequence[int]], feature: Callable[[int], tuple[int, ...]]
) -> Iterator[list[int]]:
    """Vectors d with ``rows . d = 0``: first differences of two states that look alike, then a basis.

    Args:
        rows: the observations, a column for each state.
        feature: what the query depends on, in a state; states that look alike with one feature are no news.
    """
    count = len(rows[0])
    columns = [tuple(row[j] for row in rows) for j in range(count)]
    first: dict[tuple[int, ...], int] = {}
    for j, column in enumerate(columns):
        i = first.setdefault(column, j)
        if feature(i) != feature(j):
            yield [1 if k == i else -1 if k == j else 0 for k in range(count)]
    kept = list(dict.fromkeys(first.values()))
    for vector in null_space([[row[j] for j in kept] for row in rows]):
        found = [0] * count
        for j, value in zip(kept, vector, strict=True):
            found[j] = value
        yield found


def null_space(rows: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """A basis of the null space of an integer matrix, each vector in lowest integers."""
    count = len(rows[0])
    reduced, pivots = _echelon([[Fraction(v) for v in row] for row in dict.fromkeys(map(tuple, rows))], count)
    for j in range(count):
        if j in pivots:
            continue
        vector = [Fraction(0)] * count
        vector[j] = Fraction(1)
        for row, pivot in zip(reduced, pivots, strict=True):
            vector[pivot] = -row[j]
        scale = math.lcm(*(value.denominator for value in vector))
        yield [int(value * scale) for value in vector]


def _echelon(rows: list[list[Fraction]], count: int) -> tuple[list[list[Fraction]], list[int]]:
    """The reduced row echelon form without rows of zeros, and the column of each row's leading 1."""
    pivots: list[int] = []
    done: list[list[Fraction]] = []
    for j in range(count):
        at = next((i for i, row in enumerate(rows) if row[j]), None)
        if at is None:
            continue
        lead = rows.pop(at)
        lead = [value / lead[j] for value in lead]
        rows = [_less(row, lead, j) for row in rows]
        done = [_less(row, lead, j) for row in done]
        done.append(lead)
        pivots.append(j)
    return done, pivots


def _less(row: list[Fraction], lead: list[Fraction], at: int) -> list[Fraction]:
    by = row[at]
    return [a - by * b if b else a for a, b in zip(row, lead, strict=True)] if by else row
