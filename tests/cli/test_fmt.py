"""``scmlang fmt``: files in place, standard input, ``--check`` and ``--diff``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.process import command, run_here

UGLY, PRETTY = "X  ->Y # naïve\r\nX<->Y", "X -> Y  # naïve\nX <-> Y\n"
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def ugly(tmp_path: Path) -> Path:
    return written(tmp_path / "ugly.scm", UGLY)


@pytest.fixture
def pretty(tmp_path: Path) -> Path:
    return written(tmp_path / "pretty.scm", PRETTY)


def written(path: Path, text: str) -> Path:
    path.write_bytes(text.encode("utf-8"))
    return path


def piped(text: bytes, *arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command("fmt", *arguments), input=text, capture_output=True, env=os.environ | environment, check=False
    )


def test_files_are_formatted_in_place(ugly: Path, pretty: Path, capsys: Capture) -> None:
    assert run_here("fmt", ugly, pretty) == 0
    assert ugly.read_bytes() == PRETTY.encode()
    assert capsys.readouterr().out == f"{ugly}: formatted\n"
    assert run_here("fmt", ugly, pretty) == 0
    assert capsys.readouterr() == ("", "")
    assert sorted(path.name for path in ugly.parent.iterdir()) == ["pretty.scm", "ugly.scm"]


def test_a_formatted_file_is_not_touched(pretty: Path) -> None:
    before = pretty.stat()
    assert run_here("fmt", pretty) == 0
    after = pretty.stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755])
def test_permissions_are_kept(ugly: Path, mode: int) -> None:
    ugly.chmod(mode)
    assert run_here("fmt", ugly) == 0
    assert ugly.stat().st_mode & 0o777 == mode


def test_links_are_followed(ugly: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.scm"
    link.symlink_to(ugly.name)
    assert run_here("fmt", link) == 0
    assert link.is_symlink()
    assert ugly.read_bytes() == PRETTY.encode()


def test_a_byte_order_mark_goes(tmp_path: Path) -> None:
    path = written(tmp_path / "mark.scm", "\ufeff" + PRETTY)
    assert run_here("fmt", "--check", path) == 1
    assert run_here("fmt", path) == 0
    assert path.read_bytes() == PRETTY.encode()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="everything may be written")
def test_a_file_that_may_not_be_written_is_left(ugly: Path, capsys: Capture) -> None:
    ugly.chmod(0o400)
    assert run_here("fmt", ugly) == 1
    assert ugly.read_bytes() == UGLY.encode()
    assert "error[E139]" in capsys.readouterr().err


def test_a_disk_that_fails_leaves_the_file(
    ugly: Path, pretty: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def full(self: Path, target: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert run_here("fmt", ugly, pretty) == 1
    assert ugly.read_bytes() == UGLY.encode()
    assert sorted(path.name for path in ugly.parent.iterdir()) == ["pretty.scm", "ugly.scm"]
    assert "error[E139]" in capsys.readouterr().err


def test_check_names_what_would_change_and_writes_nothing(ugly: Path, pretty: Path, capsys: Capture) -> None:
    assert run_here("fmt", "--check", pretty) == 0
    assert capsys.readouterr() == ("", "")
    assert run_here("fmt", "--check", pretty, ugly) == 1
    assert capsys.readouterr() == (f"{ugly}: would change\n", "")
    assert ugly.read_bytes() == UGLY.encode()


def test_diff_shows_what_would_change_and_writes_nothing(ugly: Path, pretty: Path, capsys: Capture) -> None:
    expected = (
        f"--- {ugly}\n+++ {ugly}\n@@ -1,2 +1,2 @@\n"
        "-X  ->Y # naïve\r\n-X<->Y\n\\ No newline at end of file\n+X -> Y  # naïve\n+X <-> Y\n"
    )
    assert run_here("fmt", "--diff", pretty, ugly) == 0
    assert capsys.readouterr() == (expected, "")
    assert run_here("fmt", "--diff", "--check", pretty, ugly) == 1
    assert capsys.readouterr() == (expected, "")
    assert ugly.read_bytes() == UGLY.encode()


def test_a_diff_can_be_applied(ugly: Path) -> None:
    difference = subprocess.run(
        command("fmt", "--diff", ugly.name), cwd=ugly.parent, capture_output=True, check=True
    ).stdout
    subprocess.run(
        ["git", "apply", "-p0", "--whitespace=nowarn"], cwd=ugly.parent, input=difference, check=True
    )
    assert ugly.read_bytes() == PRETTY.encode()


def test_a_file_with_mistakes_stops_no_other(ugly: Path, tmp_path: Path, capsys: Capture) -> None:
    wrong = written(tmp_path / "wrong.scm", "X ->\nlet = 1\n")
    assert run_here("fmt", wrong, tmp_path / "absent.scm", ugly) == 1
    assert ugly.read_bytes() == PRETTY.encode()
    assert wrong.read_bytes() == b"X ->\nlet = 1\n"
    codes = [line[6:10] for line in capsys.readouterr().err.splitlines() if line.startswith("error[")]
    assert codes == ["E005", "E005", "E001"]


def test_a_model_need_not_be_right_to_be_formatted(tmp_path: Path) -> None:
    path = written(tmp_path / "cycle.scm", "X->Y\nY->X")
    assert run_here("fmt", path) == 0
    assert path.read_text(encoding="utf-8") == "X -> Y\nY -> X\n"


def test_folders_are_not_searched(ugly: Path, capsys: Capture) -> None:
    assert run_here("fmt", ugly.parent) == 1
    assert ugly.read_bytes() == UGLY.encode()
    assert "folders are not searched" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [(), ("-",)])
def test_standard_input_goes_to_standard_output(arguments: tuple[str, ...]) -> None:
    done = piped(UGLY.encode(), *arguments, PYTHONIOENCODING="ascii", LC_ALL="C")
    assert (done.returncode, done.stdout, done.stderr) == (0, PRETTY.encode(), b"")


def test_standard_input_with_options() -> None:
    assert piped(UGLY.encode(), "--check", "-").returncode == 1
    assert piped(PRETTY.encode(), "--check", "-").returncode == 0
    assert piped(UGLY.encode(), "--diff").stdout.startswith(b"--- before\n+++ after\n@@")
    wrong = piped(b"X ->\n")
    assert (wrong.returncode, wrong.stdout) == (1, b"")
    assert b"--> <stdin>:1:5" in wrong.stderr


def test_wrong_command_lines(ugly: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_here("fmt", ugly, "-") == 2
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    assert run_here("fmt") == 2
    assert ugly.read_bytes() == UGLY.encode()
