"""``scmlang test``: what became of each assertion of some model files, and of a diagram held against data."""

# ruff: noqa: PT028 - the command is no test

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from scmlang.cli.falsification import Held, Trial
from scmlang.cli.limits import LimitOptions, limits
from scmlang.cli.model import ModelText, open_model
from scmlang.cli.output import write_text
from scmlang.cli.report import report
from scmlang.compiler import Compilation
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagnostics.serialise import to_object
from scmlang.limits import LIMITS, limited

SCHEMA = 1


class Format(StrEnum):
    text = "text"
    json = "json"


class TestedBasis(StrEnum):
    pairs = "pairs"
    local = "local"
    all = "all"


class Adjusted(StrEnum):
    holm = "holm"
    bh = "bh"
    by = "by"


class DiscreteTest(StrEnum):
    g = "g"
    pearson = "pearson"


class ContinuousTest(StrEnum):
    gcm = "gcm"
    linear = "linear"


BAD = frozenset(("fails", "rejected"))
OPEN = frozenset(("undecided", "untested"))


@dataclass(frozen=True)
class Outcome:
    """One assertion, or one independence held against data, which has no line.

    ``verdict`` is ``holds``, ``fails`` or ``undecided``, and of data ``rejected``, ``not rejected`` or
    ``untested``, for ``reason``.
    """

    file: str
    line: int | None
    assertion: str
    verdict: str
    reason: str


def test(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE...]", help="Model files.", show_default=False)
    ] = None,
    model: ModelText = None,
    format: Annotated[Format, typer.Option(help="How to report.")] = Format.text,
    junit: Annotated[Path | None, typer.Option(help="Also write a JUnit XML file here.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Undecided assertions fail too.")] = False,
    max_cells: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Numbers of one table of an exact answer; --limit assertion_cells=N."
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(metavar="TABLE", help="Also test what the diagram implies against this CSV table."),
    ] = None,
    basis: Annotated[
        TestedBasis, typer.Option(help="What is tested of --data; as `independencies` lists it.")
    ] = TestedBasis.pairs,
    alpha: Annotated[
        float, typer.Option(min=1e-12, max=0.5, help="The level of all tests of --data.")
    ] = 0.05,
    correction: Annotated[
        Adjusted, typer.Option(help="How p-values of --data are adjusted for their number.")
    ] = Adjusted.holm,
    discrete: Annotated[
        DiscreteTest, typer.Option(help="The test of categorical variables.")
    ] = DiscreteTest.g,
    continuous: Annotated[
        ContinuousTest, typer.Option(help="The test where one of the variables is a number.")
    ] = ContinuousTest.gcm,
    drop_missing: Annotated[
        bool, typer.Option("--drop-missing", help="Leave out rows of --data with missing cells.")
    ] = False,
    svg: Annotated[
        Path | None, typer.Option(help="Draw here the diagram with the edges that --data object to.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the random draws of --data.")] = 0,
    limit: LimitOptions = None,
) -> None:
    """Decide every assertion of some model files and report each; with --data, test what a diagram implies.

    Exits with 1 when an assertion fails, when data reject an independence, or when a file has an error; with
    --strict also when one is undecided or untested. Without --max-cells a table of an exact answer has at
    most as many numbers as in a check.
    """
    if (not files) == (model is None):
        raise typer.BadParameter("give either model files or --model TEXT", param_hint="FILE")
    chosen: list[Path | None] = [*files] if files else [None]
    if data is not None and len(chosen) > 1:
        raise typer.BadParameter("one model at a time is held against data", param_hint="--data")
    if svg is not None and data is None:
        raise typer.BadParameter("it draws what data object to: give --data TABLE", param_hint="--svg")
    trial = None
    if data is not None:
        trial = Trial(
            table=data,
            basis=basis.value,
            alpha=alpha,
            correction=correction.value,
            discrete=discrete.value,
            continuous=continuous.value,
            seed=seed,
            drop_missing=drop_missing,
            svg=svg,
        )
    with limits(limit), limited(assertion_cells=max_cells or LIMITS.assertion_cells):
        done = _run(chosen, model, trial)
    if junit is not None:
        from scmlang.cli.junit import to_junit

        write_text(to_junit(done.outcomes, done.errors, strict=strict), junit)
    if format is Format.json:
        print(json.dumps(_to_json(done), indent=2, ensure_ascii=False))
    else:
        _print(done)
    bad = BAD | OPEN if strict else BAD
    if done.errors or any(outcome.verdict in bad for outcome in done.outcomes):
        raise typer.Exit(1)


@dataclass(frozen=True)
class Done:
    """The assertions' outcomes, the files that have errors, and what data said where there are any."""

    assertions: list[Outcome]
    errors: list[tuple[str, ScmError]]
    held: Held | None

    @property
    def problems(self) -> list[Diagnostic]:
        return [diagnostic for _, error in self.errors for diagnostic in error.diagnostics]

    @property
    def outcomes(self) -> list[Outcome]:
        """Those of the tests against data as well."""
        if self.held is None:
            return self.assertions
        table = str(self.held.trial.table)
        return [*self.assertions, *(Outcome(table, None, *words) for words in self.held.summaries())]


def _run(files: list[Path | None], text: str | None, trial: Trial | None) -> Done:
    found: list[Outcome] = []
    errors: list[tuple[str, ScmError]] = []
    held = None
    for file in files:
        place = str(file or "<inline>")
        try:
            compilation = open_model(file, text)
            found += _outcomes(compilation)
            if trial is not None:
                place = str(trial.table)
                held = trial.of(compilation)
        except ScmError as error:
            errors.append((place, error))
    return Done(found, errors, held)


def _outcomes(compilation: Compilation) -> list[Outcome]:
    source = compilation.source
    return [
        Outcome(
            source.name,
            source.position(decision.assertion.span.start)[0],
            decision.assertion.text,
            decision.verdict.value,
            decision.reason,
        )
        for decision in compilation.decisions
    ]


def _print(done: Done) -> None:
    report(done.problems)
    for outcome in done.assertions:
        print(f"{outcome.file}:{outcome.line}: {outcome.verdict}: {outcome.assertion}")
        if outcome.verdict != "holds":
            print(f"    {outcome.reason}")
    counts = {v: sum(o.verdict == v for o in done.assertions) for v in ("holds", "fails", "undecided")}
    if done.held is None or done.assertions:
        print(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
    if done.held is not None:
        done.held.print()


def _to_json(done: Done) -> dict[str, Any]:
    document = {
        "schema": SCHEMA,
        "assertions": [vars(outcome) for outcome in done.assertions],
        "diagnostics": [to_object(diagnostic) for diagnostic in done.problems],
    }
    return document | ({} if done.held is None else {"data": done.held.to_json()})
