"""Shards: what is read of them, and what is refused."""

from __future__ import annotations

import io
import tarfile
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scmlang.compiler import Compilation
from scmlang.data.dataset import Dataset, StoredDataset
from scmlang.data.shards import read_data, read_rows
from scmlang.data.tar_file import LARGEST, read_member, tar_members
from scmlang.diagnostics.base import ScmError

MODEL = Compilation.from_text("model M\nX: binary\nI: image(1, 4, 4)\nX -> I\n").model
FORMATS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}


def png(value: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.full((4, 4), value, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def add(tar: tarfile.TarFile, name: str, data: bytes = b"", **fields: object) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mtime = len(data), 1.5  # type: ignore[assignment]  # PAX says the fraction
    for key, value in fields.items():
        setattr(member, key, value)
    tar.addfile(member, io.BytesIO(data))


def shard(path: Path, values: list[int], form: int = tarfile.USTAR_FORMAT) -> Path:
    with tarfile.open(path, "w", format=form) as tar:
        names = [f"{value:03d}.png" for value in values]
        rows = "".join(f"{name},{value % 2}\n" for name, value in zip(names, values, strict=True))
        add(tar, "metadata.csv", f"file_name,X\n{rows}".encode())
        for name, value in zip(names, values, strict=True):
            add(tar, name, png(value))
    return path


def refused(path: Path) -> str:
    with pytest.raises(ScmError) as error:
        tar_members(path)
    (problem,) = error.value.diagnostics
    assert problem.code == "E213"
    return problem.message


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_members_are_those_that_python_finds(tmp_path: Path, form: int) -> None:
    path = shard(tmp_path / "0.tar", [1, 2, 30], form)
    members = tar_members(path)
    with tarfile.open(path) as tar, path.open("rb") as file:
        assert [m.name for m in members] == tar.getnames()
        for member in members:
            wanted = tar.extractfile(member.name)
            assert wanted is not None
            assert read_member(file, member) == wanted.read()


def test_rows_come_from_their_shards(tmp_path: Path) -> None:
    parts = ([1, 2, 3], [10], [20, 21])
    for number, values in enumerate(parts):
        shard(tmp_path / f"{number:02d}.tar", values)
    data = read_data(tmp_path / "{00..02}.tar", MODEL)
    assert isinstance(data, StoredDataset)
    split, values = data["train"], [1, 2, 3, 10, 20, 21]
    assert (len(split), split.images.sizes) == (6, (3, 1, 2))
    assert split.columns["X"].tolist() == [value % 2 for value in values]
    rows = np.array([5, 0, 3, 3, 2])
    images = split.images[rows]
    assert images.shape == (5, 1, 4, 4)
    assert [int(image.max()) for image in images] == [values[row] for row in rows]


def test_a_folder_whose_splits_hold_shards(tmp_path: Path) -> None:
    for name in ("train", "val"):
        (tmp_path / name).mkdir()
        shard(tmp_path / name / "0.tar", [4, 5])
    data = read_data(tmp_path, MODEL)
    assert isinstance(data, StoredDataset)
    assert list(data.splits) == ["train", "val"]


def test_a_folder_without_shards_is_an_image_folder(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "metadata.csv").write_text("file_name,X\na.png,1\n")
    (tmp_path / "train" / "a.png").write_bytes(png(7))
    assert isinstance(read_data(tmp_path, MODEL), Dataset)


HOSTILE = {
    "a name that leaves": {"name": "../a.png"},
    "a name from the root": {"name": "/etc/a.png"},
    "a name of another system": {"name": "C:\\a.png"},
    "a link": {"name": "a.png", "type": tarfile.SYMTYPE, "linkname": "/etc/passwd"},
    "a hard link": {"name": "a.png", "type": tarfile.LNKTYPE, "linkname": "metadata.csv"},
    "a device": {"name": "a.png", "type": tarfile.CHRTYPE},
    "a pipe": {"name": "a.png", "type": tarfile.FIFOTYPE},
}


@pytest.mark.parametrize("fields", HOSTILE.values(), ids=HOSTILE)
def test_members_that_could_reach_elsewhere_are_refused(tmp_path: Path, fields: dict[str, object]) -> None:
    path = tmp_path / "0.tar"
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        add(tar, **fields)  # type: ignore[arg-type]
    assert "cannot be used" in refused(path)


@pytest.mark.parametrize("key", ["path", "size", "linkpath", "GNU.sparse.name"])
def test_headers_that_change_a_member_are_refused(tmp_path: Path, key: str) -> None:
    path = tmp_path / "0.tar"
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        add(tar, "a.png", png(1), pax_headers={key: "../b.png"})
    assert key in refused(path)


def test_huge_headers_and_members_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "0.tar"
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        add(tar, "a.png", png(1), pax_headers={"comment": "x" * (1 << 24)})
    huge = tarfile.TarInfo("a.png")
    huge.size = LARGEST + 1
    sparse = tmp_path / "1.tar"
    with sparse.open("wb") as file:
        file.write(huge.tobuf(tarfile.USTAR_FORMAT))
        file.truncate(LARGEST + 2048)
    tracemalloc.start()
    try:
        assert "extended header" in refused(path)
        assert "over the limit" in refused(sparse)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("length", [0, 100, 512, 700, 1536])
def test_torn_shards_are_refused(tmp_path: Path, length: int) -> None:
    path = shard(tmp_path / "0.tar", [1])
    path.write_bytes(path.read_bytes()[:length])
    refused(path)


def test_what_is_no_shard_is_refused(tmp_path: Path) -> None:
    for name, data in {
        "zip": b"PK\3\4" * 400,
        "gzip": b"\x1f\x8b" * 400,
        "noise": bytes(range(256)) * 8,
    }.items():
        path = tmp_path / name
        path.write_bytes(data)
        refused(path)
    refused(tmp_path / "absent")


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ("file_name,X\nb.png,1\n", "E128"),
        ("file_name,X\na.png,1\na.png,0\n", "E133"),
        ("file_name,X\na.png,7\n", "E125"),
        ("file_name\na.png\n", "E123"),
        (None, "E213"),
    ],
)
def test_tables_are_checked_as_those_of_folders(tmp_path: Path, table: str | None, code: str) -> None:
    with tarfile.open(tmp_path / "0.tar", "w") as tar:
        if table is not None:
            add(tar, "metadata.csv", table.encode())
        add(tar, "a.png", png(1))
    with pytest.raises(ScmError) as error:
        read_data(tmp_path / "0.tar", MODEL)
    assert [d.code for d in error.value.diagnostics] == [code]


