"""Running the command line: in this process where it can be, in one of its own where it must."""

from __future__ import annotations

import sys
from pathlib import Path
from unittest.mock import patch

from scmlang.cli.app import run

EXAMPLES = Path(__file__).parents[2] / "examples"
TINY = [
    word
    for setting in (
        "train.steps=4",
        "train.batch=4",
        "train.label_batch=8",
        "train.log_every=2",
        "train.warmup_steps=1",
        "backbone.channels=[8, 16]",
        "code.width=4",
        "code.refinement=8",
        "code.size=2",
        "recogniser.width=4",
        "diffusion.steps=3",
    )
    for word in ("--set", setting)
]


def run_here(*arguments: object) -> int:
    """Run ``scmlang ARGUMENTS`` here and give its exit code."""
    with patch.object(sys, "argv", ["scmlang", *map(str, arguments)]):
        try:
            run()
        except SystemExit as exit:
            return exit.code if isinstance(exit.code, int) else int(exit.code is not None)
    return 0


def command(*arguments: object) -> list[str]:
    """The command line of ``scmlang ARGUMENTS`` as a process."""
    return [sys.executable, "-m", "scmlang", *map(str, arguments)]
