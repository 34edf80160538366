"""The diagnostics of this package: code and one-line title."""

from __future__ import annotations

CODES: dict[str, str] = {
    "E330": "a text that is no estimand",
}
