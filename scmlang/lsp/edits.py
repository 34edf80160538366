"""Changes of a text: as values, and applied."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scmlang.source import Span


@dataclass(frozen=True, order=True)
class Edit:
    """``text`` in place of what is in ``span``."""

    span: Span
    text: str


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text after edits that do not overlap."""
    parts, at = [], 0
    for edit in sorted(edits):
        parts += [text[at : edit.span.start], edit.text]
        at = edit.span.end
    return "".join([*parts, text[at:]])


def difference(old: str, new: str) -> Edit | None:
    """One edit of whole lines that makes ``new`` of ``old``, as small as one edit can be."""
    if old == new:
        return None
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    head = _alike(before, after)
    tail = _alike(before[head:][::-1], after[head:][::-1])
    start = sum(map(len, before[:head]))
    end = len(old) - sum(map(len, before[len(before) - tail :]))
    return Edit(Span(start, end), "".join(after[head : len(after) - tail]))


def _alike(a: list[str], b: list[str]) -> int:
    """How many lines both begin with."""
    count = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        count += 1
    return count
