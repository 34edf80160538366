"""``scmlang test``: what became of each assertion of some model files."""

# ruff: noqa: PT028 - the command is no test

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from scmlang.cli.limits import LimitOptions, limits
from scmlang.cli.model import ModelText, open_model
from scmlang.cli.output import write_text
from scmlang.cli.report import report
from scmlang.compiler import Compilation
from scmlang.diagnostics.base import ScmError
from scmlang.diagnostics.serialise import to_object
from scmlang.limits import LIMITS, limited

SCHEMA = 1


class Format(StrEnum):
    text = "text"
    json = "json"


@dataclass(frozen=True)
class Outcome:
    """One assertion: ``verdict`` is ``holds``, ``fails`` or ``undecided``, for ``reason``."""

    file: str
    line: int
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
    limit: LimitOptions = None,
) -> None:
    """Decide every assertion of some model files and report each.

    Exits with 1 when one fails, with --strict also when one is undecided, or when a file has an error.
    Without --max-cells a table has at most as many numbers as in a check.
    """
    if (not files) == (model is None):
        raise typer.BadParameter("give either model files or --model TEXT", param_hint="FILE")
    chosen: list[Path | None] = [*files] if files else [None]
    with limits(limit), limited(assertion_cells=max_cells or LIMITS.assertion_cells):
        found, errors = _run(chosen, model)
    if junit is not None:
        from scmlang.cli.junit import to_junit

        write_text(to_junit(found, errors, strict=strict), junit)
    if format is Format.json:
        print(json.dumps(_to_json(found, errors), indent=2, ensure_ascii=False))
    else:
        _print(found, errors)
    bad = ("fails", "undecided") if strict else ("fails",)
    if errors or any(outcome.verdict in bad for outcome in found):
        raise typer.Exit(1)


def _run(files: list[Path | None], text: str | None) -> tuple[list[Outcome], list[tuple[str, ScmError]]]:
    """The outcomes, and the files that have errors."""
    found: list[Outcome] = []
    errors: list[tuple[str, ScmError]] = []
    for file in files:
        try:
            found += _outcomes(open_model(file, text))
        except ScmError as error:
            errors.append((str(file or "<inline>"), error))
    return found, errors


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


def _print(found: list[Outcome], errors: list[tuple[str, ScmError]]) -> None:
    report([diagnostic for _, error in errors for diagnostic in error.diagnostics])
    for outcome in found:
        print(f"{outcome.file}:{outcome.line}: {outcome.verdict}: {outcome.assertion}")
        if outcome.verdict != "holds":
            print(f"    {outcome.reason}")
    counts = {v: sum(o.verdict == v for o in found) for v in ("holds", "fails", "undecided")}
    print(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))


def _to_json(found: list[Outcome], errors: list[tuple[str, ScmError]]) -> dict[str, Any]:
    problems = [diagnostic for _, error in errors for diagnostic in error.diagnostics]
    return {
        "schema": SCHEMA,
        "assertions": [vars(outcome) for outcome in found],
        "diagnostics": [to_object(diagnostic) for diagnostic in problems],
    }
