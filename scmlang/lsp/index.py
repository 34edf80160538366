"""Who is named where: every occurrence of every name of a text, and what it stands for.

A file has one name space for variables, constants and levels (E011, E015), and one for queries. A level
belongs to every domain that lists it, as it does in the language itself.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from scmlang.lsp.recovery import Recovered
from scmlang.lsp.tree import Place, names
from scmlang.semantics.couplings import OPTION as COUPLING
from scmlang.semantics.names import is_bare
from scmlang.source import Source, Span
from scmlang.syntax import ast
from scmlang.syntax.lexicon import lexicon


class Kind(Enum):
    """What a name of the file stands for."""

    VARIABLE = "variable"
    CONSTANT = "constant"
    LEVEL = "level"
    QUERY = "query"
    MODEL = "model"


class Word(Enum):
    """What a name stands for that the file does not declare."""

    DOMAIN = "domain"
    DRAW = "distribution or renderer"
    MECHANISM = "mechanism type"
    OPTION = "option"
    CHOICE = "value of an option"
    FUNCTION = "function"
    QUANTITY = "quantity of a query"


@dataclass(frozen=True)
class Symbol:
    """Something that the file declares."""

    kind: Kind
    name: str


@dataclass(frozen=True)
class Occurrence:
    """A name where it is written.

    Attributes:
        text, span: the name and its place.
        symbol: what of the file it stands for, if anything.
        word: what of the language it stands for, if anything.
        declares: whether this is the declaration.
        writes: whether a statement gives it its value here.
        beside: for a level, the variable that it is a level of, as far as it can be seen.
        place: where in the tree; None in a statement that does not parse.
    """

    text: str
    span: Span
    symbol: Symbol | None = None
    word: Word | None = None
    declares: bool = False
    writes: bool = False
    beside: str | None = None
    place: Place | None = None


_Key = tuple[type[ast.Node], str]
_WORDS: Mapping[_Key, Word] = {
    (ast.WordDomain, "word"): Word.DOMAIN,
    (ast.Argument, "name"): Word.OPTION,
    (ast.Apply, "function"): Word.FUNCTION,
    (ast.Application, "function"): Word.QUANTITY,
}
_DECLARATIONS: Mapping[_Key, Kind] = {
    (ast.ModelName, "name"): Kind.MODEL,
    (ast.Declaration, "names"): Kind.VARIABLE,
    (ast.Exogenous, "names"): Kind.VARIABLE,
    (ast.Let, "name"): Kind.CONSTANT,
    (ast.NamedDomain, "levels"): Kind.LEVEL,
    (ast.NamedQuery, "name"): Kind.QUERY,
}
_WRITES = frozenset(((ast.Assignment, "name"), (ast.Draw, "name"), (ast.Mechanism, "names")))
_IN_DIAGRAM = (ast.Group, "names")
_TOKEN = re.compile(rf"{lexicon().comment}|{lexicon().name}")


class Index:
    """The names of one text."""

    def __init__(self, recovered: Recovered, source: Source) -> None:
        self._places = [place for s in recovered.program.statements for place in names(s)]
        self._bare = is_bare(recovered.program)
        self._names: dict[str, Symbol] = {}
        self._levels: dict[str, Symbol] = {}
        self._placed: set[Symbol] = set()
        self._declare()
        found = [self._occurrence(place) for place in self._places]
        found += _loose(source.text, recovered.broken, self.named)
        self.occurrences = tuple(sorted(found, key=lambda o: o.span))

    # --- questions

    def at(self, offset: int) -> Occurrence | None:
        """The name that an offset is in, or right behind."""
        after = bisect_right(self._starts, offset)
        before = self.occurrences[after - 1] if after else None
        return before if before and offset <= before.span.end else None

    def of(self, symbol: Symbol) -> tuple[Occurrence, ...]:
        """Every occurrence of a symbol."""
        return self._by_symbol.get(symbol, ())

    def declarations(self, symbol: Symbol) -> tuple[Occurrence, ...]:
        """Where a symbol is declared; a level in each domain that has it."""
        return tuple(occurrence for occurrence in self.of(symbol) if occurrence.declares)

    def symbols(self, *kinds: Kind) -> tuple[Symbol, ...]:
        """The symbols of some kinds, in the order in which the text has them."""
        return tuple(symbol for symbol in self._by_symbol if symbol.kind in kinds)

    def named(self, text: str) -> Symbol | None:
        """The variable, constant or level of that name."""
        return self._names.get(text) or self._levels.get(text)

    @cached_property
    def _starts(self) -> list[int]:
        return [occurrence.span.start for occurrence in self.occurrences]

    @cached_property
    def _by_symbol(self) -> dict[Symbol, tuple[Occurrence, ...]]:
        found: dict[Symbol, list[Occurrence]] = {}
        for occurrence in self.occurrences:
            if occurrence.symbol is not None:
                found.setdefault(occurrence.symbol, []).append(occurrence)
        return {symbol: tuple(occurrences) for symbol, occurrences in found.items()}

    # --- building

    def _declare(self) -> None:
        for place in self._places:
            kind = _DECLARATIONS.get(_key(place))
            if kind in (Kind.VARIABLE, Kind.CONSTANT):
                self._names.setdefault(place.name.text, Symbol(kind, place.name.text))
            elif kind is Kind.LEVEL:
                self._levels.setdefault(place.name.text, Symbol(kind, place.name.text))
            elif self._bare and _key(place) == _IN_DIAGRAM:
                self._names.setdefault(place.name.text, Symbol(Kind.VARIABLE, place.name.text))

    def _occurrence(self, place: Place) -> Occurrence:
        name, key = place.name, _key(place)
        word = _word(place)
        if word is not None:
            return Occurrence(name.text, name.span, word=word, place=place)
        kind = _DECLARATIONS.get(key)
        symbol = Symbol(kind, name.text) if kind in (Kind.MODEL, Kind.QUERY) else self._symbol(place)
        return Occurrence(
            name.text,
            name.span,
            symbol,
            declares=self._declares(symbol, kind, key),
            writes=key in _WRITES,
            beside=_beside(place),
            place=place,
        )

    def _symbol(self, place: Place) -> Symbol | None:
        if _is_value(place):
            return self._levels.get(place.name.text)
        return self.named(place.name.text)

    def _declares(self, symbol: Symbol | None, kind: Kind | None, key: _Key) -> bool:
        """A level is declared by each domain; in a bare diagram the first edge declares a variable."""
        if symbol is None or (kind is None and not (self._bare and key == _IN_DIAGRAM)):
            return False
        first = symbol not in self._placed
        self._placed.add(symbol)
        return first or symbol.kind is Kind.LEVEL


def _key(place: Place) -> _Key:
    return type(place.owner), place.field


def _is_value(place: Place) -> bool:
    """Whether only a level can stand there."""
    return _key(place) in ((ast.NamedDomain, "levels"), (ast.Setting, "value"))


def _word(place: Place) -> Word | None:
    if isinstance(place.owner, ast.Call):
        return Word.MECHANISM if isinstance(place.statement, ast.Mechanism) else Word.DRAW
    if isinstance(place.name, ast.Word) and _is_choice(place):
        return Word.CHOICE
    return _WORDS.get(_key(place))


def _is_choice(place: Place) -> bool:
    """Whether a word is the value of an option, of a mechanism type or of a draw."""
    argument = place.owner
    if isinstance(place.statement, ast.Mechanism):
        return True
    return isinstance(argument, ast.Argument) and argument.name is not None and argument.name.text == COUPLING


def _beside(place: Place) -> str | None:
    """The variable whose level a word is: of a setting, of a comparison, of its own equation."""
    owner = place.owner
    if isinstance(owner, ast.Setting):
        return owner.variable.text if place.field == "value" else None
    if isinstance(owner, ast.NamedDomain):
        return None
    if isinstance(owner, ast.Counterfactual) and isinstance(place.above, ast.Event):
        event = place.above
        return _variable(event.right if event.left is owner else event.left)
    if isinstance(owner, ast.Binary):
        return _variable(owner.right if place.field == "left" else owner.left)
    return place.statement.name.text if isinstance(place.statement, ast.Assignment) else None


def _variable(node: ast.Node) -> str | None:
    if isinstance(node, ast.Counterfactual):
        return node.variable.text
    return node.text if isinstance(node, ast.Word) else None


def _loose(text: str, broken: Iterable[Span], named: Callable[[str], Symbol | None]) -> Iterator[Occurrence]:
    """The names in stretches that do not parse, so far as they are names of the file."""
    reserved = set(lexicon().words)
    for span in broken:
        for match in _TOKEN.finditer(text, span.start, span.end):
            word = match.group()
            if word[0] != "#" and word not in reserved:
                yield Occurrence(word, Span(*match.span()), named(word))
