"""Identification held to numbers, exhaustively: ``make verify`` writes ``docs/verification.txt``.

Each check goes through many diagrams and queries, evaluates every estimand in a random positive model with
explicit hidden causes, and compares it with the truncated factorisation there. The test suite runs a sample
of each.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import permutations
from pathlib import Path

import numpy as np

from scmlang.compiler import Compilation
from scmlang.diagnostics.base import ScmError
from scmlang.diagram import Diagram
from scmlang.diagram.bitgraph import BitGraph
from scmlang.identify.criteria import named
from scmlang.identify.hedge import Hedge
from scmlang.identify.id import derive, identify
from scmlang.semantics.queries import read_query
from scmlang.witness import witness
from tests.identify.counterfactual_queries import question, verdict
from tests.identify.random_models import RandomModel, all_diagrams, sparse_diagram
from tests.identify.written_models import compared
from tests.witness.test_witness import verify as confirmed

TOLERANCE = 1e-10
LOG = Path(__file__).parent.parent / "docs" / "verification.txt"


class Tally:
    """What a check has seen.

    Attributes:
        counts: how many of what.
        worst: the largest error of an estimand.
        wrong: every disagreement.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.worst = 0.0
        self.wrong: list[str] = []

    def compare(self, model: RandomModel, estimand: object, query: tuple[list[str], ...], what: str) -> None:
        """Hold one estimand against the effect."""
        error = model.error(estimand, model.effect(*query))  # type: ignore[arg-type]
        self.counts[what] += 1
        self.worst = max(self.worst, error)
        if not error < TOLERANCE:
            self.wrong.append(f"{what} {query}: off by {error}")


def every_graph_of_four_nodes(tally: Tally) -> None:
    """All 34,752 diagrams over four labelled nodes, every effect of one variable on another"""
    for seed, diagram in enumerate(all_diagrams("ABCD")):
        tally.counts["diagrams"] += 1
        model = RandomModel(diagram, np.random.default_rng(seed))
        for y, x in permutations("ABCD", 2):
            _effect(tally, diagram, model, [y], [x], [])


def random_graphs(tally: Tally) -> None:
    """10,000 random diagrams of 6 to 10 nodes, a joint and conditional effect in each"""
    rng = random.Random(0)
    for seed in range(10_000):
        diagram = _thinned(sparse_diagram(rng, rng.randint(6, 10)), rng)
        tally.counts["diagrams"] += 1
        names = rng.sample(diagram.nodes, len(diagram.nodes))
        cuts = sorted(rng.sample(range(1, 6), 3))
        y, x, z = names[: cuts[0]], names[cuts[0] : cuts[1]], names[cuts[1] : cuts[2]]
        model = RandomModel(diagram, np.random.default_rng(seed))
        _effect(tally, diagram, model, y, x, z if seed % 2 else [])


def experiments(tally: Tally) -> None:
    """5,000 random diagrams of 4 to 7 nodes with one or two surrogate experiments"""
    rng = random.Random(1)
    for seed in range(5_000):
        diagram = _thinned(sparse_diagram(rng, rng.randint(4, 7)), rng)
        tally.counts["diagrams"] += 1
        y, x, z, *_ = rng.sample(diagram.nodes, len(diagram.nodes))
        given = [z] if seed % 3 == 0 else []
        held = [rng.sample(diagram.nodes, rng.randint(1, 2)) for _ in range(rng.randint(1, 2))]
        found = derive(diagram, [y], [x], given, held, explain=False)
        if found.estimand is None:
            tally.counts["not identifiable"] += 1
        else:
            model = RandomModel(diagram, np.random.default_rng(seed))
            tally.compare(model, found.estimand, ([y], [x], given), "identifiable")


def counterfactual_queries(tally: Tally) -> None:
    """5,000 random counterfactual queries, nested ones and named effects among them"""
    _judged(tally, compared, 5_000)


def counterfactual_verdicts(tally: Tally) -> None:
    """20,000 random counterfactual events with experiments, each refusal proved by two models"""
    _judged(tally, lambda seed, count: verdict(question(seed, count), seed), 20_000)


