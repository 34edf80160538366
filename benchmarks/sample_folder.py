"""``scmlang sample`` against a plain loop that only writes PNG files of the same size."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

ROUNDS, IMAGES = 3, 4000
MODEL = Path(__file__).parent.parent / "examples" / "bar_mnist" / "frontdoor_truth.scm"


def sample(folder: Path) -> float:
    """Seconds of the whole command, start-up included."""
    command = [sys.executable, "-m", "scmlang", "sample", str(MODEL), "-n", str(IMAGES), "-o", str(folder)]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def plain_loop(drawn: Path, folder: Path) -> float:
    """Seconds to write the very same pictures again, one after the other."""
    pictures = [np.asarray(Image.open(path)) for path in sorted(drawn.rglob("*.png"))]
    folder.mkdir()
    start = time.perf_counter()
    for number, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / f"{number:06d}.png")
    return time.perf_counter() - start


def main() -> None:
    sampled, looped = [], []
    for _ in range(ROUNDS):
        with TemporaryDirectory() as name:
            folder = Path(name)
            sampled.append(sample(folder / "sampled"))
            looped.append(plain_loop(folder / "sampled", folder / "looped"))
    ours, theirs = IMAGES / median(sampled), IMAGES / median(looped)
    print(f"scmlang sample: {ours:.0f} images/s, {ours / theirs:.2f} x a Pillow loop ({theirs:.0f} images/s)")


if __name__ == "__main__":
    main()
