"""Relative frequencies: against counts by hand, against what resampling rows gives, and what is refused."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from scmlang.diagnostics.base import ScmError
from scmlang.estimation.frequencies import Frequencies
from scmlang.estimation.plug_in import plug_in
from scmlang.estimation.sample import Levels, Sample
from scmlang.identify.estimand import parse
from scmlang.limits import limited
from tests.estimation.support import EFFECT, confounded, levels, sample


def adjusted(data: Sample) -> float:
    """The back-door formula for the effect of X on the mean of Y, counted."""
    x, y, z = (data.levels[name].codes for name in "XYZ")
    parts = [
        (y[(x == 1) & (z == k)].mean() - y[(x == 0) & (z == k)].mean()) * (z == k).mean() for k in (0, 1)
    ]
    return float(sum(parts))


def rows_of(data: Sample, rows: np.ndarray) -> Sample:
    finite = {n: Levels(c.labels, c.numbers, c.codes[rows]) for n, c in data.levels.items()}
    return Sample(len(rows), finite, {})


def test_the_estimate_is_the_formula_counted() -> None:
    data = confounded(500, 1)
    found = plug_in(parse(EFFECT), data, resamples=10)
    assert found.value.item() == pytest.approx(adjusted(data), abs=1e-12)
    assert found.symbols == ()


def test_resamples_are_those_of_rows() -> None:
    data = confounded(400, 2)
    found = plug_in(parse(EFFECT), data, resamples=4000)
    rng = np.random.default_rng(0)
    drawn = [adjusted(rows_of(data, rng.integers(0, 400, 400))) for _ in range(4000)]
    assert found.standard_error.item() == pytest.approx(np.std(drawn), rel=0.06)
    lower, upper = np.quantile(drawn, [0.025, 0.975])
    assert found.lower.item() == pytest.approx(lower, abs=0.012)
    assert found.upper.item() == pytest.approx(upper, abs=0.012)


def test_batches_of_resamples_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    data = confounded(300, 3)
    whole = plug_in(parse("sum_{Z} P(Y | X, Z) P(Z)"), data, resamples=50, seed=5)
    monkeypatch.setattr("scmlang.estimation.plug_in.BATCH_CELLS", 20)
    parts = plug_in(parse("sum_{Z} P(Y | X, Z) P(Z)"), data, resamples=50, seed=5)
    assert whole.symbols == ("X", "Y")
    np.testing.assert_array_equal(whole.lower, parts.lower)
    np.testing.assert_array_equal(whole.standard_error, parts.standard_error)
    other = plug_in(parse("sum_{Z} P(Y | X, Z) P(Z)"), data, resamples=50, seed=6)
    assert (other.lower != whole.lower).any()


def test_smoothing_adds_to_every_configuration() -> None:
    data = sample(X=np.array([0, 0, 1]), Y=np.array([0, 2, 2]))
    frequencies = Frequencies(data, "XY", smoothing=0.5)
    counts = np.array([[1, 0, 1], [0, 0, 1]]) + 0.5
    np.testing.assert_allclose(frequencies.joint(("X", "Y"), ()).array, counts / 6)
    np.testing.assert_allclose(frequencies.joint(("Y",), ()).array, counts.sum(0) / 6)


def test_empty_strata_are_told() -> None:
    z, x, y = (np.array(c) for c in zip(*product((0, 1), (0, 1), (0, 1)), strict=True))
    kept = ~((z == 0) & (x == 1))
    data = sample(Z=z[kept], X=x[kept], Y=y[kept])
    with pytest.raises(ScmError) as caught:
        plug_in(parse(EFFECT), data)
    (problem,) = caught.value.diagnostics
    assert problem.code == "E333"
    assert "P(Y | X=1, Z) for X=1, Z=0" in problem.helps[0]
    assert "X=0" not in problem.helps[0]
    only = plug_in(parse("sum_{Z} E(Y | X=0, Z) P(Z)"), data, resamples=10)
    assert only.value.item() == 0.5
    assert np.isfinite(plug_in(parse(EFFECT), data, resamples=10, smoothing=0.1).value)


def test_resamples_with_empty_strata_are_left_out_and_told() -> None:
    x = np.array([1] + [0] * 19)
    found = plug_in(parse("E(Y | X=1)"), sample(X=x, Y=1 - x), resamples=200)
    (note,) = found.notes
    missing = int(note.split()[0])
    assert abs(missing - 200 * 0.95**20) < 40
    assert np.isfinite(found.lower)


def test_a_denominator_of_zero_is_no_lack_of_rows() -> None:
    for text in ("[P(Y=1)] / [P(X=1) - P(X=1)]", "[P(Y=1 | X=1)] / [0]"):
        with pytest.raises(ScmError) as caught:
            plug_in(parse(text), confounded(200, 0))
        (told,) = caught.value.diagnostics
        assert told.code == "E333"
        assert "denominator" in told.message
        assert not told.helps


def test_a_table_over_the_bound_is_refused() -> None:
    with limited(exact_cells=7), pytest.raises(ScmError) as caught:
        plug_in(parse("P(X, Y, Z)"), confounded(50, 0))
    assert [d.code for d in caught.value.diagnostics] == ["E337"]


def test_names_have_no_mean() -> None:
    column = Levels(("green", "red"), (), np.array([0, 1, 1]))
    data = Sample(3, {"C": column, "X": levels([0, 0, 1])}, {})
    with pytest.raises(ScmError) as caught:
        plug_in(parse("E(C | X=0)"), data)
    assert [d.code for d in caught.value.diagnostics] == ["E334"]
    assert plug_in(parse("P(C=red | X=0)"), data, resamples=9).value.item() == 0.5


@pytest.mark.slow
def test_intervals_cover_what_they_should() -> None:
    inside = 0
    for seed in range(400):
        found = plug_in(parse(EFFECT), confounded(300, 10_000 + seed), resamples=400, level=0.9, seed=seed)
        inside += found.lower.item() <= 0.3 <= found.upper.item()
    assert 0.86 <= inside / 400 <= 0.94
