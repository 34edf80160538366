"""Texts and places as messages of the protocol have them."""

from __future__ import annotations

from itertools import count
from typing import Any

from tests.lsp.client import Client, Text

_numbers = count()


def opened(client: Client, text: str) -> Text:
    return client.open(text, f"file:///models/model{next(_numbers)}.scm")


def place(text: str, target: str) -> tuple[int, int]:
    """Line and column of a piece of an ASCII text."""
    offset = text.index(target)
    return text.count("\n", 0, offset), offset - (text.rfind("\n", 0, offset) + 1)


def span(line: int, start: int, end: int) -> dict[str, Any]:
    """A range within one line."""
    return {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}
