"""Estimands: sums, products and quotients of distributions that are observed, or seen in experiments."""

from scmlang.identify.estimand.nodes import (
    ONE,
    At,
    Conditional,
    Estimand,
    Linear,
    Marginal,
    Mean,
    Product,
    Quotient,
    Term,
    Value,
    difference,
    free,
    marginal,
    product,
    variable_of,
)
from scmlang.identify.estimand.renaming import substitute
from scmlang.identify.estimand.text import ASCII, LATEX, NOTATIONS, UNICODE, Notation, show

__all__ = [
    "ASCII",
    "LATEX",
    "NOTATIONS",
    "ONE",
    "UNICODE",
    "At",
    "Conditional",
    "Estimand",
    "Linear",
    "Marginal",
    "Mean",
    "Notation",
    "Product",
    "Quotient",
    "Term",
    "Value",
    "difference",
    "free",
    "marginal",
    "product",
    "show",
    "substitute",
    "variable_of",
]
