"""What sampling cannot do, said in the user's terms."""

from __future__ import annotations

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.semantics.model import CausalModel, Variable


def no_unit(text: str, n: int, *, equality: bool) -> ScmError:
    """E280: no unit has the evidence, part of it perhaps an ``equality`` of real values."""
    message = f"none of {n} units has the evidence of {text}"
    helps = ("draw more units with -n, or condition on an event that is less rare",)
    if equality:
        helps = ("real values that are computed are hardly ever equal: condition on an interval",)
    return ScmError([Diagnostic("E280", message, helps=helps)])


def too_few(text: str, n: int, effective: float) -> ScmError:
    """E284: weights so uneven, or evidence so rare, that an estimate would rest on a handful of units."""
    message = (
        f"the evidence of {text} leaves effectively {effective:.1f} of {n} units, too few for an estimate"
    )
    helps = ("draw more units with -n, or condition on an event that is less rare",)
    return ScmError([Diagnostic("E284", message, helps=helps)])


def divides_by_zero(text: str) -> ScmError:
    """E265, where the denominator may be 0 for want of units."""
    message = f"the estimate of {text} divides by zero, on all units or on nearly all of them"
    helps = ("where the denominator is rarely but truly above 0, draw more units with -n",)
    return ScmError([Diagnostic("E265", message, helps=helps)])


def inexact(variable: Variable, model: CausalModel) -> ScmError:
    """E281: the value of a real variable that cannot be solved for noise."""
    message = (
        f"`{variable.name}` is real and computed by `:=`, and no exogenous variable of its own enters it "
        "affinely, so units with exactly that value cannot be drawn"
    )
    helps = (f"condition on an interval, such as `{variable.name} > 1, {variable.name} < 2`",)
    return ScmError([Diagnostic("E281", message, model.source, variable.span, helps=helps)])


def atom(variable: Variable, noise: str, value: float, model: CausalModel) -> ScmError:
    """E281, where the value has a probability for some causes and a density for others."""
    message = (
        f"`{variable.name}` is {value:g} in some units whatever `{noise}` is, and in others at one of its "
        "values only, so units with exactly that value cannot be weighed"
    )
    near = f"{variable.name} > {value - 0.01:g}, {variable.name} < {value + 0.01:g}"
    helps = (f"condition on an interval, such as `{near}`",)
    return ScmError([Diagnostic("E281", message, model.source, variable.span, helps=helps)])


def several_points(variable: Variable, model: CausalModel) -> ScmError:
    """E282: exact values of one real variable in more than one world."""
    message = f"the evidence holds `{variable.name}`, which is real, at exact values in several worlds"
    helps = ("give it in one world, and an interval in the others",)
    return ScmError([Diagnostic("E282", message, model.source, variable.span, helps=helps)])
