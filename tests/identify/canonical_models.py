"""Models in canonical form: the variables of each c-component draw their response functions together.

Every finite model of a diagram has the distributions, in all worlds at once, of one in which each maximal
clique of bidirected edges has a hidden cause with finitely many values, and each variable draws its response
function given those (Balke and Pearl, Counterfactual probabilities, UAI 1994; Zhang, Tian and Bareinboim,
Partial counterfactual identification from observational and experimental data, arXiv:2110.05690). With q_d
the distribution of the response functions in c-component d, each distribution that is observed fixes linear
functions A_d q_d and nothing else, and the probability of a counterfactual event is linear in each q_d.

So a query is determined near a random point of the parameters t where its gradient is in the row space of
A_d dq_d/dt for all d. Where it is not, the models that agree on all data are a surface through the point (the
rank is constant near it) on which the answer changes: a proof that the query is not identifiable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from scmlang.diagram.diagram import Diagram
from scmlang.identify.estimand import At, Table
from scmlang.semantics.quantities import Constant, Counterfactual, Event, Probability

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Do = tuple[str, ...]
STATES = 4  # of a hidden cause, where a c-component is no clique


class Component:
    """The distribution q of the response functions of one c-component, with its parameters."""

    def __init__(self, names: Sequence[str], kinds: Sequence[int], graph: Diagram, rng: np.random.Generator):
        self.names = tuple(names)
        self.kinds = tuple(kinds)
        cliques = [clique for clique in graph.cliques if clique <= set(names)]
        self.above = {n: [i for i, clique in enumerate(cliques) if n in clique] for n in names}
        if len(cliques) <= 1:  # the hidden cause may be the response functions themselves
            self.hidden: list[Array] = []
            self.given: list[Array] = []
            self.q = _positive(prod(kinds), rng)
            return
        self.hidden = [_positive(STATES, rng) for _ in cliques]
        shapes = [STATES ** len(self.above[n]) for n in names]
        self.given = [
            np.stack([_positive(k, rng) for _ in range(s)]) for k, s in zip(kinds, shapes, strict=True)
        ]
        self.q = sum((p * _outer(columns) for p, _, columns in self._states()), np.zeros(prod(kinds)))

    def _states(self) -> Iterator[tuple[float, tuple[int, ...], list[Array]]]:
        """Each state of the hidden causes: its probability and the response functions given it."""
        for state in product(range(STATES), repeat=len(self.hidden)):
            p = prod(h[s] for h, s in zip(self.hidden, state, strict=True))
            rows = [self._row(name, state) for name in self.names]
            yield p, state, [given[row] for given, row in zip(self.given, rows, strict=True)]

    def _row(self, name: str, state: Sequence[int]) -> int:
        row = 0
        for i in self.above[name]:
            row = row * STATES + state[i]
        return row

    @cached_property
    def jacobian(self) -> Array | None:
        """dq/dt along what keeps every distribution of t at a sum of 1; None where q is its own parameter."""
        if not self.hidden:
            return None
        causes = np.zeros((len(self.hidden), STATES, len(self.q)))
        draws = [np.zeros((*given.shape, len(self.q))) for given in self.given]
        for p, state, columns in self._states():
            whole = _outer(columns)
            for i, s in enumerate(state):
                causes[i, s] += p / self.hidden[i][s] * whole
            for v, name in enumerate(self.names):
                shape = [self.kinds[v] if w == v else 1 for w in range(len(self.names))]
                others = _outer([np.ones(self.kinds[v]) if w == v else c for w, c in enumerate(columns)])
                for kind in range(self.kinds[v]):
                    one = np.zeros(self.kinds[v])
                    one[kind] = p
                    fits = (others.reshape(self.kinds) * one.reshape(shape)).reshape(-1)
                    draws[v][self._row(name, state), kind] += fits
        causes -= causes.mean(axis=1, keepdims=True)
        draws = [d - d.mean(axis=1, keepdims=True) for d in draws]
        return np.concatenate(
            [causes.reshape(-1, len(self.q)), *(d.reshape(-1, len(self.q)) for d in draws)]
        ).T


class CanonicalModel:
    """A random one, values 0..size-1; a unit has an index on an axis for each c-component."""

    def __init__(self, graph: Diagram, sizes: Mapping[str, int], rng: np.random.Generator) -> None:
        self.graph = graph
        self.sizes = dict(sizes)
        self.order = graph.topological_order
        self.components: list[Component] = []
        self.types: dict[str, tuple[int, Indices]] = {}
        for axis, found in enumerate(graph.c_components):
            names = [name for name in self.order if name in found]
            kinds = [sizes[n] ** prod(sizes[p] for p in graph.parents(n)) for n in names]
            index = np.unravel_index(np.arange(prod(kinds)), kinds)
            self.types |= {name: (axis, i) for name, i in zip(names, index, strict=True)}
            self.components.append(Component(names, kinds, graph, rng))
        self.shape = tuple(len(c.q) for c in self.components)

    # --- potential responses

    def respond(self, name: str, parents: Sequence[Indices | int]) -> Indices:
        """The value of a variable in each unit, where its parents have these values."""
        row: Indices | int = 0
        for parent, value in zip(sorted(self.graph.parents(name)), parents, strict=True):
            row = row * self.sizes[parent] + value
        axis, kinds = self.types[name]
        kinds = kinds.reshape([-1 if i == axis else 1 for i in range(len(self.shape))])
        return np.asarray(kinds // self.sizes[name] ** row % self.sizes[name])

    def value(self, node: Counterfactual) -> Indices:
        """A counterfactual variable in each unit; axes that it does not depend on have length 1."""
        held = {h.variable: self._held(h.value) for h in node.world}
        return self._world(held)[node.variable]

    def _held(self, value: object) -> Indices:
        if isinstance(value, Counterfactual):
            return self.value(value)
        return np.full((1,) * len(self.shape), value, dtype=np.intp)

    def _world(self, held: Mapping[str, Indices]) -> dict[str, Indices]:
        found: dict[str, Indices] = {}
        for name in self.order:
            parents = [found[p] for p in sorted(self.graph.parents(name))]
            found[name] = held[name] if name in held else self.respond(name, parents)
        return found

    def happens(self, events: Iterable[Event | Counterfactual]) -> Array:
        """1 for each unit in which equations hold."""
        total: Array = np.ones((1,) * len(self.shape))
        for event in events:
            if not (isinstance(event, Event) and isinstance(event.left, Counterfactual)):
                raise TypeError(event)
            right = event.right
            other = self.value(right) if isinstance(right, Counterfactual) else _constant(right)
            total = total * (self.value(event.left) == other)
        return np.broadcast_to(total, self.shape)

    # --- probabilities

    def mass(self, indicator: Array, leave: int | None = None) -> Array:
        """The sum over units, over all axes but one."""
        for axis in reversed(range(len(self.shape))):
            if axis != leave:
                indicator = np.tensordot(indicator, self.components[axis].q, axes=(axis, 0))
        return np.asarray(indicator)

    def probability(self, node: Probability) -> float:
        below = self.happens(node.given)
        return float(self.mass(below * self.happens(node.events)) / self.mass(below))

    @cache  # noqa: B019 - a model lives for one comparison
    def joint(self, do: Do = ()) -> Array:
        """P(V | do(do)) on axes for the variables in causal order; what is held runs through all values."""
        shape = [self.sizes[n] for n in self.order]
        found = np.ones(shape)
        for values in product(*(range(n) for n in shape)):
            chosen = dict(zip(self.order, values, strict=True))
            for component in self.components:
                found[values] *= self._fits(component, chosen, do) @ component.q
        return found

    def _fits(self, component: Component, chosen: Mapping[str, int], do: Iterable[str]) -> Array:
        """1 where the variables of a c-component that are not held respond with what is chosen to it."""
        fits: Array = np.ones(len(component.q))
        for name in set(component.names).difference(do):
            response = self.respond(name, [chosen[p] for p in sorted(self.graph.parents(name))])
            fits = fits * (response.reshape(-1) == chosen[name])
        return fits

    # --- what is determined

    def determined(self, node: Probability, experiments: Iterable[Do] = (), *, observed: bool = True) -> bool:
        """Whether no move among the models that agree on all data changes P(events | given)."""
        return self.sum_determined([(1, node)], experiments, observed=observed)

    def sum_determined(
        self,
        parts: Iterable[tuple[int, Probability]],
        experiments: Iterable[Do] = (),
        *,
        observed: bool = True,
    ) -> bool:
        """The same of a weighted sum."""
        slopes = [np.zeros(size) for size in self.shape]
        for weight, node in parts:
            below = self.happens(node.given)
            above = below * self.happens(node.events)
            n, d = float(self.mass(above)), float(self.mass(below))
            for axis, slope in enumerate(slopes):
                slope += weight * (self.mass(above, axis) * d - n * self.mass(below, axis)) / d**2
        sources = [*([()] if observed else []), *experiments]
        for slope, component in zip(slopes, self.components, strict=True):
            seen = np.array(sorted({tuple(row) for row in self._seen(component, sources)}))
            if component.jacobian is not None:
                slope, seen = component.jacobian.T @ slope, seen @ component.jacobian
            fitted = seen.T @ np.linalg.lstsq(seen.T, slope, rcond=1e-11)[0]
            if np.abs(fitted - slope).max() > 1e-8 * max(1e-3, np.abs(slope).max()):
                return False
        return True

    def _seen(self, component: Component, sources: Iterable[Do]) -> Iterator[Array]:
        names = sorted({*component.names, *self.graph.parents(*component.names)})
        for do in sources:
            for values in product(*(range(self.sizes[n]) for n in names)):
                yield self._fits(component, dict(zip(names, values, strict=True)), do)


def units(graph: Diagram, sizes: Mapping[str, int]) -> tuple[int, int]:
    """The response functions of the largest c-component and of all, for a model that is not yet made."""
    kinds = {n: sizes[n] ** prod(sizes[p] for p in graph.parents(n)) for n in graph.nodes}
    counts = [prod(kinds[n] for n in component) for component in graph.c_components]
    return max(counts), prod(counts)


@dataclass(frozen=True, eq=False)
class Data:
    """The distributions of a model as the factors of estimands, from observation and experiments."""

    model: CanonicalModel
    exact: bool = False

    def values(self, variable: str) -> Sequence[int]:
        return range(self.model.sizes[variable])

    def size(self, variable: str) -> int:
        return self.model.sizes[variable]

    def index(self, at: At) -> int:
        return int(at.value)

    def joint(self, variables: tuple[str, ...], do: tuple[str, ...]) -> Table:
        names = self.model.order
        gone = tuple(i for i, n in enumerate(names) if n not in (*variables, *do))
        kept = tuple(n for n in names if n in (*variables, *do))
        return Table(kept, self.model.joint(tuple(sorted(do))).sum(axis=gone))


def _positive(count: int, rng: np.random.Generator) -> Array:
    return np.asarray(rng.dirichlet(np.ones(count)) * 0.8 + 0.2 / count)


def _outer(columns: Sequence[Array]) -> Array:
    found = np.ones(1)
    for column in columns:
        found = np.multiply.outer(found, column).reshape(-1)
    return found


def _constant(node: object) -> int:
    if isinstance(node, Constant) and isinstance(node.value, int):
        return node.value
    raise TypeError(node)
