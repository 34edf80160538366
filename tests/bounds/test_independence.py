"""Districts of several hidden causes: what is independent in them, and bounds that use it."""

from __future__ import annotations

from itertools import combinations, permutations, product
from random import Random

import networkx as nx
import numpy as np
import pytest
from scipy.optimize import linprog

from scmlang.bounded import bounded
from scmlang.bounds.independence import independences
from scmlang.compiler import Compilation
from scmlang.diagram.bitgraph import BitGraph, bits
from scmlang.limits import limited
from tests.bounds.support import bounds_of, truth

SMALL = [g for g in nx.graph_atlas_g() if 2 <= g.number_of_nodes() <= 6 and nx.is_connected(g)]


def bitgraph(graph: nx.Graph[int]) -> BitGraph:
    n = graph.number_of_nodes()
    spouses = tuple(sum(1 << j for j in graph[i]) for i in range(n))
    return BitGraph(tuple("ABCDEF"[:n]), (0,) * n, (0,) * n, spouses)


def has_path_or_cycle_of_four(graph: nx.Graph[int]) -> bool:
    paths = (nx.path_graph(4), nx.cycle_graph(4))
    return any(
        nx.is_isomorphic(graph.subgraph(four), one) for four in combinations(graph, 4) for one in paths
    )


def test_the_independences_are_complete_without_induced_paths_and_cycles_of_four() -> None:
    for graph in SMALL:
        found = independences(bitgraph(graph), (1 << graph.number_of_nodes()) - 1)
        assert found.complete != has_path_or_cycle_of_four(graph)
        assert bool(found.pairs) != (nx.density(graph) == 1)
        for one, other in found.pairs:
            assert not nx.node_boundary(graph, bits(one)) & set(bits(other))


# --- against an optimiser that knows nothing of programmes

SAMPLE = """
exogenous U ~ categorical({u}); exogenous V ~ categorical({v})
W, X, Z, Y: binary
W ~ bernoulli(0.5)
X ~ bernoulli({x[0]} + {x[1]} * W + {x[2]} * U)
Z ~ bernoulli({z[0]} + {z[1]} * U + {z[2]} * V)
Y ~ bernoulli({y[0]} + {y[1]} * X + {y[2]} * V)
"""
QUERY = "P(Y[X=0]=0, Y[X=1]=1)"


def sample(seed: int) -> str:
    chance = Random(seed)

    def shares() -> str:
        cut = sorted((chance.randint(1, 9), chance.randint(10, 19)))
        return f"{cut[0]}/20, {cut[1] - cut[0]}/20, {20 - cut[1]}/20"

    slopes = {name: [round(chance.uniform(0.02, 0.24), 2) for _ in range(3)] for name in "xzy"}
    return SAMPLE.format(u=shares(), v=shares(), **slopes)


STRONG = SAMPLE.format(
    u="0.4, 0.3, 0.3", v="0.3, 0.5, 0.2", x=(0.1, 0.3, 0.25), z=(0.1, 0.15, 0.25), y=(0.1, 0.07, 0.4)
)
RESPONSES = list(product((0, 1), (0, 1)))  # of X to W, and of Y to X


CELLS = list(product((0, 1), repeat=4))


def best_given(
    known: dict[tuple[int, ...], float], share: float, sign: int
) -> tuple[float, list[np.ndarray]]:
    """The end of the query where `share` of the units have an X that follows W; the rest is linear then."""
    one, other = (sum(value for (w, x, *_), value in known.items() if w == v and x) for v in (0, 1))
    p = np.array([1 - one - share, share, one + share - other, other - share])  # of RESPONSES
    rows, values = [], []
    for w, x, z, y in CELLS:  # the unknowns are P(x response, y response, Z=0 and 1), then q
        hit = np.zeros((4, 4, 2))
        for (i, a), (j, b) in product(enumerate(RESPONSES), enumerate(RESPONSES)):
            hit[i, j, z] = a[w] == x and b[x] == y
        rows.append(np.append(hit, np.zeros(4)))
        values.append(known[w, x, z, y])
    for i, j in product(range(4), range(4)):
        both, q = np.zeros((4, 4, 2)), np.zeros(4)
        both[i, j], q[j] = 1, -p[i]
        rows.append(np.append(both, q))
        values.append(0.0)
    costs = np.zeros(36)
    costs[33] = -sign  # Y follows X
    done = linprog(costs, A_eq=np.array(rows), b_eq=values)
    if p.min() < 0 or done.status:
        return np.inf, []
    both, q = done.x[:32].reshape(4, 4, 2), done.x[32:]
    total = both.sum(2)
    return done.fun, [p, q, np.where(total > 1e-12, both[..., 1] / np.maximum(total, 1e-12), 0.5)]


