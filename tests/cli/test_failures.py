from __future__ import annotations

import errno
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from scmlang.cli.app import COMMANDS, find, load
from scmlang.cli.failures import guarded
from scmlang.diagnostics import Diagnostic, ScmError


def ends(error: BaseException) -> int | str | None:
    with pytest.raises(SystemExit) as ended, guarded():
        raise error
    return ended.value.code


def test_mistakes_are_rendered(capsys: pytest.CaptureFixture[str]) -> None:
    assert ends(ScmError([Diagnostic("E010", "there is no `X`")])) == 1
    assert capsys.readouterr().err == "error[E010]: there is no `X`\n\n1 error\n"


def test_interrupt_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert ends(KeyboardInterrupt()) == 130
    assert capsys.readouterr().err == "interrupted\n"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/data/x.png"), "`/data/x.png`: the disk is full"),
        (PermissionError(errno.EACCES, "Permission denied", "/data"), "`/data`: permission denied"),
        (OSError(errno.EIO, "Input/output error"), "input/output error"),
    ],
)
def test_the_systems_failures_are_plain(
    error: OSError, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ends(error) == 1
    assert capsys.readouterr().err == f"error[E001]: {text}\n\n1 error\n"


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"),
    ],
)
def test_too_little_memory_is_no_defect(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    assert ends(error) == 1
    assert capsys.readouterr().err.startswith("error[E179]: the memory of this machine is used up\n")


def test_our_defects_say_so_and_save_a_trace(capsys: pytest.CaptureFixture[str]) -> None:
    assert ends(ZeroDivisionError("division by zero")) == 70
    shown = capsys.readouterr().err
    assert shown.startswith(
        "internal error: ZeroDivisionError: division by zero\nthis is a defect of scmlang;"
    )
    trace = re.search(r"the full trace is in (\S+)", shown)
    assert trace is not None
    saved = Path(trace.group(1))
    assert "ends(ZeroDivisionError" in saved.read_text(encoding="utf-8") or "raise error" in saved.read_text()
    saved.unlink()


@pytest.mark.parametrize("error", [typer.Exit(3), typer.BadParameter("no"), SystemExit(5)])
def test_a_commands_own_exits_pass(error: BaseException) -> None:
    with pytest.raises(type(error)), guarded():
        raise error


def test_a_closed_pipe_is_quiet() -> None:
    code = (
        "import sys\n"
        "from scmlang.cli.failures import guarded\n"
        "with guarded():\n"
        "    for _ in range(100000): print('x' * 100)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=30) == 141


def test_every_listed_command_loads() -> None:
    for name in COMMANDS:
        function = find(name)
        assert function.__doc__
        assert load(function, name).name == name
