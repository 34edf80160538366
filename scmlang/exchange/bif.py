"""BIF, the interchange format of discrete Bayesian networks: reading.

The syntax is that of F. Cozman's proposal (The Interchange Format for Bayesian Networks, 1996): blocks
``network``, ``variable`` and ``probability``, commas and bars being blanks. A row of a table is
``(levels) p, ...``;
``table`` alone lists all of it, the variable's own level changing slowest; ``default`` stands for the
configurations without a row. Published networks round their numbers, so a row within 1 % of 1 is rescaled.
"""

from __future__ import annotations

import math
import re
from itertools import product

from scmlang.exchange.bif_writer import write
from scmlang.exchange.sketch import Rows, Sketch
from scmlang.exchange.tokens import Token, Tokens
from scmlang.limits import LIMITS
from scmlang.semantics.domains import BINARY, Finite
from scmlang.source import Source

__all__ = ["read", "write"]

_TOKEN = re.compile(
    r"""(?P<skip>[\s,|]+|//[^\n]*|/\*.*?\*/)
      | (?P<string>"[^"]*")
      | (?P<mark>[{}()\[\];])
      | (?P<word>[^\s,|{}()\[\];"]+)""",
    re.VERBOSE | re.DOTALL,
)
_ROUNDING = 1e-2
_EXACT = 1e-9


def read(source: Source) -> Sketch:
    """The network of a BIF file: domains, edges and tables.

    Raises:
        ScmError: E251 where the text is not BIF, E254 for a table that is too large, E256 for a table that is
            no conditional distribution, E257 for a name that is unknown or declared twice.
    """
    return _Reader(source).run()


class _Reader:
    def __init__(self, source: Source) -> None:
        self.sketch = Sketch(source)
        self.tokens = Tokens(source, _TOKEN, "BIF")
        self.levels: dict[str, tuple[str, ...]] = {}

    def run(self) -> Sketch:
        blocks = {"network": self._network, "variable": self._variable, "probability": self._probability}
        while self.tokens.next.kind != "end":
            token = self.tokens.kind("word", wanted="`network`, `variable` or `probability`")
            if token.text not in blocks:
                self.tokens.fail(f"BIF has no block `{token.text[:40]}`", token.span)
            blocks[token.text]()
        return self.sketch

    def _word(self, wanted: str) -> Token:
        token = self.tokens.kind("word", "string", wanted=wanted)
        return Token(token.kind, token.text.strip('"'), token.span)

    def _skip(self) -> None:
        """A property: everything up to the next semicolon."""
        while not self.tokens.accept(";"):
            if self.tokens.next.kind == "end":
                self.tokens.unexpected("`;`")
            self.tokens.take()

    def _network(self) -> None:
        if self.tokens.next.text != "{":
            self.sketch.name = self._word("a name").text
        self.tokens.expect("{")
        while not self.tokens.accept("}"):
            self._skip()

    # --- variables

    def _variable(self) -> None:
        name = self._word("the name of a variable")
        if name.text in self.levels:
            self.tokens.fail(f"the variable `{name.text}` is declared twice", name.span, "E257")
        node = self.sketch.node(name.text, name.span)
        self.tokens.expect("{")
        while not self.tokens.accept("}"):
            if self.tokens.accept("type"):
                self.levels[name.text] = self._type(name)
            else:
                self._skip()
        if name.text not in self.levels:
            self.tokens.fail(f"the variable `{name.text}` has no type", name.span)
        node.domain = _domain(self.levels[name.text])

    def _type(self, name: Token) -> tuple[str, ...]:
        self.tokens.expect("discrete")
        if self.tokens.accept("["):
            self._word("the number of levels")
            self.tokens.expect("]")
        self.tokens.expect("{")
        found: list[str] = []
        while not self.tokens.accept("}"):
            found.append(self._word("a level").text)
        self.tokens.expect(";")
        if not found or len(set(found)) < len(found):
            message = f"the levels of `{name.text}` are not one or more different words"
            self.tokens.fail(message, name.span)
        return tuple(found)

    # --- tables

    def _probability(self) -> None:
        self.tokens.expect("(")
        names: list[Token] = []
        while not self.tokens.accept(")"):
            names.append(self._word("the name of a variable or `)`"))
            if names[-1].text not in self.levels:
                message = f"there is no variable `{names[-1].text}` above"
                self.tokens.fail(message, names[-1].span, "E257")
        if not names or len({name.text for name in names}) < len(names):
            self.tokens.fail("this block must name different variables", self.tokens.next.span)
        own, parents = names[0], names[1:]
        if own.text in self.sketch.tables:
            self.tokens.fail(f"`{own.text}` has two tables", own.span, "E257")
        for parent in parents:
            self.sketch.arrow(parent.text, own.text, own.span | parent.span)
        _Table(self, own, tuple(parent.text for parent in parents)).read()


