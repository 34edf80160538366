"""``coupling=…``: the option of a discrete draw that says how its noise answers to its parents.

Guarantees that what is written is one of :class:`~scmlang.semantics.model.Coupling`, on a draw that
can have one. What each of them means is in :mod:`scmlang.semantics.distributions`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from scmlang.limits import LIMITS
from scmlang.semantics.domains import Domain, Finite
from scmlang.semantics.errors import Problems
from scmlang.semantics.model import Coupling
from scmlang.source import Span
from scmlang.syntax import ast

OPTION = "coupling"
_HELP = "write `coupling=monotone`, the default, or `coupling=gumbel`"


@dataclass(frozen=True)
class CouplingOption:
    """A call without its option ``coupling``, and the option as it was written.

    Attributes:
        call: the call with the other arguments alone.
        coupling: what is written, else the default.
        span: where it is written; None where it is not.
    """

    call: ast.Call
    coupling: Coupling = Coupling.MONOTONE
    span: Span | None = None

    def fits(self, domain: Domain, problems: Problems) -> bool:
        """Whether a draw with this domain can have the coupling; reports E056 where it cannot."""
        if self.span is None:
            return True
        if not isinstance(domain, Finite):
            message = f"a coupling is for finitely many levels, and the domain is {domain}"
            helps = ["leave it out: over real numbers the value always rises with its noise"]
            problems.add("E056", message, self.span, helps=helps)
            return False
        if self.coupling is Coupling.GUMBEL and domain.size > LIMITS.gumbel_levels:
            message = f"`gumbel` takes a noise for each level, and {domain.size} are too many"
            problems.add("E056", message, self.span, f"at most {LIMITS.gumbel_levels}")
            return False
        return True


def read_coupling(call: ast.Call, problems: Problems) -> CouplingOption | None:
    """The option ``coupling`` of a call; None and a report E056 where it is no coupling, or there twice."""
    written = [a for a in call.arguments if a.name is not None and a.name.text == OPTION]
    if not written:
        return CouplingOption(call)
    if len(written) > 1:
        problems.add("E056", "`coupling` is given twice", written[1].span)
        return None
    coupling = _parse(written[0], problems)
    if coupling is None:
        return None
    rest = tuple(argument for argument in call.arguments if argument is not written[0])
    return CouplingOption(replace(call, arguments=rest), coupling, written[0].span)


def refuse_exogenous(option: CouplingOption, problems: Problems) -> bool:
    """Whether a coupling is written for an exogenous variable, which is reported as E056."""
    if option.span is None:
        return False
    message = "an exogenous variable has no parents, so there is nothing to couple"
    helps = ["leave it out", "a coupling belongs to the equation of an endogenous variable: `X ~ …`"]
    problems.add("E056", message, option.span, helps=helps)
    return True


def _parse(argument: ast.Argument, problems: Problems) -> Coupling | None:
    known = {coupling.value: coupling for coupling in Coupling}
    if not isinstance(argument.value, ast.Word):
        problems.add("E056", "a coupling is a name", argument.value.span, helps=[_HELP])
        return None
    name = argument.value.text
    if name not in known:
        problems.unknown(OPTION, name, known, argument.value.span, "E056")
    return known.get(name)
