"""One training at a time in a run folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.train.atomic import reason
from scmlang.train.runs import Run

NAME = ".lock"


@contextmanager
def locked(run: Run) -> Iterator[None]:
    """Hold a run for as long as the context lasts.

    The lock is the system's, on the file ``.lock`` of the folder, and ends with the process, however that
    ends: a training that was killed leaves nothing that has to be removed.

    Raises:
        ScmError: E209 when another process holds it, E194 when the folder cannot be written.
    """
    path = run.folder / NAME
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise ScmError([Diagnostic("E194", f"`{path}` cannot be written: {reason(error)}")]) from None
    try:
        if not _take(handle):
            message = f"the run `{run.folder}` is being trained by another process"
            helps = ("wait for it or stop it, then go on with --resume",)
            raise ScmError([Diagnostic("E209", message, helps=helps)])
        yield
    finally:
        os.close(handle)


def is_locked(run: Run) -> bool:
    """Whether another process, or another place in this one, trains the run at this moment."""
    try:
        handle = os.open(run.folder / NAME, os.O_RDWR)
    except OSError:
        return False
    try:
        return not _take(handle)
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _take(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
