"""The statements of a text that parse, whatever the others are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from scmlang.compiler import Compilation
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.source import Source, Span
from scmlang.syntax import ast
from scmlang.syntax.scanner import split

_REMEMBERED = 1 << 12  # statements
_ROUNDS = 3  # of looking where problems are reported, before every statement is tried
_BLANKED = re.compile(r"[^\n;]")


@dataclass(frozen=True)
class Recovered:
    """What parses of a text.

    Attributes:
        compilation: of the text with everything else blanked out, every place kept.
        broken: the stretches that were.
    """

    compilation: Compilation
    broken: tuple[Span, ...] = ()

    @property
    def program(self) -> ast.Program:
        """The sound statements, with their places in the whole text."""
        return self.compilation.ast


def recover(source: Source, problems: Iterable[Diagnostic]) -> Recovered:
    """The sound statements of a text that does not parse; none where they cannot be told.

    Args:
        source: the text.
        problems: what parsing it reported; of a problem without a place nothing is recovered.
    """
    sound = split(source).statements
    for number in range(_ROUNDS + 1):
        places = [problem.span.start for problem in problems if problem.span is not None]
        if not places:
            break
        if number == _ROUNDS:
            places = [span.start for span in sound]
        sound = _without_broken(source.text, sound, places)
        recovered = without(source, gaps(sound, len(source.text)))
        try:
            _ = recovered.program
        except ScmError as error:
            problems = error.diagnostics
        else:
            return recovered
    return Recovered(Compilation(Source(source.name, "")))


def without(source: Source, broken: tuple[Span, ...]) -> Recovered:
    """The text with those stretches blanked out."""
    return Recovered(Compilation(Source(source.name, blank(source.text, broken))), broken)


def blank(text: str, spans: tuple[Span, ...]) -> str:
    """Spaces where the spans are; what ends a statement stays, and so does every place."""
    parts, at = [], 0
    for span in sorted(spans):
        parts += [text[at : span.start], _BLANKED.sub(" ", text[span.start : span.end])]
        at = span.end
    return "".join([*parts, text[at:]])


def gaps(spans: tuple[Span, ...], end: int) -> tuple[Span, ...]:
    """What lies between the spans."""
    starts = [0, *(span.end for span in spans)]
    ends = [*(span.start for span in spans), end]
    return tuple(Span(a, b) for a, b in zip(starts, ends, strict=True) if a < b)


def _without_broken(text: str, statements: tuple[Span, ...], places: list[int]) -> tuple[Span, ...]:
    """The statements without those that a problem is in, and that do not parse by themselves.

    A problem at the end of a statement is at the start of the next one, too. A mistake that goes on over
    several lines is reported once, so what follows a broken statement is tried as well.
    """
    waiting, sound, after = sorted(places), [], False
    for span in statements:
        while waiting and waiting[0] < span.start:
            waiting.pop(0)
        touched = bool(waiting) and waiting[0] <= span.end
        broken = (touched or after) and not _parses(text[span.start : span.end])
        after = broken
        if not broken:
            sound.append(span)
    return tuple(sound)


@lru_cache(_REMEMBERED)
def _parses(text: str) -> bool:
    try:
        return bool(Compilation(Source("", text)).ast.statements)
    except ScmError:
        return False
