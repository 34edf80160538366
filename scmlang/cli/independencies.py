"""``scmlang independencies``: what a diagram implies of the variables that are observed."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scmlang.cli.model import ModelFile, ModelText, open_model
from scmlang.cli.query import Format
from scmlang.cli.report import report

if TYPE_CHECKING:
    from scmlang.diagram.independencies import ConditionalIndependence

SCHEMA = 1


def independencies(
    file: ModelFile = None,
    model: ModelText = None,
    pairs: Annotated[
        bool, typer.Option("--pairs", help="One for each missing edge, with a smallest set given.")
    ] = False,
    all: Annotated[
        bool, typer.Option("--all", help="Every pair of variables with every set that separates it.")
    ] = False,
    latent: Annotated[bool, typer.Option("--latent", help="As if latent variables were observed.")] = False,
    format: Annotated[Format, typer.Option(help="How they are printed.")] = Format.text,
) -> None:
    """List the conditional independencies that a diagram implies, as assertions.

    By default few from which all others follow: each variable is independent of earlier ones given its Markov
    blanket among them. Of a file with equations it is the diagram that speaks; the equations may imply more.
    """
    from scmlang.diagram.independencies import Basis
    from scmlang.diagram.independencies import independencies as implied

    if pairs and all:
        raise typer.BadParameter("give either --pairs or --all", param_hint="--pairs")
    basis = Basis.PAIRS if pairs else Basis.ALL if all else Basis.LOCAL
    compilation = open_model(file, model)
    diagram = compilation.diagram
    report(compilation.warnings)
    if latent:
        diagram = replace(diagram, observed=frozenset(diagram.nodes))
    found = implied(diagram, basis)
    if format is Format.json:
        print(json.dumps(_to_json(found, compilation.model.name, basis.value), indent=2, ensure_ascii=False))
    elif format is Format.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(("left", "right", "given"))
        writer.writerows((one.left, " ".join(one.right), " ".join(one.given)) for one in found)
    else:
        print("\n".join(f"assert {one}" for one in found) or "# the diagram implies no independence")


def _to_json(found: Sequence[ConditionalIndependence], name: str, basis: str) -> dict[str, Any]:
    records = [
        {"left": one.left, "right": list(one.right), "given": list(one.given), "assertion": f"assert {one}"}
        for one in found
    ]
    return {"schema": SCHEMA, "model": name, "basis": basis, "independencies": records}
