"""Doubly robust estimates: consistent where one nuisance function is wrong, not where both are."""

from __future__ import annotations

import numpy as np
import pytest

from scmlang.diagnostics.base import ScmError
from scmlang.estimation.estimate import Method, Options, estimate
from scmlang.estimation.learners import Learners, Predict
from scmlang.estimation.plug_in import plug_in
from scmlang.identify.estimand import parse
from tests.estimation.support import (
    BACK_DOOR,
    EFFECT,
    FRONT_DOOR,
    FRONT_EFFECT,
    coin,
    confounded,
    diagram,
    linear_gaussian,
    mediated,
    sample,
)


def average(features: np.ndarray, target: np.ndarray) -> Predict:
    """A wrong regression: the mean, whatever the features."""
    return lambda other: np.full(len(other), target.mean())


def shares(features: np.ndarray, codes: np.ndarray, levels: int) -> Predict:
    """A wrong propensity: the shares, whatever the features."""
    counts = np.bincount(codes, minlength=levels) / len(codes)
    return lambda other: np.broadcast_to(counts, (len(other), levels))


def robustly(learners: Learners, *, seed: int = 0) -> Options:
    return Options(Method.doubly_robust, learners=learners, seed=seed)


ONE_RIGHT = {
    "both": Learners(),
    "treatment": Learners(mean=average),
    "outcome": Learners(treatment=shares),
}


@pytest.mark.parametrize("learners", ONE_RIGHT.values(), ids=ONE_RIGHT)
def test_the_back_door_with_one_right_nuisance(learners: Learners) -> None:
    found = estimate(parse(EFFECT), diagram(BACK_DOOR), linear_gaussian(8000, 1), robustly(learners))
    assert abs(found.value.item() - 2) < 4 * found.standard_error.item() < 0.3


def test_the_back_door_with_none_right() -> None:
    wrong = robustly(Learners(mean=average, treatment=shares))
    found = estimate(parse(EFFECT), diagram(BACK_DOOR), linear_gaussian(8000, 1), wrong)
    assert found.value.item() - 2 > 10 * found.standard_error.item()


ENOUGH_RIGHT = {
    "all": Learners(),
    "mediator": Learners(mean=average, treatment=shares),
    "outcome and treatment": Learners(mediator=shares),
}


@pytest.mark.parametrize("learners", ENOUGH_RIGHT.values(), ids=ENOUGH_RIGHT)
def test_the_front_door_with_enough_right(learners: Learners) -> None:
    data, effect = mediated(8000, 2)
    found = estimate(parse(FRONT_EFFECT), diagram(FRONT_DOOR), data, robustly(learners))
    assert abs(found.value.item() - effect) < 4 * found.standard_error.item() < 0.3


@pytest.mark.parametrize(
    "learners", [Learners(mean=average, mediator=shares), Learners(treatment=shares, mediator=shares)]
)
def test_the_front_door_with_too_little_right(learners: Learners) -> None:
    data, effect = mediated(8000, 2)
    found = estimate(parse(FRONT_EFFECT), diagram(FRONT_DOOR), data, robustly(learners))
    assert abs(found.value.item() - effect) > 5 * found.standard_error.item()


def test_levels_alone_agree_with_relative_frequencies() -> None:
    data = confounded(4000, 5)
    robust = estimate(parse(EFFECT), diagram(BACK_DOOR), data, robustly(Learners()))
    counted = plug_in(parse(EFFECT), data)
    assert robust.value.item() == pytest.approx(counted.value.item(), abs=0.003)
    assert robust.standard_error.item() == pytest.approx(counted.standard_error.item(), rel=0.06)


def test_arithmetic_of_forms() -> None:
    one, zero = "sum_{Z} P(Y=1 | X=1, Z) P(Z)", "sum_{Z} P(Y=1 | X=0, Z) P(Z)"
    data = confounded(4000, 6)
    for text in (f"[{one}] / [{zero}]", f"2 - 3 {one}", f"({one}) ({zero})", "sum_{Z} P(Y | X, Z) P(Z)"):
        robust = estimate(parse(text), diagram(BACK_DOOR), data, robustly(Learners()))
        counted = plug_in(parse(text), data)
        assert robust.symbols == counted.symbols
        np.testing.assert_allclose(robust.value, counted.value, rtol=0.02)
        np.testing.assert_allclose(robust.standard_error, counted.standard_error, rtol=0.1)


