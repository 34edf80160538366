"""The command as a user runs it: a process, its two streams and its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
FRONTDOOR = EXAMPLES / "bar_mnist" / "frontdoor.scm"
ENVIRONMENT = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}


def scmlang(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scmlang", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, timeout=60, check=False)


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.scm"
    path.write_text("X: binary\nX -> Y\nexogenous U ~ bernoulli(2)\n", encoding="utf-8")
    return path


def test_a_clean_file() -> None:
    ran = scmlang("check", FRONTDOOR)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == f"{FRONTDOOR}: ok: model BarMNISTFrontdoor, 4 observed, to be learned\n"


def test_all_problems_of_all_files(bad: Path, tmp_path: Path) -> None:
    ran = scmlang("check", bad, FRONTDOOR, tmp_path / "absent.scm")
    assert ran.returncode == 1
    assert [line[6:10] for line in ran.stderr.splitlines() if line.startswith("error[")] == [
        "E012",
        "E033",
        "E001",
    ]
    assert ran.stderr.endswith("\n3 errors\n")
    assert "BarMNISTFrontdoor" in ran.stdout


def test_warnings_do_not_fail(tmp_path: Path) -> None:
    path = tmp_path / "warned.scm"
    path.write_text("exogenous U ~ bernoulli(0.5)\n", encoding="utf-8")
    ran = scmlang("check", path)
    assert ran.returncode == 0
    assert ran.stderr.startswith("warning[W001]")


def test_strict_makes_warnings_fail(tmp_path: Path) -> None:
    path = tmp_path / "warned.scm"
    path.write_text("exogenous U ~ bernoulli(0.5)\n", encoding="utf-8")
    assert scmlang("check", "--strict", path).returncode == 1
    assert scmlang("check", "--strict", FRONTDOOR).returncode == 0


def test_a_model_on_the_command_line() -> None:
    ran = scmlang("check", "--model", "X -> Z -> Y; X <-> Y")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == "<inline>: ok: model inline, 3 observed, a diagram without domains\n"
    assert scmlang("check", "--model", "X -> X").stderr.startswith("error[E021]")
    assert scmlang("check", "--model", "X -> Y", FRONTDOOR).returncode == 2


def test_json(bad: Path) -> None:
    ran = scmlang("check", "--format", "json", bad, FRONTDOOR)
    document = json.loads(ran.stdout)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert document["schema"] == 1
    assert [d["code"] for d in document["diagnostics"]] == ["E012", "E033"]


def test_colour_is_for_terminals_or_on_demand(bad: Path) -> None:
    assert "\x1b" not in scmlang("check", bad).stderr
    assert "\x1b[1;31m" in scmlang("check", "--color", "always", bad).stderr


@pytest.mark.parametrize(
    "arguments", [("check",), ("check", "--format", "xml", FRONTDOOR), ("chek",), ("--nothing",)]
)
def test_a_wrong_command_line(arguments: tuple[str | Path, ...]) -> None:
    ran = scmlang(*arguments)
    assert ran.returncode == 2
    assert "Usage: scmlang" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_limit_is_raised_and_lowered_by_a_flag(tmp_path: Path) -> None:
    large = tmp_path / "large.scm"
    large.write_text("X -> Y\n" + "# a comment\n" * 100_000)
    refused = scmlang("check", large)
    assert refused.returncode == 1
    assert "error[E003]" in refused.stderr
    assert "--limit source_bytes=" in refused.stderr
    assert scmlang("check", large, "--limit", "source_bytes=2000000").returncode == 0
    lowered = scmlang("check", "--limit", "edges=1", "--model", "X -> Y -> Z")
    assert (lowered.returncode, "error[E023]" in lowered.stderr) == (1, True)


def test_a_limit_of_any_command_stands_before_it() -> None:
    for command in ("check", "compile", "graph", "export"):
        ran = scmlang(
            "--limit", "tokens=3", command, "--model", "X -> Y -> Z", *["--to", "dot"] * (command == "export")
        )
        assert (ran.returncode, "error[E003]" in ran.stderr) == (1, True)


@pytest.mark.parametrize(
    "limit", ["edges", "edges=", "edges=-1", "edges=1e3", "edges=0", "edge=3", "nesting=9999"]
)
def test_a_limit_that_is_none(limit: str) -> None:
    ran = scmlang("check", "--model", "X -> Y", "--limit", limit)
    assert ran.returncode == 2
    assert "--limit" in ran.stderr


def test_version_and_help() -> None:
    assert scmlang("--version").stdout.startswith("scmlang ")
    assert "Check model files" in scmlang("--help").stdout
    assert "FILE..." in scmlang("check", "--help").stdout


_LOADED = """
import sys
sys.argv = ["scmlang", "check", sys.argv[1]]
from scmlang.cli import main
try:
    main()
except SystemExit as exit:
    assert not exit.code, exit.code
heavy = {"torch", "diffusers", "accelerate", "scipy", "polars", "mlxtend", "PIL", "networkx", "rich"}
print(sorted(heavy & set(sys.modules)))
"""


@pytest.mark.parametrize("name", ["frontdoor", "frontdoor_truth"])
def test_checking_loads_nothing_heavy(name: str) -> None:
    path = FRONTDOOR.with_stem(name)
    ran = subprocess.run(
        [sys.executable, "-c", _LOADED, str(path)], capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines()[-1] == "[]"


def test_a_name_that_no_encoding_has(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"bad\xff\xe6\x97\xa5.scm")
    path.write_text("X: binary\n", encoding="utf-8")
    absent = tmp_path / "日.scm"
    for encoding in ("ascii", "utf-8"):
        environment = ENVIRONMENT | {"PYTHONIOENCODING": encoding}
        for arguments in (
            ("check", path),
            ("check", absent),
            ("check", "--format", "json", path),
        ):
            command = [sys.executable, "-m", "scmlang", *arguments]
            ran = subprocess.run(command, capture_output=True, env=environment, timeout=60, check=False)
            assert ran.returncode == (1 if arguments[-1] == absent else 0), ran.stderr
