"""The diagnostics of this package: code and one-line title."""

from __future__ import annotations

CODES: dict[str, str] = {
    "E333": "data without the rows that an estimand needs",
    "E334": "a variable whose values cannot be counted",
    "E335": "an estimand without a doubly robust estimator",
    "E336": "too few rows to estimate from",
    "E337": "an estimate would need too large a table",
}
