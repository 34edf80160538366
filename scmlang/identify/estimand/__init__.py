"""Estimands: sums, products and quotients of distributions that are observed, or seen in experiments.

``nodes`` is the algebra; ``text`` writes it and ``parse`` reads it back; ``simplify`` brings it into its
textbook form, by way of the ``ratio`` of two products; ``evaluate`` computes it.
Needs: the diagram, for what separation can simplify. Guarantees: nothing here changes what an estimand is
equal to in the positive distributions of its diagram.
"""

from scmlang.identify.estimand.canonical import arranged, same
from scmlang.identify.estimand.evaluate import BATCH, Distributions, Table, evaluate
from scmlang.identify.estimand.events import HOLDS, levels_of, narrowed
from scmlang.identify.estimand.nodes import (
    ONE,
    At,
    Conditional,
    Estimand,
    Indicator,
    Linear,
    Marginal,
    Mean,
    Product,
    Quotient,
    Term,
    Value,
    free,
    leaves,
    marginal,
    product,
    variable_of,
    variables,
)
from scmlang.identify.estimand.parse import parse
from scmlang.identify.estimand.renaming import substitute
from scmlang.identify.estimand.simplify import factorised, simplify
from scmlang.identify.estimand.text import ASCII, LATEX, UNICODE, Notation, show

__all__ = [
    "ASCII",
    "BATCH",
    "HOLDS",
    "LATEX",
    "ONE",
    "UNICODE",
    "At",
    "Conditional",
    "Distributions",
    "Estimand",
    "Indicator",
    "Linear",
    "Marginal",
    "Mean",
    "Notation",
    "Product",
    "Quotient",
    "Table",
    "Term",
    "Value",
    "arranged",
    "evaluate",
    "factorised",
    "free",
    "leaves",
    "levels_of",
    "marginal",
    "narrowed",
    "parse",
    "product",
    "same",
    "show",
    "simplify",
    "substitute",
    "variable_of",
    "variables",
]
