"""Writing a report: a page and its numbers, side by side."""

from __future__ import annotations

from pathlib import Path

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.evaluate.page import to_html
from scmlang.evaluate.report import Report
from scmlang.train.atomic import reason, replace_file, to_json

PAGE_SUFFIXES = (".html", ".htm")


def report_paths(out: Path) -> tuple[Path, Path]:
    """The page and the JSON: ``out`` and its sibling when it ends in ``.html``, else two files in it."""
    page = out if out.suffix in PAGE_SUFFIXES else out / "report.html"
    return page, page.with_suffix(".json")


def write_report(report: Report, out: Path) -> Path:
    """Write both files, each whole or not at all; the page's path.

    Raises:
        ScmError: E234 when they cannot be written.
    """
    page, numbers = report_paths(out)
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        replace_file(numbers, to_json(report.to_json()))
        replace_file(page, to_html(report).encode("utf-8"))
    except OSError as error:
        raise ScmError([Diagnostic("E234", f"`{page}` cannot be written: {reason(error)}")]) from None
    return page
