"""The augmented inverse probability weighted estimator of a back-door form.

    φ = m(x, Z) + 1{X = x} / p(x | Z) (Y - m(X, Z)),        m = E(Y | X, Z), p = P(X | Z),

whose mean is consistent where m or p is (Robins, Rotnitzky and Zhao, JASA 1994; Bang and Robins, Biometrics
2005). For those with X = x' it is

    φ = 1{X = x'} m(x, Z) + 1{X = x} p(x' | Z) / p(x | Z) (Y - m(X, Z)),

the mean of which is divided by P(X = x') (Hahn, Econometrica 1998).
"""

from __future__ import annotations

import numpy as np

from scmlang.estimation.forms import BackDoor
from scmlang.estimation.learners import Features
from scmlang.estimation.nuisances import Array, Nuisances, Rows, require_rows


class BackDoorScore:
    """φ of each row, with m and p learned on other rows."""

    def __init__(self, nuisances: Nuisances, form: BackDoor) -> None:
        self.nuisances = nuisances
        self.form = form
        self.y = nuisances.target(form.outcome)
        self.treated = nuisances.rows(form.treatment)
        self.meant = nuisances.rows(form.population)
        self.features = Features(nuisances.sample, form.covariates).matrix()

    def values(self, fit: Rows, use: Rows) -> tuple[Array, float]:
        """φ of the rows ``use``, and the smallest probability that they are divided by.

        Raises:
            ScmError: E333 where none of the rows to fit on is treated.
        """
        like = fit & self.treated
        require_rows(like, (*self.form.treatment, *self.form.given))
        m = self.nuisances.mean(self.form.outcome, self.features[like], self.y[like])(self.features[use])
        p, other = (self._chance(event, fit, use) for event in (self.treated, self.meant))
        phi = self.meant[use] * m + self.treated[use] * other / p * (self.y[use] - m)
        return phi, float(p.min())

    def _chance(self, event: Rows, fit: Rows, use: Rows) -> Array:
        """The probability of an event given the covariates."""
        if event[fit].all():
            return np.ones(int(use.sum()))
        codes = event[fit].astype(np.int64)
        chances = self.nuisances.learners.treatment(self.features[fit], codes, 2)
        return np.asarray(chances(self.features[use])[:, 1])
