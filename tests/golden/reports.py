"""Every program in this folder beside the report it gives.

``python -m tests.golden.reports [PREFIX…]`` writes the reports of the programs whose names start so anew;
read each one before it is committed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from scmlang.compiler import read_source
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagnostics.render import render
from scmlang.diagram.build import build_diagram
from scmlang.diagram.claims import Verdict, complaint, decide
from scmlang.semantics.model import CausalModel
from scmlang.source import Source
from tests.semantics.fakes import check_source

FOLDER = Path(__file__).parent
PROGRAMS = sorted(FOLDER.glob("*.scm"))


def report(program: Path) -> str:
    try:
        source = Source(program.name, read_source(program).text)
        checked = check_source(source)
        diagnostics = (*checked.warnings, *failures(checked.model))
    except ScmError as error:
        diagnostics = error.diagnostics
    return render(diagnostics).replace(str(FOLDER) + "/", "")


def failures(model: CausalModel) -> list[Diagnostic]:
    """What does not hold of the assertions."""
    diagram = build_diagram(model)
    decisions = [decide(assertion, model, diagram) for assertion in model.assertions]
    return [complaint(decision, model) for decision in decisions if decision.verdict is Verdict.FAILS]


if __name__ == "__main__":
    prefixes = tuple(sys.argv[1:]) or ("",)
    for program in (program for program in PROGRAMS if program.name.startswith(prefixes)):
        program.with_suffix(".err").write_text(report(program), encoding="utf-8")
