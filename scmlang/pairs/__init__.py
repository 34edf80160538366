"""Pairs of models that agree on all data and differ in a query: what a refusal means, and what decides one.

Both models of a pair have the same equations, and differ in the distribution of one hidden cause: each state
of the causes decides how a variable responds to its parents, what is observed is linear in the distribution
of one cause, and moving it in a direction that the data do not see gives the second model. All numbers are
exact.

``units`` are such models as arrays, ``directions`` what the data do not see, ``question`` a query with values
for what it leaves open, ``search`` the pairs, and ``settled`` decides what the rules of identification leave
open. Needs :mod:`scmlang.identify`; :mod:`scmlang.witness` writes the pairs as texts.
"""

from __future__ import annotations

from scmlang.pairs.settled import settled

__all__ = ["settled"]
