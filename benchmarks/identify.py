"""P(Y | do(X)) on random diagrams: verdict and estimand, beside y0 and causaleffect; alone up to 1,000 nodes.

Every node has two random causes among those before it, or among the eight before it, and there are a third
as many bidirected edges as nodes. Y is the last node and X one of its ancestors. Each program is given the
diagram in its own form, made before the clock starts. `python benchmarks/identify.py` needs the extra
`bench`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from scmlang.diagram import Diagram
from scmlang.identify.id import derive
from scmlang.identify.query import identify_query
from scmlang.semantics.domains import Symbolic
from scmlang.semantics.model import Role, Variable
from scmlang.semantics.quantities import Counterfactual, Held, Probability
from scmlang.source import Span

SIZES, GRAPHS = (10, 30, 100), 15
LARGE = (100, 200, 500, 1000)
WINDOW = 8  # how far causes are from their effects where they are nearby
Graph = tuple[list[str], list[tuple[str, str]], list[tuple[str, str]]]


def random_graph(size: int, seed: int, *, windowed: bool = False) -> tuple[Graph, str, str]:
    """Nodes, directed and bidirected edges; an outcome and a cause of it."""
    rng = random.Random(seed)
    names = [f"V{i}" for i in range(size)]
    first = [max(0, i - WINDOW) if windowed else 0 for i in range(size)]
    arrows = {(names[rng.randrange(first[i], i)], names[i]) for i in range(1, size) for _ in range(2)}
    ends = [rng.randrange(1, size) for _ in range(size // 3)]
    arcs = {(names[rng.randrange(first[i], i)], names[i]) for i in ends}
    above, waiting = set(), [names[-1]]
    while waiting:
        node = waiting.pop()
        new = {a for a, b in arrows if b == node} - above
        above |= new
        waiting += new
    return (names, sorted(arrows), sorted(arcs)), names[-1], rng.choice(sorted(above))


def ours(graph: Graph, y: str, x: str) -> Callable[[], Any]:
    """ID alone."""
    names, arrows, arcs = graph
    diagram = Diagram.of(names, arrows, arcs)
    return lambda: derive(diagram, [y], [x], explain=False).estimand is not None


def command(graph: Graph, y: str, x: str) -> Callable[[], Any]:
    """What ``scmlang identify`` does: criteria with names first, steps, a simplified estimand."""
    names, arrows, arcs = graph
    diagram = Diagram.of(names, arrows, arcs)
    variables = {n: Variable(n, Role.OBSERVED, Symbolic(), Span(0, 0)) for n in names}
    asked = Probability((Counterfactual(y, (Held(x, None),)),))
    return lambda: identify_query(diagram, asked, variables).identifiable


def y0(graph: Graph, y: str, x: str) -> Callable[[], Any]:
    """ID of y0."""
    from y0.algorithm.identify import identify_outcomes
    from y0.dsl import Variable as Name
    from y0.graph import NxMixedGraph

    names, arrows, arcs = graph
    mixed = NxMixedGraph.from_str_edges(nodes=names, directed=arrows, undirected=arcs)
    return lambda: identify_outcomes(mixed, treatments=Name(x), outcomes=Name(y)) is not None


def causaleffect(graph: Graph, y: str, x: str) -> Callable[[], Any]:
    """ID of causaleffect."""
    import causaleffect as peer

    _, arrows, arcs = graph
    made = peer.createGraph([*(f"{a}->{b}" for a, b in arrows), *(f"{a}<->{b}" for a, b in arcs)])
    return lambda: peer.ID({y}, {x}, made).identifiable


def seconds(run: Callable[[], Any]) -> tuple[float, Any]:
    """The time that a first call takes, and what it gives."""
    start = time.perf_counter()
    found = run()
    return time.perf_counter() - start, found


def main() -> None:
    peers = {"scmlang": ours, "scmlang identify": command, "y0": y0, "causaleffect": causaleffect}
    for make in peers.values():  # imports
        make(*random_graph(5, 0))()
    print(f"median ms to verdict and estimand, {GRAPHS} diagrams of each size, in alternation")
    for size in SIZES:
        times: dict[str, list[float]] = {name: [] for name in peers}
        for seed in range(GRAPHS):
            graph, y, x = random_graph(size, seed)
            verdicts = set()
            for name, make in peers.items():
                spent, verdict = seconds(make(graph, y, x))
                times[name].append(1000 * spent)
                verdicts.add(bool(verdict))
            if len(verdicts) > 1:
                print(f"  different verdicts: {graph}, {y}, {x}")
        shown = ", ".join(f"{name} {median(spent):.2f}" for name, spent in times.items())
        fastest = min(median(times[name]) for name in ("y0", "causaleffect"))
        print(f"  {size} nodes: {shown}; {fastest / median(times['scmlang']):.0f} x faster than the nearest")
    for windowed in (False, True):
        for size in LARGE:
            graphs = [random_graph(size, seed, windowed=windowed) for seed in range(GRAPHS)]
            spent = {
                name: median(1000 * seconds(make(*graph))[0] for graph in graphs)
                for name, make in (("ID", ours), ("scmlang identify", command))
            }
            shown = ", ".join(f"{name} {ms:.1f}" for name, ms in spent.items())
            print(f"  {size} nodes{', causes nearby' if windowed else ''}: {shown}")


if __name__ == "__main__":
    main()
