"""The statements of a text that parse, whatever the others are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from scmlang.compiler import Compilation
from scmlang.diagnostics.base import ScmError
from scmlang.limits import LIMITS
from scmlang.source import Source, Span
from scmlang.syntax import ast
from scmlang.syntax.scanner import split

_REMEMBERED = 1 << 14  # statements; while one is typed the others stay as they are
_BLANKED = re.compile(r"[^\n;]")


@dataclass(frozen=True)
class Recovered:
    """What parses of a text.

    Attributes:
        program: its sound statements, with their places in the whole text.
        source: the text with everything else blanked out.
        broken: the stretches that were.
    """

    program: ast.Program
    source: Source
    broken: tuple[Span, ...] = ()


def recover(compilation: Compilation) -> Recovered:
    """The sound statements of a text; none of one that is larger than the limit."""
    source = compilation.source
    try:
        return Recovered(compilation.ast, source)
    except ScmError:
        if len(source.text) > LIMITS.source_bytes:
            return Recovered(ast.Program(Span(0, 0), ()), Source(source.name, ""))
    sound = [span for span in split(source).statements if _parses(source.text[span.start : span.end])]
    return without(source, gaps(sound, len(source.text)))


def without(source: Source, broken: tuple[Span, ...]) -> Recovered:
    """The text with those stretches blanked out; what is left must parse."""
    kept = Source(source.name, blank(source.text, broken))
    return Recovered(Compilation(kept).ast, kept, broken)


def blank(text: str, spans: tuple[Span, ...]) -> str:
    """Spaces where the spans are; what ends a statement stays, and so does every place."""
    parts, at = [], 0
    for span in sorted(spans):
        parts += [text[at : span.start], _BLANKED.sub(" ", text[span.start : span.end])]
        at = span.end
    return "".join([*parts, text[at:]])


def gaps(spans: list[Span], end: int) -> tuple[Span, ...]:
    """What lies between the spans."""
    starts = [0, *(span.end for span in spans)]
    ends = [*(span.start for span in spans), end]
    return tuple(Span(a, b) for a, b in zip(starts, ends, strict=True) if a < b)


@lru_cache(_REMEMBERED)
def _parses(text: str) -> bool:
    try:
        return bool(Compilation(Source("", text)).ast.statements)
    except ScmError:
        return False
