"""Exact answers beside pyAgrum and pgmpy, on random binary networks, all in one run.

A network of n variables is *random* (up to three parents among all variables before it) or *windowed* (three
parents among the last eight). Its conditional probabilities are random. Y is the variable with most
ancestors, X the middle one of them. There are two questions:

* P(Y=1 | do(X=1)). pyAgrum copies the network, cuts the arcs into X and propagates lazily; pgmpy does ``do``
  and eliminates.
* P(Y[X=1]=1 | X=0, Y=0). pyAgrum's own twin network takes noises for independent, so its twin is built by
  hand here, before time is taken, with the noise of each variable as a node in the intervals between its
  thresholds. pgmpy has no counterfactuals.

Models are read before time is taken, the probabilities as arrays for everybody. Each question is asked
*first* of a fresh model, where nothing else is kept, and *again* with other values: of pyAgrum by new
evidence in the same propagation, of pgmpy, which keeps nothing, as before. Everyone is given names and
values; what it takes scmlang to read the query's text is told apart. Answers are compared.

Everybody does each piece of work three times in a row, on three fresh models where it is a first question,
and the quickest counts, in processor time and without the cycle collector, as in ``timeit``. Numbers are
medians over networks. A peer that is too slow is not asked.
"""

from __future__ import annotations

import argparse
import gc
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from statistics import median
from typing import TypeVar

import numpy as np
import pgmpy.models
import pyagrum
from pgmpy.factors.discrete import TabularCPD
from pgmpy.inference import VariableElimination

from scmlang.compiler import Compilation
from scmlang.diagnostics import ScmError
from scmlang.exact.engine import answer
from scmlang.limits import limited
from scmlang.semantics.model import CausalModel
from scmlang.semantics.queries import read_query

Found = TypeVar("Found")
WINDOW, PARENTS = 8, 3
TIMES = 3
SLOW = 20.0  # seconds after which a peer is asked no further


