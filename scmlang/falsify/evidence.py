"""What a test of one conditional independence gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scmlang.falsify.columns import Column


class Untestable(Exception):
    """Raised by a test that cannot be made of these data, with the reason as one clause."""


@dataclass(frozen=True)
class Evidence:
    """The result of one test of X ⊥ Y | Z.

    Attributes:
        test: its name: ``G``, ``chi-squared``, ``GCM`` or ``partial correlation``.
        statistic: its value; larger ones, of either sign, speak against independence.
        df: degrees of freedom of the reference distribution; None where that is normal.
        p: the p-value.
        effect: how strong the dependence looks, 0 for none.
        measure: what ``effect`` is: ``conditional mutual information`` in nats, or a correlation.
        draws: tables drawn for a permutation p-value; 0 where the reference distribution gives it.
    """

    test: str
    statistic: float
    df: int | None
    p: float
    effect: float
    measure: str
    draws: int = 0


INFORMATION, CORRELATION = "conditional mutual information", "residual correlation"


def never_both(x: Column, y: Column, given: Sequence[Column]) -> str:
    """The reason why a test is impossible where X and Y have nothing in common to vary in."""
    names = ", ".join(f"`{column.name}`" for column in given)
    return f"`{x.name}` and `{y.name}` never vary together" + (f" given {names}" if names else "")
