"""Kill trainings at random instants, fill the disk under them, and see that nothing is lost.

    python -m tools.crash --kills 200 --fills 20

A training of a small model logs every step and saves every few. A kill is SIGKILL after a random time, so it
also falls into saves; a full disk is a write that fails after a random number of bytes. After each: the run
opens, its newest checkpoint is whole, no older than the one before, and at most one interval behind the log.
A training that came to its end after any number of kills has the weights of one that was never disturbed, to
the last bit.
"""

from __future__ import annotations

import argparse
import errno
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import torch

from scmlang.compiler import Compilation
from scmlang.data.image_folder import read_folder
from scmlang.diagnostics.base import ScmError
from scmlang.exact.sampler import sample_folder
from scmlang.train.checkpoint import has_checkpoint, load_latest
from scmlang.train.loading import load_recipe
from scmlang.train.metrics_log import read_metrics
from scmlang.train.runs import Run, newest_run, open_run
from scmlang.train.session import start_run, train_run

EXAMPLES = Path(__file__).parents[1] / "examples" / "strokes"
INTERVAL = 3
SETTINGS = (
    "train.steps=24", f"train.checkpoint_every={INTERVAL}", "train.log_every=1", "train.sample_every=0",
    "train.seconds=null", "train.batch=4", "train.label_batch=8", "train.warmup_steps=1", "train.threads=1",
    "backbone.channels=[8, 16]", "code.width=4", "code.size=2", "code.refinement=8", "recogniser.width=4",
    "diffusion.steps=2",
)  # fmt: skip
FINISHED, REFUSED = 0, 3


@dataclass
class Report:
    """What was seen.

    Attributes:
        kills, fills, finished: trainings that were killed, that met a full disk, and that came to their end.
        saving: kills that left a half-written checkpoint behind.
        faults: what must not be.
    """

    kills: int = 0
    fills: int = 0
    finished: int = 0
    saving: int = 0
    faults: list[str] = field(default_factory=list)


class Bench:
    """A data set, a model, and the weights of the training that is never disturbed."""

    def __init__(self, folder: Path) -> None:
        torch.set_num_threads(1)  # threads would not survive a fork
        self.folder = folder
        self.compilation = Compilation.from_file(EXAMPLES / "strokes.scm")
        truth = Compilation.from_file(EXAMPLES / "strokes_truth.scm").model
        sample_folder(truth, folder / "data", 40, 0, fractions=(0.5, 0.25, 0.25))
        self.recipe = load_recipe("cpu", list(SETTINGS))
        started = time.monotonic()
        run = self.new("whole")
        if _wait(_fork(lambda: self.train(run))) != FINISHED:
            raise RuntimeError("a training that nobody disturbs does not come to its end")
        self.seconds = time.monotonic() - started
        self.wanted = load_latest(run).tensors["model"]

    def new(self, name: str) -> Run:
        start_run(
            self.folder / name,
            self.compilation.model,
            self.compilation.plan,
            self.recipe,
            self.folder / "data",
        )
        return newest_run(self.folder / name)

    def train(self, run: Run) -> None:
        data = read_folder(run.data, self.compilation.model)
        train_run(run, self.compilation.plan, data, resume=has_checkpoint(run))

    def inspect(self, run: Run, before: int, report: Report) -> int:
        """The step of the newest checkpoint, 0 for none; faults go to the report."""
        try:
            again = open_run(run.folder)
            step = load_latest(again).step if has_checkpoint(again) else 0
        except ScmError as error:
            report.faults.append(f"unusable: {error}")
            return before
        records = read_metrics(run.metrics) if run.metrics.exists() else []
        logged = max((record["step"] for record in records), default=0)
        if step < before:
            report.faults.append(f"step {before} was saved, and {step} is the newest")
        if logged - step > INTERVAL:
            report.faults.append(f"step {logged} was reached, and {step} is the newest")
        return step


def disturb(bench: Bench, kills: int, fills: int, seed: int) -> Report:
    """Disturb trainings until so many were killed and so many met a full disk."""
    chance, report, number = random.Random(seed), Report(), 0
    while report.kills < kills or report.fills < fills:
        run, step, number = bench.new(f"run{number}"), 0, number + 1
        ended = False
        while not ended and (report.kills < kills or report.fills < fills):
            filling = report.fills < fills and (report.kills >= kills or chance.random() < 0.2)
            ended = _fill(bench, run, chance, report) if filling else _kill(bench, run, chance, report)
            report.saving += any(run.checkpoints.glob(".step_*"))
            step = bench.inspect(run, step, report)
        if ended:
            report.finished += 1
            found = load_latest(run).tensors["model"]
            if not all(torch.equal(found[name], value) for name, value in bench.wanted.items()):
                report.faults.append(f"{run.folder}: other weights than those of the undisturbed training")
        shutil.rmtree(run.folder)
    return report


def _kill(bench: Bench, run: Run, chance: random.Random, report: Report) -> bool:
    """Train until a random instant, half of the time that of a save; whether the training ended before."""
    child = _fork(lambda: bench.train(run))
    deadline = time.monotonic() + chance.random() * bench.seconds
    saving = chance.random() < 0.5
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            if status:
                report.faults.append(f"a training that nobody disturbed ended with {status}")
            return True
        if saving and any(run.checkpoints.glob(".step_*")):
            break
        time.sleep(0.0005)
    os.kill(child, signal.SIGKILL)
    if _wait(child) == FINISHED:
        return True
    report.kills += 1
    return False


def _fill(bench: Bench, run: Run, chance: random.Random, report: Report) -> bool:
    """Train on a disk that has room for a random number of bytes; whether that was enough."""
    room, write = chance.randrange(1_000_000), os.write
    left = [room]

    def bounded(handle: int, data: bytes) -> int:
        if left[0] <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        done = write(handle, memoryview(data)[: left[0]])
        left[0] -= done
        return done

    def train() -> None:
        os.write = bounded
        bench.train(run)

    status = _wait(_fork(train))
    if status == FINISHED:
        return True
    report.fills += 1
    if status != REFUSED:
        report.faults.append(f"a full disk ended the training with status {status}")
    return False


def _fork(work: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        _run(work)
    return child


def _run(work: Callable[[], None]) -> NoReturn:
    status = FINISHED
    try:
        work()
    except ScmError:
        status = REFUSED
    except BaseException as error:
        print(f"{error!r}", file=sys.stderr, flush=True)
        status = 99
    os._exit(status)


def _wait(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--fills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        report = disturb(Bench(Path(folder)), options.kills, options.fills, options.seed)
    print(
        f"{report.kills} kills and {report.fills} full disks, {report.saving} of them amid a save; "
        f"{report.finished} trainings at their end; {len(report.faults)} faults"
    )
    for fault in report.faults:
        print(fault)
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
