"""Values stay in their domains and probabilities in [0, 1], whatever the parents are.

Where the parents have at most ``LIMITS.enumeration`` configurations all are tried, so a report
names the configuration that goes wrong; beyond that, and for real parents, interval arithmetic
must prove it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scmlang.limits import LIMITS
from scmlang.semantics.domains import Domain, Finite, Real
from scmlang.semantics.errors import Problems
from scmlang.semantics.expressions import (
    FUNCTIONS,
    Array,
    Constant,
    Expression,
    Reference,
    evaluate,
    references,
)
from scmlang.semantics.intervals import interval, undefined_part
from scmlang.semantics.model import Assignment, Draw, Equation, Render
from scmlang.semantics.signatures import Catalogue, RendererSignature
from scmlang.semantics.tables import TOLERANCE


@dataclass(frozen=True)
class Grid:
    """Every configuration of some finite variables; ``columns`` hold their values."""

    domains: Mapping[str, Finite]
    columns: Mapping[str, Array]
    n: int

    def describe(self, row: int) -> str:
        """``D=9, C=red`` for one configuration; empty when there is only the empty one."""
        return ", ".join(f"{v}={d.level(int(self.columns[v][row]))}" for v, d in self.domains.items())


def grid(names: Iterable[str], domains: Mapping[str, Domain]) -> Grid | None:
    """All configurations of the variables ``names``; None where they are too many, or not finite."""
    finite: dict[str, Finite] = {}
    for name in names:
        domain = domains[name]
        if not isinstance(domain, Finite):
            return None
        finite[name] = domain
    n = math.prod(domain.size for domain in finite.values())
    if n > LIMITS.enumeration:
        return None
    axes = np.unravel_index(np.arange(n), [d.size for d in finite.values()]) if finite else ()
    pairs = zip(finite.items(), axes, strict=True)
    return Grid(finite, {name: axis + domain.offset for (name, domain), axis in pairs}, n)


@dataclass(frozen=True)
class _Claim:
    """``low <= expression <= high`` (and whole, where said), and what is wrong where it fails."""

    expression: Expression
    low: float
    high: float
    whole: bool
    code: str
    what: str
    help: str
    strict: bool = False  # low itself is excluded

    def failing(self, values: Array) -> Array:
        below = values <= self.low if self.strict else values < self.low
        wrong = below | (values > self.high)
        return wrong | (values != np.floor(values)) if self.whole else wrong


class Ranges:
    """Checks equations one by one; each wrong one gives one report."""

    def __init__(
        self, domains: Mapping[str, Domain], renderers: Catalogue[RendererSignature], problems: Problems
    ) -> None:
        self.domains = domains
        self.renderers = renderers
        self.problems = problems

    def check(self, name: str, equation: Equation) -> None:
        """Try the equation of the variable ``name`` over its parents."""
        if isinstance(equation, Assignment):
            self._assignment(name, equation)
        elif isinstance(equation, Draw):
            self._draw(equation)
        elif isinstance(equation, Render):
            self._render(equation)

    def _assignment(self, name: str, equation: Assignment) -> None:
        domain = self.domains[name]
        if isinstance(domain, Finite):
            low, high = domain.offset, domain.offset + domain.size - 1
            what = f"outside the domain {domain} of `{name}`"
            help = f"keep it inside, for example by `clip(..., {low}, {high})`"
            self._claim(_Claim(equation.expression, low, high, True, "E032", what, help))
        else:
            self._claim(_Claim(equation.expression, -math.inf, math.inf, False, "E034", "", ""))

    def _draw(self, draw: Draw) -> None:
        if draw.distribution in ("bernoulli", "binomial"):
            self._probability(draw.arguments[-1])
        elif draw.distribution == "categorical":
            proven = [self._probability(argument) for argument in draw.arguments]
            if all(proven):
                self._sums_to_one(draw.arguments)
        elif draw.distribution == "normal":
            help = "a deviation is positive; `exp(...)` is always"
            what = "which is no standard deviation"
            claim = _Claim(draw.arguments[1], 0, math.inf, False, "E049", what, help, strict=True)
            self._claim(claim)
        elif draw.arguments:
            self._ordered(draw.arguments[0], draw.arguments[1])

    def _probability(self, argument: Expression) -> bool:
        help = "keep it inside, for example by `clip(..., 0, 1)`"
        return self._claim(_Claim(argument, 0, 1, False, "E033", "which is no probability", help))

    def _render(self, equation: Render) -> None:
        parameters = self.renderers[equation.renderer].parameters
        for name, argument in equation.arguments.items():
            parameter = parameters[name]
            if isinstance(parameter.domain, Real):
                low = -math.inf if parameter.low is None else parameter.low
                high = math.inf if parameter.high is None else parameter.high
                allowed = f"{low:g} to {high:g}"
            else:
                low, high = parameter.domain.offset, parameter.domain.offset + parameter.domain.size - 1
                allowed = f"{low:g}..{high:g}"
            what = f"and `{name}` of `{equation.renderer}` takes {allowed}"
            help = f"keep it inside, for example by `clip(..., {low:g}, {high:g})`"
            whole = isinstance(parameter.domain, Finite)
            self._claim(_Claim(argument, low, high, whole, "E053", what, help))

    # --- proofs

    def _claim(self, claim: _Claim) -> bool:
        cases = grid(references(claim.expression), self.domains)
        return self._prove(claim) if cases is None else self._try(claim, cases)

    def _try(self, claim: _Claim, cases: Grid) -> bool:
        values = evaluate(claim.expression, cases.columns, cases.n)
        undefined = ~np.isfinite(values)
        if undefined.any():
            where = _where(cases, undefined)
            case = cases.describe(int(np.argmax(undefined))).partition(",")[0].replace("=", " == ")
            helps = [f"say what it is there, as in `if {case} then 0 else ...`"] if case else []
            self.problems.add("E034", f"this has no value{where}", claim.expression.span, helps=helps)
            return False
        failing = claim.failing(values)
        if failing.any():
            row = int(np.argmax(failing))
            message = f"this is {values[row]:.6g}{_where(cases, failing)}, {claim.what}"
            fraction = claim.whole and not float(values[row]).is_integer()
            self._refuse(claim, message, fraction=fraction)
            return False
        return True

    def _prove(self, claim: _Claim) -> bool:
        undefined = undefined_part(claim.expression, self.domains)
        if undefined is not None:
            helps = ["keep its operand positive, for example by `max(..., 0.001)`"]
            message = "this has no value where its operand is negative"
            self.problems.add("E034", message, undefined.span, helps=helps)
            return False
        low, high = interval(claim.expression, self.domains)
        inside = (claim.low < low if claim.strict else claim.low <= low) and high <= claim.high
        if inside and (not claim.whole or _is_whole(claim.expression, self.domains)):
            return True
        if claim.code == "E034":
            return True  # any real number will do
        shown = "a fraction" if inside else _between(low, high)
        self._refuse(claim, f"this can be {shown}, {claim.what}", fraction=inside)
        return False

    def _refuse(self, claim: _Claim, message: str, *, fraction: bool) -> None:
        help = "make it whole, for example by `round(...)`" if fraction else claim.help
        if isinstance(claim.expression, Constant):
            help = _constant_help(claim, claim.expression.value)
        self.problems.add(claim.code, message, claim.expression.span, helps=[help])

    def _sums_to_one(self, arguments: Sequence[Expression]) -> None:
        span = arguments[0].span | arguments[-1].span
        cases = grid(dict.fromkeys(n for a in arguments for n in references(a)), self.domains)
        if cases is None:
            helps = ["use `bernoulli`, or a `table` over finitely many levels"]
            message = "that these probabilities sum to 1 cannot be checked for every value of the parents"
            self.problems.add("E048", message, span, helps=helps)
            return
        total = np.sum([evaluate(a, cases.columns, cases.n) for a in arguments], axis=0)
        failing = np.abs(total - 1) > TOLERANCE
        if failing.any():
            row = int(np.argmax(failing))
            message = f"these probabilities sum to {total[row]:.6g}{_where(cases, failing)}, not to 1"
            self.problems.add("E048", message, span)

    def _ordered(self, low: Expression, high: Expression) -> None:
        cases = grid(dict.fromkeys(references(low) + references(high)), self.domains)
        span = low.span | high.span
        if cases is None:
            if not interval(low, self.domains)[1] < interval(high, self.domains)[0]:
                self.problems.add("E049", "the lower end can be above the upper end", span)
            return
        failing = ~(evaluate(low, cases.columns, cases.n) < evaluate(high, cases.columns, cases.n))
        if failing.any():
            message = f"the lower end is not below the upper end{_where(cases, failing)}"
            self.problems.add("E049", message, span)


def _constant_help(claim: _Claim, value: float) -> str:
    """What to write instead of a fixed number; a clipped one would only hide the mistake."""
    if claim.code == "E033" and 2 <= value <= 100:
        return f"a probability is a fraction: write {value / 100:g} for {value:g} %"
    whole = "a whole number, " if claim.whole else ""
    return claim.help if claim.strict else f"write {whole}{_between(claim.low, claim.high)}"


def _between(low: float, high: float) -> str:
    """``3 to 7``, ``any number from 3`` or ``any number``."""
    if math.isinf(low) and math.isinf(high):
        return "any number"
    if math.isinf(high):
        return f"any number from {low:g}"
    return f"any number up to {high:g}" if math.isinf(low) else f"{low:g} to {high:g}"


def _where(cases: Grid, failing: Array) -> str:
    text = cases.describe(int(np.argmax(failing)))
    return f" for {text}" if text else ""


def _is_whole(expression: Expression, domains: Mapping[str, Domain]) -> bool:
    """Whether an expression gives integers by its form alone: its value over any integers is one."""
    if isinstance(expression, Constant):
        return float(expression.value).is_integer()
    if isinstance(expression, Reference):
        return isinstance(domains[expression.name], Finite)
    function = FUNCTIONS.get(expression.operator)
    if function is not None and not function.preserves:
        return function.integral
    if expression.operator in ("/", "**"):
        return False
    if expression.operator in ("+", "-", "*", "//", "%", "neg") or function is not None:
        return all(_is_whole(operand, domains) for operand in expression.operands)
    if expression.operator == "if":
        return all(_is_whole(operand, domains) for operand in expression.operands[1:])
    return True
