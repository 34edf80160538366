"""What doubly robust estimators share: the rows, the outcome and its regression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.estimation.forms import Outcome
from scmlang.estimation.learners import Learners, Predict
from scmlang.estimation.sample import Sample
from scmlang.identify.estimand import At, levels_of

Array = NDArray[np.float64]
Rows = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Nuisances:
    """A sample and how functions of it are learned."""

    sample: Sample
    learners: Learners

    def rows(self, events: Sequence[At]) -> Rows:
        """Where some variables are at fixed values."""
        found = np.ones(self.sample.rows, np.bool_)
        for at in events:
            levels = levels_of(at, partial(self.sample.numbers, at.variable), self.sample.index)
            found &= np.isin(self.sample.column(at.variable).codes, levels)
        return found

    def target(self, outcome: Outcome) -> Array:
        """The outcome of each row as a number: float64[n].

        Raises:
            ScmError: E334 for levels that are no numbers.
        """
        if outcome.variable is None:
            return self.rows(outcome.event).astype(np.float64)
        if outcome.variable in self.sample.reals:
            return self.sample.reals[outcome.variable]
        numbers = np.array(self.sample.numbers(outcome.variable), np.float64)
        return numbers[self.sample.levels[outcome.variable].codes]

    def mean(self, outcome: Outcome, features: Array, target: Array) -> Predict:
        """The regression of the outcome: of a probability where it is an event or one of two numbers."""
        low, high = float(target.min()), float(target.max())
        if low == high:
            return lambda other: np.full(len(other), low)
        if outcome.variable in self.sample.reals or not np.isin(target, (low, high)).all():
            return self.learners.mean(features, target)
        chances = self.learners.event(features, (target == high).astype(np.int64), 2)
        return lambda other: low + (high - low) * chances(other)[:, 1]


def require_rows(rows: Rows, events: Sequence[At]) -> None:
    """Refuse to learn from nothing.

    Raises:
        ScmError: E333 where there are no rows.
    """
    if not rows.any():
        shown = ", ".join(f"{at.variable}={at.value}" for at in events)
        helps = ("every fold of the rows needs some",)
        raise ScmError([Diagnostic("E333", f"too few rows have {shown}", helps=helps)])
