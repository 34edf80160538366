"""A small, safe reading of YAML that remembers where everything stood.

Recipes need mappings, lists and scalars, so that is all there is: no anchors, aliases, merges, tags
or second documents, no key twice, and bounds on size and depth. Only PyYAML's event parser is used;
nothing is constructed from a tag. Plain scalars follow the core schema of YAML 1.2 (``1e-3`` is a
number, ``no`` a word, ``017`` seventeen), not PyYAML's 1.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from scmlang.diagnostics.base import Diagnostic, Note, ScmError
from scmlang.limits import LIMITS
from scmlang.source import Source, Span

ScalarValue = bool | int | float | str | None

_WORDS: dict[str, ScalarValue] = {"": None, "~": None}
_WORDS |= dict.fromkeys(("null", "Null", "NULL"))
_WORDS |= dict.fromkeys(("true", "True", "TRUE"), True)
_WORDS |= dict.fromkeys(("false", "False", "FALSE"), False)
_INTEGER = re.compile(r"[-+]?[0-9]{1,40}")
_OCTAL = re.compile(r"0o([0-7]{1,40})")
_HEXADECIMAL = re.compile(r"0x([0-9a-fA-F]{1,40})")
_REAL = re.compile(r"[-+]?(\.[0-9]{1,40}|[0-9]{1,40}(\.[0-9]{0,40})?)([eE][-+]?[0-9]{1,4})?")
_SPECIAL = re.compile(r"([-+]?)\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


@dataclass(frozen=True)
class Place:
    """A span together with the text it is in: a recipe is assembled from several texts."""

    source: Source
    span: Span

    def problem(self, code: str, message: str, *helps: str, label: str = "") -> Diagnostic:
        """A diagnostic that underlines this place."""
        return Diagnostic(code, message, self.source, self.span, label, helps=helps)


@dataclass(frozen=True)
class Scalar:
    """One value: null, true or false, a number, a word."""

    place: Place
    value: ScalarValue


@dataclass(frozen=True)
class Sequence:
    """A list."""

    place: Place
    items: tuple[Node, ...]


@dataclass(frozen=True)
class Entry:
    """One key of a mapping with its value."""

    key: Place
    node: Node


@dataclass(frozen=True)
class Table:
    """A mapping from words; the order is the text's."""

    place: Place
    entries: Mapping[str, Entry] = field(hash=False)


Node = Scalar | Sequence | Table


def read_yaml(source: Source, start: int = 0) -> Node:
    """Read the text of ``source`` from character ``start``; an empty text is an empty table.

    Raises:
        ScmError: E150 when it is too large, E152 when it is not YAML, E153 for a part of YAML that
            recipes do without, E154 for a repeated key. Problems of the last two kinds are
            collected, so one reading reports them all.
    """
    if len(source.text.encode("utf-8", "surrogatepass")) > LIMITS.recipe_bytes:
        message = f"`{source.name}` is larger than {LIMITS.recipe_bytes} bytes"
        raise ScmError([Diagnostic("E150", message, helps=("a recipe is a page of text",))])
    return _Reader(source, start).read()


def resolve(word: str) -> ScalarValue:
    """The value of a plain scalar in the core schema of YAML 1.2 (section 10.3.2)."""
    if word in _WORDS:
        return _WORDS[word]
    if _INTEGER.fullmatch(word):
        return int(word)
    if octal := _OCTAL.fullmatch(word):
        return int(octal[1], 8)
    if hexadecimal := _HEXADECIMAL.fullmatch(word):
        return int(hexadecimal[1], 16)
    if _REAL.fullmatch(word):
        return float(word)
    if special := _SPECIAL.fullmatch(word):
        return float("nan") if special[3] else float(f"{special[1]}inf")
    return word


