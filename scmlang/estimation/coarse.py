"""Real columns that an estimand compares and never conditions on, as columns of levels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from scmlang.estimation.sample import Levels, Reals, Sample
from scmlang.estimation.sources import Sources
from scmlang.identify.estimand import (
    At,
    Conditional,
    Estimand,
    Indicator,
    Mean,
    Value,
    leaves,
    variable_of,
    variables,
)


def coarse(node: Estimand, data: Sample | Sources) -> Sources:
    """The samples, with a level for each part of the line that the events of an estimand tell apart.

    What it compares with other variables, or takes the numbers of, has a level for each number that occurs.
    Columns of real numbers that stand in a condition, or that it needs in another way, stay as they are.
    """
    sources = Sources.of(data)
    limits, whole = dict(_limits(node)), _numbers(node)
    samples = {held: _whole(_cut(sample, limits), whole) for held, sample in sources.samples.items()}
    return replace(sources, samples=samples)


def _limits(node: Estimand) -> Iterator[tuple[str, list[float]]]:
    """The values that each variable is compared with, where it is compared and nothing else."""
    found: dict[str, set[float]] = {}
    other: set[str] = set()
    for leaf in leaves(node):
        events = [t for t in leaf.of if _is_event(t)] if isinstance(leaf, Conditional) else []
        for event in events:
            if isinstance(event, At) and not isinstance(event.value, str):
                found.setdefault(event.variable, set()).add(float(event.value))
        names = variables(leaf) if not isinstance(leaf, Value) else {variable_of(leaf.symbol)}
        other |= names - {variable_of(t) for t in events}
    yield from ((name, sorted(values)) for name, values in found.items() if name not in other)


def _numbers(node: Estimand) -> frozenset[str]:
    """The variables whose numbers enter, and on which nothing is conditioned."""
    listed = list(leaves(node))
    numbers = [variables(leaf) for leaf in listed if isinstance(leaf, Value | Indicator)]
    held = [t for leaf in listed if isinstance(leaf, Conditional | Mean) for t in (*leaf.given, *leaf.do)]
    return frozenset[str]().union(*numbers).difference(map(variable_of, held))


def _whole(sample: Sample, names: Iterable[str]) -> Sample:
    found = {name: _each(sample.reals[name]) for name in names if name in sample.reals}
    reals = {name: column for name, column in sample.reals.items() if name not in found}
    return replace(sample, levels={**sample.levels, **found}, reals=reals)


def _each(column: Reals) -> Levels:
    numbers, codes = np.unique(column, return_inverse=True)
    listed = tuple(numbers.tolist())
    return Levels(tuple(map(str, listed)), listed, codes.reshape(-1).astype(np.int64))


def _is_event(term: str | At) -> bool:
    return isinstance(term, At) and term.is_event


def _cut(sample: Sample, limits: dict[str, list[float]]) -> Sample:
    cut = {name: _levels(sample.reals[name], limits[name]) for name in limits if name in sample.reals}
    reals = {name: column for name, column in sample.reals.items() if name not in cut}
    return replace(sample, levels={**sample.levels, **cut}, reals=reals)


def _levels(column: Reals, limits: Sequence[float]) -> Levels:
    """Below the first limit, at it, between it and the next …: each with a number inside of it."""
    at = np.array(limits)
    places = np.searchsorted(at, column)
    codes = 2 * places + np.isin(column, at)
    numbers = tuple(_between([limits[0] - 2, *limits, limits[-1] + 2]))
    return Levels(tuple(map(str, numbers)), numbers, codes.astype(np.int64))


def _between(points: Sequence[float]) -> Iterable[float]:
    """The middles of neighbours, and the points between the first and the last."""
    for left, right in pairwise(points):
        yield (left + right) / 2
        if right != points[-1]:
            yield right
