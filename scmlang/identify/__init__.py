"""Identification: which interventional distributions the diagram and the observed distribution determine.

Needs a :class:`~scmlang.diagram.Diagram`. Guarantees: an estimand speaks of observed variables only, and is
equal to the effect in every positive model of the diagram; where there is none, the hedge that rules it out
is returned.
"""