class _Table:
    """One block ``probability``: its rows, then whether they are a conditional distribution."""

    def __init__(self, reader: _Reader, own: Token, parents: tuple[str, ...]) -> None:
        self.reader, self.tokens, self.own, self.parents = reader, reader.tokens, own, parents
        self.size = len(reader.levels[own.text])
        self.sizes = [len(reader.levels[parent]) for parent in parents]
        self.chances: dict[tuple[int, ...], tuple[float, ...]] = {}
        self.default: tuple[float, ...] | None = None
        if math.prod(self.sizes) * self.size > LIMITS.table_cells:
            message = f"the table of `{own.text}` has more than {LIMITS.table_cells} probabilities"
            self.tokens.fail(message, own.span, "E254")

    def read(self) -> None:
        self.tokens.expect("{")
        while not self.tokens.accept("}"):
            if self.tokens.next.text == "(":
                self._row()
            elif self.tokens.accept("table"):
                self._whole()
            elif self.tokens.accept("default"):
                self.default = self._numbers(self.size)
            else:
                self.reader._skip()
        self._finish()

    def _row(self) -> None:
        start = self.tokens.expect("(").span
        configuration: list[int] = []
        while not self.tokens.accept(")"):
            level = self.reader._word("a level or `)`")
            parent = self.parents[len(configuration) : len(configuration) + 1]
            if not parent or level.text not in self.reader.levels[parent[0]]:
                whose = f"no level of `{parent[0]}`" if parent else "one level too many"
                self.tokens.fail(f"`{level.text}` is {whose}", level.span, "E256")
            configuration.append(self.reader.levels[parent[0]].index(level.text))
        if len(configuration) < len(self.parents):
            self.tokens.fail(f"this row does not name all {len(self.parents)} parents", start, "E256")
        if tuple(configuration) in self.chances:
            self.tokens.fail("this configuration has a row already", start, "E256")
        self.chances[tuple(configuration)] = self._numbers(self.size)

    def _whole(self) -> None:
        """All numbers at once: P(v | configuration) at index v * configurations + configuration."""
        count = math.prod(self.sizes)
        numbers = self._numbers(count * self.size)
        for i, configuration in enumerate(product(*map(range, self.sizes))):
            self.chances[configuration] = numbers[i::count]

    def _numbers(self, wanted: int) -> tuple[float, ...]:
        start, found = self.tokens.next.span, []
        while not self.tokens.accept(";"):
            token = self.tokens.kind("word", wanted="a probability or `;`")
            found.append(self._number(token))
        if len(found) != wanted:
            self.tokens.fail(f"there are {len(found)} probabilities where {wanted} belong", start, "E256")
        return tuple(found)

    def _number(self, token: Token) -> float:
        try:
            value = float(token.text)
        except ValueError:
            self.tokens.fail(f"`{token.text[:40]}` is no number", token.span)
        if not 0 <= value <= 1 + _EXACT:
            self.tokens.fail(f"`{token.text[:40]}` is no probability", token.span, "E256")
        return min(value, 1.0)

    def _finish(self) -> None:
        name, rescaled = self.own.text, 0
        rows: dict[tuple[int, ...], tuple[float, ...]] = {}
        for configuration in product(*map(range, self.sizes)):
            chances = self.chances.get(configuration, self.default)
            if chances is None:
                message = f"the table of `{name}` has no row for some configuration of its parents"
                self.tokens.fail(message, self.own.span, "E256")
            total = math.fsum(chances)
            if abs(total - 1) > _ROUNDING:
                self.tokens.fail(f"a row of `{name}` sums to {total:.6g}, not to 1", self.own.span, "E256")
            exact = abs(total - 1) <= _EXACT
            rescaled += not exact
            rows[configuration] = chances if exact else tuple(p / total for p in chances)
        if rescaled:
            message = f"rows of `{name}` that do not sum to 1 are rescaled: {rescaled}"
            self.reader.sketch.warn("W253", message, self.own.span)
        self.reader.sketch.tables[name] = Rows(self.parents, rows)


def _domain(levels: tuple[str, ...]) -> Finite:
    """``{0, 1}`` and ``{false, true}`` are binary, consecutive integers a range, all else names."""
    if levels == ("0", "1") or tuple(level.lower() for level in levels) == ("false", "true"):
        return BINARY
    if re.fullmatch(r"-?[0-9]{1,9}", levels[0]):
        first = int(levels[0])
        if levels == tuple(str(first + i) for i in range(len(levels))):
            return Finite("range", len(levels), first)
    return Finite("named", len(levels), names=levels)
