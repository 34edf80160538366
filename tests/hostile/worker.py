"""Runs every case in a child of its own, with a bound on its memory, and writes what came of it.

``python -m tests.hostile.worker SOUND SCRATCH OUT``. One command of a sound folder is run first, so
that children find everything loaded.
"""

from __future__ import annotations

import json
import math
import os
import re
import resource
import sys
import time
from pathlib import Path

from tests.cli.process import run_here
from tests.hostile.files import CASES, MARK, ask, copied

MEMORY = 512 << 20


def main(sound: Path, scratch: Path, out: Path) -> None:
    os.environ["OMP_NUM_THREADS"] = "1"  # before torch is loaded: threads would not survive a fork
    if run_here(*ask(sound)):
        raise RuntimeError("the sound folder is not answered from")
    results = {}
    for name, build in CASES.items():
        folder = scratch / name
        copied(sound, folder)
        arguments, code = build(folder)
        child = os.fork()
        if child == 0:
            _child(folder, arguments)
        _, status = os.waitpid(child, 0)
        said = (folder / "said").read_text(errors="replace")
        took = folder / "seconds"
        results[name] = {
            "wanted": code,
            "codes": re.findall(r"error\[(\w+)\]", said),
            "status": os.waitstatus_to_exitcode(status),
            "seconds": float(took.read_text()) if took.exists() else math.inf,
            "ran": any(path.name == MARK for path in folder.rglob("*")),
            "said": said[-2000:],
        }
    out.write_text(json.dumps(results))


def _child(folder: Path, arguments: list[object]) -> None:
    """Run the command and end; its words go to ``said``, its processor time to ``seconds``."""
    handle = os.open(folder / "said", os.O_WRONLY | os.O_CREAT)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
    started = time.process_time()
    try:
        status = run_here(*arguments)
    except BaseException as error:
        print(f"Traceback: {error!r}", file=sys.stderr)
        status = 99
    (folder / "seconds").write_text(str(time.process_time() - started))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
