"""The runs of a folder: what they are, how far they came, how much room they take."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.train.atomic import reason
from scmlang.train.lock import is_locked, locked
from scmlang.train.metrics_log import read_metrics
from scmlang.train.runs import Run, open_run, run_folders


@dataclass(frozen=True)
class Entry:
    """One run.

    Attributes:
        run: the run.
        state: ``training``, ``finished``, ``diverged`` or ``stopped``.
        record: the last one of its log; empty where there is none.
        checkpoints: the names of those that it has, the newest first; a damaged one among them is not told.
        size: bytes of all its files.
    """

    run: Run
    state: str
    record: Mapping[str, Any]
    checkpoints: tuple[str, ...]
    size: int


def catalogue(runs: Path) -> tuple[list[Entry], list[Diagnostic]]:
    """Every run in a folder of runs, the last started first, and what is wrong with damaged ones."""
    entries: list[Entry] = []
    problems: list[Diagnostic] = []
    for folder in run_folders(runs):
        try:
            entries.append(entry(open_run(folder)))
        except ScmError as error:
            problems += error.diagnostics
    return sorted(entries, key=lambda one: one.run.record.created, reverse=True), problems


def entry(run: Run) -> Entry:
    """What there is to know of a run without its weights.

    Raises:
        ScmError: E192 when its log cannot be read.
    """
    try:
        records = read_metrics(run.metrics) if run.metrics.exists() else []
        size = sum(path.stat().st_size for path in run.folder.rglob("*") if path.is_file())
        names = sorted((p.name for p in run.checkpoints.glob("step_*") if p.is_dir()), reverse=True)
    except OSError as error:
        message = f"the run `{run.folder}` cannot be read: {reason(error)}"
        raise ScmError([Diagnostic("E192", message)]) from None
    record = records[-1] if records else {}
    return Entry(run, _state(run, record), record, tuple(names), size)


def remove(run: Run) -> None:
    """Remove a run with all that it has.

    Raises:
        ScmError: E209 when it is being trained, E194 when the disk refuses.
    """
    try:
        with locked(run):
            hidden = run.folder.with_name(f".{run.folder.name}.removed")
            run.folder.rename(hidden)
            shutil.rmtree(hidden)
    except OSError as error:
        message = f"the run `{run.folder}` cannot be removed: {reason(error)}"
        raise ScmError([Diagnostic("E194", message)]) from None


def _state(run: Run, record: Mapping[str, Any]) -> str:
    if is_locked(run):
        return "training"
    if record.get("fraction", 0) >= 1:
        return "finished"
    return "diverged" if run.divergence.exists() else "stopped"
