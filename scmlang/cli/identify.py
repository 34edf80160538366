"""``scmlang identify``: whether data determine a query, by what formula, or why not."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scmlang.cli.model import ModelText, leading_file, open_model
from scmlang.diagnostics.render import render, wants_colour

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scmlang.compiler import Compilation
    from scmlang.identify.result import Identification


class Format(StrEnum):
    text = "text"
    latex = "latex"
    json = "json"


def identify(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[FILE] QUERY", help='A model file, and a query such as "P(Y | do(X))" or its name.'
        ),
    ],
    model: ModelText = None,
    experiment: Annotated[
        list[str] | None,
        typer.Option(
            "--given-experiments", metavar="do(Z)", help="What was held in an experiment; repeatable."
        ),
    ] = None,
    observation: Annotated[
        bool,
        typer.Option("--observation/--no-observation", help="Whether there is P(V) beside the experiments."),
    ] = True,
    monotone: Annotated[
        list[str] | None,
        typer.Option(metavar="X -> Y", help="Y never falls as X rises, all else alike; repeatable."),
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show the steps and what allows them.")] = False,
    svg: Annotated[
        Path | None, typer.Option(help="Draw the diagram here, with what rules the query out in colour.")
    ] = None,
    witness: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Write two models here that prove a refusal: model1.scm, model2.scm."
        ),
    ] = None,
    format: Annotated[Format, typer.Option(help="How the answer is printed.")] = Format.text,
) -> None:
    """Tell whether the diagram and the data determine a query, and by what formula.

    The data are the distribution of the observed variables, except under --no-observation, and that of each
    experiment that is given: all observed variables while some were held, at each of their values. A query
    that the data do not determine is answered with what rules it out, which --svg draws. Where arrows are
    monotone, by --monotone or in the file, that is used, and a note says whether the declared levels leave
    what is still open one value all the same.

    Either verdict is an answer and exits with 0; `assert identifiable(...)` in a file makes it a test.
    """
    file, (query,) = leading_file(words, model, "QUERY")
    compilation = open_model(file, model)
    sys.stderr.write(render(compilation.warnings, colour=wants_colour(sys.stderr, "auto")))
    found = compilation.identify(query, experiment or (), observed=observation)
    if monotone or compilation.model.monotone:
        found = _with_declared(
            found, compilation, query, experiment or (), monotone or (), observed=observation
        )
    if svg is not None:
        from scmlang.cli.output import write_text
        from scmlang.graph import Graph

        regions = found.witness.regions() if found.witness is not None else ()
        write_text(Graph(compilation, regions=regions).svg, svg)
    if witness is not None and found.identifiable is False:
        texts = _witness(compilation, query, experiment or (), monotone or (), observed=observation)
        _write_witness(texts, witness)
    if format is Format.json:
        print(json.dumps(found.to_json(), indent=2, ensure_ascii=False))
    elif format is Format.latex:
        print(_latex(found))
    else:
        _print(found, explain=explain)


def _with_declared(
    found: Identification,
    compilation: Compilation,
    query: str,
    experiments: Sequence[str],
    monotone: Sequence[str],
    *,
    observed: bool,
) -> Identification:
    from scmlang.bounded import read_arrow, with_declared
    from scmlang.identify.ask import read_experiment

    model = compilation.model
    held = [tuple(read_experiment(text, model)) for text in experiments]
    arrows = [read_arrow(text) for text in monotone]
    return with_declared(found, model, query, held, arrows, observed=observed)


def _witness(
    compilation: Compilation,
    text: str,
    experiments: Sequence[str],
    monotone: Sequence[str],
    *,
    observed: bool,
) -> tuple[str, str]:
    from scmlang.bounded import read_arrow
    from scmlang.witness import witness_of

    arrows = [read_arrow(arrow) for arrow in monotone]
    return witness_of(compilation, text, experiments, observed=observed, monotone=arrows)


def _write_witness(models: Sequence[str], folder: Path) -> None:
    from scmlang.cli.output import write_text

    for i, model in enumerate(models, 1):
        write_text(model, folder / f"model{i}.scm")


def _latex(found: Identification) -> str:
    from scmlang.identify.estimand import LATEX, show

    return f"% {found.verdict}" if found.estimand is None else show(found.estimand, LATEX)


def _print(found: Identification, *, explain: bool) -> None:
    print(found)
    for note in found.notes:
        print(f"note: {note}")
    if explain:
        width = len(str(len(found.steps)))
        for i, step in enumerate(found.steps, 1):
            print(f"{i:>{width}}. {step}")