@dataclass(frozen=True)
class Net:
    """A random binary network: parents in order, and P(V=1 | parents) for each of their configurations."""

    kind: str
    parents: dict[str, tuple[str, ...]]
    chances: dict[str, dict[tuple[int, ...], float]]

    @property
    def asked(self) -> tuple[str, str]:
        """X and Y."""
        effect = max(self.parents, key=lambda name: (len(ancestors(self, name)), name))
        above = sorted(ancestors(self, effect), key=list(self.parents).index)
        return above[len(above) // 2], effect


def ancestors(net: Net, name: str) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for parent in net.parents[waiting.pop()]:
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return found


def network(kind: str, n: int, seed: int) -> Net:
    """The network of a seed; in a dense one each variable has three parents among all before it."""
    chance = random.Random(f"{kind} {n} {seed}")
    parents: dict[str, tuple[str, ...]] = {}
    chances: dict[str, dict[tuple[int, ...], float]] = {}
    for i in range(n):
        first = max(0, i - WINDOW) if kind == "windowed" else 0
        most = chance.randint(0, PARENTS) if kind == "random" else PARENTS
        chosen = sorted(chance.sample(range(first, i), min(most, i - first)))
        parents[f"V{i}"] = tuple(f"V{j}" for j in chosen)
        rows = product((0, 1), repeat=len(chosen))
        chances[f"V{i}"] = {row: round(chance.uniform(0.05, 0.95), 6) for row in rows}
    return Net(kind, parents, chances)


# --- the same network for each


def to_scmlang(net: Net) -> CausalModel:
    lines = [f"{', '.join(net.parents)}: binary"]
    for name, parents in net.parents.items():
        rows = net.chances[name]
        if not parents:
            lines.append(f"{name} ~ bernoulli({rows[()]})")
            continue
        cells = " ".join(f"({', '.join(map(str, r))}): [{1 - p:.6f}, {p:.6f}]" for r, p in rows.items())
        lines.append(f"{name} ~ table({', '.join(parents)}) {{ {cells} }}")
    with limited(source_bytes=1 << 24):
        return Compilation.from_text("\n".join(lines) + "\n").model


def to_pyagrum(net: Net) -> pyagrum.BayesNet:
    bn = pyagrum.BayesNet()
    for name in net.parents:
        bn.add(pyagrum.LabelizedVariable(name, name, 2))
    for name, parents in net.parents.items():
        for parent in parents:
            bn.addArc(parent, name)
    for name, rows in net.chances.items():
        for row, p in rows.items():
            bn.cpt(name)[dict(zip(net.parents[name], row, strict=True))] = [1 - p, p]
    return bn


def to_pgmpy(net: Net) -> pgmpy.models.DiscreteBayesianNetwork:
    found = pgmpy.models.DiscreteBayesianNetwork()
    found.add_nodes_from(net.parents)
    found.add_edges_from((parent, name) for name, parents in net.parents.items() for parent in parents)
    for name, parents in net.parents.items():
        ones = list(net.chances[name].values())
        values = [[1 - p for p in ones], ones]
        found.add_cpds(TabularCPD(name, 2, values, evidence=parents, evidence_card=[2] * len(parents)))
    return found


# --- questions


def surgery(bn: pyagrum.BayesNet, x: str) -> pyagrum.BayesNet:
    cut = pyagrum.BayesNet(bn)
    for parent in list(cut.parents(x)):
        cut.eraseArc(parent, cut.idFromName(x))
    cut.cpt(x).fillWith([0.5, 0.5])
    return cut


def pyagrum_first(bn: pyagrum.BayesNet, x: str, y: str) -> pyagrum.LazyPropagation:
    engine = pyagrum.LazyPropagation(surgery(bn, x))
    engine.setEvidence({x: 1})
    engine.addTarget(y)
    engine.makeInference()
    return engine


def pyagrum_again(engine: pyagrum.LazyPropagation, evidence: dict[str, int], y: str) -> float:
    for name, value in evidence.items():
        engine.chgEvidence(name, value)
    engine.makeInference()
    return float(engine.posterior(y)[1])


def pgmpy_first(found: pgmpy.models.DiscreteBayesianNetwork, x: str, y: str) -> float:
    cut = found.do([x])
    posterior = VariableElimination(cut).query([y], evidence={x: 1}, show_progress=False)
    return float(posterior.values[1])


def twin(net: Net, x: str, y: str) -> pyagrum.BayesNet:
    """The twin network of do(X), with P(V | parents) as an equation of a noise in its intervals.

    Only ancestors of Y are in it. Only what X reaches has a noise and a second copy, ``V'``.
    """
    names = [name for name in net.parents if name in ancestors(net, y) | {y, x}]
    reached = {name for name in names if x in ancestors(net, name)}
    bn = pyagrum.BayesNet()
    for name in names:
        bn.add(pyagrum.LabelizedVariable(name, name, 2))
        if name in reached or name == x:
            bn.add(pyagrum.LabelizedVariable(f"{name}'", name, 2))
    bn.cpt(f"{x}'").fillWith([0.5, 0.5])
    for name in names:
        if name in reached:
            _shared(bn, net, name, reached | {x})
            continue
        for parent in net.parents[name]:
            bn.addArc(parent, name)
        for row, p in net.chances[name].items():
            bn.cpt(name)[dict(zip(net.parents[name], row, strict=True))] = [1 - p, p]
    return bn


def _shared(bn: pyagrum.BayesNet, net: Net, name: str, doubled: set[str]) -> None:
    rows = net.chances[name]
    edges = sorted({0.0, 1.0, *(1 - p for p in rows.values())})
    bn.add(pyagrum.LabelizedVariable(f"{name}.u", name, len(edges) - 1))
    bn.cpt(f"{name}.u").fillWith(np.diff(edges).tolist())
    for mark in ("", "'"):
        own = [f"{p}{mark}" if p in doubled else p for p in net.parents[name]]
        for parent in (*own, f"{name}.u"):
            bn.addArc(parent, f"{name}{mark}")
        for row, p in rows.items():
            for k, edge in enumerate(edges[:-1]):
                at = dict(zip(own, row, strict=True)) | {f"{name}.u": k}
                bn.cpt(f"{name}{mark}")[at] = [0.0, 1.0] if edge >= 1 - p else [1.0, 0.0]


def twin_first(bn: pyagrum.BayesNet, x: str, y: str) -> pyagrum.LazyPropagation:
    engine = pyagrum.LazyPropagation(bn)
    engine.setEvidence({x: 0, y: 0, f"{x}'": 1})
    engine.addTarget(f"{y}'")
    engine.makeInference()
    return engine


# --- measuring


def row(title: str, ours: float | None, agrum: float | None, pgm: float | None) -> None:
    times = "".join(f"{1e3 * taken:14.2f}" if taken else f"{'-':>14}" for taken in (ours, agrum, pgm))
    ratios = "".join(
        f"{theirs / ours:13.2f}x" if ours and theirs else f"{'-':>14}" for theirs in (agrum, pgm)
    )
    print(f"{title:<37}{times}{ratios}", flush=True)


class Clock:
    """The processor seconds of each piece of work, by name."""

    def __init__(self) -> None:
        self.taken: dict[str, list[float]] = {}

    def __call__(self, name: str, work: Sequence[Callable[[], Found]]) -> Found:
        """Do the same work several times, and give what the last found."""
        times = []
        gc.disable()
        for one in work:
            start = time.process_time()
            found = one()
            times.append(time.process_time() - start)
        gc.enable()
        self.taken.setdefault(name, []).append(min(times))
        return found

    def median(self, name: str) -> float | None:
        return median(self.taken[name]) if name in self.taken else None

    def patient(self, name: str) -> bool:
        return sum(self.taken.get(name, ())) < SLOW


def ask(net: Net, clock: Clock, *, counterfactual: bool, peers: bool) -> None:
    """One question of one network, first and again, to everybody."""
    x, y = net.asked
    models = [to_scmlang(net) for _ in range(TIMES)]
    text = f"P({y}[{x}=1]=1 | {x}=0, {y}=0)" if counterfactual else f"P({y}=1 | do({x}=1))"
    other = f"P({y}[{x}=0]=1 | {x}=1, {y}=1)" if counterfactual else f"P({y}=1 | do({x}=0))"
    queries = [clock("reading", [partial(read_query, t, models[0])]) for t in (text, other)]
    found = clock("first", [partial(answer, model, queries[0]) for model in models]).value
    later = clock("again", [partial(answer, model, queries[1]) for model in models]).value
    if peers and clock.patient("pyagrum first"):
        nets = [twin(net, x, y) if counterfactual else to_pyagrum(net) for _ in range(TIMES)]
        start, target = (twin_first, f"{y}'") if counterfactual else (pyagrum_first, y)
        engines: list[pyagrum.LazyPropagation] = []
        clock("pyagrum first", [partial(lambda bn: engines.append(start(bn, x, y)), bn) for bn in nets])
        agree(engines[-1].posterior(target)[1], found)
        evidence = {x: 1, y: 1, f"{x}'": 0} if counterfactual else {x: 0}
        work = [partial(pyagrum_again, engine, evidence, target) for engine in engines]
        agree(clock("pyagrum again", work), later)
    if peers and not counterfactual and clock.patient("pgmpy"):
        fresh = [to_pgmpy(net) for _ in range(TIMES)]
        agree(clock("pgmpy", [partial(pgmpy_first, one, x, y) for one in fresh]), found)


def compare(kind: str, n: int, rounds: int, peers: bool) -> None:
    """The rows of one kind and size."""
    for counterfactual, title in ((False, "P(Y|do(X))"), (True, "P(Y[X]|X,Y)")):
        clock, refused = Clock(), []
        for seed in range(rounds):
            try:
                ask(network(kind, n, seed), clock, counterfactual=counterfactual, peers=peers)
            except ScmError as error:
                refused.append(error.diagnostics[0].code)
        pgm = clock.median("pgmpy")
        for when in ("first", "again"):
            name = f"{kind}, {n}, {title}, {when}"
            row(name, clock.median(when), clock.median(f"pyagrum {when}"), pgm)
        if refused:
            print(f"  {len(refused)} of {rounds} refused: {', '.join(sorted(set(refused)))}")


def agree(theirs: float, ours: float) -> None:
    if abs(float(theirs) - float(ours)) > 1e-9:
        raise SystemExit(f"they disagree: {theirs} and {ours}")


def refusal() -> None:
    """How long it takes to say that a network is too large."""
    model = to_scmlang(network("dense", 500, 0))
    query = read_query("P(V499=1 | do(V250=1))", model)
    start = time.process_time()
    try:
        answer(model, query)
    except ScmError as error:
        taken = time.process_time() - start
        print(f"dense, 500: {error.diagnostics[0].code} after {taken:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="*", default=[20, 50, 100, 500])
    parser.add_argument("--kinds", nargs="*", default=["random", "windowed"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--alone", action="store_true", help="without the peers")
    chosen = parser.parse_args()
    warm, clock = network("windowed", 20, 0), Clock()
    for counterfactual in (False, True, False):  # what is imported late is imported now
        ask(warm, clock, counterfactual=counterfactual, peers=not chosen.alone)
    print(f"reading the text of a query: {1e3 * min(clock.taken['reading']):.2f} ms")
    heads = ("scmlang", "pyAgrum", "pgmpy", "pyAgrum/ours", "pgmpy/ours")
    print(f"{'milliseconds':<37}" + "".join(f"{head:>14}" for head in heads))
    for kind in chosen.kinds:
        for n in chosen.sizes:
            compare(kind, n, chosen.rounds, not chosen.alone)
    refusal()


if __name__ == "__main__":
    main()
