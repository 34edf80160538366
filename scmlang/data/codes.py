"""The diagnostics of this package: code and one-line title."""

from __future__ import annotations

CODES: dict[str, str] = {
    "E100": "the digits are not installed",
    "E101": "the MNIST files are missing or broken",
    "E102": "a renderer does not know this setting",
    "E103": "a renderer's parameter is out of its range",
    "E120": "no such data folder",
    "E121": "a data folder without rows to train on",
    "E122": "a table that cannot be read",
    "E123": "a column is missing",
    "E124": "a cell is empty, or a row has too many or too few",
    "E125": "a level that the domain does not have",
    "E126": "a cell is no number",
    "E127": "a file name leaves the data folder",
    "E128": "an image is missing",
    "E129": "an image is broken",
    "E130": "an image has the wrong size",
    "E131": "an image has the wrong colours",
    "E132": "an image is too large to decode",
    "E133": "an image is listed twice",
    "E134": "a manifest that cannot be read",
    "E135": "the exogenous values do not fit the data",
    "E136": "the data do not fit into memory",
    "E137": "the model's images do not fit an image folder",
    "E138": "the output exists already",
    "E139": "the output cannot be written",
    "E140": "Parquet needs an extra",
    "E213": "a shard of the data that cannot be used",
}
