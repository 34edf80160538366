"""Small hand-made models and data folders."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image as pillow

from scmlang.semantics.domains import BINARY, Domain, Finite, Image, Real
from scmlang.semantics.model import CausalModel, Role, Variable
from scmlang.source import Source, Span

AT = Span(0, 0)
COLOUR = Finite("named", 2, names=("red", "green"))
DIGIT = Finite("range", 10)


def model_of(domains: dict[str, Domain], latent: tuple[str, ...] = ()) -> CausalModel:
    """A model without edges or equations: only its columns matter."""
    variables = {
        name: Variable(name, Role.LATENT if name in latent else Role.OBSERVED, domain, AT)
        for name, domain in domains.items()
    }
    parents: dict[str, tuple[str, ...]] = dict.fromkeys(domains, ())
    return CausalModel("m", Source("m.scm", "model m\n"), variables, parents, {}, {})


def picture_model(channels: int = 3, side: int = 4) -> CausalModel:
    domains: dict[str, Domain] = {"D": DIGIT, "C": COLOUR, "B": BINARY, "A": Real()}
    return model_of({**domains, "I": Image(channels, side, side)})


def write_own_folder(root: Path, rows: int = 3, side: int = 4) -> np.ndarray:
    """A folder as a user would make it, without a manifest; the images of ``train``."""
    images = np.random.default_rng(0).integers(0, 256, (rows, 3, side, side), np.uint8)
    for split in ("train", "test"):
        (root / split).mkdir(parents=True)
        lines = ["file_name,D,C,B,A"]
        for i, image in enumerate(images):
            pillow.fromarray(image.transpose(1, 2, 0).copy()).save(root / split / f"{i}.png")
            lines.append(f"{i}.png,{i},{('red', 'green')[i % 2]},{i % 2},{i / 3}")
        (root / split / "metadata.csv").write_text("\n".join(lines) + "\n")
    return images
