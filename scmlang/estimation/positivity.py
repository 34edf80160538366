"""What an estimand needs of the data and they do not have: the strata that stay empty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scmlang.estimation.frequencies import Empirical
from scmlang.identify.estimand import At, Conditional, Estimand, show, variable_of
from scmlang.identify.estimand.evaluate import Evaluator

Array = NDArray[Any]
SHOWN = 3
TRIED = 500
WORK = 1 << 25  # numbers that trying strata may go through
Stratum = tuple[Conditional, tuple[int, ...]]


def empty_strata(node: Estimand, frequencies: Empirical) -> list[str]:
    """The strata without rows on which the value of ``node`` depends, as ``P(Y | X, Z) for X=1, Z=0``.

    A stratum matters where the value is not the same whatever the conditional distribution in it is taken to
    be. At most ``SHOWN`` are told, and the last entry then says that there are more. Of very many, or in very
    large tables, some are not tried.
    """
    plain = _Filled(frequencies, None)
    before = plain.value(node).array
    found: list[str] = []
    tried = min(TRIED, max(SHOWN, WORK // frequencies.largest))
    for stratum in sorted(plain.empty, key=str)[:tried]:
        if not np.array_equal(_Filled(frequencies, stratum).value(node).array, before):
            found.append(_shown(stratum, frequencies))
        if len(found) > SHOWN:
            break
    return [*found[:SHOWN], "…"] if len(found) > SHOWN else found


def has_empty_strata(node: Estimand, frequencies: Empirical) -> bool:
    """Whether a conditional distribution in the estimand is undefined anywhere, for want of rows."""
    plain = _Filled(frequencies, None)
    plain.value(node)
    return bool(plain.empty)


class _Filled(Evaluator):
    """Takes what is undefined for 0, and for something else in one stratum."""

    def __init__(self, frequencies: Empirical, chosen: Stratum | None) -> None:
        super().__init__(frequencies)
        self.chosen = chosen
        self.empty: set[Stratum] = set()

    def shares(self, node: Conditional, joint: Array, total: Array) -> Array:
        found = super().shares(node, joint, total)
        found = np.where(np.isnan(found), 0.0, found)
        if self.chosen is None:
            outcomes = total.ndim - len(node.given) - len(node.do)
            self.empty.update((node, place) for place in self._places(node, total[(0,) * outcomes]))
        elif node == self.chosen[0]:
            index: tuple[Any, ...] = (..., *self.chosen[1])
            found[index] = _uneven(found[index].shape)
        return found

    def _places(self, node: Conditional, total: Array) -> Iterator[tuple[int, ...]]:
        """Strata without rows, at the fixed values of ``node``, as many as are tried at most."""
        fixed = [self.distributions.index(t) if isinstance(t, At) else None for t in (*node.given, *node.do)]
        index: tuple[Any, ...] = tuple(slice(None) if i is None else slice(i, i + 1) for i in fixed)
        start = np.array([i or 0 for i in fixed], dtype=np.int64)
        for found in np.argwhere(total[index] == 0)[:TRIED]:
            yield tuple((found + start).tolist())


def _uneven(shape: tuple[int, ...]) -> Array:
    """Numbers of which no sum with small integers as weights is 0."""
    return np.sqrt(np.arange(2.0, 2.0 + np.prod(shape, dtype=int))).reshape(shape)


def _shown(stratum: Stratum, frequencies: Empirical) -> str:
    node, place = stratum
    sources = frequencies.sources
    names = [variable_of(term) for term in (*node.given, *node.do)]
    labels = [sources.column(n).labels[i] for n, i in zip(names, place, strict=True)]
    parts = [f"{name}={label}" for name, label in zip(names, labels, strict=True)]
    given, held = parts[: len(node.given)], parts[len(node.given) :]
    where = ", ".join([f"do({', '.join(held)})", *given] if held else given)
    several = held or len(sources.samples) > 1
    table = sources.names.get(frozenset(map(variable_of, node.do))) if several else None
    return f"{show(node)} for {where}" + (f" in `{table}`" if table else "")
