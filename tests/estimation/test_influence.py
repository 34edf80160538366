"""Scores of doubly robust estimators, against what it does to the formula to give one row more weight.

With relative frequencies for nuisance functions, the mean of a score is the formula's value, and a score less
that is the efficient influence function: the derivative of the value as the distribution moves towards the
row (Hampel, The influence curve and its role in robust estimation, JASA 1974).
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from scmlang.estimation.back_door import BackDoorScore
from scmlang.estimation.forms import BackDoor, FrontDoor, Outcome
from scmlang.estimation.front_door import FrontDoorScore
from scmlang.estimation.learners import Learners, Predict
from scmlang.estimation.nuisances import Nuisances
from scmlang.identify.estimand import At
from tests.estimation.support import sample

Array = NDArray[np.float64]
STEP = 1e-6


def shares(features: Array, codes: NDArray[np.int64], levels: int) -> Predict:
    """How often each level occurs in a stratum of the features."""
    targets = np.eye(levels)[codes]
    return lambda other: np.stack([targets[(features == row).all(axis=1)].mean(axis=0) for row in other])


def means(features: Array, target: Array) -> Predict:
    """The mean in a stratum of the features."""
    return lambda other: np.stack([target[(features == row).all(axis=1)].mean() for row in other])


FREQUENCIES = Learners(means, shares, shares, shares)


def standardised(p: Array, x: int) -> float:
    """Σ_z E(Y | x, z) P(z) of P(z, x, y)."""
    return float(np.sum(p[:, x] @ np.arange(p.shape[2]) / p[:, x].sum(axis=1) * p.sum(axis=(1, 2))))


def among(p: Array, x: int, population: int) -> float:
    """Σ_z E(Y | x, z) P(z | X=population) of P(z, x, y)."""
    weights = p[:, population].sum(axis=1) / p[:, population].sum()
    return float(np.sum(p[:, x] @ np.arange(p.shape[2]) / p[:, x].sum(axis=1) * weights))


def through(p: Array, x: int) -> float:
    """Σ_{c, m} P(c) P(m | x, c) Σ_x' E(Y | x', m, c) P(x' | c) of P(c, x, m, y)."""
    c = p.sum(axis=(1, 2, 3))
    m = p[:, x].sum(axis=2) / p[:, x].sum(axis=(1, 2))[:, None]
    y = p @ np.arange(p.shape[3]) / p.sum(axis=3)
    return float(np.einsum("c,cm,cxm,cx->", c, m, y, p.sum(axis=(2, 3)) / c[:, None]))


def rows_of(shape: tuple[int, ...], seed: int) -> tuple[Array, list[NDArray[np.int64]]]:
    """Rows in which every configuration occurs, with the distribution that they are of."""
    counts = np.random.default_rng(seed).integers(1, 5, shape)
    columns = [np.repeat(axis.ravel(), counts.ravel()) for axis in np.indices(shape)]
    return counts / counts.sum(), columns


def moved(p: Array, row: tuple[int, ...], by: float) -> Array:
    found = (1 - by) * p
    found[row] += by
    return found


ONE, TWO = At("X", 1), At("X", 2)


@pytest.mark.parametrize("levels_of_y", [2, 3])
def test_the_back_door(levels_of_y: int) -> None:
    p, (z, x, y) = rows_of((3, 3, levels_of_y), 1)
    nuisances = Nuisances(sample(Z=z, X=x, Y=y), FREQUENCIES)
    every = np.ones(len(z), np.bool_)
    phi, least = BackDoorScore(nuisances, BackDoor(Outcome("Y"), (ONE,), ("Z",), ())).values(every, every)
    assert least == pytest.approx((p.sum(axis=2)[:, 1] / p.sum(axis=(1, 2))).min())
    value = standardised(p, 1)
    assert phi.mean() == pytest.approx(value)
    for row, score in zip(zip(z, x, y, strict=True), phi, strict=True):
        slope = (standardised(moved(p, row, STEP), 1) - standardised(moved(p, row, -STEP), 1)) / (2 * STEP)
        assert score - value == pytest.approx(slope, abs=1e-6)


def test_the_back_door_among_a_group() -> None:
    p, (z, x, y) = rows_of((3, 3, 3), 2)
    nuisances = Nuisances(sample(Z=z, X=x, Y=y), FREQUENCIES)
    every = np.ones(len(z), np.bool_)
    form = BackDoor(Outcome("Y"), (ONE,), ("Z",), (), (TWO,))
    phi, _ = BackDoorScore(nuisances, form).values(every, every)
    share = float((x == 2).mean())
    value = among(p, 1, 2)
    assert phi.mean() / share == pytest.approx(value)
    for row, score in zip(zip(z, x, y, strict=True), phi, strict=True):
        slope = (among(moved(p, row, STEP), 1, 2) - among(moved(p, row, -STEP), 1, 2)) / (2 * STEP)
        assert (score - value * (row[1] == 2)) / share == pytest.approx(slope, abs=1e-5)


@pytest.mark.parametrize("levels_of_y", [2, 3])
def test_the_front_door(levels_of_y: int) -> None:
    p, (c, x, m, y) = rows_of((2, 3, 2, levels_of_y), 3)
    nuisances = Nuisances(sample(C=c, X=x, M=m, Y=y), FREQUENCIES)
    every = np.ones(len(c), np.bool_)
    form = FrontDoor(Outcome("Y"), ONE, ("M",), ("C",), ())
    phi, _ = FrontDoorScore(nuisances, form).values(every, every)
    value = through(p, 1)
    assert phi.mean() == pytest.approx(value)
    for row, score in zip(zip(c, x, m, y, strict=True), phi, strict=True):
        slope = (through(moved(p, row, STEP), 1) - through(moved(p, row, -STEP), 1)) / (2 * STEP)
        assert score - value == pytest.approx(slope, abs=1e-6)
