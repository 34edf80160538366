"""examples/celeba on a stand-in: generated pictures and files in the form in which CelebA is handed out."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from PIL import Image

from scmlang.compiler import Compilation
from scmlang.data.image_folder import read_folder
from tests.cli.process import EXAMPLES, TINY, run_here

CELEBA = EXAMPLES / "celeba"
MODEL = CELEBA / "celeba.scm"
NAMES = ["5_o_Clock_Shadow", "Bald", "Gray_Hair", "Male", "No_Beard", "Smiling", "Young"]
SPLITS = [0] * 20 + [1] * 6 + [2] * 6
COUNT = len(SPLITS)
WIDTH, HEIGHT = 178, 218
SMALL = ("--set", "backbone.layers=1", "--set", "backbone.attention=false")
LEVELS = np.random.default_rng(0).integers(0, 2, (COUNT, len(NAMES)))


def picture(number: int) -> Image.Image:
    """Grey rows above and below the middle square, in it a colour that names the picture."""
    pixels = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    pixels[20:198] = (8 * number, 255 - 8 * number, 60)
    return Image.fromarray(pixels)


@pytest.fixture
def celeba(tmp_path: Path) -> Path:
    folder = tmp_path / "CELEBA"
    (folder / "img_align_celeba").mkdir(parents=True)
    attributes, partition = [str(COUNT), " ".join(NAMES) + " "], []
    for i, split in enumerate(SPLITS):
        name = f"{i + 1:06d}.jpg"
        picture(i).save(folder / "img_align_celeba" / name, quality=95)
        attributes.append(name + "".join(f" {2 * level - 1:2d}" for level in LEVELS[i]))
        partition.append(f"{name} {split}")
    (folder / "list_attr_celeba.txt").write_text("\r\n".join(attributes) + "\n")
    (folder / "list_eval_partition.txt").write_text("\n".join(partition) + "\n")
    return folder


def prepare(*arguments: object) -> None:
    with patch.object(sys, "argv", ["prepare.py", *map(str, arguments)]):
        runpy.run_path(str(CELEBA / "prepare.py"), run_name="__main__")


def test_a_prepared_folder_is_read_with_its_splits_labels_and_pictures(celeba: Path, tmp_path: Path) -> None:
    prepare(celeba, "-o", tmp_path / "data")
    data = read_folder(tmp_path / "data", Compilation.from_file(MODEL).model)
    assert {name: len(data[name]) for name in data.splits} == {"train": 20, "val": 6, "test": 6}
    for code, split in enumerate(data.splits.values()):
        rows = np.flatnonzero(np.array(SPLITS) == code)
        assert split.files == tuple(f"{row + 1:06d}.png" for row in rows)
        assert set(split.columns) == {"Young", "Male", "No_Beard", "Bald", "Gray_Hair"}
        for name, column in split.columns.items():
            np.testing.assert_array_equal(column, LEVELS[rows, NAMES.index(name)])
        colours = np.stack([8 * rows, 255 - 8 * rows, 0 * rows + 60], 1)[:, :, None, None]
        inside = split.images[:, :, 8:-8, 8:-8].astype(int)  # where JPEG's blocks are of one colour
        assert np.abs(inside - colours).max() <= 6


def test_the_crop_is_the_middle(celeba: Path, tmp_path: Path) -> None:
    prepare(celeba, "-o", tmp_path / "data", "--crop", 100, "--side", 16, "--limit", 2)
    files = sorted((tmp_path / "data").glob("*/*.png"))
    assert len(files) == 6
    assert {Image.open(file).size for file in files} == {(16, 16)}
    file = celeba / "img_align_celeba" / "000001.jpg"
    marked = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    marked[59:159, 39:139] = 255
    Image.fromarray(marked).save(file, "PNG")
    prepare(celeba, "-o", tmp_path / "marked", "--crop", 100, "--side", 100, "--limit", 1)
    assert (np.asarray(Image.open(tmp_path / "marked" / "train" / "000001.png")) == 255).all()


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("list_attr_celeba.txt", f"{COUNT}\n", "7\n", "should be the number of its pictures, 32"),
        ("list_attr_celeba.txt", "000003.jpg", "000003.jpg 1", "line 5: expected a file name and 7 times"),
        ("list_eval_partition.txt", "000003.jpg 0", "000003.jpg 3", "line 3: expected a file name and 0, 1"),
        ("list_eval_partition.txt", " 1\n", " 0\n", "no picture of list_attr_celeba.txt into val"),
        ("list_eval_partition.txt", "000003.jpg 0", "000003.jpg 0 0", "line 3"),
    ],
)
def test_what_is_not_in_the_form_is_named_and_nothing_is_left(
    celeba: Path, tmp_path: Path, file: str, old: str, new: str, words: str
) -> None:
    text = (celeba / file).read_text()
    assert old in text
    (celeba / file).write_text(text.replace(old, new))
    with pytest.raises(SystemExit, match=words):
        prepare(celeba, "-o", tmp_path / "data")
    assert [path.name for path in tmp_path.iterdir()] == ["CELEBA"]


def test_missing_pictures_small_pictures_and_folders_in_use(celeba: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="too small for a crop of 200 × 200"):
        prepare(celeba, "-o", tmp_path / "data", "--crop", 200)
    with pytest.raises(SystemExit, match="E138"):
        prepare(celeba, "-o", celeba)
    (celeba / "img_align_celeba" / "000002.jpg").unlink()
    with pytest.raises(SystemExit, match=r"000002\.jpg: No such file"):
        prepare(celeba, "-o", tmp_path / "data")
    assert not (tmp_path / "data").exists()


@pytest.mark.slow
def test_from_the_hand_out_to_an_edit(
    celeba: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(celeba, "-o", tmp_path / "data")
    recipe = ("--recipe", CELEBA / "celeba.yaml", *TINY, *SMALL)
    machine = [
        word for key in ("precision=no", "compile=false", "device=cpu") for word in ("--set", f"train.{key}")
    ]
    runs = ("--runs", tmp_path / "runs")
    assert run_here("train", MODEL, "--data", tmp_path / "data", *recipe, *machine, *runs) == 0
    capsys.readouterr()
    asked = ("query", "do(Bald=1)", "--out", tmp_path / "grid.png", "--format", "json")
    assert run_here(*asked, *runs) == 0
    images = json.loads(capsys.readouterr().out)["images"]
    assert len(images) == 6
    for image in images:
        assert image["counterfactual"]["Bald"] == 1
        kept = ("Young", "Male", "No_Beard")
        assert [image["counterfactual"][name] for name in kept] == [image["factual"][name] for name in kept]
