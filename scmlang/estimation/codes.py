"""The diagnostics of this package: code and one-line title."""

from __future__ import annotations

CODES: dict[str, str] = {
    "E331": "an estimate of what is not identifiable",
    "E332": "an estimate of what may or may not be identifiable",
    "E333": "data without the rows that an estimand needs",
    "E334": "a variable whose values cannot be counted",
    "E335": "an estimand without a doubly robust estimator",
    "E336": "too few rows to estimate from",
    "E337": "an estimate would need too large a table",
    "E338": "an estimate of what is no number",
    "E340": "a distribution in an estimand that no table is of",
    "E341": "two tables of one experiment",
    "E342": "an estimate of what no estimand says",
}