def reached(text: str, sign: int) -> tuple[float, str]:
    """The most of the query, or the least, that a model of independent responses with these data has."""
    known = {c: truth(text, "P(X={1}, Z={2}, Y={3} | W={0})".format(*c)) for c in CELLS}
    shares, step = np.linspace(0, 1, 101), 0.01
    while step > 1e-7:
        share = min(shares, key=lambda share: best_given(known, share, sign)[0])
        step /= 5
        shares = share + step * np.arange(-5, 6)
    value, model = best_given(known, share, sign)
    return -sign * value, written(*(part.clip(0, 1) for part in model))


def written(p: np.ndarray, q: np.ndarray, z: np.ndarray) -> str:
    def chances(values: np.ndarray) -> str:
        return ", ".join(f"{value:.12f}" for value in (values / values.sum()))

    rows = "\n".join(f"    ({i}, {j}): [{1 - z[i, j]:.12f}, {z[i, j]:.12f}]" for i, j in np.ndindex(4, 4))
    return (
        f"exogenous A ~ categorical({chances(p)})\nexogenous B ~ categorical({chances(q)})\n"
        "W, X, Z, Y: binary\nW ~ bernoulli(0.5)\n"
        "X := if W then A % 2 == 1 else A >= 2\nY := if X then B % 2 == 1 else B >= 2\n"
        f"Z ~ table(A, B) {{\n{rows}\n}}\n"
    )


@pytest.mark.parametrize("text", [STRONG, sample(0)])
def test_an_explicit_model_reaches_each_bound(text: str) -> None:
    found = bounds_of(text, QUERY)
    assert found.tight
    for end, sign in ((found.low, -1), (found.high, 1)):
        value, model = reached(text, sign)
        assert value == pytest.approx(end, abs=1e-5)
        assert truth(model, QUERY) == pytest.approx(end, abs=1e-5)
        for x, z, y, w in ((1, 0, 1, 0), (0, 1, 1, 1)):
            cell = f"P(X={x}, Z={z}, Y={y} | W={w})"
            assert truth(model, cell) == pytest.approx(truth(text, cell), abs=1e-7)


def test_independence_is_worth_more_than_the_linear_part() -> None:
    """Otherwise the test above could not tell."""
    found = bounds_of(STRONG, QUERY)
    assert found.method == "branch and bound"
    assert found.gap <= 2e-6
    with limited(bound_nodes=1):
        short = bounds_of(STRONG, QUERY)
    assert short.high >= found.high - 1e-9


@pytest.mark.parametrize("leaves", list(permutations("ABC"))[:2])
def test_the_truth_lies_inside_on_stars(leaves: tuple[str, ...]) -> None:
    """Three hidden causes that meet in Z, and an arrow between two leaves."""
    a, b, c = leaves
    text = f"""
    exogenous U ~ bernoulli(0.4); exogenous V ~ bernoulli(0.3); exogenous T ~ bernoulli(0.6)
    A, B, C, Z: binary
    {a} ~ bernoulli(0.1 + 0.7 * U)
    {b} ~ bernoulli(0.2 + 0.3 * {a} + 0.4 * V)
    {c} ~ bernoulli(0.3 + 0.5 * T)
    Z ~ bernoulli(0.1 + 0.3 * U + 0.3 * V + 0.2 * T)
    """
    query = f"P({b}[{a}=0]=0, {b}[{a}=1]=1)"
    found = bounds_of(text, query)
    assert found.low - 1e-9 <= truth(text, query) <= found.high + 1e-9
    assert found.tight


def test_a_path_of_four_is_valid_and_says_why_it_may_not_be_sharp() -> None:
    text = """
    exogenous U ~ bernoulli(0.4); exogenous V ~ bernoulli(0.3); exogenous T ~ bernoulli(0.6)
    A, B, C, D: binary
    A ~ bernoulli(0.1 + 0.7 * U)
    B ~ bernoulli(0.2 + 0.3 * U + 0.4 * V)
    C ~ bernoulli(0.1 + 0.3 * V + 0.3 * T)
    D ~ bernoulli(0.1 + 0.4 * A + 0.3 * T)
    """
    query = "P(D[A=0]=0, D[A=1]=1)"
    found = bounds_of(text, query)
    assert found.low - 1e-9 <= truth(text, query) <= found.high + 1e-9
    assert not found.sharp
    answer = bounded(Compilation.from_text(text).model, query)
    assert "perhaps not sharp" in answer.method
    assert "A, B, C, D" in answer.method


def test_an_effect_of_the_hidden_cause_tells_how_another_variable_responds() -> None:
    """Z -> X <-> Y: where Y is 1, X follows Z or is always 0, and then P(X=1, Y=1 | Z=1) is the chance."""
    text = """
    exogenous U ~ categorical(0.4, 0.3, 0.3)
    Z, X, Y: binary
    Z ~ bernoulli(0.5)
    X := U == 2 or (U == 1 and Z)
    Y := U < 2
    """
    query = "P(X[Z=0]=0, X[Z=1]=1)"
    found = bounds_of(text, query)
    assert found.is_point
    assert found.low == pytest.approx(truth(text, query), abs=1e-9)
