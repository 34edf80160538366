"""The hand-written messages of ``messages.txt``, by the items of the states that they are for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from scmlang.diagnostics.base import InternalError
from scmlang.syntax.states import Item

_COMPLETE = "^"


@dataclass(frozen=True)
class Entry:
    """What is said of some states.

    Attributes:
        items: a state whose kernel has one of them takes this entry, unless an earlier one fits.
        message: what comes next; empty where something is complete, and the state behind it knows
            what follows.
        help: an example, or what to do.
        statements, queries: wrong texts of which this is said.
    """

    items: tuple[str, ...]
    message: str
    help: str
    statements: tuple[str, ...]
    queries: tuple[str, ...]


class Catalogue:
    """All entries, in their order."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        self._rank: dict[str, int] = {}
        for rank, entry in enumerate(self.entries):
            for item in entry.items:
                self._rank.setdefault(item, rank)

    def find(self, kernel: Iterable[Item]) -> tuple[Entry, Item]:
        """The entry of a state, and the item that it was found by.

        Raises:
            InternalError: when there is none.
        """
        known = [(self._rank[str(item)], item) for item in kernel if str(item) in self._rank]
        if not known:
            raise InternalError(f"no message for the state of {', '.join(sorted(map(str, kernel)))}")
        rank, item = min(known)
        return self.entries[rank], item


@cache
def catalogue() -> Catalogue:
    """The messages that come with the package."""
    text = (files("scmlang.syntax") / "messages.txt").read_text(encoding="utf-8")
    return Catalogue(parse_entries(text))


def parse_entries(text: str) -> Iterator[Entry]:
    """The entries of a text in the format that ``messages.txt`` explains.

    Raises:
        InternalError: for an entry without items, or without exactly one message.
    """
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if lines:
            yield _entry(lines)


def _entry(lines: list[str]) -> Entry:
    marked: dict[str, list[str]] = {">": [], "=": [], "!": [], "?": [], _COMPLETE: [], "": []}
    for line in lines:
        mark, _, rest = line.partition(" ")
        kind = mark if mark in marked else ""
        marked[kind].append(rest if kind else line)
    said = marked[">"] + marked[_COMPLETE]
    if not marked[""] or len(said) != 1 or len(marked["="]) > 1:
        raise InternalError(f"an entry of messages.txt is not as it should be: {lines}")
    return Entry(tuple(marked[""]), said[0], "".join(marked["="]), tuple(marked["!"]), tuple(marked["?"]))