def test_what_is_given_restricts_the_rows() -> None:
    data = linear_gaussian(4000, 7)
    group = (np.arange(4000) % 3 == 0).astype(np.int64)
    y = data.reals["Y"] + 5 * group
    data = sample(W=group, X=data.levels["X"].codes, Z=data.reals["Z"], Y=y)
    graph = diagram("Z -> {X, Y}; X -> Y; W -> {X, Y, Z}")
    terms = (f"sum_{{Z}} E(Y | X={x}, W=1, Z) P(Z | W=1)" for x in (1, 0))
    found = estimate(parse(" - ".join(terms)), graph, data, robustly(Learners()))
    assert abs(found.value.item() - 2) < 4 * found.standard_error.item()
    whole = estimate(parse(EFFECT), diagram(BACK_DOOR), linear_gaussian(4000, 7), robustly(Learners()))
    assert found.standard_error > 1.5 * whole.standard_error


@pytest.mark.parametrize("learners", ONE_RIGHT.values(), ids=ONE_RIGHT)
def test_those_who_were_treated(learners: Learners) -> None:
    rng = np.random.default_rng(4)
    z = rng.normal(size=8000)
    x = coin(rng, np.exp(z) / (1 + np.exp(z)), 8000)
    data = sample(X=x, Z=z, Y=x * (1 + z) + 1.5 * z + rng.normal(size=8000))
    effect = "E(Y | X=1) - sum_{Z} E(Y | X=0, Z) P(Z | X=1)"
    found = estimate(parse(effect), diagram(BACK_DOOR), data, robustly(learners))
    assert abs(found.value.item() - (1 + z[x == 1]).mean()) < 4 * found.standard_error.item() < 0.4


def test_a_small_probability_is_told() -> None:
    rng = np.random.default_rng(0)
    z = rng.normal(size=2000)
    x = (rng.random(2000) < 1 / (1 + np.exp(-5 * z))).astype(np.int64)
    data = sample(Z=z, X=x, Y=x + z)
    (note,) = estimate(parse(EFFECT), diagram(BACK_DOOR), data, robustly(Learners())).notes
    assert "smallest" in note


@pytest.mark.parametrize(
    ("graph", "text", "code"),
    [
        (BACK_DOOR, "sum_{Z} E(Y | X=0, Z) P(Z | X=1) P(Z)", "E335"),
        (BACK_DOOR, "sum_{Z} E(Y | X=2, Z) P(Z)", "E333"),
        (BACK_DOOR, "P(Y | X=1)", "E334"),
        ("X -> Z -> Y; X <-> Y", "sum_{Z} P(Z | X=1) sum_{X} E(Y | X, Z) P(X)", "E334"),
    ],
)
def test_what_is_refused(graph: str, text: str, code: str) -> None:
    with pytest.raises(ScmError) as caught:
        estimate(parse(text), diagram(graph), linear_gaussian(200, 1), robustly(Learners()))
    assert [d.code for d in caught.value.diagnostics] == [code]


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(ScmError) as caught:
        estimate(parse(EFFECT), diagram(BACK_DOOR), linear_gaussian(15, 1), robustly(Learners()))
    assert [d.code for d in caught.value.diagnostics] == ["E336"]


def test_auto_counts_where_it_can() -> None:
    counted = estimate(parse(EFFECT), diagram(BACK_DOOR), confounded(200, 1), Options(resamples=10))
    robust = estimate(parse(EFFECT), diagram(BACK_DOOR), linear_gaussian(200, 1))
    assert "plug-in" in counted.method
    assert "doubly robust" in robust.method


def test_the_seed_decides_the_folds() -> None:
    data = linear_gaussian(300, 1)
    one, same, other = (
        estimate(parse(EFFECT), diagram(BACK_DOOR), data, robustly(Learners(), seed=seed)).value.item()
        for seed in (1, 1, 2)
    )
    assert one == same != other


@pytest.mark.slow
def test_intervals_cover_what_they_should() -> None:
    inside = {"back": 0, "front": 0}
    for seed in range(100):
        found = estimate(parse(EFFECT), diagram(BACK_DOOR), linear_gaussian(400, seed), Options(level=0.9))
        inside["back"] += found.lower.item() <= 2 <= found.upper.item()
        data, effect = mediated(600, seed)
        found = estimate(parse(FRONT_EFFECT), diagram(FRONT_DOOR), data, Options(level=0.9))
        inside["front"] += found.lower.item() <= effect <= found.upper.item()
    assert 0.83 <= inside["back"] / 100 <= 0.97
    assert 0.83 <= inside["front"] / 100 <= 0.97
