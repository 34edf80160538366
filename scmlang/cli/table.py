"""``scmlang table``: the world table of a fully specified model."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scmlang.cli.model import ModelFile, ModelText, open_model
from scmlang.cli.query import Format
from scmlang.cli.tables import print_table
from scmlang.diagnostics.base import Diagnostic, ScmError

if TYPE_CHECKING:
    from scmlang.exact.worlds import WorldTable
    from scmlang.semantics.model import CausalModel
    from scmlang.semantics.quantities import Counterfactual, Event, World

SCHEMA = 1


def table(
    file: ModelFile = None,
    model: ModelText = None,
    do: Annotated[
        str | None, typer.Option(metavar="X=1,…", help="What would have been, beside what is.")
    ] = None,
    given: Annotated[
        str | None, typer.Option(metavar="I=5,…", help="Mark the rows that are left, with their posterior.")
    ] = None,
    exact: Annotated[bool, typer.Option("--exact", help="Rational numbers, such as 4/19.")] = False,
    max_rows: Annotated[int, typer.Option(min=1, help="Refuse a longer table.")] = 4096,
    format: Annotated[Format, typer.Option(help="How the table is printed.")] = Format.text,
) -> None:
    """Print one row for every configuration of the exogenous variables.

    A row has its probability and every endogenous value that follows. The private noise of a `~` is a column
    such as Y.noise, in the intervals that make a difference. Images are left out.
    """
    from scmlang.exact.worlds import world_table

    causal = open_model(file, model).model
    world = () if do is None else _world(do, causal)
    events = () if given is None else _events(given, causal)
    found = world_table(causal, world, events, exact=exact, rows=max_rows, shown=given or "")
    headings, rows = _cells(found, world, causal)
    if format is Format.json:
        records = [dict(zip(headings, row, strict=True)) for row in rows]
        document = {"schema": SCHEMA, "model": causal.name, "do": do, "given": given, "rows": records}
        print(json.dumps(document, indent=2, ensure_ascii=False))
    elif format is Format.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(headings)
        writer.writerows([_text(cell) for cell in row] for row in rows)
    else:
        shown = [tuple(_text(cell, digits=6) for cell in row) for row in rows]
        print_table(f"{causal.name}: {len(rows)} rows", headings, shown, right=("p", "posterior"))


def _world(text: str, model: CausalModel) -> World:
    from scmlang.semantics.quantities import Held
    from scmlang.semantics.queries import Intervention, read_query

    query = read_query(f"do({text})", model)
    if not isinstance(query, Intervention):
        raise ScmError([Diagnostic("E072", "`--do` takes an intervention, as in `--do X=1`")])
    order = list(model.variables)
    return tuple(Held(name, query.settings[name]) for name in sorted(query.settings, key=order.index))


def _events(text: str, model: CausalModel) -> Sequence[Event | Counterfactual]:
    from scmlang.semantics.quantities import Event, Probability
    from scmlang.semantics.queries import read_query

    query = read_query(f"P({text})", model)
    if (
        not isinstance(query, Probability)
        or query.given
        or not all(isinstance(event, Event) for event in query.events)
    ):
        helps = ("write `--given I=5` or `--given 'X=1, Y[X=0]=1'`",)
        raise ScmError([Diagnostic("E072", "`--given` takes events", helps=helps)])
    return query.events


def _cells(
    found: WorldTable, world: World, model: CausalModel
) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """The headings, and the cells as JSON's values."""
    from scmlang.semantics.quantities import Counterfactual, show_counterfactual, show_value

    columns: dict[str, list[Any]] = {}
    for name, column in {**found.exogenous, **found.values}.items():
        columns[name] = [show_value(model.variables[name].domain, v) for v in column.tolist()]
    for name, intervals in found.noise.items():
        columns[f"{name}.noise"] = [f"[{_text(a, 6)}, {_text(b, 6)})" for a, b in intervals]
    for name, column in found.counterfactual.items():
        label = show_counterfactual(Counterfactual(name, world), model.variables)
        columns[label] = [show_value(model.variables[name].domain, v) for v in column.tolist()]
    first = [*found.exogenous, *(f"{name}.noise" for name in found.noise)]
    order = [*first, *(name for name in columns if name not in first)]
    chosen = {name: columns[name] for name in order} | {"p": [_plain(p) for p in found.probability]}
    if found.survives is not None and found.posterior is not None:
        chosen["given"] = found.survives.tolist()
        chosen["posterior"] = [_plain(p) for p in found.posterior]
    return tuple(chosen), list(zip(*chosen.values(), strict=True))


def _plain(number: Any) -> Any:
    from fractions import Fraction

    return str(number) if isinstance(number, Fraction | int) else float(number)


def _text(cell: Any, digits: int = 17) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else ""
    return f"{cell:.{digits}g}" if isinstance(cell, float) else str(cell)
