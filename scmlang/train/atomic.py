"""Files that are there whole or not at all, even when the power fails.

The order is always the same: write beside the target, flush to the disk, rename, flush the folder. A
rename within one folder is atomic, so a reader sees the old file or the new one.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def write_file(path: Path, data: bytes) -> None:
    """Create (or empty) a file, write all of ``data`` and flush it to the disk.

    Raises:
        OSError: for a full disk and the like; the file may then hold a part.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o666)
    try:
        write_all(handle, data)
        os.fsync(handle)
    finally:
        os.close(handle)


def write_all(handle: int, data: bytes) -> None:
    """Write every byte: one call of the system may take only some."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def replace_file(path: Path, data: bytes) -> None:
    """Give ``path`` the content ``data``; at every instant it has the old content or the new.

    Raises:
        OSError: when it cannot be written; ``path`` is then as it was.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        write_file(temporary, data)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries, so that a rename survives a power failure (no such thing on Windows)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def to_json(value: object) -> bytes:
    """Readable strict JSON, ending in a newline.

    Raises:
        ValueError, TypeError: for what JSON cannot say, NaN and infinity included.
    """
    return (json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False) + "\n").encode("utf-8")


def parse_json(data: bytes) -> dict[str, Any]:
    """The JSON object that ``data`` is.

    Raises:
        ValueError: when it is none.
    """
    try:
        value = json.loads(data)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def read_json(path: Path, limit: int = 1 << 26) -> dict[str, Any]:
    """The JSON object in a file of at most ``limit`` bytes.

    Raises:
        OSError: when it cannot be read.
        ValueError: when it is larger, or no JSON object.
    """
    with path.open("rb") as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise ValueError(f"more than {limit} bytes")
    return parse_json(data)


def reason(error: Exception) -> str:
    """Why, in one line: what the system says of an ``OSError``, else the error's first line."""
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return words.splitlines()[0] if words else type(error).__name__
