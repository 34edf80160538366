"""The diagnostics of this package: code and one-line title."""

from __future__ import annotations

CODES: dict[str, str] = {
    "E356": "no two models were found that show a query not to be identifiable",
}
