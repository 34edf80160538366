"""Distributions: which arguments each takes, and which domains it fits.

Needs resolved names. Whether probabilities lie in [0, 1] for every configuration of the parents is
for :mod:`scmlang.semantics.ranges`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NoReturn

from scmlang.limits import LIMITS
from scmlang.semantics.couplings import OPTION, read_coupling, refuse_exogenous
from scmlang.semantics.domains import BINARY, Domain, Finite, Image, Real
from scmlang.semantics.errors import Problems, suggestion
from scmlang.semantics.expressions import Constant, Expression
from scmlang.semantics.levels import is_number
from scmlang.semantics.model import Draw
from scmlang.semantics.typing import REAL, Resolver
from scmlang.source import Span
from scmlang.syntax import ast

USAGE = {
    "bernoulli": "`bernoulli(p)`: level 1 with probability p",
    "categorical": "`categorical([p0, p1, ...])`: one probability for each level",
    "uniform": "`uniform(0..9)` over integers, `uniform(low, high)` over an interval",
    "binomial": "`binomial(n, p)`: successes among n trials",
    "normal": "`normal(mean, deviation)`",
}


_ELSEWHERE = {  # what other languages call the distributions
    "gaussian": "normal",
    "gauss": "normal",
    "norm": "normal",
    "rnorm": "normal",
    "flip": "bernoulli",
    "coin": "bernoulli",
    "binary": "bernoulli",
    "discrete": "categorical",
    "choice": "categorical",
    "multinomial": "categorical",
    "randint": "uniform",
    "runif": "uniform",
}


def unknown_distribution(name: ast.Name, known: Iterable[str], problems: Problems) -> None:
    """Report E040, with the name that the distribution has here."""
    if name.text.casefold() in _ELSEWHERE:
        helps = [f"it is called `{_ELSEWHERE[name.text.casefold()]}`"]
        problems.add("E040", f"there is no distribution `{name.text}`", name.span, helps=helps)
    else:
        problems.unknown("distribution", name.text, known, name.span, "E040")


class _Rejected(Exception):
    """Leaves a check whose mistake has been reported."""


@dataclass(frozen=True)
class _Arguments:
    """The positional arguments of a draw; ``range`` is set for ``uniform(a..b)``."""

    values: tuple[Expression, ...]
    forms: tuple[str, ...]
    range: tuple[int, int] | None = None


class Draws:
    """Checks draws against the domain that the variable has, or gives an exogenous one its domain."""

    def __init__(self, resolver: Resolver, problems: Problems) -> None:
        self.resolver = resolver
        self.problems = problems

    def check(self, call: ast.Call, domain: Domain | None, span: Span) -> tuple[Draw, Domain] | None:
        """The draw and its domain; without a ``domain`` the distribution implies one."""
        name = call.function.text
        if isinstance(domain, Image):
            helps = ["an image is drawn by a renderer"]
            self.problems.add("E042", f"`{name}` gives no image", call.span, helps=helps)
            return None
        option = read_coupling(call, self.problems)
        if option is None or (domain is None and refuse_exogenous(option, self.problems)):
            return None
        try:
            arguments = self._arguments(option.call)
            draw, domain = _CHECKS[name](self, option.call, arguments, domain, span)
        except _Rejected:
            return None
        if not option.fits(domain, self.problems):
            return None
        return replace(draw, coupling=option.coupling), domain

    # --- arguments

    def _arguments(self, call: ast.Call) -> _Arguments:
        for argument in call.arguments:
            if argument.name is not None:
                self._no_option(call, argument.name.text, argument.name.span)
        if len(call.arguments) == 1 and isinstance(call.arguments[0].value, ast.Range):
            return self._range(call, call.arguments[0].value)
        return self._values(call)

    def _range(self, call: ast.Call, written: ast.Range) -> _Arguments:
        low, high = self.resolver.resolve(written.low), self.resolver.resolve(written.high)
        if low is None or high is None:
            raise _Rejected
        ends = []
        for end in (low, high):
            if not isinstance(end.expression, Constant) or end.form == REAL:
                self._wrong(call, "the ends of a range are fixed integers", written.span)
            ends.append(int(end.expression.value))
        if call.function.text != "uniform":
            self._wrong(call, f"`{call.function.text}` takes no range", written.span)
        if not 0 < ends[1] - ends[0] + 1 <= LIMITS.table_cells:
            self._wrong(call, _bad_range(*ends), written.span, "E049")
        return _Arguments((), (), (ends[0], ends[1]))

    def _values(self, call: ast.Call) -> _Arguments:
        written: list[ast.Expression] = []
        for argument in call.arguments:
            if isinstance(argument.value, ast.Range):
                self._wrong(call, "a range stands alone", argument.span)
            if call.function.text == "categorical" and isinstance(argument.value, ast.Vector):
                written.extend(argument.value.items)
            else:
                written.append(argument.value)
        typed = [self.resolver.resolve(expression) for expression in written]
        found = [t for t in typed if t is not None]
        what = f"an argument of `{call.function.text}`"
        numbers = [is_number(t.levels, what, t.expression.span, self.problems) for t in found]
        if len(found) < len(typed) or not all(numbers):
            raise _Rejected
        return _Arguments(tuple(t.expression for t in found), tuple(t.form for t in found))

    def _wrong(self, call: ast.Call, message: str, span: Span | None = None, code: str = "E041") -> NoReturn:
        self.problems.add(code, message, span or call.span, helps=[USAGE[call.function.text]])
        raise _Rejected

    def _no_option(self, call: ast.Call, name: str, span: Span) -> NoReturn:
        helps = suggestion(name, [OPTION]) or (USAGE[call.function.text],)
        self.problems.add("E041", f"`{call.function.text}` has no option `{name}`", span, helps=helps)
        raise _Rejected

    def _count(self, call: ast.Call, arguments: _Arguments, wanted: int) -> None:
        if arguments.range is None and len(arguments.values) == wanted:
            return
        given = len(arguments.values)
        words = "1 argument" if wanted == 1 else f"{wanted} arguments"
        self._wrong(call, f"`{call.function.text}` takes {words}, not {given}")

    def _misfit(self, call: ast.Call, domain: Domain, needs: str) -> NoReturn:
        message = f"`{call.function.text}` does not fit the domain {domain}"
        self.problems.add("E042", message, call.span, helps=[f"it needs {needs}"])
        raise _Rejected

    # --- distributions

    def bernoulli(
        self, call: ast.Call, arguments: _Arguments, domain: Domain | None, span: Span
    ) -> tuple[Draw, Domain]:
        self._count(call, arguments, 1)
        domain = domain or BINARY
        if not isinstance(domain, Finite) or domain.size != 2:
            self._misfit(
                call, domain, "a domain of two levels; `categorical` takes a probability for each of more"
            )
        return Draw("bernoulli", arguments.values, span), domain

    def categorical(
        self, call: ast.Call, arguments: _Arguments, domain: Domain | None, span: Span
    ) -> tuple[Draw, Domain]:
        count = len(arguments.values)
        if count == 0:
            self._wrong(call, "`categorical` needs the probabilities")
        domain = domain or Finite("range", count)
        if not isinstance(domain, Finite):
            self._misfit(call, domain, "a domain of finitely many levels")
        if count != domain.size:
            self._wrong(call, f"{domain} has {domain.size} levels, and this gives {count} probabilities")
        return Draw("categorical", arguments.values, span), domain

    def uniform(
        self, call: ast.Call, arguments: _Arguments, domain: Domain | None, span: Span
    ) -> tuple[Draw, Domain]:
        if arguments.range is not None:
            return self._uniform_levels(call, arguments.range, domain, span)
        if isinstance(domain, Finite):
            if not arguments.values:
                return Draw("uniform", (), span), domain
            self._misfit(call, domain, f"a range, as in `uniform({_ends(domain)})`")
        self._count(call, arguments, 2)
        return Draw("uniform", arguments.values, span), domain or Real()

    def _uniform_levels(
        self, call: ast.Call, ends: tuple[int, int], domain: Domain | None, span: Span
    ) -> tuple[Draw, Domain]:
        size = ends[1] - ends[0] + 1
        domain = domain or Finite("range", size, ends[0])
        if not isinstance(domain, Finite):
            self._misfit(call, domain, "a domain of finitely many levels")
        last = domain.offset + domain.size - 1
        if ends[0] < domain.offset or ends[1] > last:
            self._misfit(call, domain, f"the whole range within {domain.offset}..{last}")
        if size == domain.size:
            return Draw("uniform", (), span), domain
        levels = range(domain.offset, last + 1)
        share, none = Constant(1 / size, call.span, Fraction(1, size)), Constant(0, call.span)
        chances = tuple(share if ends[0] <= value <= ends[1] else none for value in levels)
        return Draw("categorical", chances, span), domain

    def binomial(
        self, call: ast.Call, arguments: _Arguments, domain: Domain | None, span: Span
    ) -> tuple[Draw, Domain]:
        self._count(call, arguments, 2)
        trials = arguments.values[0]
        if not isinstance(trials, Constant) or arguments.forms[0] == REAL or trials.value < 0:
            self._wrong(call, "the number of trials is a fixed integer, 0 or more", trials.span, "E049")
        count = int(trials.value)
        if count >= LIMITS.table_cells:
            self._wrong(call, f"this is more than {LIMITS.table_cells - 1} trials", trials.span, "E049")
        domain = domain or Finite("range", count + 1)
        if not isinstance(domain, Finite) or domain.offset > 0 or domain.offset + domain.size <= count:
            self._misfit(call, domain, f"a domain that holds 0..{count}")
        return Draw("binomial", arguments.values, span), domain

    def normal(
        self, call: ast.Call, arguments: _Arguments, domain: Domain | None, span: Span
    ) -> tuple[Draw, Domain]:
        self._count(call, arguments, 2)
        domain = domain or Real()
        if not isinstance(domain, Real):
            self._misfit(call, domain, "the domain `real`")
        return Draw("normal", arguments.values, span), domain


_Check = Callable[
    [Draws, ast.Call, _Arguments, Domain | None, Span],
    tuple[Draw, Domain],
]
_CHECKS: dict[str, _Check] = {
    "bernoulli": Draws.bernoulli,
    "categorical": Draws.categorical,
    "uniform": Draws.uniform,
    "binomial": Draws.binomial,
    "normal": Draws.normal,
}


def _bad_range(low: int, high: int) -> str:
    size = high - low + 1
    return (
        "this range is empty" if size < 1 else f"this range has {size} levels, more than {LIMITS.table_cells}"
    )


def _ends(domain: Finite) -> str:
    return f"{domain.offset}..{domain.offset + domain.size - 1}"
