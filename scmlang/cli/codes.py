"""The codes of the command line itself, each with its title."""

from __future__ import annotations

CODES: dict[str, str] = {
    "E183": "an unknown output form",
    "E184": "options that do not go together",
    "E179": "the memory is used up",
    "E185": "the model file is not the one the run was made from",
    "E197": "an unknown code",
    "E198": "the language server without what it needs",
}
