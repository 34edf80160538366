"""``scmlang estimate``: what data say about a query that the diagram makes identifiable."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from scmlang.cli.experiments import split_experiment
from scmlang.cli.model import ModelText, leading_file, open_model
from scmlang.cli.query import Format
from scmlang.diagnostics.render import render, wants_colour
from scmlang.estimates import Estimate, Method, Options, estimate_learned, estimate_query, open_table


def estimate(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[FILE] QUERY", help='A model file; then a query, such as "P(Y=1 | do(X=1))".'
        ),
    ],
    model: ModelText = None,
    data: Annotated[
        Path | None, typer.Option(help="A CSV file with a column for every variable of the estimand.")
    ] = None,
    experiment: Annotated[
        list[str] | None,
        typer.Option(
            "--given-experiments",
            metavar="do(Z)=CSV",
            help="What was held in an experiment, with its table, in which Z has a column; repeatable.",
        ),
    ] = None,
    run: Annotated[
        Path | None, typer.Option(help="In place of FILE and --data: a run, whose model draws the rows.")
    ] = None,
    rows: Annotated[int, typer.Option(min=1, help="How many a run draws.")] = 10_000,
    method: Annotated[Method, typer.Option(help="Which estimator.")] = Method.auto,
    bootstrap: Annotated[
        int, typer.Option(min=2, metavar="N", help="Resamples, for relative frequencies.")
    ] = 1000,
    level: Annotated[float, typer.Option(help="Of the intervals, between 0 and 1.")] = 0.95,
    smoothing: Annotated[
        float, typer.Option(min=0, help="A pseudo-count of every configuration, for relative frequencies.")
    ] = 0.0,
    folds: Annotated[int, typer.Option(min=2, help="Of cross-fitting, for the doubly robust estimator.")] = 5,
    seed: Annotated[int, typer.Option(min=0, help="Of every random draw.")] = 0,
    format: Annotated[Format, typer.Option(help="How the answer is printed.")] = Format.text,
) -> None:
    """Estimate a query from tables, or from what a trained model draws.

    The query is identified first, and refused where no data can tell it. Its estimand is then estimated: by
    relative frequencies (plug-in), with intervals from a bootstrap; or doubly robustly, where it has the
    back-door or the front-door form, which real numbers need. auto takes the first wherever all variables
    have levels. A factor under do(Z) is read from the table of that experiment, by relative frequencies.
    """
    if not 0 < level < 1:
        raise typer.BadParameter("it lies between 0 and 1", param_hint="--level")
    options = Options(method, bootstrap, level, seed, smoothing, folds)
    tables = [_experiment(text) for text in experiment or ()]
    if run is not None and (model is not None or data is not None or tables or len(words) != 1):
        raise typer.BadParameter("give a query alone: a run has model and data", param_hint="--run")
    if run is not None:
        found = _from_run(run, words[0], rows, options)
    else:
        found = _from_tables(words, model, data, tables, options)
    if format is Format.json:
        print(json.dumps(found.to_json(), indent=2, ensure_ascii=False))
    elif format is Format.csv:
        sys.stdout.write(found.to_csv())
    else:
        print(found)


def _experiment(text: str) -> tuple[str, Path]:
    words, path = split_experiment(text)
    if path is None:
        raise typer.BadParameter(f'give its table: "{words}=table.csv"', param_hint="--given-experiments")
    return words, path


def _from_tables(
    words: list[str],
    model: str | None,
    data: Path | None,
    experiments: list[tuple[str, Path]],
    options: Options,
) -> Estimate:
    file, (query,) = leading_file(words, model, "QUERY")
    if data is None and not experiments:
        raise typer.BadParameter("give a table, or a run with --run", param_hint="--data")
    compilation = open_model(file, model)
    sys.stderr.write(render(compilation.warnings, colour=wants_colour(sys.stderr, "auto")))
    observed = None if data is None else open_table(data)
    tables = [(held, open_table(path)) for held, path in experiments]
    return estimate_query(compilation, query, observed, options, tables)


def _from_run(run: Path, query: str, rows: int, options: Options) -> Estimate:
    from scmlang.train.runs import open_run

    return estimate_learned(open_run(run), query, rows, options)
