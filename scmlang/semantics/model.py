"""The checked causal model: what every later phase works on.

Guarantees (given by :mod:`scmlang.semantics.check`): names are unique and known, the diagram is
acyclic, every expression is well typed over the parents it names, every finite equation stays in
its variable's domain, and arrows agree with equations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scmlang.semantics.domains import Domain, Image, Symbolic
from scmlang.semantics.expressions import Constant, Expression
from scmlang.source import Source, Span

if TYPE_CHECKING:
    from scmlang.semantics.assertions import Assertion as Claim

Scalar = int | float | str | bool
OptionValue = Scalar | tuple[int | float, ...]


class Role(Enum):
    OBSERVED = "observed"
    LATENT = "latent"  # endogenous, not observed
    EXOGENOUS = "exogenous"


class Coupling(Enum):
    """How one private noise gives the values of a discrete draw under all configurations of its parents.

    Both have the same distributions and differ in their counterfactuals; see
    :mod:`scmlang.semantics.distributions`.
    """

    MONOTONE = "monotone"  # the inverse distribution function of one uniform
    GUMBEL = "gumbel"  # the argmax of log probability plus a Gumbel noise for each level


@dataclass(frozen=True)
class Assignment:
    """``V := expression``: a deterministic structural equation."""

    expression: Expression
    span: Span


@dataclass(frozen=True)
class Draw:
    """``V ~ distribution(...)``: a structural equation with an implied private noise.

    ``distribution`` is one of ``bernoulli`` (p), ``categorical`` (p_0, …, p_{k-1}), ``uniform``
    (no arguments over a finite domain: its levels, equally likely; two arguments over a real one),
    ``binomial`` (n, p) and ``normal`` (mean, standard deviation); ``arguments`` hold its expressions.
    Only a draw over a finite domain has another ``coupling`` than the default.
    """

    distribution: str
    arguments: tuple[Expression, ...]
    span: Span
    coupling: Coupling = Coupling.MONOTONE


@dataclass(frozen=True)
class Table:
    """``V ~ table(parents) { (configuration): [probabilities] … }``, complete.

    ``rows`` maps each configuration of the parents' numeric values to the probabilities of V's
    levels in level order; ``spelled`` has the cells of the rows that compute one, such as 1/3.
    ``chances`` are the rows as an array, float64: an axis for each parent that has more than one level, then
    the levels; rows may be written with rounded numbers, and are read as proportional to these.
    """

    parents: tuple[str, ...]
    rows: Mapping[tuple[int, ...], tuple[float, ...]] = field(hash=False)
    span: Span
    coupling: Coupling = Coupling.MONOTONE
    spelled: Mapping[tuple[int, ...], tuple[Constant, ...]] = field(
        default_factory=dict, hash=False, compare=False, repr=False
    )
    chances: NDArray[np.float64] = field(init=False, hash=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        cases = sorted(self.rows)
        written = np.array([self.rows[at] for at in cases], dtype=np.float64)
        sizes = [last - first + 1 for first, last in zip(cases[0], cases[-1], strict=True)]
        chances = (written / written.sum(axis=1, keepdims=True)).reshape((*[n for n in sizes if n > 1], -1))
        object.__setattr__(self, "chances", chances)


@dataclass(frozen=True)
class Render:
    """``I ~ renderer(parameter=expression, …)``: an image drawn by a registered renderer."""

    renderer: str
    arguments: Mapping[str, Expression] = field(hash=False)
    span: Span


Equation = Assignment | Draw | Table | Render


@dataclass(frozen=True)
class MechanismSpec:
    """``mechanism V: type(option=value, …)`` as written; options are checked."""

    type: str
    options: Mapping[str, OptionValue] = field(hash=False)
    span: Span


@dataclass(frozen=True)
class Variable:
    """One variable; ``span`` is where its name is declared."""

    name: str
    role: Role
    domain: Domain
    span: Span
    equation: Equation | None = None
    mechanism: MechanismSpec | None = None

    @property
    def is_image(self) -> bool:
        return isinstance(self.domain, Image)


@dataclass(frozen=True)
class CausalModel:
    """A checked structural causal model.

    Attributes:
        name: from the ``model`` statement, else the file's stem.
        source: the text it was read from.
        variables: by name, in order of declaration, exogenous ones included.
        parents: for every variable, the variables its equation (or arrows) names, exogenous ones
            included, in order of declaration.
        edges: directed edges between endogenous variables, with the span that states each
            (written or derived), sorted by declaration.
        confounded: bidirected edges as sorted pairs of endogenous names, with their span.
        queries: named queries, as typed text.
        assertions: what the file claims, in its order.
        monotone: directed edges whose effect never falls as the cause rises, with where that is declared;
            see :mod:`scmlang.semantics.monotone`.
    """

    name: str
    source: Source
    variables: Mapping[str, Variable] = field(hash=False)
    parents: Mapping[str, tuple[str, ...]] = field(hash=False)
    edges: Mapping[tuple[str, str], Span] = field(hash=False)
    confounded: Mapping[tuple[str, str], Span] = field(hash=False)
    queries: Mapping[str, str] = field(hash=False, default_factory=dict)
    assertions: tuple[Claim, ...] = field(hash=False, default=())
    monotone: Mapping[tuple[str, str], Span] = field(hash=False, default_factory=dict)

    @cached_property
    def endogenous(self) -> tuple[Variable, ...]:
        return tuple(v for v in self.variables.values() if v.role is not Role.EXOGENOUS)

    @cached_property
    def observed(self) -> tuple[Variable, ...]:
        return tuple(v for v in self.variables.values() if v.role is Role.OBSERVED)

    @cached_property
    def exogenous(self) -> tuple[Variable, ...]:
        return tuple(v for v in self.variables.values() if v.role is Role.EXOGENOUS)

    @property
    def is_fully_specified(self) -> bool:
        """Every variable has an equation, so the model can be sampled and queried exactly."""
        return all(v.equation is not None for v in self.variables.values())

    @property
    def has_domains(self) -> bool:
        """False for a bare diagram, whose variables have unknown finite domains."""
        return not any(isinstance(v.domain, Symbolic) for v in self.variables.values())

    @property
    def _declares_causes_first(self) -> bool:
        position = {name: i for i, name in enumerate(self.variables)}
        last = [(name, own[-1]) for name, own in self.parents.items() if own]
        return all(position[parent] < position[name] for name, parent in last)

    @cached_property
    def topological_order(self) -> tuple[str, ...]:
        """All variables, causes first; ties keep the order of declaration."""
        names = tuple(self.variables)
        if self._declares_causes_first:
            return names
        position = {name: i for i, name in enumerate(self.variables)}
        missing = {name: len(parents) for name, parents in self.parents.items()}
        children: dict[str, list[str]] = {name: [] for name in self.variables}
        for name, parents in self.parents.items():
            for parent in parents:
                children[parent].append(name)
        ready = [position[name] for name, count in missing.items() if count == 0]
        heapify(ready)
        order: list[str] = []
        while ready:
            order.append(names[heappop(ready)])
            for child in children[order[-1]]:
                missing[child] -= 1
                if missing[child] == 0:
                    heappush(ready, position[child])
        return tuple(order)
