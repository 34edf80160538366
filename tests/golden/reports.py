"""Every program in this folder beside the report it gives.

``python -m tests.golden.reports [PREFIX…]`` writes the reports of the programs whose names start so anew;
read each one before it is committed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from scmlang.compiler import read_source
from scmlang.diagnostics.base import ScmError
from scmlang.diagnostics.render import render
from scmlang.source import Source
from tests.semantics.fakes import check_source

FOLDER = Path(__file__).parent
PROGRAMS = sorted(FOLDER.glob("*.scm"))


def report(program: Path) -> str:
    try:
        source = Source(program.name, read_source(program).text)
        diagnostics = check_source(source).warnings
    except ScmError as error:
        diagnostics = error.diagnostics
    return render(diagnostics).replace(str(FOLDER) + "/", "")


if __name__ == "__main__":
    prefixes = tuple(sys.argv[1:]) or ("",)
    for program in (program for program in PROGRAMS if program.name.startswith(prefixes)):
        program.with_suffix(".err").write_text(report(program), encoding="utf-8")
