"""Where a command writes text."""

from __future__ import annotations

import sys
from pathlib import Path


def write_text(text: str, out: Path | None) -> None:
    """To a file, whole or not at all, or to standard output.

    Raises:
        ScmError: E138, E139 when the file cannot be written.
    """
    if out is None:
        sys.stdout.write(text)
        return
    from scmlang.data.output import whole_file

    with whole_file(out, force=True) as stage:
        stage.write_text(text, encoding="utf-8")
