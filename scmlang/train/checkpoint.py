"""Checkpoints: written whole or not at all, verified when read.

A checkpoint is a folder of safetensors files, one a group of tensors, a ``state.json`` for everything
else, and a ``manifest.json`` with the size and SHA-256 of each. It is written under a hidden name, flushed
to the disk, renamed into place, and only then announced in ``latest.json`` and older ones removed. So at
every instant the newest whole checkpoint has its final name, and whatever a kill leaves behind is hidden
and removed by the next save.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scmlang.diagnostics.base import Diagnostic, InternalError, ScmError
from scmlang.train.atomic import (
    parse_json,
    read_json,
    reason,
    replace_file,
    sync_folder,
    to_json,
    write_file,
)
from scmlang.train.runs import Run, check_schema

if TYPE_CHECKING:
    from torch import Tensor

SCHEMA = 1
_STEP = re.compile(r"step_([0-9]{8,18})")
_FILE = re.compile(r"[A-Za-z][A-Za-z0-9_]*\.safetensors|state\.json")


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint read back.

    Attributes:
        step: the optimiser steps done when it was written.
        folder: where it lies.
        tensors: by file stem, then by name, on the CPU.
        state: what was not a tensor.
        warnings: newer checkpoints that are damaged and were passed over.
    """

    step: int
    folder: Path
    tensors: Mapping[str, dict[str, Tensor]]
    state: Mapping[str, Any]
    warnings: tuple[Diagnostic, ...] = ()


class _Damaged(Exception):
    """Why a checkpoint cannot be used."""


def save(
    run: Run,
    step: int,
    tensors: Mapping[str, Mapping[str, Tensor]],
    state: Mapping[str, Any],
    keep: int | None = None,
) -> Path:
    """Write the checkpoint of a step and remove the oldest beyond ``keep`` (the recipe's number).

    A whole checkpoint of the same step is left as it is: the same step has the same content.

    Args:
        run: the run it belongs to.
        step: optimiser steps done.
        tensors: file stem → state dict; each is copied to the CPU, contiguous, shared storage apart.
        state: anything strict JSON can say.
        keep: how many checkpoints to keep, at least 1.

    Returns:
        The checkpoint's folder.

    Raises:
        ScmError: E195 when it cannot be written (a full disk); older checkpoints are then as they were.
        InternalError: when ``state`` or a stem is not fit for a file.
    """
    target = run.checkpoints / f"step_{step:08d}"
    files = _serialise(tensors, state)
    try:
        run.checkpoints.mkdir(exist_ok=True)
        _sweep(run.checkpoints)
        if not _is_whole(target):
            _write(target, step, files)
        replace_file(run.latest, to_json({"schema": SCHEMA, "checkpoint": target.name}))
        _prune(run, keep if keep is not None else run.record.recipe.train.keep_checkpoints)
    except OSError as error:
        raise ScmError([_unwritable(run, step, error)]) from None
    return target


def load_latest(run: Run, only: Collection[str] | None = None) -> Checkpoint:
    """The newest whole checkpoint of a run.

    Every file that is read is compared with its SHA-256 first, the others with their size. A damaged
    checkpoint is reported in ``warnings`` and the one before is used.

    Args:
        run: the run.
        only: the stems to read; all by default.

    Raises:
        ScmError: E196 when there is none, with what is wrong with those that are there; E193 when a newer
            scmlang wrote it.
    """
    warnings: list[Diagnostic] = []
    for step, folder in _steps(run.checkpoints):
        try:
            tensors, state = _read(folder, only)
        except (OSError, _Damaged) as error:
            message = f"the checkpoint `{folder}` is damaged and was passed over: {reason(error)}"
            warnings.append(Diagnostic("W190", message))
        else:
            return Checkpoint(step, folder, tensors, state, tuple(warnings))
    raise ScmError([_none_whole(run, warnings), *warnings])


def has_checkpoint(run: Run) -> bool:
    """Whether there is anything for :func:`load_latest` to try."""
    return bool(_steps(run.checkpoints))


def _serialise(tensors: Mapping[str, Mapping[str, Tensor]], state: Mapping[str, Any]) -> dict[str, bytes]:
    from safetensors.torch import save as to_bytes

    files = {f"{stem}.safetensors": to_bytes(_storable(group)) for stem, group in tensors.items()}
    try:
        files["state.json"] = to_json(dict(state))
    except (TypeError, ValueError) as error:
        raise InternalError(f"a checkpoint's state is not JSON: {error}") from error
    if wrong := [name for name in files if not _FILE.fullmatch(name)]:
        raise InternalError(f"no names for a checkpoint's files: {wrong}")
    return files


