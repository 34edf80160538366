"""What two models prove, confirmed by the exact engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from random import Random

from scmlang.compiler import Compilation
from scmlang.diagnostics.base import InternalError
from scmlang.diagram.diagram import Diagram
from scmlang.exact.engine import answer
from scmlang.pairs.question import Question
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import (
    Constant,
    Counterfactual,
    Event,
    Held,
    Probability,
    Quantity,
    show_quantity,
)

CELLS = 256  # assertions about the data; what is over is confirmed and not written
CONFIRMED = 1 << 12  # cells of the data; of more, a sample is confirmed
SAMPLE = 64
LARGEST = 10**15  # the largest integer that is written


@dataclass(frozen=True)
class Claim:
    """That two models agree on all data and differ in a query.

    Attributes:
        bodies: their texts, without assertions.
        question: the query.
        levels: the values of each variable that plays a part.
        sources: the sets that were held; the empty one is observation.
        differ: in what the models do, as a phrase.
        because: why the data agree, where that is known without going through them.
    """

    bodies: tuple[str, str]
    question: Question
    levels: Mapping[str, range]
    sources: tuple[frozenset[str], ...]
    differ: str
    because: str = ""


def proved(claim: Claim, diagram: Diagram, shown: str) -> tuple[str, str]:
    """The two texts, confirmed.

    Args:
        claim: what is to be proved. Of very many cells of the data a sample is gone through, if ``because``
            says why all are the same.
        diagram: the whole one.
        shown: the query as it was asked.

    Raises:
        InternalError: where the exact engine does not confirm it.
    """
    models = [Compilation.from_text(body).model for body in claim.bodies]
    data = list(_data(claim))
    agreed = [[_exactly(model, cell) for cell in data] for model in models]
    values = [_exactly(model, claim.question.quantity) for model in models]
    edges = all(set(m.edges) <= diagram.directed and set(m.confounded) <= diagram.bidirected for m in models)
    if agreed[0] != agreed[1] or values[0] == values[1] or not edges:
        raise InternalError(f"two models do not show that {shown} is not identifiable")
    variables = models[0].variables
    asked = show_quantity(claim.question.quantity, variables)
    sources = [f"P under do({', '.join(sorted(held))})" if held else "P" for held in claim.sources]
    texts = []
    for side, body in enumerate(claim.bodies):
        head = [
            f"# Model {side + 1} of two that prove `{shown}` not identifiable.",
            f"# They agree on {' and '.join(sources)}, and differ in {claim.differ}.",
            f"# {asked} is {values[side]} here and {values[1 - side]} in model {2 - side}.",
            *([f"# {claim.because}"] if claim.because else []),
            *_notes(claim.question),
        ]
        claims = ["# What agrees."]
        shares = zip(data[:CELLS], agreed[side], strict=False)
        claims += [_assertion(show_quantity(cell, variables), value) for cell, value in shares]
        claims += ["", "# What differs.", _assertion(asked, values[side])]
        texts.append("\n".join([*head, "", body, *claims, ""]))
    return texts[0], texts[1]


def _assertion(asked: str, value: Fraction) -> str:
    """That a quantity has a value; a comment where the fraction has more digits than a number may have."""
    written = str(value) if value >= 0 else f"0 - {-value}"
    short = max(value.denominator, abs(value.numerator)) < LARGEST
    return f"assert {asked} == {written}" if short else f"# {asked} is {written}"


def _exactly(model: CausalModel, quantity: Quantity) -> Fraction:
    return Fraction(answer(model, quantity, exact=True).value)


def _notes(question: Question) -> Iterator[str]:
    for name, codes in question.written.items():
        levels = question.values([name])[name]
        count = "two levels" if levels == range(2) else f"the levels {levels.start} to {levels[-1]}"
        told = ", ".join(f"{value} is written {code}" for value, code in codes.items())
        yield f"# {name} has {count} here: {told}."


def _data(claim: Claim) -> Iterator[Probability]:
    """Probabilities of the data, of the variables that play a part: all of them, or a sample."""
    whole = prod(map(len, claim.levels.values()))
    for held in claim.sources:
        order = [name for name in claim.levels if name in held]
        free = [name for name in claim.levels if name not in held]
        for values in _cells([claim.levels[name] for name in [*order, *free]], whole, claim):
            world = tuple(Held(n, v) for n, v in zip(order, values, strict=False))
            events = (
                Event("=", Counterfactual(n, world), Constant(v))
                for n, v in zip(free, values[len(order) :], strict=True)
            )
            if free:
                yield Probability(tuple(events))


def _cells(levels: Sequence[range], whole: int, claim: Claim) -> Iterator[tuple[int, ...]]:
    if whole <= CONFIRMED or not claim.because:
        yield from product(*levels)
        return
    chance = Random(0)
    for _ in range(SAMPLE):
        yield tuple(map(chance.choice, levels))
