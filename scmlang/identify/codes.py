"""The diagnostics of this package: code and one-line title."""

from __future__ import annotations

CODES: dict[str, str] = {
    "E320": "what is given is no experiment",
    "E321": "an effect between variables that overlap",
    "E322": "a latent variable where an observed one belongs",
    "E323": "neither observation nor an experiment",
}
