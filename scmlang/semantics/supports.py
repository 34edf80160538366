"""Supports: between what the values of a variable lie."""

from __future__ import annotations

from collections.abc import Mapping

from scmlang.semantics.expressions import Constant
from scmlang.semantics.model import Draw, Equation


def real_supports(exogenous: Mapping[str, Equation]) -> dict[str, tuple[float, float]]:
    """Between what the real exogenous variables lie, where that is less than everything.

    Nothing intervenes on an exogenous variable, so it never leaves the support of its distribution.
    """
    found = {}
    for name, equation in exogenous.items():
        if isinstance(equation, Draw) and equation.distribution == "uniform" and equation.arguments:
            low, high = equation.arguments
            if isinstance(low, Constant) and isinstance(high, Constant):
                found[name] = float(low.value), float(high.value)
    return found