def plain(node: Node) -> object:
    """The node without its places: dictionaries, tuples and scalars."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return tuple(plain(item) for item in node.items)
    return {key: plain(entry.node) for key, entry in node.entries.items()}


def merge(base: Node, over: Node) -> Node:
    """``over`` laid upon ``base``: tables are merged key by key, anything else is replaced."""
    if not (isinstance(base, Table) and isinstance(over, Table)):
        return over
    entries = dict(base.entries)
    for key, entry in over.entries.items():
        old = entries.get(key)
        entries[key] = Entry(entry.key, merge(old.node, entry.node)) if old else entry
    return Table(over.place, entries)


class _Reader:
    """One pass over PyYAML's events, by recursive descent; ``depth`` bounds the recursion."""

    def __init__(self, source: Source, start: int) -> None:
        self.source = source
        self.start = start
        self.problems: list[Diagnostic] = []

    def read(self) -> Node:
        try:
            root = self._document(yaml.parse(self.source.text[self.start :], Loader=yaml.SafeLoader))
        except yaml.YAMLError as error:
            self.problems.append(self._syntax(error))
        if self.problems:
            raise ScmError(sorted(self.problems, key=lambda d: d.span or Span(0, 0)))
        return root

    def _document(self, events: Iterator[yaml.Event]) -> Node:
        next(events)
        opening = next(events)
        if isinstance(opening, yaml.StreamEndEvent):
            return Table(self._place(opening), {})
        root = self._node(events, next(events), 1)
        next(events)
        following = next(events)
        if not isinstance(following, yaml.StreamEndEvent):
            self._refuse(following, "a second document", "a recipe is one document, without `---`")
        return root

    def _node(self, events: Iterator[yaml.Event], event: yaml.Event, depth: int) -> Node:
        self._plain_event(event, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, event, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self._table(events, event, depth)
        if isinstance(event, yaml.ScalarEvent) and event.implicit[0] and event.style is None:
            return Scalar(self._place(event), resolve(event.value))
        value = getattr(event, "value", None)
        if value is not None and any("\ud800" <= char <= "\udfff" for char in value):
            self._refuse(event, "half a character", "write the character itself, not as a pair of escapes")
        return Scalar(self._place(event), value)

    def _sequence(self, events: Iterator[yaml.Event], start: yaml.Event, depth: int) -> Sequence:
        items: list[Node] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self._node(events, event, depth + 1))
        return Sequence(self._extent(start, event, items), tuple(items))

    def _table(self, events: Iterator[yaml.Event], start: yaml.Event, depth: int) -> Table:
        entries: dict[str, Entry] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._node(events, event, depth + 1)
            node = self._node(events, next(events), depth + 1)
            if not isinstance(event, yaml.ScalarEvent):
                self.problems.append(
                    key.place.problem("E153", "a recipe cannot have a key that is not a word")
                )
                continue
            if node.place.span.start == node.place.span.end:
                node = Scalar(key.place, None)
            self._enter(entries, event.value, Entry(key.place, node))
        return Table(self._extent(start, event, [entry.node for entry in entries.values()]), entries)

    def _enter(self, entries: dict[str, Entry], key: str, entry: Entry) -> None:
        if key in entries:
            note = Note("first given here", entries[key].key.span)
            self.problems.append(
                Diagnostic("E154", f"`{key}` is given twice", self.source, entry.key.span, notes=(note,))
            )
        elif key == "<<":
            self.problems.append(
                entry.key.problem(
                    "E153", "recipes have no merge keys", "start from another recipe: `extends:`"
                )
            )
        else:
            entries[key] = entry

    def _plain_event(self, event: yaml.Event, depth: int) -> None:
        """Refuse aliases, anchors and tags; too deep a nesting ends the reading at once."""
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event, "an alias", "write the value out")
        elif getattr(event, "anchor", None) is not None:
            self._refuse(event, "an anchor", "write the value out where it is needed")
        elif (tag := getattr(event, "tag", None)) is not None:
            self._refuse(event, "a tag", f"leave `{tag}` out")
        if depth > LIMITS.recipe_depth:
            self._refuse(event, f"more than {LIMITS.recipe_depth} levels of nesting")
            raise ScmError(self.problems)

    def _refuse(self, event: yaml.Event, what: str, *helps: str) -> None:
        self.problems.append(self._place(event).problem("E153", f"a recipe cannot have {what}", *helps))

    def _place(self, event: yaml.Event) -> Place:
        """Where an event stands; a block scalar's end mark is at the next token, so blanks are cut off."""
        start, end = (self.start + (mark.index if mark else 0) for mark in (event.start_mark, event.end_mark))
        return Place(self.source, Span(start, start + len(self.source.text[start:end].rstrip())))

    def _extent(self, start: yaml.Event, end: yaml.Event, children: list[Node]) -> Place:
        """From the first to the last character; a block has no end mark of its own, its last child has."""
        place, last = self._place(start), self._place(end)
        if last.span.start == last.span.end and children:
            last = children[-1].place
        return Place(self.source, place.span | last.span)

    def _syntax(self, error: yaml.YAMLError) -> Diagnostic:
        mark = getattr(error, "problem_mark", None)
        offset = mark.index if mark is not None else getattr(error, "position", 0)
        offset = min(self.start + offset, len(self.source.text))
        words = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
        span = Span(offset, min(offset + 1, len(self.source.text)))
        return Diagnostic("E152", "this is not well-formed YAML", self.source, span, _sentence(words))


def _sentence(words: str) -> str:
    return words.replace("'", "`").strip()
