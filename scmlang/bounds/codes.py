"""The diagnostics of this package: code and one-line title."""

from __future__ import annotations

CODES: dict[str, str] = {
    "E350": "the data contradict the diagram",
    "E351": "bounds of what has no finitely many values",
    "E352": "bounds without data",
    "E353": "a programme for bounds that is too large",
    "E354": "a query that has no bounds",
    "E355": "a monotone mechanism that the model does not have",
}
