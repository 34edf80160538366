"""Writing a report: a page and its numbers, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.evaluate.comparison import Comparison, comparison_html
from scmlang.evaluate.page import to_html
from scmlang.evaluate.report import Report
from scmlang.train.atomic import reason, replace_file, to_json

PAGE_SUFFIXES = (".html", ".htm")


def report_paths(out: Path, name: str = "report") -> tuple[Path, Path]:
    """The page and the JSON: ``out`` and its sibling when it ends in ``.html``, else two files in it."""
    page = out if out.suffix in PAGE_SUFFIXES else out / f"{name}.html"
    return page, page.with_suffix(".json")


def write_report(report: Report, out: Path) -> Path:
    """Write both files, each whole or not at all; the page's path.

    Raises:
        ScmError: E234 when they cannot be written.
    """
    return _write(report_paths(out), report.to_json(), to_html(report))


def write_comparison(comparison: Comparison, out: Path) -> Path:
    """As :func:`write_report`, for runs side by side."""
    return _write(report_paths(out, "comparison"), comparison.to_json(), comparison_html(comparison))


def _write(paths: tuple[Path, Path], body: dict[str, Any], text: str) -> Path:
    page, numbers = paths
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        replace_file(numbers, to_json(body))
        replace_file(page, text.encode("utf-8"))
    except OSError as error:
        raise ScmError([Diagnostic("E234", f"`{page}` cannot be written: {reason(error)}")]) from None
    return page
