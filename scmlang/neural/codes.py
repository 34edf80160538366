"""The codes of queries that a trained model answers, each with its title."""

from __future__ import annotations

CODES: dict[str, str] = {
    "E200": "a query about an image, and the model has none",
    "E201": "an intervention on a variable the trained model does not have",
    "E202": "an option is not of the form name=value, or comes twice",
    "E203": "a given label that the model does not have",
    "E204": "a given value outside its domain",
    "E205": "a number out of range",
    "E206": "guidance by a label that does not cause the image",
    "E207": "a trained model of which nothing can be written as equations",
    "E220": "a number asked of a trained model that knows labels by their pictures alone",
    "E221": "an exact answer about what has no table in a trained model",
    "W200": "a variable of a trained model that cannot be written as an equation",
}