def test_images_are_checked_before_they_are_decoded(tmp_path: Path) -> None:
    large = io.BytesIO()
    Image.new("L", (9000, 9000)).save(large, "PNG")
    for number, data in enumerate((large.getvalue(), b"no picture")):
        with tarfile.open(tmp_path / f"{number}.tar", "w") as tar:
            add(tar, "metadata.csv", b"file_name,X\na.png,1\n")
            add(tar, "a.png", data)
    for number, code in enumerate(("E132", "E129")):
        data = read_data(tmp_path / f"{number}.tar", MODEL)
        assert isinstance(data, StoredDataset)
        with pytest.raises(ScmError) as error:
            data["train"].images[np.array([0])]
        assert [d.code for d in error.value.diagnostics] == [code]


def test_the_first_rows_of_a_split_are_read_alone(tmp_path: Path) -> None:
    for split, parts in {"train": [[9]], "test": [[1, 2], [30, 40]]}.items():
        (tmp_path / split).mkdir()
        for number, values in enumerate(parts):
            shard(tmp_path / split / f"{number}.tar", values)
    for limit, wanted in ((3, [1, 2, 30]), (9, [1, 2, 30, 40])):
        rows = read_rows(tmp_path, MODEL, "test", limit)
        assert [int(image[0, 0, 0]) for image in rows.images] == wanted
        assert rows.columns["X"].tolist() == [value % 2 for value in wanted]
        assert len(rows.files) == len(rows) == len(wanted)
    with pytest.raises(ScmError) as error:
        read_rows(tmp_path / "train" / "0.tar", MODEL, "test", 3)
    (problem,) = error.value.diagnostics
    assert problem.code == "E121"
