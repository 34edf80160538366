"""What a diagnostic proposes, as an edit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scmlang.diagnostics.base import Diagnostic
from scmlang.lsp.document import Document
from scmlang.lsp.edits import Edit
from scmlang.source import Span
from scmlang.syntax.lexicon import lexicon

_NEAR = re.compile(rf"did you mean `({lexicon().name})`\?")
_DECLARE = re.compile(r"declare it, for example `([^`\n]+)`")


@dataclass(frozen=True)
class Fix:
    """An edit that a person chooses by its title."""

    title: str
    edit: Edit
    problem: Diagnostic


def fixes(document: Document, within: Span) -> tuple[Fix, ...]:
    """The fixes of the problems that touch a stretch: a name that is nearly right, a missing declaration."""
    return tuple(
        fix
        for problem in document.problems
        if problem.span and problem.span.start <= within.end and within.start <= problem.span.end
        for fix in _fixes(document, problem)
    )


def _fixes(document: Document, problem: Diagnostic) -> Iterator[Fix]:
    """Only where the name itself is underlined is it clear what the proposal takes the place of."""
    if problem.span is None or not re.fullmatch(lexicon().name, document.written(problem.span)):
        return
    for help in problem.helps:
        if near := _NEAR.fullmatch(help):
            yield Fix(f"Change to `{near[1]}`", Edit(problem.span, near[1]), problem)
        if declared := _DECLARE.fullmatch(help):
            yield Fix(f"Declare `{declared[1]}`", _line_above(document, problem.span, declared[1]), problem)


def _line_above(document: Document, span: Span, line: str) -> Edit:
    """A line of its own above the statement that a span is in."""
    statements = document.recovered.program.statements
    start = next((s.span.start for s in statements if s.span.start <= span.start < s.span.end), span.start)
    at = document.text.rfind("\n", 0, start) + 1
    return Edit(Span(at, at), line + document.line_end)
