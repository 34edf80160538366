"""Identification: which quantities the diagram determines, from observation and from experiments.

``ask`` reads questions as people type them and ``query`` sends each term of one to what decides it: the
``criteria`` with names and ``adjustment``, ``id`` by way of ``factors``, or ``counterfactuals``. A
``result`` is an ``estimand`` or a witness, such as a ``hedge``.

Needs a :class:`~scmlang.diagram.Diagram`. Guarantees: an estimand speaks of observed variables only, and is
equal to the quantity in every positive model of the diagram.
"""
