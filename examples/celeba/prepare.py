"""CelebA as it is handed out, into a data folder of scmlang: python prepare.py CELEBA -o DATA."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from scmlang.data.dataset import SPLITS
from scmlang.data.image_file import write_image
from scmlang.data.image_folder import FILE_NAME
from scmlang.data.output import whole_folder
from scmlang.data.table import write_table
from scmlang.diagnostics.base import ScmError

ATTRIBUTES, PARTITION, IMAGES = "list_attr_celeba.txt", "list_eval_partition.txt", "img_align_celeba"
LEVELS = {"-1": "0", "1": "1"}
Attributes = Mapping[str, Sequence[str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("celeba", type=Path, help=f"the folder with {ATTRIBUTES}, {PARTITION} and {IMAGES}/")
    parser.add_argument("-o", "--out", type=Path, required=True, help="the folder to make")
    parser.add_argument("--side", type=int, default=64, help="pixels of a picture's side")
    parser.add_argument("--crop", type=int, default=178, help="pixels of the square cut from the middle")
    parser.add_argument("--limit", type=int, help="no more pictures than these in each split")
    given = parser.parse_args()
    try:
        prepare(given.celeba, given.out, given.side, given.crop, given.limit)
    except (OSError, ValueError, ScmError) as error:
        raise SystemExit(f"prepare.py: {error}") from error


def prepare(celeba: Path, out: Path, side: int = 64, crop: int = 178, limit: int | None = None) -> None:
    """Write the data folder, whole or not at all.

    Raises:
        OSError, ValueError: when something is missing, or not in CelebA's form.
        ScmError: E138, E139 when the folder exists or cannot be written.
    """
    names, attributes = read_attributes(celeba / ATTRIBUTES)
    splits = read_partition(celeba / PARTITION)
    with whole_folder(out, force=False, replaceable=lambda path: False) as stage:
        for split in SPLITS:
            files = [name for name in splits[split] if name in attributes][:limit]
            if not files:
                raise ValueError(f"{PARTITION} puts no picture of {ATTRIBUTES} into {split}")
            (stage / split).mkdir()
            for name in files:
                pixels = middle(celeba / IMAGES / name, side, crop)
                write_image((stage / split / name).with_suffix(".png"), pixels)
            rows = zip(*(attributes[name] for name in files), strict=True)
            pictures = [Path(name).with_suffix(".png").name for name in files]
            table = {FILE_NAME: pictures, **dict(zip(names, map(list, rows), strict=True))}
            write_table(stage / split / "metadata.csv", table)


def read_attributes(path: Path) -> tuple[list[str], Attributes]:
    """The names of the attributes, and for each picture its levels, 0 and 1 for CelebA's -1 and 1."""
    lines = path.read_text(encoding="utf-8").splitlines()
    names = lines[1].split() if len(lines) > 1 else []
    rows: dict[str, list[str]] = {}
    for number, cells in _rows(lines, 2):
        if len(cells) != 1 + len(names) or not set(cells[1:]) <= LEVELS.keys():
            raise ValueError(f"{path}, line {number}: expected a file name and {len(names)} times -1 or 1")
        rows[cells[0]] = [LEVELS[cell] for cell in cells[1:]]
    if not rows or lines[0].strip() != str(len(rows)):
        raise ValueError(f"{path}: its first line should be the number of its pictures, {len(rows)}")
    return names, rows


def read_partition(path: Path) -> dict[str, list[str]]:
    """The pictures of train, val and test; nobody's pictures are in two of them."""
    splits: dict[str, list[str]] = {split: [] for split in SPLITS}
    for number, cells in _rows(path.read_text(encoding="utf-8").splitlines(), 0):
        if len(cells) != 2 or cells[1] not in ("0", "1", "2"):
            raise ValueError(f"{path}, line {number}: expected a file name and 0, 1 or 2")
        splits[SPLITS[int(cells[1])]].append(cells[0])
    return splits


def middle(path: Path, side: int, crop: int) -> np.ndarray:
    """The middle square of a picture, ``crop`` pixels wide, scaled to uint8[3, side, side]."""
    try:
        with Image.open(path, formats=("JPEG", "PNG")) as picture:
            whole = picture.convert("RGB")
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror or error}") from error
    if min(whole.size) < crop:
        raise ValueError(f"{path}: {whole.width} × {whole.height} is too small for a crop of {crop} × {crop}")
    left, top = (whole.width - crop) // 2, (whole.height - crop) // 2
    box = (left, top, left + crop, top + crop)
    return np.asarray(whole.resize((side, side), Image.Resampling.LANCZOS, box)).transpose(2, 0, 1)


def _rows(lines: Sequence[str], start: int) -> Iterator[tuple[int, list[str]]]:
    """The words of each line that is not empty, with its number."""
    return ((i + 1, line.split()) for i, line in enumerate(lines) if i >= start and line.strip())


if __name__ == "__main__":
    main()
