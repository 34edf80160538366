"""The known distributions: of a fully specified model, or of tables of data, by observation or experiment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scmlang.bounds.problem import Problem
from scmlang.data.problems import Problems
from scmlang.data.table import read_table
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagram.bitgraph import Mask
from scmlang.exact.engine import answer
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import Counterfactual, Held, Probability

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Source:
    """P(V | do(held)) over an axis for each variable of a problem, NaN where no data say what was held.

    Attributes:
        held: the variables that were held; none in observation.
        table: the distribution of the others, for each value of ``held``.
    """

    held: Mask
    table: Array


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows of data as indices of levels.

    Attributes:
        held: the variables that an experiment held.
        levels: n rows, a column for each variable of a problem.
    """

    held: Mask
    levels: NDArray[np.int64]

    def source(self, problem: Problem, rows: NDArray[np.int64] | None = None) -> Source:
        """The empirical distribution of all rows, or of some."""
        levels = self.levels if rows is None else self.levels[rows]
        counts = np.zeros(problem.shape)
        np.add.at(counts, tuple(levels.T), 1)
        return Source(self.held, normalised(counts, self.held))


def normalised(counts: Array, held: Mask) -> Array:
    """Counts, or weights, as a distribution for each value of what was held; NaN where there are none."""
    axes = tuple(i for i in range(counts.ndim) if not held >> i & 1)
    totals = counts.sum(axis=axes, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(counts / np.where(totals > 0, totals, np.nan))


def from_model(model: CausalModel, problem: Problem, held: Sequence[str] = ()) -> Source:
    """The distribution of a fully specified model, under do() of some variables at each of their values.

    Raises:
        ScmError: whatever stands in the way of an exact answer.
    """
    kept = [name for name in held if name in problem.graph.place]
    free = [name for name in problem.names if name not in kept]
    world = tuple(Held(name, None) for name in kept)
    if not free:
        return Source(problem.graph.mask(kept), np.ones(problem.shape))
    result = answer(model, Probability(tuple(Counterfactual(name, world) for name in free)))
    present = [axis.variable for axis in result.axes]
    order = [present.index(name) for name in problem.names if name in present]
    table = np.asarray(result.array, dtype=float).transpose(order)
    shape = [n if name in present else 1 for name, n in zip(problem.names, problem.shape, strict=True)]
    whole = np.broadcast_to(table.reshape(shape), problem.shape)
    return Source(problem.graph.mask(kept), np.array(whole))


def from_table(path: Path, problem: Problem, held: Sequence[str] = ()) -> Sample:
    """The rows of a CSV file, which has a column for each variable of the problem.

    Raises:
        ScmError: E352 for a file without rows or without one of the columns; E122 and E124 to E126 for what
            cannot be read.
    """
    table = read_table(path)
    missing = [name for name in problem.names if name not in table.columns]
    if missing or not len(table):
        what = f"no column `{missing[0]}`" if missing else "no rows"
        message = f"`{path}` has {what}, and the bounds need the distribution of {', '.join(problem.names)}"
        raise ScmError([Diagnostic("E352", message)])
    problems = Problems()
    columns = [
        np.asarray(table.values(name, domain, problems), dtype=np.int64) - domain.offset
        for name, domain in zip(problem.names, problem.domains, strict=True)
    ]
    problems.raise_any()
    kept = [name for name in held if name in problem.graph.place]
    return Sample(problem.graph.mask(kept), np.stack(columns, axis=1))
