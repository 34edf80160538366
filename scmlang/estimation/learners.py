"""Regressions for the nuisance functions of doubly robust estimators.

A mean is fitted by least squares, a probability by logistic regression (multinomial where there are more than
two levels), both in indicators of levels, standardised real numbers, their squares and the products of pairs.
Anything else can be put in their place: see :class:`Learners`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from scmlang.estimation.sample import Sample

Matrix = NDArray[np.float64]
Codes = NDArray[np.int64]
Predict = Callable[[Matrix], Matrix]
Mean = Callable[[Matrix, Matrix], Predict]
Chances = Callable[[Matrix, Codes, int], Predict]
RIDGE = 1e-3  # of the coefficients other than the constant, against separated levels


def least_squares(features: Matrix, target: Matrix) -> Predict:
    """The mean of a target, linear in its features."""
    weights = np.linalg.lstsq(_with_constant(features), target, rcond=None)[0]
    return lambda other: np.asarray(_with_constant(other) @ weights)


def logistic(features: Matrix, codes: Codes, levels: int) -> Predict:
    """The probability of each level, by multinomial logistic regression with a slight ridge."""
    from scipy.optimize import minimize

    inside = _with_constant(features)
    wanted = np.eye(levels)[codes]
    penalty = RIDGE * (np.arange(inside.shape[1]) > 0)[:, None]

    def loss(flat: Matrix) -> tuple[float, Matrix]:
        weights = flat.reshape(inside.shape[1], levels - 1)
        chances = _softmax(inside @ weights)
        cost = -np.log(np.maximum((chances * wanted).sum(axis=1), 1e-300)).sum()
        gradient = inside.T @ (chances - wanted)[:, 1:] + penalty * weights
        return float(cost + 0.5 * (penalty * weights**2).sum()), gradient.ravel()

    start = np.zeros(inside.shape[1] * (levels - 1))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    weights = found.reshape(inside.shape[1], levels - 1)
    return lambda other: _softmax(_with_constant(other) @ weights)


def _softmax(scores: Matrix) -> Matrix:
    """Probabilities from the scores of all levels but the first, whose score is 0."""
    full = np.concatenate([np.zeros((len(scores), 1)), scores], axis=1)
    full = np.exp(full - full.max(axis=1, keepdims=True))
    return np.asarray(full / full.sum(axis=1, keepdims=True))


def _with_constant(features: Matrix) -> Matrix:
    return np.concatenate([np.ones((len(features), 1)), features], axis=1)


@dataclass(frozen=True)
class Learners:
    """How nuisance functions are learned.

    A :data:`Mean` takes features float64[n, p] and a target float64[n], and gives a function from features to
    the mean, float64[n]. :data:`Chances` take features, codes int64[n] and the number of levels, and give a
    function from features to the probability of each level, float64[n, levels].

    Attributes:
        mean: of an outcome of more than two numbers.
        event: of an outcome that is an event, or one of two numbers.
        treatment: of the treatment given the covariates.
        mediator: of the mediators given treatment and covariates.
    """

    mean: Mean = least_squares
    event: Chances = logistic
    treatment: Chances = logistic
    mediator: Chances = logistic


class Features:
    """The numbers that regressions see of some variables.

    Args:
        sample: the rows, from which means and deviations of real numbers are taken.
        names: the variables; products of pairs are left out where there would be more than a feature for
            every ten rows.
    """

    def __init__(self, sample: Sample, names: Sequence[str]) -> None:
        self.sample = sample
        self.names = tuple(names)
        wide = self._blocks({})
        columns = sum(block.shape[1] for block in wide)
        pairs = sum(a.shape[1] * b.shape[1] for a, b in combinations(wide, 2))
        self.crossed = 10 * (columns + pairs) <= sample.rows

    def matrix(self, codes: Mapping[str, Codes] | None = None) -> Matrix:
        """float64[n, p]; ``codes`` puts other levels in the place of those of the rows."""
        blocks = self._blocks(codes or {})
        if self.crossed:
            blocks += [_products(a, b) for a, b in combinations(blocks, 2)]
        return np.concatenate([np.zeros((self.sample.rows, 0)), *blocks], axis=1)

    def _blocks(self, codes: Mapping[str, Codes]) -> list[Matrix]:
        return [self._block(name, codes.get(name)) for name in self.names]

    def _block(self, name: str, codes: Codes | None) -> Matrix:
        if name in self.sample.levels:
            column = self.sample.levels[name]
            return np.eye(len(column.labels))[column.codes if codes is None else codes][:, 1:]
        values = self.sample.reals[name]
        scale = values.std() or 1.0
        standard = (values - values.mean()) / scale
        return np.stack([standard, standard**2], axis=1)


def _products(left: Matrix, right: Matrix) -> Matrix:
    return np.asarray(np.einsum("ni,nj->nij", left, right).reshape(len(left), -1))