def _storable(group: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Copies that safetensors takes: on the CPU, contiguous (channels_last is not), none sharing storage."""
    stored: dict[str, Tensor] = {}
    seen: set[int] = set()
    for name, tensor in group.items():
        copy = tensor.detach().cpu().contiguous()
        if copy.untyped_storage().data_ptr() in seen:
            copy = copy.clone()
        seen.add(copy.untyped_storage().data_ptr())
        stored[name] = copy
    return stored


def _write(target: Path, step: int, files: Mapping[str, bytes]) -> None:
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    temporary.mkdir()
    try:
        for name, data in files.items():
            write_file(temporary / name, data)
        listing = {
            name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in files.items()
        }
        manifest = {"schema": SCHEMA, "step": step, "files": listing}
        write_file(temporary / "manifest.json", to_json(manifest))
        sync_folder(temporary)
        _discard(target)
        temporary.rename(target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    sync_folder(target.parent)


def _prune(run: Run, keep: int) -> None:
    for _, folder in _steps(run.checkpoints)[max(keep, 1) :]:
        _discard(folder)


def _discard(folder: Path) -> None:
    """Remove a checkpoint; hidden first, so that no half of one is ever seen."""
    if folder.exists():
        hidden = folder.with_name(f".{folder.name}.{os.getpid()}.old")
        folder.rename(hidden)
        shutil.rmtree(hidden)


def _sweep(checkpoints: Path) -> None:
    """Remove what killed saves left behind."""
    for folder in checkpoints.glob(".step_*"):
        shutil.rmtree(folder)


def _steps(checkpoints: Path) -> list[tuple[int, Path]]:
    """The checkpoints by their final names, newest first."""
    entries = checkpoints.iterdir() if checkpoints.is_dir() else ()
    found = [(int(match[1]), entry) for entry in entries if (match := _STEP.fullmatch(entry.name))]
    return sorted(found, reverse=True)


def _is_whole(folder: Path) -> bool:
    try:
        for name, entry in _manifest(folder).items():
            _checked(folder / name, entry)
    except (OSError, _Damaged):
        return False
    return True


def _read(folder: Path, only: Collection[str] | None) -> tuple[dict[str, dict[str, Tensor]], dict[str, Any]]:
    tensors: dict[str, dict[str, Tensor]] = {}
    state: dict[str, Any] = {}
    for name, entry in _manifest(folder).items():
        stem = Path(name).stem
        if name == "state.json":
            state = _parsed(_checked(folder / name, entry), name)
        elif only is None or stem in only:
            tensors[stem] = _tensors(_checked(folder / name, entry), name)
        else:
            _check_size(folder / name, entry)
    return tensors, state


def _tensors(data: bytes, name: str) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        tensors: dict[str, Tensor] = load(data)
    except (SafetensorError, KeyError, ValueError) as error:
        raise _Damaged(f"{name} holds no tensors ({reason(error)})") from None
    return tensors


def _parsed(data: bytes, name: str) -> dict[str, Any]:
    try:
        return parse_json(data)
    except ValueError as error:
        raise _Damaged(f"{name}: {reason(error)}") from None


def _manifest(folder: Path) -> dict[str, dict[str, Any]]:
    """The files a checkpoint must have, with the size and hash of each."""
    path = folder / "manifest.json"
    try:
        content = read_json(path, 1 << 20)
        check_schema(content, path, SCHEMA)
    except ValueError as error:
        raise _Damaged(f"manifest.json: {reason(error)}") from None
    files = content.get("files")
    if not (isinstance(files, dict) and "state.json" in files and all(map(_is_entry, files.items()))):
        raise _Damaged("manifest.json lists no files")
    return files


def _is_entry(item: tuple[str, Any]) -> bool:
    name, entry = item
    return bool(_FILE.fullmatch(name)) and isinstance(entry, dict) and {"bytes", "sha256"} <= entry.keys()


def _check_size(path: Path, entry: Mapping[str, Any]) -> None:
    if path.stat().st_size != entry["bytes"]:
        raise _Damaged(f"{path.name} has the wrong size")


def _checked(path: Path, entry: Mapping[str, Any]) -> bytes:
    """A file's content, after its size and hash were found right."""
    _check_size(path, entry)
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != entry["sha256"]:
        raise _Damaged(f"{path.name} is not what was written (SHA-256)")
    return data


def _unwritable(run: Run, step: int, error: OSError) -> Diagnostic:
    message = f"the checkpoint of step {step} cannot be written to `{run.checkpoints}`: {reason(error)}"
    older = [folder.name for _, folder in _steps(run.checkpoints)]
    helps = ["free some space, then go on with --resume"] if older else ["free some space, then train again"]
    if older:
        helps.insert(0, f"`{older[0]}` is as it was")
    return Diagnostic("E195", message, helps=tuple(helps))


def _none_whole(run: Run, warnings: list[Diagnostic]) -> Diagnostic:
    if warnings:
        return Diagnostic("E196", f"every checkpoint of the run `{run.folder}` is damaged")
    message = f"the run `{run.folder}` has no checkpoint yet"
    return Diagnostic(
        "E196", message, helps=("let its training go on for a while", "choose another run with --run")
    )
