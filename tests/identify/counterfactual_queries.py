"""Random diagrams and counterfactual queries, decided and held against models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from random import Random

import numpy as np

from scmlang.compiler import Compilation
from scmlang.diagram.diagram import Diagram
from scmlang.identify.counterfactuals import identify_counterfactual
from scmlang.identify.estimand import evaluate, show
from scmlang.identify.result import Identification
from scmlang.semantics.quantities import Constant, Counterfactual, Event, Held, Probability, World
from tests.identify.canonical_models import CanonicalModel, Data, Do, units

LARGEST = 1500  # response functions of one c-component
UNITS = 300_000


@dataclass(frozen=True)
class Question:
    """A diagram, a probability of equations in any worlds, and the experiments at hand."""

    diagram: Diagram
    query: Probability
    experiments: tuple[Do, ...]

    def decided(self, sizes: dict[str, int] | None = None) -> Identification:
        """The verdict, for variables of unknown domains or of these sizes."""
        edges = [f"{a} -> {b}" for a, b in sorted(self.diagram.directed)]
        edges += [f"{a} <-> {b}" for a, b in sorted(self.diagram.bidirected)]
        declared = [f"{n}: 0..{size - 1}" for n, size in (sizes or {}).items()]
        text = "\n".join([*declared, *edges, *([] if sizes else [f"{{{', '.join(self.diagram.nodes)}}}"])])
        variables = Compilation.from_text(text + "\n").model.variables
        return identify_counterfactual(self.diagram, self.query, variables, self.experiments)

    def __str__(self) -> str:
        edges = [f"{a} -> {b}" for a, b in sorted(self.diagram.directed)]
        edges += [f"{a} <-> {b}" for a, b in sorted(self.diagram.bidirected)]
        given = f" with {', '.join(map(str, self.experiments))}" if self.experiments else ""
        return f"{self.decided().query} in {'; '.join(edges)}{given}"


def question(seed: int, count: int) -> Question:
    """The question of a seed, about ``count`` variables whose canonical binary model is not too large."""
    chance = Random(seed)
    while True:
        names = "ABCDEF"[:count]
        order = chance.sample(names, count)
        thick, dense = chance.choice([0.4, 0.6, 0.8]), chance.choice([0.15, 0.3, 0.5])
        arrows = [pair for pair in combinations(order, 2) if chance.random() < thick]
        arcs = [pair for pair in combinations(order, 2) if chance.random() < dense]
        diagram = Diagram.of(names, arrows, arcs)
        largest, whole = units(diagram, dict.fromkeys(names, 2))
        if largest <= LARGEST and whole <= UNITS:
            break
    events = tuple(_event(chance, order, 0.2) for _ in range(chance.choice([1, 1, 2, 2, 3])))
    given = tuple(_event(chance, order, 0.6) for _ in range(chance.choice([0, 0, 1, 1, 2])))
    held = [chance.sample(names, chance.choice([1, 1, 2])) for _ in range(chance.choice([0, 0, 1, 2]))]
    experiments = tuple(dict.fromkeys(tuple(sorted(do)) for do in held))
    return Question(diagram, Probability(events, given), experiments)


def _event(chance: Random, names: Sequence[str], factual: float) -> Event:
    """An equation, more often of an effect; ``names`` are in causal order."""
    world = () if chance.random() < factual else _world(chance, names, chance.choice([1, 1, 2, 3]))
    left = Counterfactual(max(chance.choices(names, k=2), key=names.index), world)
    if chance.random() < 0.05:
        return Event("=", left, Counterfactual(left.variable, _world(chance, names, 1)))
    return Event("=", left, Constant(chance.randrange(2)))


def _world(chance: Random, names: Sequence[str], depth: int) -> World:
    held: list[Held] = []
    for _ in range(chance.choice([0, 1, 1, 2]) if depth else 0):
        name = min(chance.choices(names, k=2), key=names.index)
        if any(h.variable == name for h in held):
            continue
        if depth > 1 and chance.random() < 0.3:
            held.append(Held(name, Counterfactual(name, _world(chance, names, depth - 1))))
        else:
            held.append(Held(name, chance.randrange(2)))
    return tuple(sorted(held, key=lambda h: h.variable))


def verdict(asked: Question, seed: int) -> str:
    """What was said of a question, after a random binary model has confirmed it.

    An estimand is evaluated; a refusal is proved by a move among models that agree on all data, binary ones
    or with three values for some variables. A refusal that only the number of values lifts is ``binary``, and
    one whose proof would be too large ``unproved``.

    Raises:
        AssertionError: for an estimand or a verdict that is wrong.
    """
    rng = np.random.default_rng(seed)
    sizes = dict.fromkeys(asked.diagram.nodes, 2)
    model = CanonicalModel(asked.diagram, sizes, rng)
    found = asked.decided()
    possible = float(model.mass(model.happens(asked.query.given))) > 0
    if found.identifiable is None:
        assert not possible, f"undecided: {asked}"
        return "impossible"
    assert possible, f"evidence that never happens: {asked}"
    if found.identifiable:
        _right(found, model, asked)
        return "identifiable"
    assert found.witness is not None, f"no witness: {asked}"
    if not model.determined(asked.query, asked.experiments):
        return "refused"
    binary = asked.decided(sizes)
    if binary.identifiable:
        _right(binary, model, asked)
        return "binary"
    return _proved(asked, rng)


def _right(found: Identification, model: CanonicalModel, asked: Question) -> None:
    assert found.estimand is not None
    truth = model.probability(asked.query)
    value = evaluate(found.estimand, Data(model)).array
    assert np.allclose(value, truth, rtol=0, atol=1e-10), (
        f"{asked}: {show(found.estimand)} is {value}, not {truth}"
    )


def _proved(asked: Question, rng: np.random.Generator) -> str:
    names = asked.diagram.nodes
    for count in range(1, len(names) + 1):
        for larger in combinations(names, count):
            sizes = {name: 3 if name in larger else 2 for name in names}
            largest, whole = units(asked.diagram, sizes)
            if largest > 3 * LARGEST or whole > 3 * UNITS:
                continue
            model = CanonicalModel(asked.diagram, sizes, rng)
            if not model.determined(asked.query, asked.experiments):
                return "refused"
    return "unproved"
