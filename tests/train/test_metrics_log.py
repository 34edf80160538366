"""The metrics log: strict JSON lines, torn ones left out, resumption without doubles."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.diagnostics.base import ScmError
from scmlang.train.metrics_log import MetricsLog, read_metrics


def write(path: Path, steps: range, resumed_at: int | None = None) -> None:
    with MetricsLog(path, resumed_at) as log:
        for step in steps:
            log.write(step, {"loss": step / 4})


def steps(path: Path) -> list[int]:
    return [record["step"] for record in read_metrics(path)]


def test_a_record_is_a_line_at_once(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    with MetricsLog(path) as log:
        log.write(3, {"loss": {"kl": 0.5, "total": float("nan")}, "lr": float("inf"), "note": "ü"})
        line = path.read_text(encoding="utf-8")
    assert line == '{"step": 3, "loss": {"kl": 0.5, "total": null}, "lr": null, "note": "ü"}\n'


@given(
    loss=st.recursive(st.floats(), lambda inner: st.lists(inner, max_size=3), max_leaves=5),
)
def test_every_line_is_strict_json(tmp_path_factory, loss: object) -> None:
    path = tmp_path_factory.mktemp("log") / "metrics.jsonl"
    with MetricsLog(path) as log:
        log.write(0, {"loss": loss})

    def refuse(word: str) -> None:
        raise AssertionError(word)

    json.loads(path.read_text(), parse_constant=refuse)


@given(written=st.integers(0, 12), resumed=st.integers(0, 15), torn=st.binary(max_size=20))
def test_resuming_drops_what_is_beyond_and_what_is_torn(
    tmp_path_factory, written: int, resumed: int, torn: bytes
) -> None:
    path = tmp_path_factory.mktemp("log") / "metrics.jsonl"
    write(path, range(written))
    with path.open("ab") as stream:
        stream.write(b'{"step": 1, "loss": ' + torn)
    write(path, range(resumed, resumed + 3), resumed)
    assert steps(path) == [*range(min(written, resumed)), *range(resumed, resumed + 3)]


def test_a_new_log_goes_on_where_nothing_is(tmp_path: Path) -> None:
    write(tmp_path / "metrics.jsonl", range(2), resumed_at=5)
    assert steps(tmp_path / "metrics.jsonl") == [0, 1]


def test_resuming_is_atomic(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "metrics.jsonl"
    write(path, range(5))
    before = path.read_bytes()

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ScmError) as caught:
        MetricsLog(path, 2)
    assert caught.value.diagnostics[0].code == "E194"
    assert path.read_bytes() == before


def test_a_full_disk_is_said(tmp_path: Path, monkeypatch) -> None:
    def full(handle: int, data: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with MetricsLog(tmp_path / "metrics.jsonl") as log:
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(ScmError, match="No space left"):
            log.write(1, {})


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ScmError, match="E194"):
        MetricsLog(tmp_path / "none" / "metrics.jsonl")
