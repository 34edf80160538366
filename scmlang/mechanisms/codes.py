"""The codes of the mechanism plan, each with its title."""

from __future__ import annotations

CODES: dict[str, str] = {
    "E170": "an image causes something",
    "E171": "an image is confounded",
    "E172": "a model with more than one image",
    "E173": "a variable whose mechanism is known",
    "E174": "too many joint states of shared noise",
    "E175": "an image without causes",
    "E176": "a mechanism type does not fit its variable",
    "E177": "a model that observes nothing",
    "E178": "a diagram without domains",
    "W170": "a monotone mechanism that training does not hold to",
}
