"""``scmlang estimate``: what data say about a query that the diagram makes identifiable."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from scmlang.cli.model import ModelText, leading_file, open_model
from scmlang.cli.query import Format
from scmlang.estimates import Method, Options, estimate_query, open_table


def estimate(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[FILE] QUERY", help='A model file; then a query, such as "P(Y=1 | do(X=1))".'
        ),
    ],
    data: Annotated[Path, typer.Option(help="A CSV file with a column for every variable of the estimand.")],
    model: ModelText = None,
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
    """Estimate a query from a table.

    The query is identified first, and refused where no data can tell it. Its estimand is then estimated: by
    relative frequencies (plug-in), with intervals from a bootstrap; or doubly robustly, where it has the
    back-door or the front-door form, which real numbers need. auto takes the first wherever all variables
    have levels.
    """
    if not 0 < level < 1:
        raise typer.BadParameter("it lies between 0 and 1", param_hint="--level")
    file, (query,) = leading_file(words, model, "QUERY")
    options = Options(method, bootstrap, level, seed, smoothing, folds)
    found = estimate_query(open_model(file, model), query, open_table(data), options)
    if format is Format.json:
        print(json.dumps(found.to_json(), indent=2, ensure_ascii=False))
    elif format is Format.csv:
        sys.stdout.write(found.to_csv())
    else:
        print(found)
