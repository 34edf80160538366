"""``scmlang explain``: the story of a diagnostic code."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from enum import StrEnum
from textwrap import wrap
from typing import Annotated

import typer

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagnostics.render import wants_colour
from scmlang.explanations import Explanation, Snippet, codes, groups, read
from scmlang.semantics.errors import suggestion

SCHEMA = 1
_WIDEST = 88
_CODE = re.compile(r"`[^`]+`")
_BLANK = "\N{NO-BREAK SPACE}"  # stands for the blanks in code while lines are broken
_BOLD, _RED, _GREEN, _CYAN, _RESET = "\x1b[1m", "\x1b[1;31m", "\x1b[1;32m", "\x1b[36m", "\x1b[0m"


class Format(StrEnum):
    text = "text"
    json = "json"


class Colour(StrEnum):
    auto = "auto"
    always = "always"
    never = "never"


def explain(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="A code, as E012.", show_default=False)
    ] = None,
    format: Annotated[Format, typer.Option(help="How to print.")] = Format.text,
    color: Annotated[Colour, typer.Option(help="Whether to print in colour.")] = Colour.auto,
) -> None:
    """Tell what a diagnostic code means, why the rule is there, and how to repair what breaks it.

    Without a code all of them are listed.
    """
    if format is Format.json:
        document = _listed() if code is None else _told(_find(code))
        sys.stdout.write(json.dumps({"schema": SCHEMA, **document}, indent=2, ensure_ascii=False) + "\n")
        return
    page = _Page(wants_colour(sys.stdout, color.value))
    lines = page.list() if code is None else page.story(_find(code))
    sys.stdout.write("\n".join(lines) + "\n")


def _find(code: str) -> Explanation:
    wanted = code.strip().strip("[]").upper()
    if wanted not in codes():
        helps = suggestion(wanted, codes()) or ("`scmlang explain` lists every code",)
        raise ScmError([Diagnostic("E197", f"there is no code `{code}`", helps=helps)])
    return read(wanted)


def _listed() -> dict[str, object]:
    return {
        "groups": [
            {"title": group.title, "codes": [{"code": c, "title": read(c).title} for c in group.codes]}
            for group in groups()
        ]
    }


def _told(found: Explanation) -> dict[str, object]:
    return {
        "code": found.code,
        "title": found.title,
        "story": found.story,
        "wrong": vars(found.wrong),
        "right": vars(found.right),
    }


class _Page:
    """Text for a terminal or a pipe: the same words, in a terminal in colour."""

    def __init__(self, colour: bool) -> None:
        self.colour = colour
        self.width = min(shutil.get_terminal_size((80, 24)).columns, _WIDEST)

    def list(self) -> Iterator[str]:
        for group in groups():
            yield self._paint(group.title, _BOLD)
            for code in group.codes:
                lines = wrap(read(code).title, self.width - 8)
                yield f"  {self._paint(code, _CYAN)}  {lines[0]}"
                yield from (" " * 8 + line for line in lines[1:])
            yield ""
        yield "`scmlang explain CODE` tells more of one"

    def story(self, found: Explanation) -> Iterator[str]:
        yield self._paint(f"{found.code}: {found.title}", _BOLD)
        yield ""
        for paragraph in found.story.split("\n\n"):
            yield from self._paragraph(paragraph)
            yield ""
        yield from self._snippet("Wrong", _RED, found.wrong)
        yield ""
        yield from self._snippet("Right", _GREEN, found.right)

    def _paragraph(self, text: str) -> Iterator[str]:
        for item in re.split(r"\n(?=- )", text):
            mark, words = ("- ", item[2:]) if item.startswith("- ") else ("", item)
            whole = _CODE.sub(lambda match: match[0].replace(" ", _BLANK), " ".join(words.split()))
            lines = wrap(whole, self.width - len(mark), break_long_words=False, break_on_hyphens=False)
            for number, line in enumerate(lines):
                before = " " * len(mark) if number else mark
                yield before + self._words(line.replace(_BLANK, " "))

    def _snippet(self, title: str, tint: str, snippet: Snippet) -> Iterator[str]:
        under = f" (scmlang {snippet.command})" if snippet.command else ""
        yield self._paint(title, tint) + f"{under}:"
        yield ""
        yield from (f"    {line}".rstrip() for line in snippet.text.rstrip("\n").split("\n"))

    def _words(self, line: str) -> str:
        return _CODE.sub(lambda match: self._paint(match[0], _CYAN), line)

    def _paint(self, text: str, tint: str) -> str:
        return f"{tint}{text}{_RESET}" if self.colour else text
