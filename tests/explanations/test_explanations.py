"""Every code has a story, and its programs do what the story says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import scmlang
from scmlang.cli.app import COMMANDS
from scmlang.compiler import Compilation
from scmlang.diagnostics.base import ScmError
from scmlang.explanations import Explanation, Snippet, codes, groups, read
from scmlang.explanations.reader import parse
from scmlang.formatting import format_text
from scmlang.limits import LIMITS
from scmlang.source import Source
from tests.cli.process import run_here
from tests.test_codes import titles

_REPORTED = re.compile(r"^(?:error|warning)\[(\w+)\]", re.MULTILINE)
_ONLY_COMMANDS = {"E001", "E002", "E003", "E023"}  # codes of the language that no short program has
STORIES = [read(code) for code in codes()]
PROGRAMS = [e for e in STORIES if e.wrong.language == "scm" and not e.wrong.command]
RUN = [e for e in STORIES if e.wrong.command]


def each(stories: list[Explanation]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("story", stories, ids=lambda story: story.code)


def test_every_code_has_a_story_and_every_story_a_code() -> None:
    assert {story.code: story.title for story in STORIES} == titles()
    assert [story.code for story in STORIES] == list(codes())


def test_every_code_of_the_language_has_programs() -> None:
    language = {code for code in codes() if int(code[1:]) < 100}
    assert {story.code for story in PROGRAMS} == language - _ONLY_COMMANDS


def test_every_code_is_in_one_group() -> None:
    assert sorted(code for group in groups() for code in group.codes) == list(codes())


@each(STORIES)
def test_stories_are_told_in_sentences(story: Explanation) -> None:
    assert len(story.story.split()) >= 12
    assert story.story.endswith((".", ")"))
    assert story.wrong != story.right
    assert max(map(len, story.wrong.text.splitlines())) <= 110 or story.code in ("E007", "E023")


@each(PROGRAMS)
def test_the_wrong_program_has_this_mistake_and_no_other(story: Explanation) -> None:
    assert set(found(story.wrong.text)) == {story.code}


@each(PROGRAMS)
def test_the_right_program_has_none(story: Explanation) -> None:
    assert found(story.right.text) == []


def found(text: str) -> list[str]:
    """The codes of a program, warnings included."""
    compilation = Compilation.from_text(text)
    try:
        return [d.code for d in (*compilation.warnings, *compilation.failures)]
    except ScmError as error:
        return [d.code for d in error.diagnostics]


@each(PROGRAMS)
def test_the_right_program_is_in_the_one_style(story: Explanation) -> None:
    assert format_text(Source(story.code, story.right.text)) == story.right.text


@each(RUN)
def test_the_command_reports_the_wrong_text_alone(
    story: Explanation, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(story.wrong) == (1 if story.code.startswith("E") else 0)
    assert set(_REPORTED.findall(capsys.readouterr().err)) == {story.code}
    if story.right.command:  # else it needs what a test has not: data, or a training
        assert run(story.right) == 0
        assert _REPORTED.findall(capsys.readouterr().err) == []


def run(snippet: Snippet) -> int:
    file = Path("example.scm" if snippet.language == "scm" else f"example.{snippet.language}")
    file.write_text(snippet.text, encoding="utf-8")
    return run_here(*(file if word == "FILE" else word for word in shlex.split(snippet.command)))


@each([story for story in STORIES if "console" in (story.wrong.language, story.right.language)])
def test_console_blocks_name_commands_that_there_are(story: Explanation) -> None:
    texts = [s.text for s in (story.wrong, story.right) if s.language == "console"]
    named = re.findall(r"^\$ scmlang (\w+)", "".join(texts), re.MULTILINE)
    assert named
    assert set(named) <= set(COMMANDS)


@each([story for story in STORIES if story.wrong.language == "python"])
def test_python_blocks_do_what_they_say(story: Explanation) -> None:
    with pytest.raises(scmlang.ScmError) as raised:
        exec(story.wrong.text, {})
    assert [d.code for d in raised.value.diagnostics] == [story.code]
    exec(story.right.text, {})


def test_the_program_of_too_many_edges() -> None:
    """E023's program is made by a command; here is what the command makes."""
    names = ",".join(f"X{i}" for i in range(500))
    assert LIMITS.edges < 500 * 500
    assert "range(500)" in read("E023").wrong.text
    assert found(f"{names}: binary\n{{{names}}} <-> {{{names}}}") == ["E023"]
    assert found(f"{names}: binary\nlatent L: binary\nL -> {{{names}}}") == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# E999: a title\n\nA story.\n",
        "# E999: a title\n\n```scm wrong\nX: no\n```\n\n```scm right\nX: binary\n```\n",
        "# E999: a title\n\nA story.\n\n```scm wrong\nX: no\n```\n\n```scm wrong\nX: binary\n```\n",
        "# E999: a title\n\nA story.\n\n```scm wrong\nX: no\n```\n\n```scm\nX: binary\n```\n",
    ],
    ids=["empty", "no blocks", "no story", "two wrong", "no right"],
)
def test_what_is_no_explanation_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"explanation|story"):
        parse(text)


def test_reading_a_code_that_is_none() -> None:
    with pytest.raises(KeyError):
        read("E998")
