"""Checkpoints: bit-exact, pruned, verified, and whole whenever the process dies."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from scmlang.diagnostics.base import Diagnostic, InternalError, ScmError
from scmlang.semantics.model import CausalModel
from scmlang.source import Source
from scmlang.train import atomic
from scmlang.train.checkpoint import has_checkpoint, load_latest, save
from scmlang.train.loading import load_recipe
from scmlang.train.runs import Run, create_run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    model = CausalModel("m", Source("m.scm", "model m\n"), {}, {}, {}, {})
    return create_run(tmp_path / "runs", model, load_recipe("cpu", ["train.keep_checkpoints=2"]), tmp_path)


def tensors(step: int) -> dict[str, dict[str, torch.Tensor]]:
    generator = torch.Generator().manual_seed(step)
    return {"model": {"w": torch.randn(3, 4, generator=generator), "n": torch.tensor(step)}}


def save_step(run: Run, step: int, **options: Any) -> Path:
    return save(run, step, tensors(step), {"step": step, "elapsed": step / 2}, **options)


def saved_steps(run: Run) -> list[str]:
    return sorted(path.name for path in run.checkpoints.iterdir())


def is_whole(run: Run, step: int) -> bool:
    loaded = load_latest(run)
    return loaded.step == step and torch.equal(loaded.tensors["model"]["w"], tensors(step)["model"]["w"])


def test_a_checkpoint_is_read_back_bit_for_bit(run: Run) -> None:
    weight = torch.randn(8, 3, 5, 5).to(memory_format=torch.channels_last)
    shared = torch.randn(6, dtype=torch.float64)
    group = {
        "conv": weight,
        "tied": shared,
        "tied_again": shared,
        "view": shared[2:4],
        "half": torch.randn(2).bfloat16(),
        "bytes": torch.arange(5, dtype=torch.uint8),
        "scalar": torch.tensor(2.5, requires_grad=True),
        "empty": torch.empty(0),
    }
    state = {"step": 3, "nested": {"loss": [0.1, None, True]}, "big": 2**100, "text": "ü"}
    save(run, 3, {"model": group, "optimiser": {}}, state)
    loaded = load_latest(run)
    assert (loaded.step, loaded.state, loaded.warnings) == (3, state, ())
    assert loaded.tensors["model"].keys() == group.keys()
    for name, tensor in group.items():
        assert loaded.tensors["model"][name].dtype == tensor.dtype
        assert torch.equal(loaded.tensors["model"][name], tensor.detach())


def test_only_what_is_asked_for_is_read(run: Run) -> None:
    save(run, 1, {"model": {"w": torch.ones(1)}, "ema": {"w": torch.zeros(1)}}, {})
    assert load_latest(run, only={"ema"}).tensors.keys() == {"ema"}


def test_the_newest_are_kept(run: Run) -> None:
    for step in (1, 2, 100_000_000, 100_000_001):
        save_step(run, step)
    assert saved_steps(run) == ["step_100000000", "step_100000001"]
    assert json.loads(run.latest.read_bytes())["checkpoint"] == "step_100000001"
    assert is_whole(run, 100_000_001)


@pytest.mark.parametrize("keep", [0, 1])
def test_the_newest_is_never_removed(run: Run, keep: int) -> None:
    save_step(run, 1)
    save_step(run, 2, keep=keep)
    assert saved_steps(run) == ["step_00000002"]


def test_saving_a_step_again_leaves_it(run: Run) -> None:
    folder = save_step(run, 5)
    written = (folder / "manifest.json").stat().st_mtime_ns
    assert save_step(run, 5) == folder
    assert (folder / "manifest.json").stat().st_mtime_ns == written


def test_saving_a_damaged_step_again_mends_it(run: Run) -> None:
    folder = save_step(run, 5)
    (folder / "model.safetensors").write_bytes(b"")
    save_step(run, 5)
    assert is_whole(run, 5)


def test_no_checkpoint_yet(run: Run) -> None:
    assert not has_checkpoint(run)
    with pytest.raises(ScmError) as caught:
        load_latest(run)
    assert [d.code for d in caught.value.diagnostics] == ["E196"]


# Damage


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def _edit_manifest(edit: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        path = folder / "manifest.json"
        content = json.loads(path.read_bytes())
        edit(content)
        path.write_text(json.dumps(content))

    return damage


def _misdirect(content: dict[str, Any]) -> None:
    content["files"]["../../run.json"] = content["files"]["state.json"]


DAMAGES: dict[str, Callable[[Path], None]] = {
    "a flipped bit": lambda folder: _flip(folder / "model.safetensors"),
    "a flipped bit of the state": lambda folder: _flip(folder / "state.json"),
    "a short file": lambda folder: os.truncate(folder / "model.safetensors", 20),
    "a missing file": lambda folder: (folder / "model.safetensors").unlink(),
    "a missing state": lambda folder: (folder / "state.json").unlink(),
    "a missing manifest": lambda folder: (folder / "manifest.json").unlink(),
    "an empty manifest": lambda folder: (folder / "manifest.json").write_bytes(b""),
    "a manifest without files": _edit_manifest(lambda content: content.pop("files")),
    "a manifest without schema": _edit_manifest(lambda content: content.pop("schema")),
    "a manifest without state": _edit_manifest(lambda content: content["files"].pop("state.json")),
    "a manifest of elsewhere": _edit_manifest(_misdirect),
    "an entry without hash": _edit_manifest(lambda content: content["files"]["state.json"].pop("sha256")),
    "an empty folder": lambda folder: [path.unlink() for path in folder.iterdir()],
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_checkpoint_is_named_and_passed_over(run: Run, damage: Callable[[Path], None]) -> None:
    save_step(run, 1)
    damage(save_step(run, 2))
    assert is_whole(run, 1)
    (warning,) = load_latest(run).warnings
    assert warning.code == "W190"
    assert "step_00000002" in warning.message


def test_none_whole(run: Run) -> None:
    for step in (1, 2):
        _flip(save_step(run, step) / "model.safetensors")
    with pytest.raises(ScmError) as caught:
        load_latest(run)
    assert [d.code for d in caught.value.diagnostics] == ["E196", "W190", "W190"]


def test_tensors_that_are_none_but_hash_well(run: Run) -> None:
    """What a forger would write."""
    save_step(run, 1)
    folder = save_step(run, 2)
    data = b"\x80\x04cos\nsystem\n"
    (folder / "model.safetensors").write_bytes(data)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"]["model.safetensors"] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert is_whole(run, 1)


def test_a_newer_schema_is_not_passed_over(run: Run) -> None:
    _edit_manifest(lambda content: content.update(schema=2))(save_step(run, 1))
    with pytest.raises(ScmError) as caught:
        load_latest(run)
    assert [d.code for d in caught.value.diagnostics] == ["E193"]


@pytest.mark.parametrize("state", [{"x": float("nan")}, {"x": object()}, {"x": {1, 2}}])
def test_a_state_that_is_not_json_is_our_mistake(run: Run, state: dict[str, Any]) -> None:
    with pytest.raises(InternalError):
        save(run, 1, tensors(1), state)
    assert not has_checkpoint(run)


@pytest.mark.parametrize("stem", ["../model", "a b", ""])
def test_a_stem_that_is_no_name_is_our_mistake(run: Run, stem: str) -> None:
    with pytest.raises(InternalError):
        save(run, 1, {stem: {}}, {})


# A full disk


def test_a_full_disk_leaves_the_checkpoint_before(run: Run, monkeypatch) -> None:
    """Whichever call of the system fails first, the error is a diagnostic and one is whole."""
    save_step(run, 1)
    call, reached, seen = 1, True, set()
    while reached:
        step = call + 1
        with monkeypatch.context() as patch:
            counter = _fill_the_disk(patch, call)
            problem = _saving(run, step)
        reached = counter[0] >= call
        loaded = load_latest(run)
        assert loaded.warnings == ()
        if problem is None:
            assert loaded.step == step
        else:
            assert problem.code == "E195"
            assert "No space left" in problem.message
        assert is_whole(run, loaded.step)
        seen.add(loaded.step == step)
        call += 1
    assert seen == {True, False}
    assert call > 12, "the injection points were reached"


def _fill_the_disk(patch: pytest.MonkeyPatch, call: int) -> list[int]:
    """Make the ``call``-th of the calls that need space fail; the counter of calls."""
    counter = [0]

    def failing(original: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **options: Any) -> Any:
            counter[0] += 1
            if counter[0] == call:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return original(*arguments, **options)

        return wrapped

    for name in ("write", "fsync", "replace", "rename", "mkdir"):
        patch.setattr(os, name, failing(getattr(os, name)))
    return counter


def _saving(run: Run, step: int) -> Diagnostic | None:
    try:
        save_step(run, step)
    except ScmError as error:
        return error.diagnostics[0]
    return None


# A kill


INJECTED = ("open", "write", "fsync", "replace", "rename", "mkdir", "unlink", "rmdir", "close")


def _die_at(call: int) -> None:
    """Make the ``call``-th call of the system in this process its last; a write is half done then."""
    calls = 0

    def dying(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **options: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == call:
                if name == "write":
                    original(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
                os._exit(9)
            return original(*arguments, **options)

        return wrapped

    for name in INJECTED:
        setattr(os, name, dying(name, getattr(os, name)))


def _killed_while_saving(run: Run, step: int, call: int) -> bool:
    """Save in a child that dies at a call; whether it did."""
    child = os.fork()
    if child == 0:
        try:
            _die_at(call)
            save_step(run, step)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_killed_at_any_instant_a_whole_checkpoint_is_there(run: Run, tmp_path: Path) -> None:
    for step in (1, 2):
        save_step(run, step)
    pristine = tmp_path / "pristine"
    shutil.copytree(run.folder, pristine)
    call, seen = 1, set()
    while _killed_while_saving(run, 3, call):
        loaded = load_latest(run)
        assert loaded.warnings == ()
        assert is_whole(run, loaded.step)
        announced = json.loads(run.latest.read_bytes())["checkpoint"]
        assert (run.checkpoints / announced).is_dir()
        seen.add(loaded.step)
        save_step(run, 3)
        assert is_whole(run, 3)
        assert saved_steps(run) == ["step_00000002", "step_00000003"], "the leftovers are gone"
        shutil.rmtree(run.folder)
        shutil.copytree(pristine, run.folder)
        call += 1
    assert seen == {2, 3}
    assert call > 20, "the injection points were reached"


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "file"
    atomic.replace_file(path, b"old")
    with monkeypatch.context() as patch:
        _fill_the_disk(patch, 2)
        with pytest.raises(OSError, match="No space left"):
            atomic.replace_file(path, b"new" * 1000)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_short_writes_go_on(tmp_path: Path, monkeypatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:3]))
    atomic.write_file(tmp_path / "file", b"0123456789")
    assert (tmp_path / "file").read_bytes() == b"0123456789"
