"""What is written is what is read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from scmlang.data.exogenous import read_exogenous
from scmlang.data.folder_writer import SplitRows, write_folder, write_single_table
from scmlang.data.image_folder import read_folder
from scmlang.data.manifest import Manifest, RendererRecord, is_ours, observed_columns, read_manifest
from scmlang.diagnostics.base import ScmError
from scmlang.semantics.domains import Finite, Image, Real
from tests.data.support import COLOUR, model_of, picture_model

MODEL = picture_model(side=5)
RNG = np.random.default_rng(0)


def rows(n: int) -> dict[str, np.ndarray]:
    return {
        "D": RNG.integers(0, 10, n),
        "C": RNG.integers(0, 2, n),
        "B": RNG.integers(0, 2, n),
        "A": RNG.normal(size=n) * 1e-7,
    }


def manifest(**sizes: int) -> Manifest:
    record = {"strokes": RendererRecord({"a": "b"}, {"c": "d"})}
    columns = observed_columns(MODEL)
    return Manifest("m", MODEL.source.text, columns, "I", 7, sizes, record, {"scmlang": "1"})


def written(
    path: Path, force: bool = False
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.ndarray]:
    columns, images = rows(5), RNG.integers(0, 256, (5, 3, 5, 5), np.uint8)
    exogenous = {"U": RNG.integers(0, 9, 5), "C.noise": RNG.random(5)}
    parts = [
        SplitRows("train", columns, exogenous, (images[:3], images[3:])),
        SplitRows("test", {k: v[:2] for k, v in columns.items()}, {"U": np.arange(2)}, (images[:2],)),
    ]
    steps: list[int] = []
    write_folder(path, MODEL, manifest(train=5, test=2), parts, force=force, progress=steps.append)
    assert steps == [3, 2, 2]
    return columns, exogenous, images


def test_images_columns_and_exogenous_values_are_read_back_exactly(tmp_path: Path) -> None:
    columns, exogenous, images = written(tmp_path / "d")
    data = read_folder(tmp_path / "d", MODEL)
    np.testing.assert_array_equal(data["train"].images, images)
    for name, column in columns.items():
        assert data["train"].columns[name].tobytes() == column.tobytes()
    read = read_exogenous(tmp_path / "d", "train", data["train"].files)
    assert {k: v.tobytes() for k, v in read.items()} == {k: v.tobytes() for k, v in exogenous.items()}
    assert len(data["test"]) == 2


def test_exogenous_values_follow_the_files_asked_for(tmp_path: Path) -> None:
    _, exogenous, _ = written(tmp_path / "d")
    read = read_exogenous(tmp_path / "d", "train", ["000004.png", "000001.png"])
    assert read["U"].tolist() == exogenous["U"][[4, 1]].tolist()
    assert len(read_exogenous(tmp_path / "d", "train")["U"]) == 5
    with pytest.raises(ScmError, match=r"E135.*`x\.png`"):
        read_exogenous(tmp_path / "d", "train", ["x.png"])


def test_exogenous_values_that_are_no_numbers_are_a_diagnostic(tmp_path: Path) -> None:
    written(tmp_path / "d")
    (tmp_path / "d" / "train" / "exogenous.csv").write_text("file_name,U\n000000.png,x\n")
    with pytest.raises(ScmError, match=r"E135.*`U`"):
        read_exogenous(tmp_path / "d", "train")


def test_the_table_is_for_people_and_other_tools(tmp_path: Path) -> None:
    columns, _, _ = written(tmp_path / "d")
    lines = (tmp_path / "d" / "train" / "metadata.csv").read_text().splitlines()
    assert lines[0] == "file_name,D,C,B,A"
    d, c, b, a = (columns[name][0].item() for name in "DCBA")
    assert lines[1] == f"000000.png,{d},{('red', 'green')[c]},{b},{a!r}"


def test_force_replaces_our_folders_only(tmp_path: Path) -> None:
    written(tmp_path / "d")
    with pytest.raises(ScmError, match="E138"):
        written(tmp_path / "d")
    written(tmp_path / "d", force=True)
    (tmp_path / "d" / "manifest.json").write_text("{}")
    with pytest.raises(ScmError, match="E138"):
        written(tmp_path / "d", force=True)


def test_the_manifest_round_trips(tmp_path: Path) -> None:
    written(tmp_path / "d")
    assert read_manifest(tmp_path / "d") == manifest(train=5, test=2)
    assert is_ours(tmp_path / "d")
    assert read_manifest(tmp_path) is None
    assert not is_ours(tmp_path)


@pytest.mark.parametrize(
    "spoil",
    [
        {"format": "other"},
        {"schema": 2},
        {"text": "model other\n"},
        {"text": 3},
        {"splits": []},
        {"renderers": {"x": {}}},
        {"renderers": None},
        {"image": 5},
    ],
)
def test_manifests_that_cannot_be_used_are_diagnostics(tmp_path: Path, spoil: dict[str, object]) -> None:
    body = json.loads(manifest(train=1).to_json())
    (tmp_path / "manifest.json").write_text(json.dumps({**body, **spoil}))
    with pytest.raises(ScmError, match="E134"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b"[" * 100_000, b'{"format": "scmlang-data"}'])
def test_files_that_are_no_manifests_are_diagnostics(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(data)
    with pytest.raises(ScmError, match="E134"):
        read_manifest(tmp_path)


TABLE_MODEL = model_of({"C": COLOUR, "K": Finite("range", 4, 1), "A": Real()})


def test_one_csv_file(tmp_path: Path) -> None:
    columns = {"C": np.array([1, 0]), "K": np.array([4, 1]), "A": np.array([0.1, 2.0])}
    write_single_table(tmp_path / "t.csv", TABLE_MODEL, columns)
    assert (tmp_path / "t.csv").read_text() == "C,K,A\ngreen,4,0.1\nred,1,2.0\n"


def test_one_parquet_file(tmp_path: Path) -> None:
    polars = pytest.importorskip("polars")
    columns = {"C": np.array([1, 0]), "K": np.array([4, 1]), "A": np.array([0.1, 2.0])}
    write_single_table(tmp_path / "t.parquet", TABLE_MODEL, columns)
    read = polars.read_parquet(tmp_path / "t.parquet")
    assert read.to_dict(as_series=False) == {"C": ["green", "red"], "K": [4, 1], "A": [0.1, 2.0]}


def test_images_that_no_file_holds_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    model = model_of({"I": Image(2, 4, 4)})
    with pytest.raises(ScmError, match="E137"):
        write_folder(tmp_path / "d", model, manifest(train=1), [])
    assert not list(tmp_path.iterdir())
