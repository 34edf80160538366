"""``scmlang adjust``: the sets of variables that adjust for confounding."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scmlang.cli.model import ModelText, leading_file, open_model
from scmlang.diagnostics.render import render, wants_colour

if TYPE_CHECKING:
    from scmlang.identify.adjustment import AdjustmentSets, Names

SCHEMA = 1


class Format(StrEnum):
    text = "text"
    json = "json"


def adjust(
    words: Annotated[
        list[str],
        typer.Argument(metavar="[FILE] X Y", help="A model file, the cause and the outcome: X or X1,X2."),
    ],
    model: ModelText = None,
    every: Annotated[bool, typer.Option("--all", help="Every set, not only the minimal ones.")] = False,
    require: Annotated[
        list[str] | None, typer.Option(metavar="Z", help="A variable that each set has; repeatable.")
    ] = None,
    forbid: Annotated[
        list[str] | None, typer.Option(metavar="Z", help="A variable that none may have; repeatable.")
    ] = None,
    most: Annotated[int, typer.Option(min=1, metavar="N", help="Stop after so many sets.")] = 100,
    format: Annotated[Format, typer.Option(help="How the sets are printed.")] = Format.text,
) -> None:
    """List the sets Z with P(y | do(x)) = sum over z of P(y | x, z) P(z), the smaller ones first.

    They are all sets of observed variables that fulfil the adjustment criterion, which is complete: no
    other set has this property in every model of the diagram. A minimal one has no part that is an
    adjustment set.
    """
    file, (x, y) = leading_file(words, model, "X Y")
    compilation = open_model(file, model)
    sys.stderr.write(render(compilation.warnings, colour=wants_colour(sys.stderr, "auto")))
    from scmlang.identify.ask import ask_adjustment

    found = ask_adjustment(
        compilation.model, compilation.diagram, _names(x), _names(y), require or (), forbid or ()
    )
    listed = list(islice(found.all() if every else found.minimal(), most + 1))
    complete, listed = len(listed) <= most, _by_size(listed[:most], found)
    if format is Format.json:
        print(json.dumps(_to_json(found, listed, complete, every), indent=2, ensure_ascii=False))
    else:
        _print(found, listed, complete, every)


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise typer.BadParameter("write one variable, or several with commas between them: X1,X2")
    return names


def _by_size(listed: list[Names], found: AdjustmentSets) -> list[Names]:
    """The sets by size, and of one size by the order of causes."""
    place = found.search.graph.place
    return sorted(listed, key=lambda z: (len(z), sorted(map(place.__getitem__, z))))


def _to_json(found: AdjustmentSets, listed: list[Names], complete: bool, every: bool) -> dict[str, Any]:
    from scmlang.identify.estimand import show

    canonical, path = found.canonical(), found.open_path()
    return {
        "schema": SCHEMA,
        "causes": list(found.x),
        "outcomes": list(found.y),
        "kind": "all" if every else "minimal",
        "sets": [_sorted(z, found) for z in listed],
        "complete": complete,
        "canonical": None if canonical is None else _sorted(canonical, found),
        "estimand": show(found.formula(listed[0])) if listed else None,
        "harmful": list(found.harmful),
        "open_path": None if path is None else str(path),
    }


def _print(found: AdjustmentSets, listed: list[Names], complete: bool, every: bool) -> None:
    effect = f"the effect of {', '.join(found.x)} on {', '.join(found.y)}"
    if not listed:
        harmful = f"{', '.join(found.harmful)} must not be adjusted for"
        reason = harmful if found.harmful else f"{found.open_path()} stays open"
        print(f"no set of observed variables adjusts for {effect}: {reason}")
        return
    for z in listed:
        print(f"{{{', '.join(_sorted(z, found))}}}")
    kind = "adjustment" if every else "minimal adjustment"
    count = f"{len(listed)} {kind} set{'' if len(listed) == 1 else 's'} for {effect}"
    print(count if complete else f"the first {count}; --most N shows more")


def _sorted(z: Names, found: AdjustmentSets) -> list[str]:
    return sorted(z, key=found.search.graph.place.__getitem__)
