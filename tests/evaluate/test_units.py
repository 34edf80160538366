"""Answers for single units: against enumeration of the truth's units, and in their bounds."""

from __future__ import annotations

import numpy as np
import pytest

from scmlang.bounded import bounded
from scmlang.evaluate.interventions import act
from scmlang.evaluate.learned import distribution, draw_labels, learned_labels
from scmlang.evaluate.tables import compare_marginals, finite_labels, frequencies
from scmlang.evaluate.truth import Units, training_labels
from scmlang.evaluate.units import inside, interval, staying
from tests.evaluate.support import TRUTH, model_from, untrained
from tests.evaluate.test_scores import perfect

LABELS = "\n".join(line for line in TRUTH.splitlines() if line[:2] not in ("T:", "T ", "I:", "I "))


def test_who_keeps_a_label_in_the_truth(units: Units) -> None:
    """The exact probability is that of units drawn and counted; the shares are the held-out units' own."""
    rows = staying(units, [perfect(units, S=2)], 0)
    assert {(row.variable, row.level) for row in rows} == {("K", str(k)) for k in range(1, 5)} - {("K", "4")}
    drawn = 20_000
    noise = units.truth.sample(drawn, 3)
    before = noise["K"]
    after = 1 + 1 + noise["Mood"]
    for row in rows:
        k = int(row.level)
        at = units.split.columns["K"] == k
        assert row.exact == pytest.approx(np.mean(after[before == k] == k), abs=0.03)
        assert row.drawn is not None
        assert row.drawn == row.judged == row.true
        assert row.drawn.mean == pytest.approx(np.mean(2 + units.responses({})["Mood"][at] == k))
        assert row.bounds is not None
        assert row.bounds[0] - 1e-9 <= row.exact <= row.bounds[1] + 1e-9


def test_the_interval_is_that_of_the_query() -> None:
    model = model_from(LABELS)
    text = "P(K[S=triangle]=2 | Z=fancy, S=cross, K=1)"
    expected = bounded(model, text).bounds
    assert interval(model, "K", 2, {"S": 2}, {"Z": 1, "S": 1, "K": 1}) == pytest.approx(expected)


def test_what_is_impossible_has_no_interval() -> None:
    assert interval(model_from(LABELS), "K", 2, {"S": 2}, {"S": 0, "K": 4}) is None


def test_the_truth_is_inside_its_own_bounds(units: Units) -> None:
    acts = [act(units.truth.model, {"S": 2}), act(units.truth.model, {"T": 3.0})]
    rows = inside(model_from(LABELS), units, acts, 0)
    assert {(row.do, row.variable, row.by) for row in rows} == {
        ("do(S=triangle)", "K", "learned"),
        ("do(S=triangle)", "K", "true"),
    }
    for row in rows:
        assert row.share is not None
        assert (row.share.mean, row.share.n) == (1, len(units))
        assert row.outside < 1e-6


def test_a_wrong_model_is_outside_of_the_true_bounds(units: Units) -> None:
    """Z causes S and is not confounded, so P(S | do(Z)) leaves little of the unit's answer open."""
    wrong = LABELS.replace("(plain, 0): [0.6, 0.3, 0.1]", "(plain, 0): [0.1, 0.1, 0.8]")
    rows = inside(model_from(wrong), units, [act(units.truth.model, {"Z": 0})], 0)
    found = {(row.variable, row.by): row for row in rows}
    learned, true = found["S", "learned"], found["S", "true"]
    assert learned.share is not None
    assert learned.share.mean == 1
    assert true.share is not None
    assert true.share.mean < 1
    assert true.outside > 0.2


def test_learned_labels_are_drawn_as_they_are_written() -> None:
    subject = untrained()
    model = learned_labels(subject.model, "Learned")
    assert model is not None
    do = act(subject.causal_model, {"S": 1})
    draws = draw_labels(subject.model, do, 0, 50_000)
    domains = {name: domain for name, domain in finite_labels(subject.model).items() if name != "S"}
    table = distribution(model, list(domains), do.settings)
    assert table is not None
    assert frequencies(draws, domains) == pytest.approx(table.reshape(-1), abs=0.02)
    assert distribution(model, ["K"], {}, {"Z": 0}) is not None
    assert distribution(model_from(TRUTH), ["T"], {}) is None


def test_the_estimand_on_data_is_near_the_truth(units: Units) -> None:
    """K is confounded with S, and P(K | do(S)) is not identifiable; P(Z | do(S)) is P(Z)."""
    subject = untrained()
    data = training_labels(units.truth, subject.causal_model)
    do = act(subject.causal_model, {"S": 1})
    found = {
        m.variable: m
        for m in compare_marginals(subject.model, subject.causal_model, units.truth, data, [do], 0, 2000)
    }
    assert found["K"].estimated == ()
    assert found["K"].off is None
    assert found["K"].true == pytest.approx((0.5, 0.5, 0, 0))
    z = found["Z"]
    assert z.estimand == "P(Z)"
    share = float(np.mean(data["Z"] == 0))
    assert z.estimated == pytest.approx((share, 1 - share))
    assert z.lower[0] < share < z.upper[0]
    assert z.true == (0.5, 0.5)
    assert z.off == pytest.approx(abs(z.learned[0] - share))
    assert z.rows == len(data["Z"])
