"""Models with Gumbel draws: units, counterfactuals and data folders with a noise for each level."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scmlang.data.exogenous import read_exogenous
from scmlang.data.image_folder import read_folder
from scmlang.diagnostics.base import ScmError
from scmlang.evaluate.truth import held_out, open_truth
from scmlang.exact.noise import draw_noise, noise_from_columns
from scmlang.exact.sampler import sample_folder
from scmlang.exact.sampling import render, simulate
from tests.exact.support import model_from

PLAIN = """
model race
exogenous U ~ bernoulli(0.4)
D: 1..6
C: {{red, green, blue}}
B: binary
A: real
D ~ uniform(1..6{0})
C ~ categorical(0.2, 0.1 * D, 0.8 - 0.1 * D{0})
B ~ table(C, D{0}) {{ {1} }}
A ~ normal(B + U, 1)
"""
ROWS = " ".join(f"({c}, {d}): [{(c + d) / 10}, {1 - (c + d) / 10}]" for c in range(3) for d in range(1, 7))
RACE = model_from(PLAIN.format(", coupling=gumbel", ROWS))
MONOTONE = model_from(PLAIN.format("", ROWS))
SPELT_OUT = model_from(PLAIN.format(", coupling=monotone", ROWS))
DRAWN = """
model drawn
S: {ring, cross, triangle}
K: 0..3
latent H: 0..2
I: image(1, 24, 24)
H ~ uniform(0..2, coupling=gumbel)
S ~ categorical(0.2, 0.1 + 0.1 * H, 0.7 - 0.1 * H, coupling=gumbel)
K ~ binomial(3, 0.2 + 0.3 * (S == cross), coupling=gumbel)
I ~ strokes(shape=S, thickness=2, ink=K + 1)
"""


def test_a_unit_has_a_noise_for_each_level() -> None:
    noise = draw_noise(RACE, 5, 0)
    assert {name: column.shape for name, column in noise.private.items()} == {
        "D": (5, 6),
        "C": (5, 3),
        "B": (5, 2),
        "A": (5,),
    }
    columns = noise.columns()
    assert list(columns) == [
        "U",
        *(f"D.noise.{i}" for i in range(6)),
        *("C.noise.0", "C.noise.1", "C.noise.2", "B.noise.0", "B.noise.1", "A.noise"),
    ]
    np.testing.assert_array_equal(columns["C.noise.2"], noise.private["C"][:, 2])


def test_the_noises_are_independent_standard_gumbels() -> None:
    noise = draw_noise(RACE, 20_000, 5)
    levels = np.concatenate([noise.private["D"], noise.private["C"]], axis=1)
    for column in levels.T:
        assert stats.kstest(column, "gumbel_r").pvalue > 1e-3
    assert np.abs(np.corrcoef(levels.T) - np.eye(9)).max() < 5 / np.sqrt(20_000)


@settings(max_examples=20)
@given(seed=st.integers(0, 2**64), n=st.integers(0, 30))
def test_more_rows_only_add(seed: int, n: int) -> None:
    many, few = draw_noise(RACE, 40, seed).take(slice(0, n)), draw_noise(RACE, n, seed)
    for name, column in few.columns().items():
        assert column.tobytes() == many.columns()[name].tobytes()


@settings(max_examples=20)
@given(st.integers(0, 2**32), st.integers(0, 9))
def test_columns_read_back_as_the_same_units(seed: int, n: int) -> None:
    noise = draw_noise(RACE, n, seed)
    again = noise_from_columns(RACE, noise.columns() | {"C": np.zeros(n)}, "train")
    for name, column in noise.private.items():
        assert column.tobytes() == again.private[name].tobytes()
        assert column.shape == again.private[name].shape


def test_units_of_the_other_coupling_are_refused() -> None:
    with pytest.raises(ScmError, match=r"E114.*`C\.noise\.0`"):
        noise_from_columns(RACE, draw_noise(MONOTONE, 5, 0).columns(), "train")
    with pytest.raises(ScmError, match=r"E114.*`C\.noise`"):
        noise_from_columns(MONOTONE, draw_noise(RACE, 5, 0).columns(), "train")


def test_the_couplings_agree_in_every_margin_and_intervention() -> None:
    """Within five standard errors of the difference of two shares."""
    n = 100_000
    for do in ({}, {"D": 2}, {"C": "blue"}):
        race, plain = (simulate(m, draw_noise(m, n, s), do) for m, s in ((RACE, 1), (MONOTONE, 2)))
        for name in ("D", "C", "B"):
            for level in np.unique(plain[name]):
                a, b = ((values[name] == level).mean() for values in (race, plain))
                assert abs(a - b) <= 5 * np.sqrt((a * (1 - a) + b * (1 - b)) / n) + 1e-12


@settings(max_examples=20)
@given(st.integers(0, 2**32), st.integers(1, 6))
def test_counterfactuals_are_stable(seed: int, d: int) -> None:
    """A colour of the unit gives way only to one whose odds against it have risen."""
    noise = draw_noise(RACE, 300, seed)
    before, after = simulate(RACE, noise), simulate(RACE, noise, {"D": d})

    def chances(c: np.ndarray, of: np.ndarray) -> np.ndarray:
        return np.choose(c, [np.full(len(of), 0.2), 0.1 * of, 0.8 - 0.1 * of])

    i, j, was, now = before["C"], after["C"], before["D"], after["D"]
    moved = i != j
    odds_before = chances(j, was)[moved] * chances(i, now)[moved]
    odds_after = chances(j, now)[moved] * chances(i, was)[moved]
    assert (odds_after > odds_before).all()


def test_a_counterfactual_of_two_levels_is_the_monotone_one() -> None:
    """P(B_{D=d'} = 1 | B = 1, C = c, D = d) = min(p, p') / p under either coupling."""
    noise = draw_noise(RACE, 200_000, 4)
    before, after = simulate(RACE, noise), simulate(RACE, noise, {"C": "red", "D": 5})
    units = (before["B"] == 1) & (before["C"] == 0) & (before["D"] == 2)
    kept = after["B"][units]
    expected = 0.5 / 0.8
    assert abs(kept.mean() - expected) < 5 * np.sqrt(expected * (1 - expected) / len(kept))


def test_the_default_spelt_out_gives_the_same_data() -> None:
    for name, column in simulate(MONOTONE, draw_noise(MONOTONE, 50, 3)).items():
        assert column.tobytes() == simulate(SPELT_OUT, draw_noise(SPELT_OUT, 50, 3))[name].tobytes()


def test_a_folder_holds_every_units_noise_and_the_evaluation_replays_it(tmp_path: Path) -> None:
    """Columns and images read back are those that the equations solve to, bit for bit."""
    truth = model_from(DRAWN)
    sample_folder(truth, tmp_path / "d", 60, 9)
    columns = read_exogenous(tmp_path / "d", "test")
    assert [name for name in columns if ".noise" in name] == [
        *(f"S.noise.{i}" for i in range(3)),
        *(f"K.noise.{i}" for i in range(4)),
        *(f"H.noise.{i}" for i in range(3)),
    ]
    for split in read_folder(tmp_path / "d", truth).splits.values():
        noise = noise_from_columns(truth, read_exogenous(tmp_path / "d", split.name, split.files), split.name)
        values = simulate(truth, noise)
        for label, column in split.columns.items():
            assert column.tobytes() == values[label].tobytes()
        np.testing.assert_array_equal(render(truth, "I", values, noise), split.images)
    learner = model_from(
        "S: {ring, cross, triangle}\nK: 0..3\nI: image(1, 24, 24)\nS -> K -> I\nS -> I\nS <-> K\n"
    )
    units = held_out(open_truth(truth, learner, tmp_path / "d"), learner, 5)
    assert len(units) == 5
