"""Counterfactual identification: ID*, IDC*, and nested counterfactuals by counterfactual factors.

``constraints`` reads events as equations; ``closure`` turns equations of any worlds into atoms V_pa = v and
merges those that coincide; ``factors`` takes a conjunction of atoms apart by c-components, and identifies
each part or names the one that cannot be; ``conditional`` cancels what evidence makes irrelevant;
``symbolic`` has one formula for all cases of an event; ``totals`` uses declared numbers of values; ``query``
does all of this for one probability or mean. ``contrasts`` is about sums of them.
"""

from scmlang.identify.counterfactuals.contrasts import one_of_each, tell_worlds_apart
from scmlang.identify.counterfactuals.factors import InconsistentFactor
from scmlang.identify.counterfactuals.query import identify_counterfactual

__all__ = ["InconsistentFactor", "identify_counterfactual", "one_of_each", "tell_worlds_apart"]
