"""From document to lines, by a stack instead of recursion, in time linear in the document.

Each group is measured once, up to the first place after it where a line may end, as in D. Oppen,
"Prettyprinting" (ACM TOPLAS 2(4), 1980).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from scmlang.formatting.document import (
    Break,
    Document,
    Group,
    Indented,
    Remark,
    Sequence,
    Text,
    WhenBroken,
)

WIDTH = 100
STEP = 4


@dataclass(frozen=True, slots=True)
class Line:
    """``code`` with its indentation, and the comment behind it, either of them perhaps empty."""

    code: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class _Item:
    indent: int
    flat: bool
    document: Document


def lay_out(document: Document) -> list[Line]:
    """The lines of a document, at most :data:`WIDTH` columns wide where its breaks allow it."""
    page = _Page()
    stack = [_Item(0, False, document)]
    while stack:
        item = stack.pop()
        match item.document:
            case Text(text):
                page.write(text)
            case Remark(text):
                page.remark = text
            case WhenBroken(text):
                page.write("" if item.flat else text)
            case Break(blank, hard):
                if item.flat and not hard:
                    page.write(blank)
                else:
                    page.end_line(item.indent)
            case Sequence(parts):
                stack += [_Item(item.indent, item.flat, part) for part in reversed(parts)]
            case Indented(body):
                stack.append(_Item(item.indent + STEP, item.flat, body))
            case Group(body, hard):
                flat = item.flat or (not hard and _fits(body, WIDTH - page.column, stack))
                stack.append(_Item(item.indent, flat, body))
            case _:
                assert_never(item.document)
    page.end_line(0)
    return page.lines


def flat_text(document: Document) -> str:
    """A document that is not hard, on one line."""
    found: list[str] = []
    waiting = [document]
    while waiting:
        match waiting.pop():
            case Text(text) | Break(text):
                found.append(text)
            case Sequence(parts):
                waiting += reversed(parts)
            case Indented(body) | Group(body):
                waiting.append(body)
            case Remark() | WhenBroken():
                pass
    return "".join(found)


class _Page:
    """The lines so far, and the one that is being written."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.remark = ""
        self.column = 0
        self._written: list[str] = []

    def write(self, text: str) -> None:
        self._written.append(text)
        self.column += len(text)

    def end_line(self, indent: int) -> None:
        self.lines.append(Line("".join(self._written).rstrip(), self.remark))
        self._written, self.remark, self.column = [" " * indent], "", indent


def _fits(body: Document, room: int, after: list[_Item]) -> bool:
    """Whether ``body`` on one line, and what follows it up to a possible line end, needs at most ``room``."""
    waiting = [(True, body)]
    following = len(after)
    while room >= 0:
        if not waiting:
            if not following:
                return True
            following -= 1
            waiting.append((after[following].flat, after[following].document))
        flat, document = waiting.pop()
        match document:
            case Text(text):
                room -= len(text)
            case WhenBroken(text):
                room -= 0 if flat else len(text)
            case Break(text, hard):
                if hard or not flat:
                    return True
                room -= len(text)
            case Sequence(parts):
                waiting += [(flat, part) for part in reversed(parts)]
            case Indented(inner) | Group(inner):
                waiting.append((flat, inner))
            case Remark():
                pass
            case _:
                assert_never(document)
    return False
