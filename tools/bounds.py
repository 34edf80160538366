"""Bounds on random finite models, held against the truth: ``python -m tools.bounds --count 500``."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass

import numpy as np

from scmlang.bounds.engine import Bounds, bound
from scmlang.bounds.problem import make_problem
from scmlang.bounds.sources import from_model
from scmlang.compiler import Compilation
from scmlang.diagnostics.base import ScmError
from scmlang.exact.engine import answer
from scmlang.identify.query import identify_query
from scmlang.limits import limited
from scmlang.semantics.quantities import Probability
from scmlang.semantics.queries import read_query
from tests.exact.systems import System, system

ERROR = 1e-7


@dataclass(frozen=True)
class Trial:
    """A query of a model, its bounds, its true value, and whether diagram and positive data identify it."""

    text: str
    query: str
    bounds: Bounds
    truth: float
    identifiable: bool | None

    def fault(self) -> str | None:
        """What is wrong, if anything is."""
        where = f"{self.query}: {self.bounds}, truth {self.truth}\n{self.text}"
        if not self.bounds.low - ERROR <= self.truth <= self.bounds.high + ERROR:
            return f"the truth lies outside: {where}"
        if self.identifiable and not self.bounds.is_point and self.bounds.gap <= ERROR:
            return f"identifiable, and no point: {where}"
        return None


def trial(seed: int) -> Trial | str:
    """The bounds of a random query of a random model, or the code of what stands in the way."""
    made = system(2 + seed % 3, seed)
    query = _query(made)
    compilation = Compilation.from_text(made.text)
    try:
        asked = read_query(query, compilation.model)
        if not isinstance(asked, Probability):
            raise TypeError(query)
        truth = float(answer(compilation.model, asked).value)
        problem = make_problem(compilation.model, asked)
        with limited(response_types=20_000, bound_terms=4_000, bound_nodes=60):
            source = from_model(compilation.model, problem)
            found = bound(problem, asked, [source])
    except ScmError as error:
        return error.diagnostics[0].code
    known = identify_query(compilation.diagram, asked, compilation.model.variables).identifiable
    known = known and bool(np.all(source.table > 0))
    return Trial(made.text, query, found, truth, known)


def _query(made: System) -> str:
    """An effect, or counterfactuals of one or two worlds, with or without evidence."""
    first, second = sorted(made.names(2))
    worlds = [f"{second}[{first}={level}]" for level in made.chance.sample(range(made.sizes[first]), 2)]
    one, two = (f"{world}={made.chance.randrange(made.sizes[second])}" for world in worlds)
    match made.chance.randrange(4):
        case 0:
            return f"P({made.held(second)} | do({made.held(first)}))"
        case 1:
            return f"P({one} | {made.held(second)})"
        case 2:
            return f"P({one}, {two})"
        case _:
            return f"P({one} | {two}, {made.held(first)})"


def main() -> int:
    """Run the trials and print what became of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    faults = 0
    for seed in range(options.seed, options.seed + options.count):
        found = trial(seed)
        if isinstance(found, str):
            counts[found] += 1
            continue
        counts[found.bounds.method + (", a point" if found.bounds.is_point else "")] += 1
        if found.fault() is not None:
            faults += 1
            print(f"seed {seed}: {found.fault()}")
    for name, count in sorted(counts.items()):
        print(f"{count:6} {name}")
    print(f"{faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
