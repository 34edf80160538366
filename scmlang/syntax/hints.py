"""Mistakes that people make, recognised by the text around an error; they stand in ``hints.txt``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template

from scmlang.diagnostics.base import InternalError
from scmlang.source import Span
from scmlang.syntax.characters import named

_NEAR = 400  # characters looked at on each side of an error, so that no pattern can take long
_NAME = r"[A-Za-z][A-Za-z0-9_]*"
_FOREIGN_WORD = re.compile(rf"{_NAME}(?![\x00-\x7f])[\w\u0300-\u036f]")
_QUERY = "query q = "  # before a query that is typed alone, so that it is looked at as one in a file


@dataclass(frozen=True)
class Hint:
    """A mistake: what stands before the error and at it, and what to say.

    Attributes:
        before, at: the patterns; ``before`` is searched for, ``at`` must match where the error is.
        message, help: templates over the named groups of both, and ``$at`` for all that ``at`` matches.
        code: of the diagnostic, where it is not that of its state.
        statements, queries: wrong texts that it fits.
    """

    before: re.Pattern[str]
    at: re.Pattern[str]
    message: str
    help: str
    code: str
    statements: tuple[str, ...]
    queries: tuple[str, ...]


@dataclass(frozen=True)
class Hinted:
    """What to say of an error, and the place to underline."""

    code: str
    message: str
    help: str
    span: Span


def hint(text: str, at: int, *, query: bool = False) -> Hinted | None:
    """The first hint that fits an error at ``at`` in a statement (or in a query)."""
    word = _FOREIGN_WORD.match(text, at)
    if word:
        return _of_character(text, word.end() - 1)
    prefix = _QUERY if query else ""
    cut = max(0, at - _NEAR)
    before = "…" + text[cut:at] if cut else prefix + text[:at]
    origin = at - len(before)
    for known in hints():
        here = known.at.match(text, at, at + _NEAR)
        past = known.before.search(before) if here else None
        if here and past:
            return _hinted(known, here, past, origin)
    return _of_character(text, at)


def _of_character(text: str, at: int) -> Hinted | None:
    special = named(text, at)
    return Hinted("E004", *special) if special else None


def _hinted(known: Hint, here: re.Match[str], past: re.Match[str], origin: int) -> Hinted:
    words = {name: (text or "…").strip() for name, text in (past.groupdict() | here.groupdict()).items()}
    words = {"at": here.group().strip()} | words
    message, help = (Template(text).substitute(words) for text in (known.message, known.help))
    return Hinted(known.code, message, help, _place(here, past, origin))


def _place(here: re.Match[str], past: re.Match[str], origin: int) -> Span:
    if "place" in past.re.groupindex:
        return Span(past.start("place") + origin, past.end("place") + origin)
    start, end = here.span("place" if "place" in here.re.groupindex else 0)
    return Span(start, max(end, start + 1))


@cache
def hints() -> tuple[Hint, ...]:
    """The hints that come with the package."""
    text = (files("scmlang.syntax") / "hints.txt").read_text(encoding="utf-8")
    return tuple(parse_hints(text))


def parse_hints(text: str) -> Iterator[Hint]:
    """The hints of a text in the format that ``hints.txt`` explains.

    Raises:
        InternalError: for an entry that lacks a pattern, a message or a help, or has one twice.
    """
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if lines:
            yield _hint(lines)


def _hint(lines: list[str]) -> Hint:
    marked: dict[str, list[str]] = {mark: [] for mark in "<@>=:!?"}
    for line in lines:
        mark, _, rest = line.partition(" ")
        if mark not in marked:
            raise InternalError(f"a line of hints.txt has no mark: {line}")
        marked[mark].append(rest)
    if any(len(marked[mark]) != 1 for mark in "<@>=") or len(marked[":"]) > 1:
        raise InternalError(f"an entry of hints.txt is not as it should be: {lines}")
    before, at = (re.compile(marked[mark][0].replace("NAME", _NAME), re.ASCII | re.DOTALL) for mark in "<@")
    examples = tuple(marked["!"]), tuple(marked["?"])
    return Hint(before, at, marked[">"][0], marked["="][0], "".join(marked[":"]), *examples)
