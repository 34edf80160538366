"""How a command of two processes ends: ``python -m tests.cli.ends RUNS SIGNAL ONE|ALL ARGUMENT…``.

The processes are forked, and once the run has logged a step, the last or all get the signal. Prints their
exit statuses; negative ones are signals.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import scmlang.train.session  # noqa: F401 - before the fork, once for all
from tests.cli.process import run_here
from tests.train.shared_training import fork, wait


def main(runs: Path, number: int, whom: str, arguments: list[str]) -> None:
    def work() -> None:
        status = run_here(*arguments)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)

    children = fork(work)
    deadline = time.monotonic() + 120
    while number and time.monotonic() < deadline and not any(runs.glob("*/*/metrics.jsonl")):
        time.sleep(0.02)
    for child in children if whom == "ALL" else children[-1:]:
        if number:
            os.kill(child, number)
    print(*wait(children, 120))


if __name__ == "__main__":
    name = sys.argv[2]
    main(Path(sys.argv[1]), signal.Signals[name] if name != "NONE" else 0, sys.argv[3], sys.argv[4:])
