"""``scmlang bound``: the interval in which a query lies, whatever the model behind the data."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scmlang.cli.experiments import split_experiment
from scmlang.cli.model import ModelText, leading_file, open_model
from scmlang.cli.query import Format
from scmlang.diagnostics.render import render, wants_colour

if TYPE_CHECKING:
    from scmlang.semantics.model import CausalModel


def bound(
    words: Annotated[
        list[str],
        typer.Argument(metavar="[FILE] QUERY", help='A model file; then a query, such as "PN(X, Y)".'),
    ],
    model: ModelText = None,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV", help="The observations; by default the model's own distribution, if it has one."
        ),
    ] = None,
    experiment: Annotated[
        list[str] | None,
        typer.Option(
            "--given-experiments",
            metavar="do(Z)[=CSV]",
            help="What was held in an experiment, with its table; repeatable.",
        ),
    ] = None,
    monotone: Annotated[
        list[str] | None,
        typer.Option(metavar="X -> Y", help="Y never falls as X rises, all else alike; repeatable."),
    ] = None,
    within: Annotated[
        float,
        typer.Option(min=0, metavar="EPS", help="How far each known probability of a response may be off."),
    ] = 0.0,
    bootstrap: Annotated[
        int, typer.Option(min=0, metavar="N", help="Draw the rows again so often, for an interval around.")
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Of these draws.")] = 0,
    format: Annotated[Format, typer.Option(help="How the answer is printed.")] = Format.text,
) -> None:
    """Bound a query that the data do not determine, for finite variables.

    Every model of the diagram that has the known distributions has a value between the bounds; where they are
    sharp, each end is the value of some model. Nothing but the diagram and the levels of the variables is
    taken from the file where --data is given; its equations are not.
    """
    from scmlang.bounded import Known, bounded, read_arrow

    file, (query,) = leading_file(words, model, "QUERY")
    compilation = open_model(file, model)
    sys.stderr.write(render(compilation.warnings, colour=wants_colour(sys.stderr, "auto")))
    causal = compilation.model
    known = Known(
        data,
        tuple(_experiment(text, causal) for text in experiment or ()),
        tuple(read_arrow(text) for text in monotone or ()),
        within,
        bootstrap,
        seed,
    )
    found = bounded(causal, query, known)
    if format is Format.json:
        print(json.dumps(found.to_json(), indent=2, ensure_ascii=False))
    elif format is Format.csv:
        sys.stdout.write(found.to_csv())
    else:
        print(found)


def _experiment(text: str, model: CausalModel) -> tuple[tuple[str, ...], Path | None]:
    """``do(Z, W)``, and the path behind ``=``."""
    from scmlang.identify.ask import read_experiment

    words, path = split_experiment(text)
    return tuple(sorted(read_experiment(words, model))), path
