"""Sampled data folders: what they hold, that they can be made again, and that they tell the truth."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.compiler import Compilation
from scmlang.data.exogenous import read_exogenous
from scmlang.data.image_folder import read_folder
from scmlang.data.manifest import read_manifest
from scmlang.diagnostics.base import ScmError
from scmlang.exact.noise import model_renderers, noise_from_columns
from scmlang.exact.sampler import sample_folder, sample_table, split_sizes
from scmlang.exact.sampling import render, simulate
from tests.data.test_digits import write_idx
from tests.exact.support import example, model_from

FRONTDOOR = example("bar_mnist/frontdoor_truth.scm")
STROKES = example("strokes/strokes_truth.scm")
LEARNERS = {"bar_mnist/frontdoor": FRONTDOOR, "strokes/strokes": STROKES}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("name", LEARNERS)
def test_the_learner_reads_what_the_truth_wrote(tmp_path: Path, name: str) -> None:
    """Columns, images and units read back are those that the equations solve to, bit for bit."""
    truth, learner = LEARNERS[name], example(f"{name}.scm")
    sample_folder(truth, tmp_path / "d", 60, 9)
    data = read_folder(tmp_path / "d", learner)
    assert {split: len(data[split]) for split in data.splits} == {"train": 48, "val": 6, "test": 6}
    for split in data.splits.values():
        columns = read_exogenous(tmp_path / "d", split.name, split.files)
        noise = noise_from_columns(truth, columns, split.name)
        values = simulate(truth, noise)
        for label, column in split.columns.items():
            assert column.tobytes() == values[label].tobytes()
        np.testing.assert_array_equal(render(truth, "I", values, noise), split.images)


def test_the_same_seed_makes_the_same_folder(tmp_path: Path) -> None:
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        sample_folder(STROKES, tmp_path / name, 20, seed)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert contents(tmp_path / "a") != contents(tmp_path / "c")


def test_latent_variables_and_provenance_are_kept_apart_from_the_data(tmp_path: Path) -> None:
    sample_folder(FRONTDOOR, tmp_path / "d", 20, 0)
    header, *_ = (tmp_path / "d" / "train" / "metadata.csv").read_text().splitlines()
    assert header == "file_name,D,C,B"
    hidden = read_exogenous(tmp_path / "d", "train")
    assert list(hidden) == ["U_d", "N1", "N2", "N3", "C.noise", "I.rank", "T1", "T2", "I.source"]


def test_the_manifest_is_enough_to_make_the_folder_again(tmp_path: Path) -> None:
    sample_folder(FRONTDOOR, tmp_path / "a", 30, 4, fractions=(0.5, 0.3, 0.2))
    manifest = read_manifest(tmp_path / "a")
    assert manifest is not None
    model = Compilation.from_text(manifest.text, "again.scm").model
    sizes = manifest.splits
    fractions = [sizes[split] / 30 for split in ("train", "val", "test")]
    sample_folder(model, tmp_path / "b", 30, manifest.seed, fractions=fractions)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_digits_of_ones_own_are_drawn_and_recorded(tmp_path: Path) -> None:
    (tmp_path / "mnist").mkdir()
    images = write_idx(tmp_path / "mnist", "train", 20, seed=1)
    settings = {"digits": str(tmp_path / "mnist")}
    sample_folder(FRONTDOOR, tmp_path / "d", 20, 0, settings=settings)
    manifest = read_manifest(tmp_path / "d")
    assert manifest is not None
    record = manifest.renderers["bar_mnist"]
    assert record.settings == settings
    split = read_folder(tmp_path / "d", FRONTDOOR)["train"]
    source = read_exogenous(tmp_path / "d", "train")["I.source"]
    np.testing.assert_array_equal(split.images[:, :2].max(1), images[source])
    again = model_renderers(FRONTDOOR, manifest.settings)
    assert again["bar_mnist"].identity() == record.identity


def test_one_table_holds_the_rows_of_train(tmp_path: Path) -> None:
    model = example("toy_ascm.scm")
    sample_table(model, tmp_path / "t.csv", 16, 3)
    sample_folder(model, tmp_path / "d", 20, 3)
    assert (tmp_path / "t.csv").read_text() == (tmp_path / "d" / "train" / "table.csv").read_text()
    with pytest.raises(ScmError, match="E137"):
        sample_table(FRONTDOOR, tmp_path / "i.csv", 10, 0)


def test_a_latent_image_is_not_drawn(tmp_path: Path) -> None:
    text = "model m\nS: {ring, cross, triangle}\nlatent I: image(1, 24, 24)\nS ~ uniform(0..2)\n"
    model = model_from(text + "I ~ strokes(shape=S, thickness=2, ink=4)\n")
    sample_folder(model, tmp_path / "d", 10, 0)
    assert sorted(p.name for p in (tmp_path / "d" / "train").iterdir()) == ["exogenous.csv", "table.csv"]


def test_nothing_is_left_of_a_sample_that_fails(tmp_path: Path) -> None:
    def interrupt(rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sample_folder(STROKES, tmp_path / "d", 50, 0, progress=interrupt)
    assert list(tmp_path.iterdir()) == []


def test_too_many_rows_are_a_diagnostic(tmp_path: Path) -> None:
    with pytest.raises(ScmError, match="E136"):
        sample_folder(STROKES, tmp_path / "d", 10**15, 0)
    assert list(tmp_path.iterdir()) == []


@given(st.integers(1, 5000), st.floats(0.01, 1), st.floats(0, 1))
def test_split_sizes_add_up_and_are_near_their_shares(n: int, train: float, of_rest: float) -> None:
    shares = (train, (1 - train) * of_rest, (1 - train) * (1 - of_rest))
    sizes = split_sizes(n, shares)
    assert sum(sizes.values()) == n
    for split, share in zip(("train", "val", "test"), shares, strict=True):
        assert abs(sizes.get(split, 0) - share * n) < 1


@pytest.mark.parametrize("fractions", [(1,), (0.5, 0.5), (0.5, 0.4, 0.2), (0, 0.5, 0.5), (1.2, -0.1, -0.1)])
def test_shares_that_are_none(fractions: tuple[float, ...]) -> None:
    with pytest.raises(ScmError, match="E115"):
        split_sizes(100, fractions)


@pytest.mark.slow
@pytest.mark.parametrize("model", [FRONTDOOR, STROKES], ids=["bar_mnist", "strokes"])
def test_sixty_thousand_images_take_less_than_a_minute_each_way(tmp_path: Path, model: object) -> None:
    truth = FRONTDOOR if model is FRONTDOOR else STROKES
    start = time.perf_counter()
    sample_folder(truth, tmp_path / "d", 60_000, 0)
    written = time.perf_counter()
    assert sum(len(split) for split in read_folder(tmp_path / "d", truth).splits.values()) == 60_000
    assert written - start < 60
    assert time.perf_counter() - written < 60
