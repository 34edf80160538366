"""The distributions of a fully specified model, for estimands to be evaluated on it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scmlang.exact.engine import answer
from scmlang.identify.estimand import At, Table
from scmlang.semantics.domains import Finite
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import Counterfactual, Held, Probability


class Written:
    """P(V | do(X)) of a fully specified model, by the exact engine; see
    :class:`scmlang.identify.estimand.Distributions`.

    Args:
        model: fully specified, with finitely many values.
        exact: fractions in the place of floats.
    """

    def __init__(self, model: CausalModel, *, exact: bool = False) -> None:
        self.model = model
        self._exact = exact
        self._known: dict[tuple[tuple[str, ...], tuple[str, ...]], Table] = {}

    @property
    def exact(self) -> bool:
        return self._exact

    def size(self, variable: str) -> int:
        return self._domain(variable).size

    def values(self, variable: str) -> Sequence[int]:
        domain = self._domain(variable)
        return range(domain.offset, domain.offset + domain.size)

    def index(self, at: At) -> int:
        """Which level a fixed value is.

        Raises:
            ValueError: for no value of the domain.
        """
        domain = self._domain(at.variable)
        value = None if isinstance(at.value, float) else domain.value(at.value)
        if value is None:
            raise ValueError(f"`{at.value}` is no level of `{at.variable}`")
        return value - domain.offset

    def joint(self, variables: tuple[str, ...], do: tuple[str, ...]) -> Table:
        """P(variables | do(do)).

        Raises:
            ScmError: E260 for variables without finitely many values, E261 for a table over the bound.
        """
        names = tuple(sorted(variables)), tuple(sorted(do))
        if names not in self._known:
            self._known[names] = self._asked(*names)
        return self._known[names]

    def _asked(self, variables: tuple[str, ...], do: tuple[str, ...]) -> Table:
        world = tuple(Held(name, None) for name in do)
        query = Probability(tuple(Counterfactual(name, world) for name in variables))
        found = answer(self.model, query, exact=self._exact)
        array = np.asarray(found.array)
        return Table(tuple(axis.variable for axis in found.axes), array)

    def _domain(self, variable: str) -> Finite:
        domain = self.model.variables[variable].domain
        if not isinstance(domain, Finite):
            raise TypeError(f"`{variable}` has no levels")
        return domain
