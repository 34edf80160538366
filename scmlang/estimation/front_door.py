"""The doubly robust estimator of a front-door form.

    φ = q(M | x, C) / q(M | X, C) (Y - m(X, M, C))
      + 1{X = x} / p(x | C) (Σ_a m(a, M, C) p(a | C) - Σ_{a, b} m(a, b, C) q(b | x, C) p(a | C))
      + Σ_b m(X, b, C) q(b | x, C),        m = E(Y | X, M, C), q = P(M | X, C), p = P(X | C),

whose mean is consistent where q is, or m and p are: Fulcher, Shpitser, Marealle and Tchetgen Tchetgen, Robust
inference on population indirect causal effects: the generalized front-door criterion (arXiv 1711.03611).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.estimation.forms import FrontDoor
from scmlang.estimation.learners import Features
from scmlang.estimation.nuisances import Array, Nuisances, Rows, require_rows
from scmlang.estimation.sample import Codes, Levels, Sample
from scmlang.limits import LIMITS

_MEDIATOR = ""  # the name of all mediators together, which no variable has


class FrontDoorScore:
    """φ of each row, with m, q and p learned on other rows."""

    def __init__(self, nuisances: Nuisances, form: FrontDoor) -> None:
        self.nuisances = nuisances
        self.form = form
        self.x = nuisances.sample.column(form.treatment.variable)
        self.at = nuisances.sample.index(form.treatment)
        self.treated = self.x.codes == self.at
        self.m, self.levels = _joined([nuisances.sample.column(name) for name in form.mediators])
        _bounded(nuisances.sample.rows * len(self.x.labels) * self.levels, form.mediators)
        self.y = nuisances.target(form.outcome)
        self.sample = Sample(
            nuisances.sample.rows,
            {**nuisances.sample.levels, _MEDIATOR: Levels(("",) * self.levels, (), self.m)},
            nuisances.sample.reals,
        )

    @cached_property
    def _outcome_features(self) -> Features:
        return Features(self.sample, (self.form.treatment.variable, _MEDIATOR, *self.form.covariates))

    @cached_property
    def _mediator_features(self) -> Features:
        return Features(self.sample, (self.form.treatment.variable, *self.form.covariates))

    @cached_property
    def _covariate_features(self) -> Array:
        return Features(self.sample, self.form.covariates).matrix()

    def values(self, fit: Rows, use: Rows) -> tuple[Array, float]:
        """φ of the rows ``use``, and the smallest probability that they are divided by.

        Raises:
            ScmError: E333 where none of the rows to fit on is treated.
        """
        require_rows(fit & self.treated, (self.form.treatment, *self.form.given))
        m = self._outcomes(fit, use)  # [n, a, b]
        seen, asked = self._mediators(fit, use)  # [n, b]
        p = self._treatments(fit, use)  # [n, a]
        n = np.arange(int(use.sum()))
        x, b = self.x.codes[use], self.m[use]
        fitted = m[n, x, b]
        over_x = np.einsum("nab,na->nb", m, p)
        inner = over_x[n, b] - np.einsum("nb,nb->n", over_x, asked)
        phi = asked[n, b] / seen[n, b] * (self.y[use] - fitted)
        phi += self.treated[use] / p[:, self.at] * inner
        phi += np.einsum("nb,nb->n", m[n, x], asked)
        return phi, float(min(seen[n, b].min(), p[:, self.at].min()))

    def _outcomes(self, fit: Rows, use: Rows) -> Array:
        """E(Y | X=a, M=b, C) for every a and b."""
        features = self._outcome_features
        mean = self.nuisances.mean(self.form.outcome, features.matrix()[fit], self.y[fit])
        found = np.empty((int(use.sum()), len(self.x.labels), self.levels))
        for a in range(len(self.x.labels)):
            for b in range(self.levels):
                found[:, a, b] = mean(features.matrix(self._at(x=a, m=b))[use])
        return found

    def _mediators(self, fit: Rows, use: Rows) -> tuple[Array, Array]:
        """P(M | X, C) at the treatment that each row had, and at the one that is asked about."""
        features = self._mediator_features
        chances = self.nuisances.learners.mediator(features.matrix()[fit], self.m[fit], self.levels)
        return chances(features.matrix()[use]), chances(features.matrix(self._at(x=self.at))[use])

    def _treatments(self, fit: Rows, use: Rows) -> Array:
        features = self._covariate_features
        chances = self.nuisances.learners.treatment(features[fit], self.x.codes[fit], len(self.x.labels))
        return chances(features[use])

    def _at(self, x: int, m: int | None = None) -> dict[str, Codes]:
        rows = self.nuisances.sample.rows
        found = {self.form.treatment.variable: np.full(rows, x)}
        return found if m is None else {**found, _MEDIATOR: np.full(rows, m)}


def _bounded(cells: int, names: Sequence[str]) -> None:
    if cells > LIMITS.exact_cells:
        message = f"the mediators {', '.join(names)} have too many levels: {cells} numbers"
        helps = (f"at most {LIMITS.exact_cells} are computed; join levels",)
        raise ScmError([Diagnostic("E337", message, helps=helps)])


def _joined(columns: Sequence[Levels]) -> tuple[Codes, int]:
    """Several columns as one of all their configurations, and how many these are."""
    codes, size = np.zeros(len(columns[0].codes), np.int64), 1
    for column in columns:
        codes = codes * len(column.labels) + column.codes
        size *= len(column.labels)
    return codes, size
