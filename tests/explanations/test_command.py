"""``scmlang explain``."""

from __future__ import annotations

import json
import subprocess

import pytest

from scmlang.explanations import codes, read
from tests.cli.process import command, run_here


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_a_code_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_here("explain", "E021") == 0
    lines = capsys.readouterr().out.splitlines()
    story = read("E021")
    assert lines[0] == f"E021: {story.title}"
    assert max(map(len, lines)) <= 60
    words = " ".join(lines).split()
    assert " ".join(story.story.split()) in " ".join(words)
    for heading, snippet in (("Wrong:", story.wrong), ("Right:", story.right)):
        start = lines.index(heading) + 2
        shown = lines[start : start + snippet.text.count("\n")]
        assert [line.removeprefix("    ") for line in shown] == snippet.text.splitlines()


@pytest.mark.parametrize("spelling", ["e021", " E021 ", "[E021]"])
def test_a_code_is_found_however_it_is_typed(spelling: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_here("explain", spelling) == 0
    assert capsys.readouterr().out.startswith("E021: ")


def test_the_command_of_an_example_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_here("explain", "E170") == 0
    assert "Wrong (scmlang compile FILE):" in capsys.readouterr().out


def test_every_code_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_here("explain") == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 60
    assert sorted(line.split()[0] for line in lines if line.startswith("  ") and line[2] != " ") == list(
        codes()
    )


def test_an_unknown_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_here("explain", "E0021") == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "error[E197]: there is no code `E0021`" in captured.err
    assert "did you mean `E021`?" in captured.err
    assert run_here("explain", "cycle") == 1
    assert "`scmlang explain` lists every code" in capsys.readouterr().err


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_here("explain", "W001", "--format", "json") == 0
    found, story = json.loads(capsys.readouterr().out), read("W001")
    assert found == {
        "schema": 1,
        "code": "W001",
        "title": story.title,
        "story": story.story,
        "wrong": {"language": "scm", "command": "", "text": story.wrong.text},
        "right": {"language": "scm", "command": "", "text": story.right.text},
    }
    assert run_here("explain", "--format", "json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert sorted(entry["code"] for group in listed["groups"] for entry in group["codes"]) == list(codes())


def test_colour(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_here("explain", "E021") == 0
    plain = capsys.readouterr().out
    assert "\x1b" not in plain
    assert run_here("explain", "E021", "--color", "always") == 0
    coloured = capsys.readouterr().out
    assert "\x1b[1;31mWrong\x1b[0m" in coloured
    assert "\x1b[36m`X <-> Y`\x1b[0m" in coloured


def test_explaining_loads_nothing_heavy() -> None:
    code = (
        "import sys, atexit; sys.argv[1:] = ['explain', 'E021'];"
        "heavy = {'torch', 'diffusers', 'networkx'};"
        "atexit.register(lambda: print(heavy & set(sys.modules), file=sys.stderr));"
        "from scmlang.cli import main; main()"
    )
    python = command()[0]
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "set()\n")
