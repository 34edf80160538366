"""Estimates with their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Estimates:
    """Numbers for all values of some symbols, one axis each; without symbols, one number.

    Attributes:
        symbols: the free symbols of the estimand, in the order of their names.
        value: the estimates.
        standard_error: of each.
        lower: the lower end of each interval.
        upper: the upper end.
        method: how they were had, as ``by plug-in frequencies, with …`` goes on.
        notes: what a reader should know, one sentence each.
    """

    symbols: tuple[str, ...]
    value: Array
    standard_error: Array
    lower: Array
    upper: Array
    method: str
    notes: tuple[str, ...] = ()
