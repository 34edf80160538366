"""The diagnostics of this package: code and one-line title."""

from __future__ import annotations

CODES: dict[str, str] = {
    "E300": "too many independencies to list",
}
