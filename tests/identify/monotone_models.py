"""Random models of a diagram with hidden causes, in which some mechanisms are monotone and others are not.

Each variable has a private hidden cause beside its noise, so a monotone effect is not a matter of one
threshold, and units differ in how they respond. What rises is a running maximum of random survival functions
over the monotone causes, for each value of all else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations, product
from random import Random

import numpy as np

from tests.identify.written_models import WrittenModel

Arrow = tuple[str, str]
_STATES = 2  # of each hidden cause


def monotone_model(
    sizes: Mapping[str, int],
    arrows: Sequence[Arrow],
    arcs: Sequence[Arrow],
    monotone: Collection[Arrow],
    seed: int,
) -> WrittenModel:
    """A positive model; ``sizes`` lists causes before their effects."""
    rng = np.random.default_rng(seed)
    hidden = {name: [f"R{name}", *(f"U{a}{b}" for a, b in arcs if name in (a, b))] for name in sizes}
    lines = [f"{name}: 0..{size - 1}" for name, size in sizes.items()]
    for cause in sorted({cause for causes in hidden.values() for cause in causes}):
        p = rng.uniform(0.3, 0.7)
        lines.append(f"exogenous {cause} ~ categorical({p!r}, 1 - {p!r})")
    for name, size in sizes.items():
        causes = [a for a, b in arrows if b == name]
        shape = [*(sizes[cause] for cause in causes), *[_STATES] * len(hidden[name])]
        survival = np.sort(rng.uniform(0.05, 0.95, (*shape, size - 1)), axis=-1)[..., ::-1]
        for axis, cause in enumerate(causes):
            if (cause, name) in monotone:
                survival = np.maximum.accumulate(survival, axis=axis)
        lines += _table(name, [*causes, *hidden[name]], survival)
    lines += [f"monotone {cause} -> {effect}" for cause, effect in monotone]
    return WrittenModel("\n".join(lines) + "\n", dict(sizes))


def _table(
    name: str, causes: Sequence[str], survival: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
) -> list[str]:
    ones, none = np.ones((*survival.shape[:-1], 1)), np.zeros((*survival.shape[:-1], 1))
    chances = -np.diff(np.concatenate([ones, survival, none], axis=-1), axis=-1)
    rows = [
        f"  ({', '.join(map(str, at))}): [{', '.join(repr(float(p)) for p in chances[at])}]"
        for at in product(*map(range, survival.shape[:-1]))
    ]
    return [f"{name} ~ table({', '.join(causes)}) {{", *rows, "}"]


def random_case(chance: Random) -> tuple[WrittenModel, str]:
    """A model of a random diagram, and a query that joins several worlds of a variable."""
    names = "ABCD"[: chance.choice([2, 3, 3, 4])]
    sizes = {name: chance.choice([2, 2, 3]) for name in names}
    arrows = [pair for pair in combinations(names, 2) if chance.random() < 0.7]
    arcs = [pair for pair in combinations(names, 2) if chance.random() < 0.2]
    monotone = [arrow for arrow in arrows if chance.random() < 0.8]
    model = monotone_model(sizes, arrows, arcs, monotone, chance.randrange(10**6))
    asked = [_event(chance, sizes, names[-1]) for _ in range(chance.choice([1, 2, 2, 3]))]
    given = [_event(chance, sizes, chance.choice(names)) for _ in range(chance.choice([0, 0, 1, 2]))]
    bar = f" | {', '.join(given)}" if given else ""
    if chance.random() < 0.2:
        return model, f"E({asked[0].partition(' ')[0]}{bar})"
    return model, f"P({', '.join(asked)}{bar})"


def nested_case(chance: Random) -> tuple[WrittenModel, str]:
    """A model of a random diagram over three or four variables, and a query with a nested counterfactual."""
    names = "ABCD"[: chance.choice([3, 3, 4])]
    sizes = {name: chance.choice([2, 2, 2, 3]) for name in names}
    arrows = [pair for pair in combinations(names, 2) if chance.random() < 0.8]
    arcs = [pair for pair in combinations(names, 2) if chance.random() < 0.15]
    monotone = [arrow for arrow in arrows if chance.random() < 0.8]
    model = monotone_model(sizes, arrows, arcs, monotone, chance.randrange(10**6))
    low, high = chance.sample(range(sizes["A"]), 2)
    middle, last = chance.choice(names[1:-1]), names[-1]
    crossed = f"{last}[A={high}, {middle}[A={low}]] = {chance.randrange(sizes[last])}"
    others = [
        _event(chance, sizes, chance.choice([last, middle])) for _ in range(chance.choice([0, 1, 1, 2]))
    ]
    given = f" | {_event(chance, sizes, chance.choice(names))}" if chance.random() < 0.3 else ""
    return model, f"P({', '.join([crossed, *others])}{given})"


def _event(chance: Random, sizes: Mapping[str, int], name: str) -> str:
    others = [other for other in sizes if other < name]
    held = chance.sample(others, min(len(others), chance.choice([0, 1, 1, 1, 2])))
    world = ", ".join(f"{other}={chance.randrange(sizes[other])}" for other in held)
    relation = chance.choice(["=", "=", "=", ">=", "<", "!="])
    level = chance.randrange(1 if relation in (">=", "<") else 0, sizes[name])
    return f"{name}[{world}] {relation} {level}".replace("[]", "")
