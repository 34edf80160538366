"""``scmlang check``: every problem of some model files."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scmlang.cli.limits import LimitOptions, limits
from scmlang.cli.model import ModelText, open_model
from scmlang.cli.report import report
from scmlang.compiler import Compilation
from scmlang.diagnostics.base import Diagnostic, ScmError, Severity
from scmlang.diagnostics.serialise import to_json


class Format(StrEnum):
    text = "text"
    json = "json"


class Colour(StrEnum):
    auto = "auto"
    always = "always"
    never = "never"


def check(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE...]", help="Model files.", show_default=False)
    ] = None,
    model: ModelText = None,
    format: Annotated[Format, typer.Option(help="How to report.")] = Format.text,
    color: Annotated[Colour, typer.Option(help="Whether to colour the report.")] = Colour.auto,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail too.")] = False,
    limit: LimitOptions = None,
) -> None:
    """Check model files and report every problem of each.

    Exits with 0 when no file has an error, with 1 otherwise. Warnings count as errors under --strict.
    """
    if (not files) == (model is None):
        raise typer.BadParameter("give either model files or --model TEXT", param_hint="FILE")
    chosen: list[Path | None] = [*files] if files else [None]
    with limits(limit):
        found, clean = _check_all(chosen, model)
    if format is Format.json:
        sys.stdout.write(to_json(found))
    else:
        report(found, color.value)
        sys.stdout.write("".join(line + "\n" for line in clean))
    if any(strict or diagnostic.severity is Severity.ERROR for diagnostic in found):
        raise typer.Exit(1)


def _check_all(files: list[Path | None], model: str | None) -> tuple[list[Diagnostic], list[str]]:
    """Everything found, and a line for each file without an error."""
    found: list[Diagnostic] = []
    clean: list[str] = []
    for file in files:
        try:
            compilation = open_model(file, model)
            found += compilation.warnings
            failures = compilation.failures
            found += failures
            clean += [] if failures else [_summary(compilation)]
        except ScmError as error:
            found += error.diagnostics
    return found, clean


def _summary(compilation: Compilation) -> str:
    model = compilation.model
    parts = [f"{len(model.observed)} observed"]
    latent = len(model.endogenous) - len(model.observed)
    parts += [f"{latent} latent"] if latent else []
    parts += [f"{len(model.exogenous)} exogenous"] if model.exogenous else []
    kind = "fully specified" if model.is_fully_specified else "to be learned"
    kind = kind if model.has_domains else "a diagram without domains"
    parts += [kind, *_assertions(compilation)]
    return f"{compilation.source.name}: ok: model {model.name}, {', '.join(parts)}"


def _assertions(compilation: Compilation) -> list[str]:
    """How many assertions hold, and how many are undecided."""
    decisions = compilation.decisions
    if not decisions:
        return []
    from scmlang.diagram.claims import Verdict

    undecided = sum(decision.verdict is Verdict.UNDECIDED for decision in decisions)
    words = [f"{len(decisions) - undecided} of {_count(len(decisions))}"]
    return words + ([f"{undecided} undecided"] if undecided else [])


def _count(number: int) -> str:
    return "1 assertion holds" if number == 1 else f"{number} assertions hold"
