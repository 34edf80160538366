"""Estimands evaluated on a joint table, one axis for each variable."""

from __future__ import annotations

from math import prod

import numpy as np
from numpy.typing import NDArray

from scmlang.identify.estimand import Conditional, Estimand, Marginal, Product, Quotient

Table = NDArray[np.float64]


def evaluate(node: Estimand, joint: Table, names: tuple[str, ...]) -> Table:
    """The value of an estimand for all values of its free variables, on the axes of ``joint``."""
    axis = {name: i for i, name in enumerate(names)}

    def sum_over(table: Table, gone: set[str]) -> Table:
        return np.asarray(table.sum(axis=tuple(axis[name] for name in gone), keepdims=True))

    match node:
        case Conditional(of, given):
            both = sum_over(joint, set(names) - {*of, *given})
            return both / sum_over(joint, set(names) - set(given))
        case Product(factors):
            return prod((evaluate(f, joint, names) for f in factors), start=np.ones((1,) * len(names)))
        case Marginal(over, inner):
            table = evaluate(inner, joint, names)
            shape = [joint.shape[i] if names[i] in over else n for i, n in enumerate(table.shape)]
            return sum_over(np.broadcast_to(table, shape), set(over))
        case Quotient(top, bottom):
            return evaluate(top, joint, names) / evaluate(bottom, joint, names)
