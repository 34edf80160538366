"""Exact computation on fully specified models.

Purpose, answers: :mod:`~scmlang.exact.engine` takes a resolved quantity; ``instances`` collects the
variables of its worlds, ``network`` makes nodes and factors of them, ``elimination`` sums; ``claims``
decides assertions so, and ``worlds`` lists every unit. Samples: ``noise`` draws units, ``sampling``
solves the equations for them, factually and under interventions, and ``sampler`` writes both as data.
Needs: a checked :class:`~scmlang.semantics.model.CausalModel` in which every variable has an equation.
Guarantees: no torch; an answer is the model's own up to rounding, or without it, and what would need a
table over the bound is refused before it is made; the same seed gives the same units; what a unit would
do under an intervention is computed under that unit's own exogenous values.
"""
