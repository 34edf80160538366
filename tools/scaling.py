"""Measure what shards cost: ``python -m tools.scaling --images 5000``; the constants of docs/scaling.md."""

from __future__ import annotations

import argparse
import io
import sys
import tarfile
import tempfile
import time
import tracemalloc
from pathlib import Path

import numpy as np
from PIL import Image

from scmlang.compiler import Compilation
from scmlang.data.shards import read_shards

MODEL = "model M\nX: binary\nI: image(3, {side}, {side})\nX -> I\n"


def write(path: Path, images: int, side: int) -> float:
    """A shard of smooth pictures with noise; bytes an image."""
    random = np.random.default_rng(0)
    total = 0
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        table = "file_name,X\n" + "".join(f"{i}.png,{i % 2}\n" for i in range(images))
        _add(tar, "metadata.csv", table.encode())
        for i in range(images):
            ramp = np.linspace(0, 200, side)[:, None, None] + random.integers(0, 8, (side, side, 3))
            buffer = io.BytesIO()
            Image.fromarray(ramp.astype(np.uint8)).save(buffer, "PNG", compress_level=1)
            total += len(buffer.getvalue())
            _add(tar, f"{i}.png", buffer.getvalue())
    return total / images


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    tar.addfile(member, io.BytesIO(data))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=5000)
    parser.add_argument("--side", type=int, default=64)
    options = parser.parse_args(arguments)
    model = Compilation.from_text(MODEL.format(side=options.side)).model
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "0.tar"
        print(f"{write(path, options.images, options.side):.0f} bytes an image of side {options.side}")
        started = time.perf_counter()
        split = read_shards([path], "train", model)
        print(f"{options.images / (time.perf_counter() - started):.0f} rows a second are found at the start")
        tracemalloc.start()
        kept = read_shards([path], "train", model)
        print(f"{tracemalloc.get_traced_memory()[0] / len(kept):.0f} bytes of memory a row")
        tracemalloc.stop()
        rows = np.random.default_rng(0).permutation(len(split))
        started = time.perf_counter()
        for part in np.array_split(rows, max(1, len(rows) // 64)):
            split.images[part]
        print(f"{len(rows) / (time.perf_counter() - started):.0f} images a second are read and decoded")
    return 0


if __name__ == "__main__":
    sys.exit(main())
