"""Random models as texts with explicit hidden causes, and any query about them, for the exact engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from random import Random

import numpy as np
from numpy.typing import NDArray

from scmlang import ScmError
from scmlang.compiler import Compilation
from scmlang.exact.engine import answer
from scmlang.identify.estimand import At, Table, evaluate, show
from scmlang.identify.query import identify_query
from scmlang.pairs import settled
from scmlang.semantics.quantities import Quantity
from scmlang.semantics.queries import Edit, Intervention, read_query

EFFECTS = ("ATE", "ETT", "NDE", "NIE", "PN", "PS", "PNS")


@dataclass(frozen=True)
class WrittenModel:
    """A positive model: every value has a probability of a tenth at least under all causes."""

    text: str
    sizes: dict[str, int] = field(hash=False)

    @property
    def compilation(self) -> Compilation:
        return _compiled(self.text)

    def read(self, query: str) -> Quantity:
        found = read_query(query, self.compilation.model)
        assert not isinstance(found, Intervention | Edit)
        return found

    def true(self, query: str) -> NDArray[np.float64] | None:
        """What the exact engine answers; None for too many worlds, and for evidence that never happens.

        The diagram may allow evidence that this model does not: the noise of its variables is monotone.
        """
        try:
            return np.asarray(answer(self.compilation.model, self.read(query)).array, dtype=np.float64)
        except ScmError as error:
            if error.diagnostics[0].code in ("E261", "E262"):
                return None
            raise


@cache
def _compiled(text: str) -> Compilation:
    return Compilation.from_text(text)


@dataclass(frozen=True)
class Answers:
    """The exact engine's probabilities as the factors of estimands."""

    model: WrittenModel
    exact: bool = False

    def values(self, variable: str) -> Sequence[int]:
        return range(self.model.sizes[variable])

    def size(self, variable: str) -> int:
        return self.model.sizes[variable]

    def index(self, at: At) -> int:
        return int(at.value)

    def joint(self, variables: tuple[str, ...], do: tuple[str, ...]) -> Table:
        held = sorted(do, key=list(self.model.sizes).index)  # as the engine orders its axes
        condition = f" | do({', '.join(held)})" if held else ""
        table = self.model.true(f"P({', '.join(variables)}{condition})")
        assert table is not None
        return Table((*held, *variables), table)


def compared(seed: int, count: int) -> str:
    """What is said of a random query about a random model; an estimand is as the exact engine answers.

    Raises:
        AssertionError: for an estimand that is wrong.
    """
    chance = Random(seed)
    model = written_model(chance, count)
    query = written_query(chance, model)
    try:
        quantity = model.read(query)
    except ScmError:
        return "contradictory"  # refused when it is read: a variable at two values in one world
    compilation = model.compilation
    diagram, variables = compilation.diagram, compilation.model.variables
    found = settled(identify_query(diagram, quantity, variables), diagram, quantity, variables)
    if found.identifiable is None:
        return "undecided" if found.witness else "of evidence that never happens"
    if found.estimand is None:
        return "refused"
    truth = model.true(query)
    if truth is None:
        return "unanswered"
    value = evaluate(found.estimand, Answers(model)).array
    told = f"{query}: {show(found.estimand)} is {value}, not {truth} in\n{model.text}"
    assert np.allclose(value, truth, rtol=0, atol=1e-10), told
    return "identifiable"


def written_model(chance: Random, count: int) -> WrittenModel:
    """A random diagram, domains of two or three values, a hidden cause for each bidirected edge."""
    names = "ABCDEF"[:count]
    order = chance.sample(names, count)
    thick, dense = chance.choice([0.4, 0.6, 0.8]), chance.choice([0.15, 0.3, 0.5])
    arrows = [pair for pair in combinations(order, 2) if chance.random() < thick]
    arcs = [pair for pair in combinations(order, 2) if chance.random() < dense]
    sizes = {name: chance.choice([2, 2, 3]) for name in names}
    lines = [f"exogenous U{i} ~ bernoulli({chance.randint(2, 8) / 10})" for i in range(len(arcs))]
    lines += [f"{name}: 0..{size - 1}" for name, size in sizes.items()]
    for name, size in sizes.items():
        causes = [a for a, b in arrows if b == name] + [f"U{i}" for i, arc in enumerate(arcs) if name in arc]
        weights = [_weight(chance, causes) for _ in range(size)]
        total = " + ".join(weights)
        lines.append(f"{name} ~ categorical({', '.join(f'{w} / ({total})' for w in weights)})")
    return WrittenModel("\n".join(lines) + "\n", sizes)


def _weight(chance: Random, causes: Sequence[str]) -> str:
    terms = [f"{chance.randint(1, 4)} * {cause}" for cause in causes]
    return f"(1 + ({' + '.join([*terms, str(chance.randint(0, 4))])}) % 5)"


def written_query(chance: Random, model: WrittenModel) -> str:
    """A named effect, a mean, or a probability of equations, sets and comparisons across worlds."""
    names = list(model.sizes)
    two = [name for name in names if model.sizes[name] == 2]
    form = chance.random()
    if form < 0.2 and len(two) > 1:
        return f"{chance.choice(EFFECTS)}({', '.join(chance.sample(two, 2))})"
    known = [_equation(chance, model) for _ in range(chance.choice([0, 1, 1, 2]))]
    given = f" | {', '.join(known)}" if known else ""
    if form < 0.4:
        return f"E({_variable(chance, model, 2)}{given})"
    events = [_event(chance, model) for _ in range(chance.choice([1, 1, 2]))]
    return f"P({', '.join(events)}{given})"


def _event(chance: Random, model: WrittenModel) -> str:
    if chance.random() < 0.5:
        return _equation(chance, model)
    left = _variable(chance, model, 2)
    if chance.random() < 0.2:
        return f"{left} {chance.choice(['=', '<='])} {left[0]}"
    return f"{left} {chance.choice(['!=', '<', '>='])} 1"


def _equation(chance: Random, model: WrittenModel) -> str:
    variable = _variable(chance, model, chance.choice([0, 1, 2]))
    return f"{variable}={chance.randrange(model.sizes[variable[0]])}"


def _variable(chance: Random, model: WrittenModel, depth: int) -> str:
    name = chance.choice(list(model.sizes))
    held = []
    for other in chance.sample(list(model.sizes), min(chance.choice([0, 1, 1, 2]), len(model.sizes))):
        inner = _variable(chance, model, depth - 1) if depth > 1 and chance.random() < 0.3 else other
        nested = inner[0] == other and inner != other
        held.append(inner if nested else f"{other}={chance.randrange(model.sizes[other])}")
    return f"{name}[{', '.join(held)}]" if held and depth else name
