"""What a foreign file says and a model has no place for, kept as comments that are read back.

A note is a comment of a line of its own, ``# dagitty: X [exposure,pos="0,1"]``: the name of a format, and a
statement of that format about a node, an edge or the whole graph. Readers give notes, the text that is
imported begins with them, and the format's writer puts them back. Notes are comments to everything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scmlang.exchange.graph_text import WORDS
from scmlang.source import Source, Span

Subject = tuple[str, ...]


@dataclass(frozen=True)
class Note:
    """Attributes of ``()``, the whole graph, of ``(node,)`` or of ``(node, operator, node)``.

    A value of ``true`` is that of an attribute without a value.
    """

    format: str
    subject: Subject
    attributes: Mapping[str, str]

    def comment(self, names: Mapping[str, str]) -> str:
        """The line of the comment.

        Args:
            names: of the nodes, as the model has them.
        """
        subject = tuple(names.get(word, word) for word in self.subject)
        return f"# {self.format}: {statement(subject, self.attributes)}"


def statement(subject: Subject, attributes: Mapping[str, str]) -> str:
    """A statement as DOT and dagitty write it, on one line.

    >>> statement(("X",), {"exposure": "true", "pos": "0,1"}), statement((), {"bb": "0,0,1,1"})
    ('X [exposure,pos="0,1"]', 'bb="0,0,1,1"')
    """
    if not subject:
        return "; ".join(f"{identifier(key)}={_quoted(value)}" for key, value in attributes.items())
    words = " ".join(word if word in ("->", "<->") else identifier(word) for word in subject)
    held = [k if v == "true" else f"{k}={_quoted(v)}" for k, v in _identified(attributes)]
    return f"{words} [{','.join(held)}]" if held else words


def _identified(attributes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((identifier(key), value) for key, value in attributes.items())


def identifier(text: str) -> str:
    """A name or key, quoted where it is no plain word or could be taken for a word of the syntax."""
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text) and text.lower() not in WORDS
    return text if plain else _quoted(text)


def _quoted(text: str) -> str:
    line = "".join(char for char in " ".join(text.split()) if char.isprintable())
    escaped = line.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def comments(source: Source, format: str) -> Iterator[tuple[Source, Span]]:
    """The statements in the notes of a model's text, each with the place of its line."""
    opening = re.compile(rf"\s*#\s*{re.escape(format)}:(.*)", re.DOTALL)
    for number in range(1, source.line_count + 1):
        found = opening.fullmatch(source.line(number))
        if found:
            yield Source(source.name, found[1]), source.line_span(number)
