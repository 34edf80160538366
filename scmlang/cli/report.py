"""Diagnostics on standard error, and, where a person reads them, where more is told."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from scmlang.diagnostics.base import Diagnostic, Severity
from scmlang.diagnostics.render import render, wants_colour


def report(found: Sequence[Diagnostic], color: str = "auto") -> None:
    """Write all of them; on a terminal, one line more names the command that explains the first.

    The line is not in a log, where nobody could act on it.
    """
    sys.stderr.write(render(found, colour=wants_colour(sys.stderr, color)))
    if found and sys.stderr.isatty():
        worst = next((d for d in found if d.severity is Severity.ERROR), found[0])
        sys.stderr.write(f"`scmlang explain {worst.code}` tells more\n")
