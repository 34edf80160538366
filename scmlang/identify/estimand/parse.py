"""Estimands from text, the inverse of ``show`` in Unicode and in ASCII.

::

    sum     : ["-"] term (("+" | "-") term)*
    term    : [NUMBER] factor* ("*" and "·" may stand between)
    factor  : ("Σ" | "sum") "_{" symbols "}" factor+          a sum goes on to the end of its term
            | "[" sum "]" "/" "[" sum "]" | "(" sum ")"
            | "P(" terms ["|" conditions] ")" | "P_{" terms "}(" … ")" | "E(" variable ["|" conditions] ")"
            | "1{" sum relation sum "}"                         1 where that holds, else 0
            | symbol                                            the number that it stands for
    term of a distribution : symbol | variable "=" value; a condition is one, or "do(" terms ")";
                             an outcome may be an event, variable ("<" | "<=" | ">" | ">=" | "!=") value
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.identify.estimand.nodes import (
    At,
    Conditional,
    Estimand,
    Indicator,
    Linear,
    Marginal,
    Mean,
    Product,
    Quotient,
    Term,
    Value,
    product,
)
from scmlang.limits import LIMITS
from scmlang.source import Source, Span

_TOKEN = re.compile(
    r"""(?P<sum>(?:Σ|sum)_\{)
      | (?P<function>P_\{|P\(|E\(|do\(|1\{)
      | (?P<symbol>[A-Za-z][A-Za-z0-9_]*'*)
      | (?P<number>[0-9]+/[1-9][0-9]*|[0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]{1,3})?)
      | (?P<relation><=|>=|!=|[<>≤≥≠])
      | (?P<sign>[-+*·=|,(){}\[\]/])""",
    re.VERBOSE,
)
_RELATIONS = {"≤": "<=", "≥": ">=", "≠": "!="}
_SPACE = re.compile(r"\s*")
Token = tuple[str, str, Span]


def parse(text: str) -> Estimand:
    """The estimand that ``text`` writes.

    Raises:
        ScmError: E330, at what cannot be read.
    """
    return _Reader(Source("<estimand>", text)).whole()


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.depth = 0
        end = len(source.text)
        self.tokens = [*self._tokens(), ("end", "", Span(end, end))]
        self.at = 0

    def whole(self) -> Estimand:
        found = self.sum()
        if self._kind != "end":
            raise self._problem("here an estimand ends, or goes on with a factor, `+` or `-`")
        return found

    def sum(self) -> Estimand:
        terms = [self._term(-1 if self._takes("-") else 1)]
        while self._text in ("+", "-"):
            terms.append(self._term(-1 if self._take() == "-" else 1))
        return terms[0][1] if len(terms) == 1 and terms[0][0] == 1 else Linear(tuple(terms))

    def _term(self, sign: int) -> tuple[Fraction, Estimand]:
        number = self._kind == "number"
        weight = sign * (Fraction(self._take()) if number else Fraction(1))
        if number and not self._starts_factor():
            return weight, Product(())
        return weight, self._factors()

    def _factors(self) -> Estimand:
        self.depth += 1
        if self.depth > LIMITS.nesting:
            raise self._problem(f"this is nested more than {LIMITS.nesting} deep")
        found = [self._factor()]
        while self._starts_factor():
            found.append(self._factor())
        self.depth -= 1
        return product(found)

    def _starts_factor(self) -> bool:
        while self._text in ("*", "·"):
            self._take()
        return self._kind in ("sum", "function", "symbol") or self._text in ("(", "[")

    def _factor(self) -> Estimand:
        if self._kind == "sum":
            self._take()
            over = self._symbols()
            self._expect("}")
            return Marginal(over, self._factors())
        if self._takes("["):
            return self._quotient()
        if self._takes("("):
            inner = self.sum()
            self._expect(")")
            return inner
        if self._takes("1{"):
            return self._indicator()
        if self._kind == "symbol":
            return Value(self._take())
        return self._distribution()

    def _quotient(self) -> Estimand:
        top = self.sum()
        for sign in ("]", "/", "["):
            self._expect(sign)
        bottom = self.sum()
        self._expect("]")
        return Quotient(top, bottom)

    def _indicator(self) -> Estimand:
        left = self.sum()
        if self._kind != "relation" and self._text != "=":
            raise self._problem("here a comparison stands, such as `>`")
        relation = self._take()
        right = self.sum()
        self._expect("}")
        return Indicator(_RELATIONS.get(relation, relation), left, right)

    def _distribution(self) -> Estimand:
        head = self._take() if self._text in ("P(", "P_{", "E(") else None
        if head is None:
            raise self._problem("here a factor stands, such as `P(Y | X)`")
        do: list[Term] = []
        if head == "P_{":
            do += self._terms()
            for sign in ("}", "("):
                self._expect(sign)
        start = self._span
        of = self._terms(events=True)
        given: list[Term] = []
        if self._takes("|"):
            self._conditions(given, do)
        self._expect(")")
        if head != "E(":
            return Conditional(tuple(of), tuple(given), tuple(do))
        if len(of) != 1 or not isinstance(of[0], str) or of[0].endswith("'"):
            raise self._problem("the mean is that of one variable, as in `E(Y | X)`", start)
        return Mean(of[0], tuple(given), tuple(do))

    def _conditions(self, given: list[Term], do: list[Term]) -> None:
        while True:
            if self._takes("do("):
                do += self._terms()
                self._expect(")")
            else:
                given.append(self._condition())
            if not self._takes(","):
                return

    def _terms(self, *, events: bool = False) -> list[Term]:
        found = [self._condition(events=events)]
        while self._takes(","):
            found.append(self._condition(events=events))
        return found

    def _condition(self, *, events: bool = False) -> Term:
        symbol = self._symbol()
        if self._kind == "relation" and not events:
            raise self._problem("what is given or held has one value, `=`")
        relation = self._take() if self._kind == "relation" or self._text == "=" else None
        if relation is None:
            return symbol
        relation = _RELATIONS.get(relation, relation)
        if symbol.endswith("'"):
            raise self._problem("a value is that of a variable, not of a primed symbol")
        sign = -1 if self._takes("-") else 1
        if self._kind == "number":
            number = Fraction(self._take())
            value = int(number) if number.denominator == 1 else float(number)
            return At(symbol, sign * value, relation)
        if sign < 0:
            raise self._problem("here a number stands")
        return At(symbol, self._symbol(), relation)

    def _symbols(self) -> tuple[str, ...]:
        found = [self._symbol()]
        while self._takes(","):
            found.append(self._symbol())
        return tuple(found)

    def _symbol(self) -> str:
        if self._kind != "symbol":
            raise self._problem("here the name of a variable stands")
        return self._take()

    # --- tokens

    def _tokens(self) -> Iterator[Token]:
        text, at = self.source.text, 0
        while (at := _end(_SPACE, text, at)) < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                span = Span(at, at + 1)
                message = f"`{text[at]}` stands in no estimand"
                raise ScmError([Diagnostic("E330", message, self.source, span)])
            yield match.lastgroup or "", match[0], Span(at, match.end())
            at = match.end()

    @property
    def _kind(self) -> str:
        return self.tokens[self.at][0]

    @property
    def _text(self) -> str:
        return self.tokens[self.at][1]

    @property
    def _span(self) -> Span:
        return self.tokens[self.at][2]

    def _take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1][1]

    def _takes(self, text: str) -> bool:
        if self._text != text:
            return False
        self.at += 1
        return True

    def _expect(self, text: str) -> None:
        if not self._takes(text):
            raise self._problem(f"here `{text}` stands")

    def _problem(self, message: str, span: Span | None = None) -> ScmError:
        return ScmError([Diagnostic("E330", message, self.source, span or self._span)])


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return at if match is None else match.end()
