"""From a fully specified model to a data set with known truth."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scmlang.data.dataset import SPLITS
from scmlang.data.folder_writer import SplitRows, write_folder, write_single_table
from scmlang.data.image_folder import image_variable
from scmlang.data.manifest import Manifest, RendererRecord, observed_columns
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.exact.noise import Noise, Renderers, draw_noise, model_renderers, require_equations
from scmlang.exact.sampling import provenance, render_chunks, simulate
from scmlang.semantics.model import CausalModel, Role

FRACTIONS = (0.8, 0.1, 0.1)
TABLE_SUFFIXES = (".csv", ".parquet")


def sample_folder(
    model: CausalModel,
    path: Path,
    n: int,
    seed: int,
    *,
    fractions: Sequence[float] = FRACTIONS,
    settings: Mapping[str, str] | None = None,
    force: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Manifest:
    """Sample ``n`` units into a data folder of three splits.

    Args:
        model: every variable has an equation.
        path: the folder to make; see :func:`scmlang.data.folder_writer.write_folder`.
        n: rows in all.
        seed: not negative; the same seed gives the same folder.
        fractions: the shares of train, val and test.
        settings: of the model's renderers, such as ``{"digits": folder}``.
        force: replace an earlier data folder.
        progress: called with the number of further images written.

    Returns:
        The record that was written with it.

    Raises:
        ScmError: E110 when the model leaves something open; E115 when the fractions are none;
            E100 to E103, E113 from drawing; E136 when the rows do not fit into memory; E137 to E139
            from writing.
    """
    require_equations(model)
    image = image_variable(model)
    renderers = model_renderers(model, settings)
    sizes = split_sizes(n, fractions)
    manifest = _manifest(model, seed, sizes, renderers)
    parts = _parts(model, seed, sizes, renderers, image.name if image else None)
    with _memory_errors(n):
        write_folder(path, model, manifest, parts, force=force, progress=progress or _ignore)
    return manifest


def sample_table(model: CausalModel, path: Path, n: int, seed: int, *, force: bool = False) -> None:
    """Sample ``n`` units of a model without an observed image into one CSV or Parquet file.

    The rows are those of the split ``train`` of a folder with the same seed.

    Raises:
        ScmError: E110, E113 as :func:`sample_folder`; E137 when the model observes an image;
            E138 to E140 from writing.
    """
    require_equations(model)
    image = image_variable(model)
    if image is not None:
        message = f"`{path}` is a table, and `{image.name}` is an image"
        helps = ("name a folder: -o DIR",)
        raise ScmError([Diagnostic("E137", message, model.source, image.span, helps=helps)])
    with _memory_errors(n):
        write_single_table(path, model, simulate(model, draw_noise(model, n, seed)), force=force)


def split_sizes(n: int, fractions: Sequence[float] = FRACTIONS) -> dict[str, int]:
    """Rows of each split, by largest remainder; splits without rows are left out.

    Raises:
        ScmError: E115 when there are not three fractions of sum 1, or n < 1.

    >>> split_sizes(60_000)
    {'train': 48000, 'val': 6000, 'test': 6000}
    """
    shares = np.asarray(fractions, np.float64)
    if shares.shape != (3,) or not (shares >= 0).all() or shares[0] <= 0 or abs(shares.sum() - 1) > 1e-6:
        message = f"{', '.join(f'{share:g}' for share in fractions)} are no shares of train, val and test"
        helps = ("three numbers of sum 1, the first not 0: 0.8,0.1,0.1",)
        raise ScmError([Diagnostic("E115", message, helps=helps)])
    if n < 1:
        raise ScmError([Diagnostic("E115", f"{n} rows cannot be sampled: it takes at least 1")])
    exact = shares * n
    sizes = np.floor(exact + 1e-9).astype(int)
    sizes[np.argsort(sizes - exact, kind="stable")[: n - sizes.sum()]] += 1
    return {split: int(size) for split, size in zip(SPLITS, sizes, strict=True) if size}


def _parts(
    model: CausalModel, seed: int, sizes: Mapping[str, int], renderers: Renderers, image: str | None
) -> Iterator[SplitRows]:
    for split, n in sizes.items():
        noise = draw_noise(model, n, seed, split, renderers)
        values = simulate(model, noise)
        images = render_chunks(model, image, values, noise, renderers) if image else ()
        yield SplitRows(split, values, _unobserved(model, values, noise, renderers, image), images)


def _unobserved(
    model: CausalModel,
    values: Mapping[str, NDArray[np.generic]],
    noise: Noise,
    renderers: Renderers,
    image: str | None,
) -> dict[str, NDArray[np.generic]]:
    """The unit's exogenous values, its latent variables, and how its image was made."""
    latent = {v.name: values[v.name] for v in model.endogenous if v.role is Role.LATENT and not v.is_image}
    made = provenance(model, image, values, noise, renderers) if image else {}
    return noise.columns() | latent | {f"{image}.{name}": column for name, column in made.items()}


def _manifest(model: CausalModel, seed: int, sizes: Mapping[str, int], renderers: Renderers) -> Manifest:
    image = image_variable(model)
    packages = ("scmlang", "numpy", "pillow")
    versions = {"python": sys.version.split()[0], **{name: metadata.version(name) for name in packages}}
    records = {name: RendererRecord(r.settings, r.identity()) for name, r in renderers.items()}
    return Manifest(
        model=model.name,
        text=model.source.text,
        columns=observed_columns(model),
        image=image.name if image else None,
        seed=seed,
        splits=dict(sizes),
        renderers=records,
        versions=versions,
    )


@contextmanager
def _memory_errors(n: int) -> Iterator[None]:
    try:
        yield
    except MemoryError as error:
        helps = ("sample several folders under different seeds",)
        message = f"the labels of {n} rows do not fit into memory"
        raise ScmError([Diagnostic("E136", message, helps=helps)]) from error


def _ignore(rows: int) -> None:
    """Report to nobody."""
