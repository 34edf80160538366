"""The diagnostics of this package: code and one-line title."""

from __future__ import annotations

CODES: dict[str, str] = {
    "E290": "a chart of an answer without numbers",
    "E291": "a chart of too many bars",
}
