"""``metrics.jsonl``: one record a line, appended as the training goes.

A line is written by one call of the system and never changed, so a reader (or a plot) may follow the
file. Resuming cuts off what the interrupted training wrote beyond its checkpoint.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.train.atomic import reason, replace_file, write_all


class MetricsLog:
    """The writer of one ``metrics.jsonl``; a context manager.

    Args:
        path: the file; created when it is not there.
        resumed_at: the step a training goes on from: records of that step and later ones, and a torn
            last line, are dropped, in one atomic replacement. None for a new training.

    Raises:
        ScmError: E194 when the file cannot be written, here or in :meth:`write`.
    """

    def __init__(self, path: Path, resumed_at: int | None = None) -> None:
        self.path = path
        try:
            if resumed_at is not None and path.exists():
                kept = [record for record in read_metrics(path) if record["step"] < resumed_at]
                replace_file(path, b"".join(map(_line, kept)))
            self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        except OSError as error:
            raise ScmError([self._unwritable(error)]) from None

    def write(self, step: int, values: Mapping[str, Any]) -> None:
        """Append a record; NaN and infinity, which JSON lacks, become null."""
        try:
            write_all(self._handle, _line({"step": step, **values}))
        except OSError as error:
            raise ScmError([self._unwritable(error)]) from None

    def close(self) -> None:
        os.close(self._handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _unwritable(self, error: OSError) -> Diagnostic:
        return Diagnostic("E194", f"`{self.path}` cannot be written: {reason(error)}")


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """The records of a log, in order; torn lines (of a kill, or still being written) are left out.

    Raises:
        OSError: when it cannot be read.
    """
    records = (_record(line) for line in path.read_bytes().split(b"\n"))
    return [record for record in records if record is not None]


def _record(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and isinstance(value.get("step"), int) else None


def _line(record: Mapping[str, Any]) -> bytes:
    return (json.dumps(finite(record), ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")


def finite(value: Any) -> Any:
    """A value of strict JSON: NaN and infinity become null."""
    if isinstance(value, Mapping):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
