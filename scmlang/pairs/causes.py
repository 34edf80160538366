"""Hidden causes whose states are responses of their variables, all of them or some at random."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from random import Random

from scmlang.diagram.diagram import Diagram
from scmlang.pairs.units import Cause, Response, Units, configurations, parents_of

STATES = 256  # of one hidden cause
OTHERS = 3  # states of a cause that does not vary
LISTED = 1 << 12  # responses of a variable that are gone through for those that are monotone


@dataclass(frozen=True, eq=False)
class Shape:
    """What all models of a search have in common.

    Attributes:
        diagram: without latent nodes.
        levels: the values of each node, integers.
        monotone: arrows of it along which no response falls.
    """

    diagram: Diagram
    levels: Mapping[str, range]
    monotone: frozenset[tuple[str, str]] = frozenset()

    def size(self, name: str) -> int:
        """How many levels a variable has."""
        return len(self.levels[name])

    def width(self, name: str) -> int:
        """How many configurations its parents have."""
        return configurations(self.diagram, self.levels, name)

    def rises(self, name: str) -> bool:
        """Whether it is held to some order."""
        return any(effect == name for _, effect in self.monotone)


def units_of(shape: Shape, causes: Sequence[Cause], chance: Random) -> Units:
    """The first cause with all of its states, the others with few; each heeds those behind it."""
    later: list[Cause] = []
    weights: list[tuple[int, ...]] = []
    for cause in reversed(causes[1:]):
        few, shares = _few(_heeding(cause, later, shape), shape, chance)
        later, weights = [few, *later], [shares, *weights]
    whole = (_heeding(causes[0], later, shape), *later)
    return Units(shape.diagram, shape.levels, whole, tuple(weights), shape.monotone)


def causes_of(shape: Shape) -> list[Cause]:
    """One for each maximal set that bidirected edges join, and for each variable that is in none."""
    diagram = shape.diagram
    cliques = [tuple(n for n in diagram.nodes if n in clique) for clique in diagram.cliques]
    joined = {name for clique in cliques for name in clique}
    groups = [*cliques, *((name,) for name in diagram.nodes if name not in joined)]
    return [_cause(shape, group, {}) for group in groups]


def _cause(shape: Shape, group: tuple[str, ...], others: Mapping[str, int]) -> Cause:
    """With a state for each response; ``others`` counts the states of what it heeds, by variable."""
    times = [others.get(name, 1) for name in group]
    listed = [_responses(shape, name) for name in group]
    counts = [
        shape.size(name) ** shape.width(name) if found is None else len(found)
        for name, found in zip(group, listed, strict=True)
    ]
    if sum(n * math.log2(count) for n, count in zip(times, counts, strict=True)) <= math.log2(STATES):
        each = (
            [b"".join(blocks) for blocks in product(found or _all(shape, name), repeat=n)]
            for name, found, n in zip(group, listed, times, strict=True)
        )
        states = tuple(product(*each))
    else:
        chance = Random(0)
        drawn = {
            tuple(
                b"".join(_drawn(shape, name, found, chance) for _ in range(n))
                for name, found, n in zip(group, listed, times, strict=True)
            )
            for _ in range(STATES)
        }
        states = tuple(sorted(drawn))
    return Cause("U_" + "_".join(group), group, states)


def _all(shape: Shape, name: str) -> Iterator[Response]:
    return map(bytes, product(range(shape.size(name)), repeat=shape.width(name)))


def _responses(shape: Shape, name: str) -> list[Response] | None:
    """The monotone responses of a variable that is held to some order; None where they are very many."""
    if not shape.rises(name) or shape.size(name) ** shape.width(name) > LISTED:
        return None
    return [response for response in _all(shape, name) if response == _risen(shape, name, response)]


def _drawn(shape: Shape, name: str, listed: Sequence[Response] | None, chance: Random) -> Response:
    if listed is not None:
        return chance.choice(listed)
    size = shape.size(name)
    response = bytes(chance.randrange(size) for _ in range(shape.width(name)))
    return _risen(shape, name, response)


def _risen(shape: Shape, name: str, response: Response) -> Response:
    """The least response that is no less and falls along no monotone arrow."""
    parents = parents_of(shape.diagram, name)
    found = list(response)
    step = len(found)
    for parent in parents:
        count, step = shape.size(parent), step // shape.size(parent)
        if (parent, name) in shape.monotone:
            for i in range(len(found)):
                if i // step % count:
                    found[i] = max(found[i], found[i - step])
    return bytes(found)


def _heeding(cause: Cause, others: Sequence[Cause], shape: Shape) -> Cause:
    """A cause that heeds others wherever it shares a variable with them, so as to have more to say."""
    sizes = {
        n: math.prod(len(other.states) for other in others if n in other.variables) for n in cause.variables
    }
    shared = {name: size for name, size in sizes.items() if any(name in other.variables for other in others)}
    return _cause(shape, cause.variables, shared) if shared else cause


def _few(cause: Cause, shape: Shape, chance: Random) -> tuple[Cause, tuple[int, ...]]:
    """Some states of a cause that does not vary, with weights; a variable alone has all of its values."""
    states: list[tuple[Response, ...]] = chance.sample(cause.states, min(OTHERS, len(cause.states)))
    if len(cause.variables) == 1 and shape.size(cause.variables[0]) > 2:
        size, first = shape.size(cause.variables[0]), states[0][0]
        if shape.rises(cause.variables[0]):
            states = sorted({states[0], *((bytes([v]) * len(first),) for v in range(size))})
        else:
            states = [(bytes((v + by) % size for v in first),) for by in range(size)]
    weights = tuple(chance.randint(1, 3) for _ in states)
    return Cause(cause.name, cause.variables, tuple(sorted(states))), weights
