"""What happens when a command fails: text on standard error, and an exit code, never a traceback."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from scmlang.cli.report import report
from scmlang.diagnostics.base import Diagnostic, ScmError

MISTAKE, DEFECT, INTERRUPTED, BROKEN_PIPE = 1, 70, 130, 141
_USAGE: tuple[type[BaseException], ...] = (
    next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException"),
    typer.Exit,
    typer.Abort,
)
_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EACCES: "permission denied",
    errno.EROFS: "the file system is read-only",
    errno.ENOENT: "no such file or directory",
    errno.EMFILE: "too many files are open",
}


_SMALLER = ("use fewer rows, a smaller batch or smaller networks, or a machine with more memory",)


@contextmanager
def guarded() -> Iterator[None]:
    """Run a command inside; whatever it raises ends the process with a fitting exit code."""
    try:
        yield
        sys.stdout.flush()
    except _USAGE:
        raise
    except ScmError as error:
        _report(error)
    except KeyboardInterrupt:
        _say("interrupted")
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        _silence()
        sys.exit(BROKEN_PIPE)
    except OSError as error:
        if error.errno is None:
            _defect(error)
        _report(ScmError([_from_system(error)]))
    except Exception as error:
        if _is_out_of_memory(error):
            _report(ScmError([Diagnostic("E179", "the memory of this machine is used up", helps=_SMALLER)]))
        _defect(error)


def _is_out_of_memory(error: Exception) -> bool:
    """Whether Python, NumPy or PyTorch (whose CPU allocator has no type of its own) ran out of memory."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and ("out of memory" in text or "can't allocate memory" in text)
    )


def _report(error: ScmError) -> None:
    report(error.diagnostics)
    sys.exit(MISTAKE)


def _from_system(error: OSError) -> Diagnostic:
    code = error.errno or 0
    reason = _REASONS.get(code) or (error.strerror or str(error)).lower()
    place = f"`{error.filename}`: " if error.filename else ""
    return Diagnostic("E001", f"{place}{reason}")


def _defect(error: Exception) -> None:
    _say(f"internal error: {type(error).__name__}: {error}")
    _say("this is a defect of scmlang; please report it with this text")
    saved = _save_trace(error)
    if saved:
        _say(f"the full trace is in {saved}")
    sys.exit(DEFECT)


def _save_trace(error: Exception) -> str | None:
    trace = "".join(traceback.format_exception(error))
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="scmlang-", suffix=".txt", delete=False, encoding="utf-8", errors="replace"
        ) as file:
            file.write(trace)
            return file.name
    except OSError:
        return None


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _silence() -> None:
    """Give the interpreter nothing to complain about when it flushes at exit."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
