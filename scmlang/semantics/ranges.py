"""Values stay in their domains and probabilities in [0, 1], whatever the parents are.

Where the parents have at most ``LIMITS.enumeration`` configurations all are tried, so a report
names the configuration that goes wrong. Beyond that, and for real parents, it must be proven: by
:mod:`~scmlang.semantics.bounds` in every configuration of the finite parents, or of none where they are
too many, and by :mod:`~scmlang.semantics.polynomials` where a sum or a difference is a fixed number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from scmlang.semantics.bounds import Bounds, Undefined, bounds, is_whole
from scmlang.semantics.claims import Claim, between, constant_help, has_value
from scmlang.semantics.domains import Domain, Finite, Real
from scmlang.semantics.errors import Problems
from scmlang.semantics.expressions import Array, Constant, Expression, evaluate, references
from scmlang.semantics.grids import Grid, finite_part, grid
from scmlang.semantics.model import Assignment, Draw, Equation, Render
from scmlang.semantics.polynomials import constant_sum
from scmlang.semantics.signatures import Catalogue, RendererSignature
from scmlang.semantics.tables import TOLERANCE
from scmlang.source import Span

_REST = "write the last one as 1 minus the others"
_ENDS = "`uniform(low, high)` has the lower end first"


_SHORT = 30  # characters of a divisor that a help repeats


class Ranges:
    """Checks equations one by one; each wrong one gives one report."""

    def __init__(
        self,
        domains: Mapping[str, Domain],
        supports: Mapping[str, tuple[float, float]],
        renderers: Catalogue[RendererSignature],
        problems: Problems,
    ) -> None:
        self.domains = domains
        self.renderers = renderers
        self.problems = problems
        self.supports = supports

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
            claim = Claim(equation.expression, low, high, True, "E032", what, help, levels=domain.names)
            self._claim(claim)
        else:
            self._claim(has_value(equation.expression))

    def _draw(self, draw: Draw) -> None:
        if draw.distribution in ("bernoulli", "binomial"):
            self._probability(draw.arguments[-1])
        elif draw.distribution == "categorical":
            self._distribution(draw.arguments)
        elif draw.distribution == "normal":
            self._claim(has_value(draw.arguments[0]))
            help = "a deviation is positive; `exp(...)` is always"
            what = "which is no standard deviation"
            claim = Claim(draw.arguments[1], 0, math.inf, False, "E049", what, help, strict=True)
            self._claim(claim)
        elif draw.arguments:
            ends = draw.arguments[0], draw.arguments[1]
            proven = [self._claim(has_value(end)) for end in ends]
            if all(proven):
                self._ordered(*ends)

    def _probability(self, argument: Expression, most: float = 1) -> bool:
        help = "keep it inside, for example by `clip(..., 0, 1)`"
        return self._claim(Claim(argument, 0, most, False, "E033", "which is no probability", help))

    def _distribution(self, arguments: Sequence[Expression]) -> None:
        """None is negative, and they sum to 1; so none is above 1 where their forms sum to 1."""
        cases = grid(dict.fromkeys(n for a in arguments for n in references(a)), self.domains)
        total = None if cases else constant_sum([(1.0, argument) for argument in arguments])
        most = 1 if total is None or abs(total - 1) > TOLERANCE else math.inf
        proven = [self._probability(argument, most) for argument in arguments]
        if all(proven):
            self._sums_to_one(arguments, cases, total)

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
            self._claim(Claim(argument, low, high, whole, "E053", what, help))

    # --- proofs

    def _bounds(self, expression: Expression) -> Bounds:
        return bounds(expression, self.domains, supports=self.supports)

    def _claim(self, claim: Claim) -> bool:
        cases = grid(references(claim.expression), self.domains)
        return self._prove(claim) if cases is None else self._try(claim, cases)

    def _try(self, claim: Claim, cases: Grid) -> bool:
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

    def _prove(self, claim: Claim) -> bool:
        cases = finite_part(claim.expression, self.domains)
        found = bounds(claim.expression, self.domains, cases.columns, cases.n, self.supports)
        if found.undefined:
            self._without_value(found.undefined[0], cases)
            return False
        low, high = found.low, found.high
        inside = (claim.low < low if claim.strict else claim.low <= low) & (high <= claim.high)
        whole = (low == high) & (low == np.floor(low)) | is_whole(claim.expression, self.domains)
        failing = ~inside | ~whole if claim.whole else ~inside
        if not failing.any():
            return True
        row = int(np.argmax(failing))
        shown = "a fraction" if inside[row] else between(float(low[row]), float(high[row]))
        message = f"this can be {shown}{_where(cases, failing)}, {claim.what}"
        self._refuse(claim, message, fraction=bool(inside[row]))
        return False

    def _without_value(self, undefined: Undefined, cases: Grid) -> None:
        where = _where(cases, undefined.cases)
        help = "keep its operand positive, for example by `max(..., 0.001)`"
        if undefined.part.operator in ("/", "//", "%"):
            divisor = undefined.part.operands[1].span
            text = self.problems.source.text[divisor.start : divisor.end]
            guard = text if len(text) <= _SHORT and "\n" not in text else "..."
            help = f"say what it is there, as in `if {guard} == 0 then 0 else ...`"
        message = f"this has no value{where}{',' if where else ''} where {undefined.reason}"
        self.problems.add("E034", message, undefined.part.span, helps=[help])

    def _refuse(self, claim: Claim, message: str, *, fraction: bool) -> None:
        help = "make it whole, for example by `round(...)`" if fraction else claim.help
        if isinstance(claim.expression, Constant):
            help = constant_help(claim, claim.expression.value)
        self.problems.add(claim.code, message, claim.expression.span, helps=[help])

    def _sums_to_one(
        self, arguments: Sequence[Expression], cases: Grid | None, by_form: float | None
    ) -> None:
        span = arguments[0].span | arguments[-1].span
        if cases is None:
            self._sum_by_form(by_form, span)
            return
        total = np.sum([evaluate(a, cases.columns, cases.n) for a in arguments], axis=0)
        failing = np.abs(total - 1) > TOLERANCE
        if failing.any():
            row = int(np.argmax(failing))
            message = f"these probabilities sum to {total[row]:.6g}{_where(cases, failing)}, not to 1"
            self.problems.add("E048", message, span, helps=[_REST])

    def _sum_by_form(self, total: float | None, span: Span) -> None:
        if total is None:
            message = "that these probabilities sum to 1 cannot be seen for every value of the parents"
            self.problems.add("E048", message, span, helps=[_REST])
        elif abs(total - 1) > TOLERANCE:
            message = f"these probabilities sum to {total:.6g}, not to 1"
            self.problems.add("E048", message, span, helps=[_REST])

    def _ordered(self, low: Expression, high: Expression) -> None:
        cases = grid(dict.fromkeys(references(low) + references(high)), self.domains)
        span = low.span | high.span
        if cases is None:
            width = constant_sum([(1.0, high), (-1.0, low)])
            apart = self._bounds(low).high < self._bounds(high).low
            if not (apart.all() if width is None else width > 0):
                self.problems.add("E049", "the lower end can be above the upper end", span, helps=[_ENDS])
            return
        failing = ~(evaluate(low, cases.columns, cases.n) < evaluate(high, cases.columns, cases.n))
        if failing.any():
            message = f"the lower end is not below the upper end{_where(cases, failing)}"
            self.problems.add("E049", message, span, helps=[_ENDS])


def _where(cases: Grid, failing: Array) -> str:
    text = cases.describe(int(np.argmax(failing)))
    return f" for {text}" if text else ""
