"""``scmlang query``: a counterfactual of images, answered by a trained run."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scmlang.cli.tables import print_table
from scmlang.diagnostics.render import render, wants_colour
from scmlang.diagnostics.width import clean

if TYPE_CHECKING:
    from scmlang.neural.query import EditAnswer, ImageAnswer


RECONSTRUCTION = "reconstruction L1"


class Format(StrEnum):
    text = "text"
    json = "json"


def query(
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help='For instance "do(C=1)" or "I[C=green] | I".')
    ],
    run: Annotated[Path | None, typer.Option(help="A run folder; the newest by default.")] = None,
    runs: Annotated[Path, typer.Option(help="Where run folders are kept.")] = Path("runs"),
    image: Annotated[list[Path] | None, typer.Option(help="A picture to edit; repeatable.")] = None,
    given: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="A known label.")] = None,
    guidance: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=SCALE", help="How hard a changed label is pressed; the recipe's by default."
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the grid goes.")] = Path("query.png"),
    out_dir: Annotated[Path | None, typer.Option(help="Also write each picture on its own here.")] = None,
    samples: Annotated[int, typer.Option(help="Posterior draws per image.")] = 1,
    seed: Annotated[int, typer.Option(help="Seed of every random draw.")] = 0,
    steps: Annotated[int | None, typer.Option(help="Sampling steps; the recipe's by default.")] = None,
    format: Annotated[Format, typer.Option(help="How the answer is printed.")] = Format.text,
) -> None:
    """Edit pictures under an intervention and draw what they would have been.

    Without --image the first eight test images of the run's data are edited. Labels of pictures are
    recognised unless --given says them.
    """
    from scmlang.compiler import open_artefact
    from scmlang.query import (
        QueryOptions,
        answer_query,
        read_pairs,
        to_json,
        write_grid,
        write_pictures,
    )
    from scmlang.train.runs import newest_run, open_run

    options = QueryOptions(
        tuple(image or ()), read_pairs(given or []), samples, seed, steps, read_pairs(guidance or [])
    )
    artefact = open_artefact(open_run(run) if run is not None else newest_run(runs))
    sys.stderr.write(render(artefact.warnings, colour=wants_colour(sys.stderr, "auto")))
    answer = answer_query(artefact, query, options)
    write_grid(answer, out)
    paths = write_pictures(answer, out_dir) if out_dir else [{} for _ in answer.images]
    if format is Format.json:
        print(json.dumps(to_json(answer, paths), indent=2, ensure_ascii=False))
        return
    _print(answer)
    print(f"{answer.status}; run {artefact.run.folder}, step {artefact.step}")
    print(f"picture: {out}")


def _print(answer: EditAnswer) -> None:
    from scmlang.query import changes

    recognised = any(image.confidence for image in answer.images)
    labels = tuple(answer.images[0].factual)
    headings = ("image", *labels, *(["confidence"] if recognised else []), RECONSTRUCTION)
    rows = []
    for image in answer.images:
        for draw in range(answer.samples):
            sure = [" ".join(_confidence(image))] if recognised else []
            name = clean(Path(image.file).name)
            rows.append((name, *changes(image, draw), *sure, f"{image.reconstruction_l1:.4f}"))
    print_table(answer.query, headings, rows, right=(RECONSTRUCTION,))


def _confidence(image: ImageAnswer) -> Iterator[str]:
    """``D:0.998`` is a probability, ``T:±0.12`` a standard deviation."""
    for name, sure in image.confidence.items():
        yield f"{name}:±{sure:.3g}" if isinstance(image.factual[name], float) else f"{name}:{sure:.3f}"
