"""The pages that are one session: their files are written, their commands run, their outputs compared.

- a block ``scm NAME.scm`` is a file that later blocks see;
- a block ``console run`` holds commands and all that they print; ``…`` stands for anything within a line, and
  on a line of its own for any lines;
- ``console run slow`` trains: it, and what follows it, runs in `make test` alone;
- a picture that a command writes is the one in docs/images or docs/images/tutorial, where there is one of
  that name.
"""

from __future__ import annotations

import io
import re
import shlex
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from tests.cli.process import run_here
from tests.docs.markdown import ROOT, Block, blocks

DOCS = ROOT / "docs"
TUTORIAL, EXACT, ESTIMANDS = DOCS / "tutorial.md", DOCS / "exact.md", DOCS / "estimands.md"
INDEPENDENCE, PAPER = DOCS / "independence.md", DOCS / "paper.md"
PICTURES = ROOT / "docs" / "images" / "tutorial"


def session(page: Path) -> list[Block]:
    """The blocks of a page that make its session, in their order."""
    found = [b for b in (*blocks("scm"), *blocks("console")) if b.path == page]
    return sorted(found, key=lambda block: block.line)


def is_slow(block: Block) -> bool:
    return "slow" in block.words


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


@pytest.fixture
def quick_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge that is hardly trained: what it says is not shown."""
    from scmlang.evaluate import evaluation
    from tests.evaluate.support import JUDGE

    obtain, options = evaluation.obtain_judge, evaluation.Options

    def obtain_quickly(truth: Any, parents: Any, _: Any, *rest: Any) -> Any:
        return obtain(truth, parents, JUDGE, *rest)

    monkeypatch.setattr(evaluation, "obtain_judge", obtain_quickly)
    monkeypatch.setattr(evaluation, "Options", lambda *given: replace(options(*given), rows=500))


def test_the_session_up_to_training(folder: Path) -> None:
    play(list(takewhile(lambda block: not is_slow(block), session(TUTORIAL))), folder)


@pytest.mark.parametrize("page", [EXACT, ESTIMANDS, INDEPENDENCE, PAPER], ids=lambda page: page.stem)
def test_the_session_of_a_page(page: Path, folder: Path) -> None:
    play(session(page), folder)


@pytest.mark.slow
def test_the_whole_session(folder: Path, quick_judge: None) -> None:
    assert any(map(is_slow, session(TUTORIAL)))
    play(session(TUTORIAL), folder)


def play(scenes: list[Block], folder: Path) -> None:
    assert scenes
    for block in scenes:
        if block.words[0] == "scm":
            assert block.words[1].endswith(".scm"), "say which file it is"
            (folder / block.words[1]).write_text(block.text, encoding="utf-8")
            continue
        assert block.words[:2] == ("console", "run"), "every command of the session runs"
        for command, expected in commands(block.text):
            printed = execute(command, folder)
            assert matches(expected, printed), f"{block.name}: $ {command}\n{printed}"
    for picture in (*PICTURES.iterdir(), *PICTURES.parent.glob("*.svg")):
        drawn = folder / picture.name
        assert not drawn.exists() or drawn.read_bytes() == picture.read_bytes(), "run `make docs`"


def commands(text: str) -> list[tuple[str, str]]:
    """The commands of a block, each with what it prints; a line that ends in a backslash goes on."""
    found = []
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, expected = re.sub(r"\\\n *", "", part).partition("\n")
        found.append((command, expected))
    return found


def execute(command: str, folder: Path) -> str:
    """What a command prints, problems included; one that fails has to say so, and so has what is rejected."""
    words = shlex.split(command)
    if words[0] != "scmlang":
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True)
        return done.stdout
    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(printed):
        status = run_here(*words[1:])
    text = printed.getvalue()
    assert (status != 0) == bool(re.search(r"^error|^[1-9]\d* rejected", text, re.MULTILINE)), text
    return text


def matches(expected: str, printed: str) -> bool:
    lines = _trimmed(expected)
    pattern = "".join("(.*\n)*?" if line == "…" else _pattern(line) + "\n" for line in lines)
    return re.fullmatch(pattern, "".join(line + "\n" for line in _trimmed(printed))) is not None


def _pattern(line: str) -> str:
    return re.escape(line).replace("…", ".*")


def _trimmed(text: str) -> list[str]:
    """Lines without blanks at their ends, and none that are empty at the ends of the text."""
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def test_what_is_printed_is_compared() -> None:
    assert matches("a\n…\nd\n", "a\nb\nc\nd\n")
    assert matches("a … c\n", "a b c  \n\n")
    assert matches("", "")
    assert not matches("a\n…\nd\n", "a\nb\n")
    assert not matches("a\n", "a\nb\n")
    assert not matches("a … c\n", "a b\nc\n")


def test_commands_are_told_from_what_they_print() -> None:
    assert commands("$ ls -l \\\n    -a\none\ntwo\n$ true\n") == [("ls -l -a", "one\ntwo\n"), ("true", "")]


def test_every_picture_of_the_page_is_drawn_in_its_session() -> None:
    shown = set(re.findall(r"\(images/tutorial/([\w.]+)\)", TUTORIAL.read_text(encoding="utf-8")))
    assert shown == {picture.name for picture in PICTURES.iterdir()}
    typed = [command for block in session(TUTORIAL) for command, _ in commands(block.text)]
    written = {word for command in typed for word in shlex.split(command)}
    assert shown <= written
