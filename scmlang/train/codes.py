"""The codes of recipes, run folders, checkpoints and training, each with its title."""

from __future__ import annotations

CODES: dict[str, str] = {
    "E150": "a recipe cannot be read",
    "E151": "no recipe of that name",
    "E152": "a recipe is not well-formed YAML",
    "E153": "a recipe uses a part of YAML that recipes do without",
    "E154": "a key is given twice",
    "E155": "a recipe has no such key",
    "E156": "a value has the wrong type",
    "E157": "a value is out of range",
    "E158": "recipes extend each other in a circle, or too deeply",
    "E159": "an override is not of the form key=value",
    "E160": "two values of a recipe do not fit together",
    "E180": "a device that is not there",
    "E181": "the loss is no number any more",
    "E182": "a checkpoint does not fit its model",
    "E186": "a precision that the device does not have",
    "E187": "a size that the networks cannot have",
    "E188": "guidance by something that does not cause the image",
    "E189": "no backbone of that name",
    "E190": "there is no run yet",
    "E191": "a folder is not a run",
    "E192": "a run's record is damaged",
    "E193": "a file was written by a newer scmlang",
    "E194": "a run folder cannot be written",
    "E195": "a checkpoint cannot be written",
    "E196": "a run has no whole checkpoint",
    "W190": "a checkpoint is damaged and was passed over",
}
