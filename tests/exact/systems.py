"""Random finite SCMs of 2 to 8 variables of mixed sizes with hidden causes, and things to ask of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from random import Random

from hypothesis import strategies as st

from scmlang.compiler import Compilation
from scmlang.diagnostics import ScmError
from scmlang.exact.engine import answer
from scmlang.exact.result import Result
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import Probability
from scmlang.semantics.queries import read_query

UNITS = 400  # what the private noise of one system may come to, so that enumeration stays quick


@dataclass(frozen=True)
class System:
    """A model with the sizes of its observed variables, in an order of causes, and chance to ask by."""

    text: str
    sizes: dict[str, int]
    chance: Random = field(repr=False, compare=False)

    @property
    def model(self) -> CausalModel:
        return Compilation.from_text(self.text).model

    def names(self, count: int) -> list[str]:
        """Different variables in random order, as many as there are up to ``count``."""
        return self.chance.sample(list(self.sizes), min(count, len(self.sizes)))

    def held(self, name: str) -> str:
        """``A=1`` at a random level."""
        return f"{name}={self.chance.randrange(self.sizes[name])}"

    def counterfactual(self, name: str, depth: int = 2) -> str:
        """The variable in a random world, which may be the actual one or take values from others."""
        if not depth or self.chance.random() < 0.3:
            return name
        held = []
        others = [other for other in self.sizes if other != name]
        for other in self.chance.sample(others, min(self.chance.randint(1, 2), len(others))):
            inner = self.counterfactual(other, depth - 1)
            held.append(self.held(other) if inner == other or self.chance.random() < 0.6 else inner)
        return f"{name}[{', '.join(held)}]"

    def event(self) -> str:
        """``B[A=1] = 0``, or a comparison of two variables across worlds."""
        first, second = (self.counterfactual(self.names(1)[0]) for _ in range(2))
        if first != second and self.chance.random() < 0.3:
            return f"{first} {self.chance.choice(['=', '<='])} {second}"
        level = self.chance.randrange(self.sizes[first[0]])
        return f"{first} {self.chance.choice(['=', '=', '!=', '<', '>='])} {level}"


def probability(text: str, model: CausalModel) -> Probability:
    """A probability, resolved."""
    found = read_query(text, model)
    assert isinstance(found, Probability)
    return found


def possible_question(text: str, model: CausalModel) -> Probability | None:
    """A probability, resolved; None where its conditions contradict each other."""
    try:
        return probability(text, model)
    except ScmError as error:
        if [d.code for d in error.diagnostics] != ["E073"]:
            raise
        return None


def ask(text: str, model: CausalModel, *, exact: bool = True) -> Result:
    """What the engine answers, by default in fractions."""
    return answer(model, probability(text, model), exact=exact)


def systems() -> st.SearchStrategy[System]:
    return st.builds(system, st.integers(2, 8), st.integers(0, 2**32 - 1))


def system(count: int, seed: int) -> System:
    """The system of a seed: its numbers are small rationals, so that fractions stay short."""
    chance = Random(seed)
    hidden = {f"U{i}": chance.randint(2, 3) for i in range(chance.randint(1, 3))}
    lines = [f"exogenous {name} ~ categorical({_shares(size, chance)})" for name, size in hidden.items()]
    units = 1
    if chance.random() < 0.5:
        hidden["L"] = 2
        lines += ["latent L: 0..1", f"L ~ categorical({_shares(2, chance)})"]
        units *= 3
    sizes = {name: chance.choice([2, 2, 3, 4]) for name in "ABCDEFGH"[:count]}
    lines += [f"{name}: 0..{size - 1}" for name, size in sizes.items()]
    known = dict(hidden)
    for name, size in sizes.items():
        parents = {p: known[p] for p in chance.sample(sorted(known), min(chance.randint(0, 3), len(known)))}
        written, intervals = _equation(name, size, parents, UNITS // units, chance)
        lines.append(written)
        units *= intervals
        known[name] = size
    return System("\n".join(lines) + "\n", sizes, chance)


def _equation(name: str, size: int, parents: dict[str, int], room: int, chance: Random) -> tuple[str, int]:
    """An equation, and a bound on the intervals of its private noise."""
    endogenous = {p: levels for p, levels in parents.items() if not p.startswith("U")}
    rows = list(product(*(range(levels) for levels in endogenous.values())))
    intervals = 2 * len(rows) * (size - 1) + 1
    if intervals > room or chance.random() < 0.4:
        return f"{name} := {_formula(size, parents, chance)}", 1
    if endogenous:
        cells = [f"({', '.join(map(str, row))}): [{_shares(size, chance)}]" for row in rows]
        return f"{name} ~ table({', '.join(endogenous)}) {{ {' '.join(cells)} }}", intervals
    return f"{name} ~ categorical({_shares(size, chance)})", intervals


def _formula(size: int, parents: dict[str, int], chance: Random) -> str:
    terms = [f"{chance.randint(1, 2)} * {parent}" for parent in parents]
    sum_ = " + ".join([*terms, str(chance.randint(0, 2))])
    if len(parents) > 1 and chance.random() < 0.4:
        first, *others = parents
        return f"if {first} == 1 then ({' + '.join(others)}) % {size} else ({sum_}) % {size}"
    return f"({sum_}) % {size}"


def _shares(size: int, chance: Random) -> str:
    """Probabilities over a common denominator; one in ten is zero."""
    shares = [chance.choice([0, *range(1, 10)]) for _ in range(size)]
    shares[chance.randrange(size)] += 1
    return ", ".join(f"{share}/{sum(shares)}" for share in shares)
