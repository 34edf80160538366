"""The diagnostics of this package: code and one-line title."""

from __future__ import annotations

CODES: dict[str, str] = {
    "E210": "runs that cannot be compared image by image",
    "E230": "the truth does not describe the learner's variables",
    "E231": "nothing is known of the units of these data",
    "E232": "the truth is not the model that these data were sampled from",
    "E233": "there is no image to edit, or no label that causes it",
    "E234": "an evaluation cannot be written",
    "E235": "an intervention that the learner cannot make",
    "W230": "the learner's diagram is not the truth's",
}
