"""Runs every case in a child of its own, with a bound on its memory, and writes what came of it.

``python -m tests.hostile.worker SOUND SCRATCH OUT``. Torch is imported once, before the children are made;
none of its threads is started before.
"""

from __future__ import annotations

import json
import math
import os
import re
import resource
import sys
import time
from importlib import import_module
from pathlib import Path
from unittest.mock import patch

from scmlang.cli.app import run
from tests.hostile.files import CASES, MARK, copied

MEMORY = 512 << 20
LOADED = (
    "scmlang.cli.check",
    "scmlang.exchange.convert",
    "scmlang.learned.answer",
    "scmlang.query",
    "scmlang.train.session",
    "diffusers.models.unets.unet_2d",
)


def main(sound: Path, scratch: Path, out: Path) -> None:
    for module in LOADED:
        import_module(module)
    os.environ["OMP_NUM_THREADS"] = "1"
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
    started, status = time.process_time(), 0
    try:
        with patch.object(sys, "argv", ["scmlang", *map(str, arguments)]):
            run()
    except SystemExit as exit:
        status = exit.code if isinstance(exit.code, int) else 1
    except BaseException as error:
        print(f"traceback of {error!r}", file=sys.stderr)
        status = 99
    (folder / "seconds").write_text(str(time.process_time() - started))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