def witnesses(tally: Tally) -> None:
    """Every refused P(Y | do(X)) on four nodes, but for exchanging the other two, proved by two models"""
    asked = "P(Y=1 | do(X=1))"
    bare = Compilation.from_text("W <-> X <-> Y <-> Z").model
    seen: set[object] = set()
    for diagram in all_diagrams("XYZW"):
        exchanged = [_renamed(diagram, {"Z": "W", "W": "Z"}), _renamed(diagram, {})]
        if not isinstance(identify(diagram, ["Y"], ["X"]), Hedge) or seen.intersection(exchanged):
            continue
        seen.update(exchanged)
        try:
            texts = witness(diagram, read_query(asked, bare), bare.variables)
            positive = confirmed(diagram, asked, texts)
        except (ScmError, AssertionError) as error:
            tally.wrong.append(
                f"no witness: {sorted(diagram.directed)} {sorted(diagram.bidirected)}: {error}"
            )
            continue
        tally.counts["refused and proved"] += 1
        tally.counts["of these by models in which everything can happen"] += positive


def _renamed(diagram: Diagram, names: dict[str, str]) -> tuple[frozenset[object], frozenset[object]]:
    directed = frozenset((names.get(a, a), names.get(b, b)) for a, b in diagram.directed)
    return directed, frozenset(frozenset((names.get(a, a), names.get(b, b))) for a, b in diagram.bidirected)


CHECKS: tuple[Callable[[Tally], None], ...] = (
    every_graph_of_four_nodes,
    random_graphs,
    experiments,
    counterfactual_queries,
    counterfactual_verdicts,
    witnesses,
)


def _effect(
    tally: Tally, diagram: Diagram, model: RandomModel, y: list[str], x: list[str], z: list[str]
) -> None:
    """The estimand of ID or IDC, and that of a criterion with a name, which must not be there alone."""
    found = derive(diagram, y, x, z, explain=False)
    if found.estimand is None:
        tally.counts["not identifiable"] += 1
    else:
        tally.compare(model, found.estimand, (y, x, z), "identifiable")
    graph = BitGraph.of(diagram)
    known = None if z else named(graph, graph.mask(y), graph.mask(x))
    if known is not None:
        tally.compare(model, known.estimand, (y, x), f"of these by {known.method}")
        if found.estimand is None:
            tally.wrong.append(f"{known.method} where ID finds a hedge: {sorted(diagram.directed)}")


def _judged(tally: Tally, judge: Callable[[int, int], str], count: int) -> None:
    """Questions about three to five variables, of which each is found right or raises."""
    for seed in range(count):
        try:
            tally.counts[judge(seed, 3 + seed % 3)] += 1
        except AssertionError as error:
            tally.wrong.append(str(error))


def _thinned(diagram: Diagram, rng: random.Random) -> Diagram:
    """With at most ten bidirected edges, so that the truth is quickly had."""
    arcs = sorted(diagram.bidirected)
    return Diagram.of(diagram.nodes, diagram.directed, rng.sample(arcs, min(10, len(arcs))))


def lines(check: Callable[[Tally], None]) -> Iterator[str]:
    """Run a check and say what came out; how long it took is told to the terminal and is not part of it."""
    tally = Tally()
    start = time.perf_counter()
    check(tally)
    seconds = time.perf_counter() - start
    yield f"{check.__doc__}:"
    yield f"  {', '.join(f'{count:,} {what}' for what, count in tally.counts.items())}"
    print(f"{check.__name__}: {seconds:.0f} s", file=sys.stderr, flush=True)
    yield f"  largest error {tally.worst:.1e}, {len(tally.wrong)} disagreements"
    yield from (f"  WRONG {what}" for what in tally.wrong[:20])


def main() -> None:
    names = [check.__name__ for check in CHECKS]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checks", nargs="*", metavar="CHECK", help=f"of {', '.join(names)}; all by default")
    chosen = parser.parse_args().checks or names
    log: list[str] = []
    for check in CHECKS:
        if check.__name__ in chosen:
            for line in lines(check):
                print(line, flush=True)
                log.append(line)
    if chosen == names:
        LOG.write_text("\n".join(log) + "\n", encoding="utf-8")
    sys.exit(any("WRONG" in line for line in log))


if __name__ == "__main__":
    main()
