"""Reading one's own data folder, and everything that can be wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as pillow

from scmlang.data.image_folder import read_folder
from scmlang.data.problems import SHOWN
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.semantics.domains import BINARY, Image, Real
from tests.data.support import model_of, picture_model, write_own_folder

MODEL = picture_model()


def problems(path: Path) -> tuple[Diagnostic, ...]:
    with pytest.raises(ScmError) as error:
        read_folder(path, MODEL)
    return error.value.diagnostics


def edit(path: Path, old: str, new: str) -> None:
    file = path / "train" / "metadata.csv"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_a_folder_of_ones_own_is_read(tmp_path: Path) -> None:
    images = write_own_folder(tmp_path, rows=5)
    data = read_folder(tmp_path, MODEL)
    assert list(data.splits) == ["train", "test"]
    split = data["train"]
    np.testing.assert_array_equal(split.images, images)
    assert split.files == tuple(f"{i}.png" for i in range(5))
    assert {name: column.dtype for name, column in split.columns.items()} == {
        "D": np.int64,
        "C": np.int64,
        "B": np.int64,
        "A": np.float64,
    }
    assert split.columns["C"].tolist() == [0, 1, 0, 1, 0]
    assert split.columns["A"].tolist() == [i / 3 for i in range(5)]
    assert len(split) == 5
    assert "val" not in data


def test_one_part_and_its_first_rows_can_be_read_alone(tmp_path: Path) -> None:
    write_own_folder(tmp_path, rows=5)
    (tmp_path / "train" / "0.png").unlink()
    data = read_folder(tmp_path, MODEL, splits=("test",), limit=2)
    assert list(data.splits) == ["test"]
    assert data["test"].files == ("0.png", "1.png")


def test_latent_variables_are_no_columns_and_further_columns_are_ignored(tmp_path: Path) -> None:
    write_own_folder(tmp_path)
    domains = {v.name: v.domain for v in MODEL.observed if v.name in ("D", "I")}
    data = read_folder(tmp_path, model_of({**domains, "T": BINARY}, latent=("T",)))
    assert set(data["train"].columns) == {"D"}


def test_subfolders_are_followed(tmp_path: Path) -> None:
    write_own_folder(tmp_path)
    (tmp_path / "train" / "deep").mkdir()
    (tmp_path / "train" / "1.png").rename(tmp_path / "train" / "deep" / "1.png")
    edit(tmp_path, "\n1.png", "\ndeep/1.png")
    assert read_folder(tmp_path, MODEL)["train"].files[1] == "deep/1.png"


def test_a_model_without_an_image_reads_tables(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "table.csv").write_text("X,A\n1,0.5\n0,2\n")
    split = read_folder(tmp_path, model_of({"X": BINARY, "A": Real()}))["train"]
    assert split.columns["X"].tolist() == [1, 0]
    assert split.images.shape == (2, 0, 0, 0)
    assert len(split) == 2


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("D,C,B,A", "D,Color,B,A", "E123", "no column `C`"),
        ("file_name", "file", "E123", "no column `file_name`"),
        ("green", "purple", "E125", "`purple` is no level of `C`, whose domain is {red, green}"),
        ("1.png,1,", "1.png,12,", "E125", "`12` is no level of `D`, whose domain is 0..9"),
        ("green", "", "E124", "`C` has no value here"),
        ("0.3333333333333333", "many", "E126", "`many` is no finite number"),
        ("\n1.png", "\n9.png", "E128", "there is no file"),
        ("\n1.png", "\n", "E124", "names no file"),
        ("\n1.png", "\n0.png", "E133", "`0.png` is listed in line 2 already"),
        ("\n1.png", "\n./0.png", "E133", "`./0.png` is listed in line 2 already"),
        ("\n1.png", "\n../test/1.png", "E127", "../test/1.png"),
        ("\n1.png", "\n/etc/passwd", "E127", "/etc/passwd"),
        ("\n1.png", "\nC:1.png", "E127", "C:1.png"),
        ("\n1.png", "\na\\1.png", "E127", "1.png"),
        ("\n1.png", f"\n{'x' * 5000}/1.png", "E128", "there is no file"),
    ],
)
def test_one_mistake_is_one_located_problem(
    tmp_path: Path, old: str, new: str, code: str, words: str
) -> None:
    write_own_folder(tmp_path)
    edit(tmp_path, old, new)
    (found,) = problems(tmp_path)
    assert found.code == code
    assert words in found.message
    assert found.source is not None
    assert found.source.name == str(tmp_path / "train" / "metadata.csv")
    assert found.span is not None
    assert found.source.position(found.span.start)[0] == (1 if code == "E123" else 3)


def remove_root(root: Path) -> None:
    (root / "train").rename(root / "x")


def flatten(root: Path) -> None:
    (root / "train" / "metadata.csv").rename(root / "metadata.csv")


def empty(root: Path) -> None:
    (root / "train" / "metadata.csv").write_text("file_name,D,C,B,A\n")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [(remove_root, "E121"), (flatten, "E121"), (empty, "E121")],
    ids=lambda x: getattr(x, "__name__", x),
)
def test_folders_of_another_form_are_refused(
    tmp_path: Path, spoil: Callable[[Path], None], code: str
) -> None:
    write_own_folder(tmp_path)
    spoil(tmp_path)
    (found,) = problems(tmp_path)
    assert found.code == code


def test_no_folder_at_all(tmp_path: Path) -> None:
    (found,) = problems(tmp_path / "nowhere")
    assert found.code == "E120"


def overwrite(size: tuple[int, int], mode: str) -> Callable[[Path], None]:
    return lambda path: pillow.new(mode, size).save(path)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda path: path.write_bytes(b"nothing"), "E129"),
        (lambda path: path.write_bytes(path.read_bytes()[:60]), "E129"),
        (overwrite((5, 4), "RGB"), "E130"),
        (overwrite((4, 4), "RGBA"), "E131"),
        (overwrite((9000, 9000), "1"), "E132"),
    ],
)
def test_images_that_cannot_be_used_are_located(
    tmp_path: Path, spoil: Callable[[Path], None], code: str
) -> None:
    write_own_folder(tmp_path)
    spoil(tmp_path / "train" / "2.png")
    (found,) = problems(tmp_path)
    assert found.code == code
    assert "2.png" in found.message
    assert found.source is not None
    assert found.span is not None
    assert found.source.position(found.span.start) == (4, 1)


def test_links_may_not_leave_the_folder(tmp_path: Path) -> None:
    data, outside = tmp_path / "data", tmp_path / "outside"
    write_own_folder(data)
    outside.mkdir()
    (data / "train" / "1.png").rename(outside / "1.png")
    (data / "train" / "1.png").symlink_to(outside / "1.png")
    assert [d.code for d in problems(data)] == ["E127"]


def test_links_to_folders_outside_are_not_followed(tmp_path: Path) -> None:
    data, outside = tmp_path / "data", tmp_path / "outside"
    write_own_folder(data)
    outside.mkdir()
    (data / "train" / "1.png").rename(outside / "1.png")
    (data / "train" / "sub").symlink_to(outside, target_is_directory=True)
    edit(data, "\n1.png", "\nsub/1.png")
    assert [d.code for d in problems(data)] == ["E128"]


def test_links_within_the_folder_and_to_the_folder_are_followed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    images = write_own_folder(data)
    (data / "train" / "1.png").rename(data / "train" / "real.png")
    (data / "train" / "1.png").symlink_to("real.png")
    (tmp_path / "alias").symlink_to(data, target_is_directory=True)
    np.testing.assert_array_equal(read_folder(tmp_path / "alias", MODEL)["train"].images, images)


def test_problems_of_all_kinds_are_reported_together(tmp_path: Path) -> None:
    write_own_folder(tmp_path)
    edit(tmp_path, "green", "purple")
    edit(tmp_path, "0.6666666666666666", "much")
    (tmp_path / "train" / "0.png").write_bytes(b"")
    (tmp_path / "test" / "1.png").unlink()
    assert {d.code for d in problems(tmp_path)} == {"E125", "E126", "E128", "E129"}


def test_many_problems_are_cut_short_and_counted(tmp_path: Path) -> None:
    write_own_folder(tmp_path, rows=10)
    for i in range(10):
        (tmp_path / "train" / f"{i}.png").unlink()
    edit(tmp_path, "red", "blue")
    edit(tmp_path, "green", "blue")
    edit(tmp_path, ".png,", ".png,1")
    found = problems(tmp_path)
    assert len(found) == SHOWN
    assert "more problem" in found[-1].notes[-1].text


def test_two_observed_images_are_refused(tmp_path: Path) -> None:
    model = model_of({"I": Image(1, 2, 2), "J": Image(1, 2, 2)})
    with pytest.raises(ScmError, match="E137"):
        read_folder(tmp_path, model)
