"""Whole programs that parse, however oddly they are written, and where their comments belong.

``Writer`` follows the grammar: each method writes one rule, with a random gap before every token. Gaps
inside brackets may hold comments and line ends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from hypothesis import strategies as st

NAMES = ("X", "Y", "Z", "U_x", "C2", "red", "green", "notable", "dox", "a_rather_long_variable_name", "E1")
NUMBERS = ("0", "1", "7", "007", "10", "0.10", "1e-3", ".5", "2.50E+02", "3e4", "0.0", "123456789012345")
BINARY = (
    ("or",),
    ("xor",),
    ("and",),
    (),
    ("==", "!=", "<=", ">=", "<", ">"),
    ("+", "-"),
    ("*", "/", "//", "%"),
)
CONDITIONAL, NEGATION, COMPARISON, SUM, SIGNED, POWER, POSTFIX, ATOM = 0, 4, 5, 6, 8, 9, 10, 11
WIDE_GAPS = ("", "", " ", " ", "  ", "\t", "\f", " \r", "   \t ")
LINE_ENDS = ("\n", "\n", "\r\n", " \n", "\n\n", "\n \t\n\n", "\r\n\r\n")


@dataclass(frozen=True)
class Remark:
    """A comment as formatted; it belongs ``before`` or ``behind`` a part, or ``inside`` a statement."""

    text: str
    relation: str
    statement: int
    part: int | None = None


@dataclass
class Writer:
    """A program that is being written.

    Attributes:
        pieces: its text so far.
        remarks: its comments, in order.
        count: the number of its statements so far.
    """

    random: Random
    pieces: list[str] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    count: int = 0
    depth: int = 0
    fuel: int = 0

    # --- gaps and comments

    def choose(self, options: Sequence[str]) -> str:
        return options[self.random.randrange(len(options))]

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def comment(self, relation: str, part: int | None = None) -> None:
        """A comment, which ends at the end of the line that must follow."""
        n = len(self.remarks)
        written, shown = (
            (f"#c{n}", f"# c{n}"),
            (f"# c{n}  \t", f"# c{n}"),
            (f"#c{n} X := (1;", f"# c{n} X := (1;"),
            (f"#! c{n}", f"#! c{n}"),
            (f"##c{n}", f"##c{n}"),
            (f"#\tc{n}", f"#   c{n}"),
            (f"#é{n} \N{CJK UNIFIED IDEOGRAPH-56E0}", f"# é{n} \N{CJK UNIFIED IDEOGRAPH-56E0}"),
            ("#", "#"),
        )[self.random.randrange(8)]
        self.pieces.append(written)
        self.remarks.append(Remark(shown, relation, self.count, part))

    def token(self, token: str) -> None:
        """A token behind a gap that keeps it apart from the last one."""
        if self.depth and self.chance(4):
            self.pieces.append(self.choose(WIDE_GAPS))
            self.comment("inside")
            self.pieces.append(self.choose(LINE_ENDS) + self.choose(WIDE_GAPS))
        elif self.depth and self.chance(8):
            self.pieces.append(self.choose(LINE_ENDS) + self.choose(WIDE_GAPS))
        gap = self.choose(WIDE_GAPS)
        self.pieces.append(" " if not gap and self._fuse(token) else gap)
        self.pieces.append(token)
        self.depth += (token in ("(", "[", "{")) - (token in (")", "]", "}"))

    def _fuse(self, token: str) -> bool:
        last = "".join(self.pieces[-3:])[-1:]
        word = (last.isalnum() or last in "_.") and (token[0].isalnum() or token[0] in "_.")
        return word or (last == "<" and token == "-")

    def tokens(self, *tokens: str) -> None:
        for token in tokens:
            self.token(token)

    def joined(self, write: Callable[[], None], most: int, least: int = 1, comma: bool = False) -> None:
        """``least`` to ``most`` parts with commas between, and one more where ``comma`` allows it."""
        count = self.random.randint(least, most)
        for i in range(count):
            if i:
                self.token(",")
            write()
        if comma and count and self.chance(20):
            self.token(",")

    # --- expressions

    def name(self) -> None:
        self.token(self.choose(NAMES))

    def expression(self, least: int = CONDITIONAL) -> None:
        """An expression that may stand where the grammar asks for level ``least``."""
        self.fuel -= 1
        level = self.random.randint(CONDITIONAL, ATOM) if self.fuel > 0 else ATOM
        pairs = 1 if level < least else 0
        if self.chance(12):
            pairs += self.random.randint(1, 2)
        self.tokens(*"(" * pairs)
        self._level(level)
        self.tokens(*")" * pairs)

    def _level(self, level: int) -> None:
        if level == CONDITIONAL:
            for keyword in ("if", "then", "else"):
                self.token(keyword)
                self.expression()
        elif level == NEGATION:
            self.token("not")
            self.expression(NEGATION)
        elif level == SIGNED:
            self.token(self.choose("-+"))
            self.expression(SIGNED)
        elif level == POWER:
            self.expression(POSTFIX)
            self.token("**")
            self.expression(SIGNED)
        elif level == POSTFIX:
            self.expression(POSTFIX)
            self.token("[")
            self.expression()
            self.token("]")
        elif level == ATOM:
            self._atom()
        else:
            operators = BINARY[level - 1]
            self.expression(SUM if level == COMPARISON else level)
            self.token(self.choose(operators))
            self.expression(level + 1)

    def _atom(self) -> None:
        kind = self.random.randrange(6 if self.fuel > 0 else 4)
        if kind < 2:
            self.name()
        elif kind == 2:
            self.token(self.choose(NUMBERS))
        elif kind == 3:
            self.token(self.choose(("true", "false")))
        elif kind == 4:
            self.tokens(self.choose(NAMES), "(")
            self.joined(self.expression, 3, 0)
            self.token(")")
        else:
            self.token("[")
            self.joined(self.expression, 3, comma=True)
            self.token("]")

    # --- calls and tables

    def call(self) -> None:
        self.tokens(self.choose(NAMES), "(")
        self.joined(self.argument, 4, 0, comma=True)
        self.token(")")

    def argument(self) -> None:
        if self.chance(30):
            self.tokens(self.choose(NAMES), "=")
        elif self.chance(20):
            self.expression()
            self.token("..")
        self.expression()

    def parts(self, opening: str, write: Callable[[], None], closing: str, between: str) -> None:
        """One part a line, with comments before and behind: the rows of a table, the items of a list."""
        self.token(opening)
        self.pieces.append("\n")
        for i in range(self.random.randint(1, 4)):
            if self.chance(25):
                self.comment("before", i)
                self.pieces.append(self.choose(LINE_ENDS))
            write()
            if between or self.chance(30):
                self.pieces.append(self.choose(WIDE_GAPS) + (between or ","))
            if self.chance(25):
                self.comment("behind", i)
            self.pieces.append(self.choose(LINE_ENDS))
        self.token(closing)

    def row(self) -> None:
        self.token("(")
        self.joined(self.expression, 2, 0)
        self.tokens(")", ":", "[")
        self.joined(self.expression, 3, comma=True)
        self.token("]")

    def item(self) -> None:
        """Without operators, so that a comment inside cannot be taken for one behind."""
        self.name()

    # --- queries

    def quantity(self, least: int = SUM) -> None:
        self.fuel -= 1
        level = self.random.choice((SUM, SUM + 1, SIGNED, POWER, ATOM, ATOM)) if self.fuel > 0 else ATOM
        pairs = int(level < least) + (self.random.randint(1, 2) if self.chance(12) else 0)
        self.tokens(*"(" * pairs)
        if level in (SUM, SUM + 1):
            self.quantity(level)
            self.token(self.choose(BINARY[level - 1]))
            self.quantity(level + 1)
        elif level == SIGNED:
            self.token(self.choose("-+"))
            self.quantity(SIGNED)
        elif level == POWER:
            self.quantity(ATOM)
            self.token("**")
            self.quantity(SIGNED)
        else:
            self._term()
        self.tokens(*")" * pairs)

    def _term(self) -> None:
        kind = self.random.randrange(5 if self.fuel > 0 else 2)
        if kind == 0:
            self.token(self.choose((*NUMBERS, "true", "false")))
        elif kind <= 2:
            self.name()
            if kind == 2:
                self.settings("[", "]")
        else:
            self.tokens(self.choose(("P", "E", "ATE", "independent")), "(")
            self.joined(self.event, 3)
            if self.chance(40):
                self.token("|")
                self.joined(self.condition, 3)
            self.token(")")

    def event(self) -> None:
        if self.chance(10):
            self.set()
            return
        self.quantity()
        if self.chance(50):
            self.token(self.choose(("=", "=", "=", "==", "!=", "<=", "<", ">=", ">")))
            self.quantity()

    def condition(self) -> None:
        if self.chance(40):
            self.token("do")
            self.settings("(", ")")
        else:
            self.event()

    def settings(self, opening: str, closing: str) -> None:
        self.token(opening)
        self.joined(self.setting, 3)
        self.token(closing)

    def setting(self) -> None:
        self.name()
        self.fuel -= 1
        kind = self.random.randrange(4)
        if kind == 0 and self.fuel > 0:
            self.settings("[", "]")
        elif kind == 1:
            self.tokens("=", self.choose(NAMES))
        elif kind == 2:
            self.tokens("=", *"-" * self.random.randrange(2), self.choose(NUMBERS))

    def set(self) -> None:
        self.token("{")
        self.joined(self.name, 3)
        self.token("}")

    # --- statements

    def statement(self) -> None:
        self.fuel = 12
        kinds = [
            self.model,
            self.declaration,
            self.exogenous,
            self.arrows,
            self.let,
            self.assignment,
            self.draw,
            self.table,
            self.vector,
            self.mechanism,
            self.monotone,
            self.query,
            self.assertion,
        ]
        kinds[self.random.randrange(len(kinds))]()

    def model(self) -> None:
        self.tokens("model", "Small")

    def declaration(self) -> None:
        latent = self.chance(30)
        if latent:
            self.token("latent")
        self.joined(self.name, 3)
        if latent and self.chance(30):
            return
        self.token(":")
        kind = self.random.randrange(4)
        if kind == 0:
            self.tokens(*"-" * self.random.randrange(2), "0", "..", "09")
        elif kind == 1:
            self.token("{")
            self.joined(lambda: self.token(self.choose((*NAMES, "3", "true"))), 4)
            self.token("}")
        elif kind == 2:
            self.token(self.choose(("binary", "real")))
        else:
            self.tokens("image", "(")
            self.joined(lambda: self.tokens(*"-" * self.chance(20), "28"), 3, 0)
            self.token(")")

    def exogenous(self) -> None:
        self.token("exogenous")
        self.joined(self.name, 2)
        self.token("~")
        self.call()

    def arrows(self) -> None:
        links = self.random.randint(0, 3)
        if not links:
            self.set()
            return
        self.chain(links)

    def chain(self, links: int) -> None:
        for i in range(links + 1):
            if i:
                self.token(self.choose(("->", "<-", "<->")))
            if self.chance(40):
                self.set()
            else:
                self.name()

    def monotone(self) -> None:
        self.token("monotone")
        self.chain(self.random.randint(1, 3))

    def let(self) -> None:
        self.tokens("let", self.choose(NAMES), "=")
        self.expression()

    def assignment(self) -> None:
        self.tokens(self.choose(NAMES), ":=")
        self.expression()

    def draw(self) -> None:
        self.tokens(self.choose(NAMES), "~")
        self.call()

    def table(self) -> None:
        self.tokens(self.choose(NAMES), "~", "table", "(")
        self.joined(self.expression, 2, 0)
        self.token(")")
        self.parts("{", self.row, "}", "")

    def vector(self) -> None:
        self.tokens(self.choose(NAMES), ":=")
        self.parts("[", self.item, "]", ",")

    def mechanism(self) -> None:
        self.token("mechanism")
        self.joined(self.name, 3)
        self.token(":")
        if self.chance(40):
            self.name()
        else:
            self.call()

    def query(self) -> None:
        self.tokens("query", self.choose(NAMES), "=")
        if self.chance(25):
            self.token("do")
            self.settings("(", ")")
            return
        self.quantity()
        if self.chance(30):
            self.token("|")
            self.joined(self.condition, 3)

    def assertion(self) -> None:
        self.token("assert")
        if self.chance(30):
            self.token("not")
        self.quantity()
        for _ in range(self.random.randint(0, 2)):
            self.token(self.choose(("==", "!=", "<=", "<", ">=", ">")))
            self.quantity()
        if self.chance(30):
            self.token("within")
            self.quantity()

    # --- programs

    def program(self) -> None:
        """Up to five statements, each behind comments of its own and perhaps with one behind it."""
        for _ in range(self.random.randint(0, 5)):
            self._before()
            self.statement()
            if self.chance(20):
                self.pieces.append(self.choose(("", " ;", " ; ")) + self.choose(WIDE_GAPS))
                self.comment("behind")
                self.pieces.append(self.choose(LINE_ENDS))
            else:
                self.pieces.append(self.choose((*LINE_ENDS, ";", " ;; ", ";\n;")))
            self.count += 1
        self._before()
        if self.pieces and self.chance(30):
            self.pieces[-1] = self.pieces[-1].rstrip("\r\n")

    def _before(self) -> None:
        while self.chance(20):
            self.pieces.append("\n" + self.choose(WIDE_GAPS))
            self.comment("before")
            self.pieces.append(self.choose(LINE_ENDS))


@dataclass(frozen=True)
class Written:
    """A program, and the comments in it."""

    text: str
    remarks: tuple[Remark, ...]


def write(random: Random) -> Written:
    """A program; a comment at the end of the file is ``before`` the statement that is not there."""
    writer = Writer(random)
    writer.program()
    return Written("".join(writer.pieces), tuple(writer.remarks))


def programs() -> st.SearchStrategy[Written]:
    """Programs that parse, and that shrink."""
    return st.randoms(use_true_random=False).map(write)


def seeded_programs() -> st.SearchStrategy[Written]:
    """The same, six times as fast, without shrinking."""
    return st.integers(0, 2**63 - 1).map(Random).map(write)
