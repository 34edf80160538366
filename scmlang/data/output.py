"""Output that is written whole or not at all.

Files are written beside their destination under a temporary name and moved there at the end. An
error, a full disk or Ctrl-C on the way leaves what was there before and nothing else.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scmlang.diagnostics.base import Diagnostic, ScmError


@contextmanager
def whole_folder(path: Path, force: bool, replaceable: Callable[[Path], bool]) -> Iterator[Path]:
    """A temporary folder that becomes ``path`` when the block ends without an error.

    Raises:
        ScmError: E138 when ``path`` is a file, or a folder with something in it, unless ``force``
            is given and ``replaceable(path)``; E139 when the disk refuses.
    """
    with _disk_errors(path):
        path = path.resolve()
        _require_free(path, force, replaceable)
        path.parent.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent))
        try:
            stage.chmod(0o777 & ~_umask())
            yield stage
            _move_folder(stage, path)
        finally:
            shutil.rmtree(stage, ignore_errors=True)


@contextmanager
def whole_file(path: Path, force: bool) -> Iterator[Path]:
    """A temporary file name, of the same suffix, that becomes ``path`` when the block ends without an error.

    Raises:
        ScmError: E138 when ``path`` exists and ``force`` is not given; E139 when the disk refuses.
    """
    with _disk_errors(path):
        path = path.resolve()
        if path.is_dir() or (path.exists() and not force):
            raise ScmError([_exists(path, "`--force` replaces it" if path.is_file() else "")])
        path.parent.mkdir(parents=True, exist_ok=True)
        stage = path.with_name(f".{path.name}.{os.getpid()}.partial{path.suffix}")
        try:
            yield stage
            stage.replace(path)
        finally:
            stage.unlink(missing_ok=True)


def _require_free(path: Path, force: bool, replaceable: Callable[[Path], bool]) -> None:
    if not path.exists():
        return
    if not path.is_dir():
        raise ScmError([_exists(path, "name a folder")])
    if any(path.iterdir()):
        ours = replaceable(path)
        if not (force and ours):
            raise ScmError([_exists(path, "`--force` replaces it" if ours else "it holds other files")])


def _move_folder(stage: Path, path: Path) -> None:
    """Put ``stage`` in the place of ``path``; what was there is removed once it is replaced."""
    if not path.exists():
        stage.rename(path)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".old", dir=path.parent))
    try:
        path.rename(old / path.name)
        stage.rename(path)
    finally:
        if not path.exists():
            (old / path.name).rename(path)
        shutil.rmtree(old, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _exists(path: Path, help_text: str) -> Diagnostic:
    return Diagnostic("E138", f"`{path}` exists already", helps=(help_text,) if help_text else ())


@contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"`{path}` cannot be written: {error.strerror or error}"
        raise ScmError([Diagnostic("E139", message)]) from error
