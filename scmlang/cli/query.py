"""``scmlang query``: exact answers from a fully specified model, edited images from a trained run."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scmlang.answers import Answer
from scmlang.cli.model import ModelText, open_model
from scmlang.cli.tables import print_table
from scmlang.diagnostics.render import render, wants_colour
from scmlang.diagnostics.width import clean
from scmlang.sampled import UNITS, Method, answer_model
from scmlang.views.answer import NUMBERS, closing, show_rows
from scmlang.views.cells import show_number

if TYPE_CHECKING:
    from scmlang.neural.query import EditAnswer, ImageAnswer
    from scmlang.query import QueryOptions
    from scmlang.train.artefact import Artefact


RECONSTRUCTION = "reconstruction L1"


class Format(StrEnum):
    text = "text"
    json = "json"
    csv = "csv"


def query(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[FILE] QUERY",
            help='A model file for an exact answer; then a query, for instance "P(Y=1 | do(X=1))".',
        ),
    ],
    model: ModelText = None,
    exact: Annotated[bool, typer.Option("--exact", help="Rational numbers, such as 4/19.")] = False,
    method: Annotated[Method, typer.Option(help="auto samples only where nothing is exact.")] = Method.auto,
    units: Annotated[int, typer.Option("-n", "--units", help="How many units to sample.")] = UNITS,
    run: Annotated[Path | None, typer.Option(help="A run folder; the newest by default.")] = None,
    runs: Annotated[Path, typer.Option(help="Where run folders are kept.")] = Path("runs"),
    image: Annotated[list[Path] | None, typer.Option(help="A picture to edit; repeatable.")] = None,
    given: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="A known label.")] = None,
    guidance: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=SCALE",
            help="How hard a changed label is pressed; as calibrated by default, else the recipe's.",
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the grid goes.")] = Path("query.png"),
    out_dir: Annotated[Path | None, typer.Option(help="Also write each picture on its own here.")] = None,
    samples: Annotated[int, typer.Option(help="Posterior draws per image.")] = 1,
    draws: Annotated[
        int | None,
        typer.Option(
            metavar="K",
            help="A strip instead: beside each image at most K pictures, one a label configuration, the most "
            "probable first, with probabilities.",
        ),
    ] = None,
    difference: Annotated[
        bool, typer.Option("--difference", help="Also draw where each edited picture differs.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Seed of every random draw.")] = 0,
    steps: Annotated[int | None, typer.Option(help="Sampling steps; the recipe's by default.")] = None,
    sampler: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="What is inverted: ddpm, ddim or sde-dpmsolver++; the recipe's by default."
        ),
    ] = None,
    format: Annotated[Format, typer.Option(help="How the answer is printed.")] = Format.text,
) -> None:
    """Answer a query.

    With a model file (or --model), fully specified: any probability, expectation or effect, exactly, or by
    sampling where real variables or the size of the model rule that out.

    Without: by a trained run, the newest unless --run names one. Numbers are asked of it as of a model file,
    about labels. Pictures are edited under an intervention such as "do(C=1)", and what they would have been
    is drawn. Without --image the first eight test images of the run's data are edited. Labels of pictures are
    recognised unless --given says them.
    """
    file, query = _words(words, model)
    if file is not None or model is not None:
        if exact and method is Method.sample:
            raise typer.BadParameter("what is sampled is not exact", param_hint="--exact")
        found = answer_model(
            open_model(file, model).model, query, method, exact=exact, units=units, seed=seed
        )
        _print_answer(found, format)
        return
    from scmlang.compiler import open_artefact
    from scmlang.label_answers import with_labels
    from scmlang.learned.answer import answer_learned, asks_for_pictures
    from scmlang.query import (
        QueryOptions,
        answer_query,
        read_pairs,
        to_json,
        write_grid,
        write_pictures,
    )
    from scmlang.semantics.queries import read_act
    from scmlang.train.runs import newest_run, open_run

    if exact:
        raise typer.BadParameter("what was learned is not rational", param_hint="--exact")
    options = QueryOptions(
        tuple(image or ()), read_pairs(given or []), samples, seed, steps, read_pairs(guidance or []), sampler
    )
    artefact = open_artefact(open_run(run) if run is not None else newest_run(runs))
    sys.stderr.write(render(artefact.warnings, colour=wants_colour(sys.stderr, "auto")))
    if not asks_for_pictures(artefact, query):
        _print_answer(answer_learned(artefact, query, method, units=units, seed=seed), format)
        return
    if format is Format.csv:
        raise typer.BadParameter("edited pictures are no table", param_hint="--format")
    if draws is not None:
        if samples != 1 or out_dir is not None:
            raise typer.BadParameter("a strip takes no --samples and no --out-dir", param_hint="--draws")
        _strips(artefact, query, options, draws, out, format, difference=difference)
        return
    act = read_act(query, artefact.causal_model)
    answer = with_labels(answer_query(artefact, query, options), artefact, act.numbers)
    write_grid(answer, out, difference=difference)
    paths = write_pictures(answer, out_dir) if out_dir else [{} for _ in answer.images]
    if format is Format.json:
        print(json.dumps(to_json(answer, paths), indent=2, ensure_ascii=False))
        return
    _print(answer)
    _print_labels(answer)
    print(f"{answer.status}; run {artefact.run.folder}, step {artefact.step}")
    if answer.identification is not None:
        print(answer.identification)
    print(f"picture: {out}")


def _strips(
    artefact: Artefact,
    query: str,
    options: QueryOptions,
    most: int,
    out: Path,
    format: Format,
    *,
    difference: bool,
) -> None:
    from scmlang.query import show_level
    from scmlang.strips import answer_strips, strips_to_json, write_strips

    answer = answer_strips(artefact, query, options, most)
    write_strips(answer, out, difference=difference)
    if format is Format.json:
        print(json.dumps(strips_to_json(answer), indent=2, ensure_ascii=False))
        return
    labels = tuple(answer.strips[0].factual)
    rows = []
    for strip in answer.strips:
        name = clean(Path(strip.file).name)
        rows.append((name, "factual", *(show_level(strip.factual[label]) for label in labels)))
        for world in strip.worlds:
            levels = (show_level(world.labels[label]) for label in labels)
            rows.append((name, show_number(world.p, 3), *levels))
        if strip.rest > 0:
            rows.append((name, show_number(strip.rest, 3), *("others" for _ in labels)))
    print_table(answer.query, ("image", "p", *labels), rows, right=("p",))
    print(f"{answer.status}; run {artefact.run.folder}, step {artefact.step}")
    print(f"picture: {out}")


def _words(words: list[str], model: str | None) -> tuple[Path | None, str]:
    """The model file, if there is one, and the query."""
    if len(words) > 2 or (model is not None and len(words) == 2):
        raise typer.BadParameter("give a model file (or --model) and one query", param_hint="QUERY")
    return (None if len(words) == 1 else Path(words[0])), words[-1]


def _print_answer(found: Answer, format: Format) -> None:
    if format is Format.json:
        print(json.dumps(found.to_json(), indent=2, ensure_ascii=False))
    elif format is Format.csv:
        sys.stdout.write(found.to_csv())
        sys.stderr.write(f"{found.identification}\n")
    elif found.columns:
        print_table(found.query, found.columns, show_rows(found), right=NUMBERS)
        print(*closing(found), sep="\n")
    else:
        print(found)


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


def _print_labels(answer: EditAnswer) -> None:
    """For each picture the drawn level of each label that the intervention reaches, and how sure it is."""
    rows = []
    for image in answer.images:
        for chance in image.labels:
            if str(image.counterfactual[0][chance.variable]) == chance.level:
                low, high = map(show_number, chance.bounds or (None, None), (3, 3))
                file = clean(Path(image.file).name)
                known = {True: "yes", False: "no", None: "undecided"}[chance.identifiable]
                level = f"{chance.variable}={chance.level}"
                error = chance.standard_error
                p = show_number(chance.p, 3) + ("" if error is None else f" ± {show_number(error, 2)}")
                rows.append((file, level, p, low, high, known))
    if rows:
        title = "the labels' own chances, given the factual ones; bounds over all models that fit as well"
        headings = ("image", "drawn", "p", "low", "high", "identified")
        print_table(title, headings, rows, right=("p", "low", "high"))


def _confidence(image: ImageAnswer) -> Iterator[str]:
    """``D:0.998`` is a probability, ``T:±0.12`` a standard deviation."""
    for name, sure in image.confidence.items():
        yield f"{name}:±{sure:.3g}" if isinstance(image.factual[name], float) else f"{name}:{sure:.3f}"
