"""Diagnostics as JSON, for editors and scripts.

Schema 1::

    {"schema": 1, "diagnostics": [{"code", "severity", "message", "file", "span", "label",
                                   "notes": [{"text", "span"}], "helps": [text]}]}

A span is null or ``{"start": {"line", "column"}, "end": {...}}``, 1-based, the column in
characters, the end exclusive; ``file`` is null for a problem that is in no text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from scmlang.diagnostics.base import Diagnostic
from scmlang.source import Source, Span

SCHEMA = 1


def to_json(diagnostics: Iterable[Diagnostic]) -> str:
    """One JSON document, ending in a newline."""
    document = {"schema": SCHEMA, "diagnostics": [to_object(d) for d in diagnostics]}
    return json.dumps(document, indent=2) + "\n"


def to_object(diagnostic: Diagnostic) -> dict[str, object]:
    """One diagnostic as JSON values."""
    source = diagnostic.source
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "file": source.name if source else None,
        "span": _span(source, diagnostic.span),
        "label": diagnostic.label,
        "notes": [{"text": note.text, "span": _span(source, note.span)} for note in diagnostic.notes],
        "helps": list(diagnostic.helps),
    }


def _span(source: Source | None, span: Span | None) -> dict[str, object] | None:
    if source is None or span is None:
        return None
    return {"start": _position(source, span.start), "end": _position(source, span.end)}


def _position(source: Source, offset: int) -> dict[str, int]:
    line, column = source.position(offset)
    return {"line": line, "column": column}
