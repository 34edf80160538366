"""Bounds: what the data and the diagram leave of a query that they do not determine.

Needs finite variables, the diagram, and the distributions that are known. A unit of a finite model is what
each variable does in each configuration of its parents, its response functions, so a model is a distribution
over them in each district (Balke and Pearl, Counterfactual probabilities, UAI 1994). The known distributions
are linear in these, and so is most of what is asked: :mod:`.problem` says which variables matter,
:mod:`.known` what the data determine, :mod:`.terms` what is asked as polynomials, :mod:`.responses` which
response functions these speak of, :mod:`.independence` and :mod:`.classes` which of them are independent,
:mod:`.programme` solves linear programmes, :mod:`.branch` the others, :mod:`.polish` finds points that show
that a bound is reached, :mod:`.engine` does it all.

Guarantees: the interval holds every value that a model of the diagram with the known distributions can have.
"""
