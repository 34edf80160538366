"""The conditional tables of a model as arrays, all of one number of levels made at once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import chain, product

import numpy as np

from scmlang.exact.numbers import Array
from scmlang.semantics.domains import Finite
from scmlang.semantics.expressions import Constant
from scmlang.semantics.model import CausalModel, Draw, Table

_Rows = list[tuple[float, ...]]


def levels(domain: Finite) -> tuple[int, ...]:
    """The values of a finite domain, one tuple for all domains of these values."""
    return _levels(domain.offset, domain.size)


@lru_cache(maxsize=1024)
def _levels(offset: int, size: int) -> tuple[int, ...]:
    return tuple(range(offset, offset + size))


def stacked_tables(model: CausalModel, names: Iterable[str]) -> dict[str, Array]:
    """P(V | parents) of each of ``names`` that has it as a table or as a Bernoulli draw without parents.

    The axes are the parents, in the order that ``model.parents`` has them and of all their levels, then the
    levels of V.
    """
    found: dict[int, dict[str, tuple[tuple[int, ...], _Rows]]] = {}
    names = list(names)
    needed = set(names).union(*[model.parents[name] for name in names])
    domains = [(name, model.variables[name].domain) for name in needed]
    ranges = {name: levels(domain) for name, domain in domains if isinstance(domain, Finite)}
    for name in names:
        entry = _rows(name, model, ranges) if name in ranges else None
        if entry is not None:
            found.setdefault(len(ranges[name]), {})[name] = entry
    return {name: table for size, tables in found.items() for name, table in _stacked(size, tables).items()}


def _stacked(size: int, tables: dict[str, tuple[tuple[int, ...], _Rows]]) -> dict[str, Array]:
    count = sum(len(rows) for _, rows in tables.values())
    cells = chain.from_iterable(chain.from_iterable(rows for _, rows in tables.values()))
    together = np.fromiter(cells, np.float64, count * size).reshape(count, size)
    together /= together.sum(axis=1, keepdims=True)
    found, start = {}, 0
    for name, (shape, rows) in tables.items():
        found[name] = together[start : start + len(rows)].reshape((*shape, size))
        start += len(rows)
    return found


def _rows(
    name: str, model: CausalModel, ranges: Mapping[str, tuple[int, ...]]
) -> tuple[tuple[int, ...], _Rows] | None:
    """The shape of a table's parents, and its rows in their order."""
    equation = model.variables[name].equation
    if isinstance(equation, Draw):
        if equation.distribution == "bernoulli" and isinstance(equation.arguments[0], Constant):
            p = equation.arguments[0].value
            return None if model.parents[name] else ((), [(1 - p, p)])
        return None
    parents = model.parents[name]
    if not isinstance(equation, Table) or len(equation.parents) != len(parents):
        return None
    rows, own = equation.rows, tuple([ranges[parent] for parent in parents if parent in ranges])
    shape = tuple(map(len, own))
    if len(own) < len(parents) or 1 in shape or math.prod(shape) != len(rows):
        return None  # a parent of one level is no axis: NumPy has few
    order = _configurations(own)
    if equation.parents == parents:
        return shape, list(rows.values()) if order == tuple(rows) else [rows[at] for at in order]
    place = [parents.index(parent) for parent in equation.parents]
    return shape, [rows[tuple([at[i] for i in place])] for at in order]


@lru_cache(maxsize=64)
def _configurations(ranges: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, ...], ...]:
    return tuple(product(*ranges))
