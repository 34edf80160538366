"""Units: reproducible, independent of one another, and the same after a trip through text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scmlang.data.columns import format_column, parse_numbers
from scmlang.diagnostics.base import ScmError
from scmlang.exact.noise import Noise, draw_noise, noise_from_columns
from tests.exact.support import example, model_from

FRONTDOOR = example("bar_mnist/frontdoor_truth.scm")
STROKES = example("strokes/strokes_truth.scm")


def equal(a: Noise, b: Noise) -> bool:
    x, y = a.columns(), b.columns()
    return list(x) == list(y) and all(x[name].tobytes() == y[name].tobytes() for name in x)


def test_the_parts_of_a_unit() -> None:
    assert list(draw_noise(FRONTDOOR, 3, 0).columns()) == ["U_d", "N1", "N2", "N3", "C.noise", "I.rank"]
    assert list(draw_noise(STROKES, 3, 0).columns()) == [
        *("Mood", "N_k", "Z.noise", "S.noise", "T.noise"),
        *("I.x", "I.y", "I.size", "I.aspect", "I.angle"),
    ]


@settings(max_examples=20)
@given(seed=st.integers(0, 2**64), n=st.integers(0, 30))
def test_the_same_seed_gives_the_same_units_and_more_rows_only_add(seed: int, n: int) -> None:
    many = draw_noise(STROKES, 40, seed)
    assert equal(many, draw_noise(STROKES, 40, seed))
    assert equal(many.take(slice(0, n)), draw_noise(STROKES, n, seed))


def test_other_seeds_and_splits_give_other_units() -> None:
    drawn = [draw_noise(STROKES, 9, seed, split) for seed in (0, 1) for split in ("train", "val", "test")]
    angles = {noise.columns()["I.angle"].tobytes() for noise in drawn}
    assert len(angles) == len(drawn)


def test_a_further_variable_changes_no_other_noise() -> None:
    small = model_from("model m\nX: binary\nX ~ bernoulli(0.5)\n")
    large = model_from(
        "model m\nexogenous W ~ bernoulli(0.5)\nA: real\nX: binary\nA ~ normal(0, 1)\nX ~ bernoulli(0.5)\n"
    )
    for n in (5, 50):
        np.testing.assert_array_equal(
            draw_noise(small, n, 3).private["X"], draw_noise(large, n, 3).private["X"]
        )


def test_private_noise_has_the_documented_distribution() -> None:
    noise = draw_noise(STROKES, 20_000, 5)
    assert stats.kstest(noise.private["S"], "uniform").pvalue > 1e-3
    assert stats.kstest(noise.private["T"], "norm").pvalue > 1e-3
    columns = [noise.private["S"], noise.private["T"], noise.private["Z"], noise.exogenous["Mood"]]
    off = np.corrcoef(columns) - np.eye(4)
    assert np.abs(off).max() < 4 / np.sqrt(20_000)


@pytest.mark.parametrize("model", [FRONTDOOR, STROKES])
def test_units_survive_text(model: object) -> None:
    assert model in (FRONTDOOR, STROKES)
    noise = draw_noise(FRONTDOOR if model is FRONTDOOR else STROKES, 50, 1, "val")
    texts = {name: format_column(column) for name, column in noise.columns().items()}
    read = {name: parse_numbers(column) for name, column in texts.items()} | {"T1": np.zeros(50)}
    assert equal(noise_from_columns(FRONTDOOR if model is FRONTDOOR else STROKES, read, "val"), noise)


def test_noise_of_another_model_is_a_diagnostic() -> None:
    columns = draw_noise(STROKES, 5, 0).columns()
    with pytest.raises(ScmError, match=r"E114.*`U_d`, `N1`") as error:
        noise_from_columns(FRONTDOOR, columns, "train")
    assert error.value.diagnostics[0].helps


def test_chosen_units_keep_their_values() -> None:
    noise = draw_noise(STROKES, 10, 0)
    chosen = noise.take(np.array([7, 2]))
    assert chosen.n == 2
    for name, column in chosen.columns().items():
        assert column.tolist() == noise.columns()[name][[7, 2]].tolist()


def test_open_variables_are_all_named() -> None:
    model = example("bar_mnist/frontdoor.scm")
    with pytest.raises(ScmError, match=r"E110.*`D`, `C`, `B`, `I` have no equation") as error:
        draw_noise(model, 5, 0)
    (diagnostic,) = error.value.diagnostics
    assert diagnostic.span == model.variables["D"].span
    assert [note.span for note in diagnostic.notes] == [model.variables[name].span for name in "CBI"]
