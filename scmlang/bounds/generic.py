"""Known distributions of random models of a diagram."""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx
import numpy as np

from scmlang.bounds.problem import Problem
from scmlang.bounds.responses import Monotone
from scmlang.bounds.sources import Array, Source
from scmlang.diagram.bitgraph import bits

STATES = 4  # of each hidden cause


def random_sources(
    problem: Problem, held: Sequence[Sequence[str]], monotone: Monotone = (), seed: int = 0
) -> list[Source]:
    """P(V | do(z)) of one random model for each set z, the empty one being observation.

    Every maximal set of variables that bidirected edges join has a hidden cause, and every variable a
    distribution given its parents and hidden causes. Where an effect is monotone in a cause its distribution
    function falls as the cause rises, so that the inverse of it never falls.
    """
    chance = np.random.default_rng(seed)
    hidden = _hidden(problem)
    kernels = [_kernel(problem, hidden, i, monotone, chance) for i in range(len(problem.names))]
    weights = [chance.dirichlet(np.ones(STATES)) for _ in hidden]
    return [_source(problem, kernels, weights, names) for names in held]


def _hidden(problem: Problem) -> list[frozenset[int]]:
    graph: nx.Graph[int] = nx.Graph()
    graph.add_edges_from((i, j) for i, near in enumerate(problem.graph.spouses) for j in bits(near))
    return sorted((frozenset(clique) for clique in nx.find_cliques(graph)), key=sorted)


def _kernel(
    problem: Problem,
    hidden: Sequence[frozenset[int]],
    at: int,
    monotone: Monotone,
    chance: np.random.Generator,
) -> Array:
    """P(V | parents, hidden causes) with an axis for each variable and then for each hidden cause."""
    n = len(problem.names)
    parents = list(bits(problem.graph.parents[at]))
    shape = [problem.shape[i] if i in parents else 1 for i in range(n)]
    shape += [STATES if at in clique else 1 for clique in hidden]
    flat = chance.dirichlet(np.ones(problem.shape[at]), size=shape)
    above = np.cumsum(flat[..., ::-1], axis=-1)[..., ::-1]  # P(V >= level)
    for cause, effect in monotone:
        if problem.graph.place[effect] == at:
            above = np.sort(above, axis=problem.graph.place[cause])
    levels = -np.diff(above, axis=-1, append=0.0)
    return np.asarray(np.moveaxis(levels[..., None, :], -1, at).reshape(_with(shape, at, problem.shape[at])))


def _with(shape: Sequence[int], at: int, size: int) -> tuple[int, ...]:
    return tuple(size if i == at else n for i, n in enumerate(shape))


def _source(
    problem: Problem, kernels: Sequence[Array], weights: Sequence[Array], held: Sequence[str]
) -> Source:
    n = len(problem.names)
    mask = problem.graph.mask(name for name in held if name in problem.graph.place)
    total = np.ones((1,) * (n + len(weights)))
    for k, weight in enumerate(weights):
        total = total * weight.reshape([-1 if i == n + k else 1 for i in range(n + len(weights))])
    for i, kernel in enumerate(kernels):
        if not mask >> i & 1:
            total = total * kernel
    summed = total.sum(axis=tuple(range(n, n + len(weights))))
    return Source(mask, np.array(np.broadcast_to(summed, problem.shape)))
