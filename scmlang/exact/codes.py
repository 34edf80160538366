"""The diagnostics of this package: code and one-line title."""

from __future__ import annotations

CODES: dict[str, str] = {
    "E110": "a model that leaves something open cannot be sampled",
    "E111": "an intervention on something that cannot be intervened on",
    "E112": "an intervention with a value outside the domain",
    "E113": "an equation leaves its variable's domain",
    "E114": "the exogenous values are those of another model",
    "E115": "no shares of train, val and test",
}
