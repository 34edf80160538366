"""Exact computation on fully specified models.

Purpose: :mod:`~scmlang.exact.noise` draws units, :mod:`~scmlang.exact.sampling` solves the equations
for them, factually and under interventions, and :mod:`~scmlang.exact.sampler` writes both as data.
Needs: a checked :class:`~scmlang.semantics.model.CausalModel` in which every variable has an equation.
Guarantees: no torch; the same seed gives the same units; what a unit would do under an intervention
is computed under that unit's own exogenous values.
"""
