"""Estimands as text: Unicode, ASCII and LaTeX. A reader of the first two is in ``parse``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from scmlang.identify.estimand.nodes import (
    ONE,
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
    free,
    variable_of,
)
from scmlang.identify.estimand.renaming import bind


@dataclass(frozen=True)
class Notation:
    """How the pieces of an estimand are written."""

    total: str
    bar: str
    do: str
    quotient: str
    brackets: tuple[str, str]
    indicator: tuple[str, str] = ("1{", "}")
    latex: bool = False
    relations: tuple[tuple[str, str], ...] = ()


UNICODE = Notation(
    "Σ_{{{}}}",
    " | ",
    "do({})",
    "[{}] / [{}]",
    ("(", ")"),
    relations=(("<=", "≤"), (">=", "≥"), ("!=", "≠")),
)
ASCII = Notation("sum_{{{}}}", " | ", "do({})", "[{}] / [{}]", ("(", ")"))
LATEX = Notation(
    r"\sum_{{{}}}",
    r" \mid ",
    r"\operatorname{{do}}({})",
    r"\frac{{{}}}{{{}}}",
    (r"\left(", r"\right)"),
    (r"\mathbf{1}\{", r"\}"),
    latex=True,
    relations=(("<=", r"\le"), (">=", r"\ge"), ("!=", r"\ne")),
)


def show(node: Estimand, notation: Notation = UNICODE) -> str:
    """Text such as ``Σ_{Z} P(Z | X) Σ_{X'} P(X') P(Y | X', Z)``, which ``parse`` reads back.

    A symbol that a sum binds is primed where its name is taken.
    """
    return _Writer(notation).sum(node, {name: name for name in free(node)})


Names = dict[str, str]


class _Writer:
    def __init__(self, notation: Notation) -> None:
        self.notation = notation

    def sum(self, node: Estimand, names: Names) -> str:
        """What may stand anywhere that is not inside of a product."""
        if not isinstance(node, Linear):
            return self.product(node, names)
        words: list[str] = []
        for weight, term in node.terms:
            sign = "-" if weight < 0 else "+"
            words += [sign, self._weighted(abs(weight), term, names)]
        if not words:
            return "0"
        first = "-" + words[1] if words[0] == "-" else words[1]
        return " ".join([first, *words[2:]])

    def product(self, node: Estimand, names: Names) -> str:
        """What may stand as the last factor of a product."""
        match node:
            case Product(()):
                return "1"
            case Product(factors):
                return self._factors(factors, names)
            case Marginal(over, inner):
                bound = bind(over, names)
                total = self.notation.total.format(self._listed(over, bound))
                return f"{total} {self._body(inner, bound)}"
            case _:
                return self.atom(node, names)

    def atom(self, node: Estimand, names: Names) -> str:
        match node:
            case Conditional(of, given, do):
                return f"P({self._listed(of, names)}{self._conditions(given, do, names)})"
            case Mean(of, given, do):
                return f"E({self._name(of)}{self._conditions(given, do, names)})"
            case Value(symbol):
                return self._term(symbol, names)
            case Indicator(relation, left, right):
                open, close = self.notation.indicator
                sides = self.sum(left, names), self.sum(right, names)
                return f"{open}{sides[0]} {self._sign(relation)} {sides[1]}{close}"
            case Quotient(top, bottom):
                return self.notation.quotient.format(self.sum(top, names), self.sum(bottom, names))
            case _:
                open, close = self.notation.brackets
                return f"{open}{self.sum(node, names)}{close}"

    def _weighted(self, weight: Fraction, term: Estimand, names: Names) -> str:
        if term == ONE:
            return str(weight)
        text = self._body(term, names)
        return text if weight == 1 else f"{weight} {text}"

    def _factors(self, factors: tuple[Estimand, ...], names: Names) -> str:
        *before, last = sorted(factors, key=lambda f: isinstance(f, Marginal))
        return " ".join([*(self.atom(f, names) for f in before), self._last(last, names)])

    def _last(self, node: Estimand, names: Names) -> str:
        return self.atom(node, names) if isinstance(node, Linear | Product) else self.product(node, names)

    def _body(self, node: Estimand, names: Names) -> str:
        return self.atom(node, names) if isinstance(node, Linear) else self.product(node, names)

    def _conditions(self, given: tuple[Term, ...], do: tuple[Term, ...], names: Names) -> str:
        held = [self.notation.do.format(self._listed(do, names))] if do else []
        known = [self._listed(given, names)] if given else []
        return self.notation.bar + ", ".join([*held, *known]) if held or known else ""

    def _listed(self, terms: Iterable[Term], names: Names) -> str:
        return ", ".join(self._term(term, names) for term in terms)

    def _term(self, term: Term, names: Names) -> str:
        if isinstance(term, At):
            sign = self._sign(term.relation)
            sign = f" {sign} " if term.is_event else sign
            value = term.value
            whole = int(value) if isinstance(value, float) and value.is_integer() else value
            return f"{self._name(term.variable)}{sign}{self._name(str(whole))}"
        shown = names[term]
        variable = variable_of(shown)
        return self._name(variable) + shown[len(variable) :]

    def _sign(self, relation: str) -> str:
        return dict(self.notation.relations).get(relation, relation)

    def _name(self, name: str) -> str:
        if not self.notation.latex or (len(name) == 1 or name.lstrip("-").replace(".", "").isdigit()):
            return name
        return rf"\mathit{{{name.replace('_', chr(92) + '_')}}}"
