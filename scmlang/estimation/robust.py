"""Doubly robust estimates with cross-fitting.

An estimate is the mean of a score φ of each row, whose nuisance functions are learned on the folds that the
row is not in, so that any regression may be used; its standard error is that of the mean of φ. Chernozhukov,
Chetverikov, Demirer, Duflo, Hansen, Newey and Robins, Double/debiased machine learning (arXiv 1608.00060).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.estimation.back_door import BackDoorScore
from scmlang.estimation.forms import BackDoor, Form
from scmlang.estimation.front_door import FrontDoorScore
from scmlang.estimation.learners import Learners
from scmlang.estimation.nuisances import Array, Nuisances, require_rows
from scmlang.estimation.sample import Sample

FEWEST = 20


@dataclass(frozen=True, eq=False)
class Influence:
    """An estimate and what each row contributes to its error.

    Attributes:
        value: the estimate.
        values: float64[n], of mean 0; the standard error is their deviation over the root of n.
        least: the smallest probability that something is divided by.
    """

    value: float
    values: Array
    least: float


class Robust:
    """Doubly robust estimates of the forms of one sample.

    Args:
        sample: the rows.
        learners: how nuisance functions are learned.
        folds: in how many parts the rows are cut.
        seed: of the cut.

    Raises:
        ScmError: E336 for fewer than :data:`FEWEST` rows, or fewer than two a fold.
    """

    def __init__(self, sample: Sample, learners: Learners, folds: int = 5, seed: int = 0) -> None:
        if sample.rows < max(FEWEST, 2 * folds):
            message = f"{sample.rows} rows are too few for regressions on {folds} folds"
            raise ScmError([Diagnostic("E336", message)])
        self.nuisances = Nuisances(sample, learners)
        self.folds = folds
        order = np.random.default_rng(seed).permutation(sample.rows)
        self._fold = np.empty(sample.rows, np.int64)
        self._fold[order] = np.arange(sample.rows) % folds

    def influence(self, form: Form) -> Influence:
        """The estimate of a form.

        Raises:
            ScmError: E333 where no rows have what is asked about; E334 for treatments and mediators without
                levels; E337 for mediators of too many.
        """
        inside = self.nuisances.rows(form.given)
        require_rows(inside, form.given)
        values = self._score(form).values
        phi, least = np.zeros(len(inside)), 1.0
        for k in range(self.folds):
            use = inside & (self._fold == k)
            if use.any():
                phi[use], divisor = values(inside & (self._fold != k), use)
                least = min(least, divisor)
        meant = inside & self.nuisances.rows(form.population)
        require_rows(meant, (*form.population, *form.given))
        value = float(phi.sum() / meant.sum())
        return Influence(value, (phi - value * meant) / meant.mean(), least)

    def _score(self, form: Form) -> BackDoorScore | FrontDoorScore:
        if isinstance(form, BackDoor):
            return BackDoorScore(self.nuisances, form)
        return FrontDoorScore(self.nuisances, form)
