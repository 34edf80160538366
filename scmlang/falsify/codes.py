"""The diagnostics of this package: code and one-line title."""

from __future__ import annotations

CODES: dict[str, str] = {
    "E301": "too few rows to test a diagram with",
    "W300": "a column that is constant",
    "W301": "a column or variable that no test uses",
    "W302": "rows left out for missing cells",
}
