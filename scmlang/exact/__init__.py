"""Exact computation on fully specified models.

Purpose, answers: :mod:`~scmlang.exact.engine` takes a resolved quantity apart into terms; ``shapes`` says
which terms differ in values alone, and ``compiled`` keeps what was made for a shape: ``instances`` collects
the variables of its worlds, ``network`` makes nodes and factors of them (``nodes``, ``tables``,
``thresholds``, ``gumbel``), ``truncated`` those of one world of written tables, which needs no instances;
``orders`` finds what to sum first, ``elimination`` sums; ``sums`` holds these together, and ``quotients``
makes probabilities and means of the masses; ``claims``
decides assertions so, and ``worlds`` lists every unit. Samples: ``noise`` draws units, ``sampling``
solves the equations for them, factually and under interventions, and ``sampler`` writes both as data.
Needs: a checked :class:`~scmlang.semantics.model.CausalModel` in which every variable has an equation.
Guarantees: no torch; an answer is the model's own up to rounding, or without it, and what would need a
table over the bound is refused before it is made; the same seed gives the same units; what a unit would
do under an intervention is computed under that unit's own exogenous values.
"""
