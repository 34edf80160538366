"""What the labels of an edited picture would have been: the learned model's answer, beside its bounds.

A trained model draws the labels of an edit from its own posterior. Other models of the same diagram have the
same distribution of the labels and other counterfactuals. So each edit is shown with the probability that the
learned model gives the levels of every label that the intervention reaches, given the labels of the picture,
and with the interval that the diagram and the distribution leave. Where labels were recognised, both are
means over what they may be (:mod:`scmlang.neural.readings`).

Where labels have no tables to be summed, or where one without a table tells of the noise of others, the
probability is the share of posterior draws, with its standard error, and has no bounds.

Needs a run and its answer. Guarantees that bounds which are too much work are None.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from functools import cache

from scmlang.answers import answer_exactly
from scmlang.bounded import bounded
from scmlang.diagnostics.base import ScmError
from scmlang.identify.standing import standing
from scmlang.learned.tables import read_tables
from scmlang.neural.chances import DRAWS, estimated_chances
from scmlang.neural.fitted import Fitted, fitted
from scmlang.neural.query import EditAnswer, ImageAnswer, LabelChance, Level
from scmlang.neural.readings import likeliest
from scmlang.semantics.domains import Finite
from scmlang.semantics.quantities import show_value
from scmlang.semantics.queries import read_query
from scmlang.train.artefact import Artefact

CONFIGURATIONS = 16
MASS = 0.999
Interval = tuple[float, float]


def with_labels(answer: EditAnswer, artefact: Artefact, numbers: Mapping[str, float]) -> EditAnswer:
    """The answer with the chances of each picture's labels.

    Args:
        answer: of this run.
        artefact: the run.
        numbers: the intervention.
    """
    learned = fitted(artefact.model, artefact.causal_model.name)
    labels = _Labels(learned, artefact, numbers)
    return replace(answer, images=tuple(replace(i, labels=labels.of(i)) for i in answer.images))


class _Labels:
    def __init__(self, learned: Fitted, artefact: Artefact, numbers: Mapping[str, float]) -> None:
        self.artefact = artefact
        self.numbers = numbers
        causal = artefact.causal_model
        self.world = ", ".join(
            f"{name}={show_value(causal.variables[name].domain, value)}" for name, value in numbers.items()
        )
        reached = artefact.plan.descendants(frozenset(numbers)) - set(numbers)
        self.reached = [
            plan.name
            for plan in artefact.plan.labels
            if plan.name in reached and isinstance(plan.domain, Finite)
        ]
        self.summed: list[str] = []
        tables = read_tables(learned) if self._is_told_by_tables(learned, reached) else None
        if tables is not None:
            self.model = tables
            self.names = [variable.name for variable in self.model.observed]
            self.summed = [name for name in self.names if name in self.reached]
        self._of = cache(self._chances)

    def _is_told_by_tables(self, learned: Fitted, reached: Set[str]) -> bool:
        """Whether what has no table neither is held nor tells of noise that what responds shares with it.

        Given all labels, noise of a c-component depends on its members and their causes alone.
        """
        gone = learned.left_out.keys()
        tables = reached - gone
        beside = [set(c) for c in self.artefact.plan.components if tables & set(c)]
        return not gone & self.numbers.keys() and not any(gone & component for component in beside)

    def of(self, image: ImageAnswer) -> tuple[LabelChance, ...]:
        """The chances given the picture: the mean over the labels that it may have."""
        found = self._sum(image) if self.summed else ()
        told = {chance.variable for chance in found}
        return (*found, *self._estimate(image, [name for name in self.reached if name not in told]))

    def _sum(self, image: ImageAnswer) -> tuple[LabelChance, ...]:
        """By the tables, given the likeliest labels of the picture, :data:`CONFIGURATIONS` or less.

        The chances are relative to the mass of these; the bounds leave the mass of the others open.
        """
        read = {name: image.recognised[name] for name in self.names if name in image.recognised}
        cases = likeliest(read, MASS, CONFIGURATIONS)
        total = sum(p for p, _ in cases)
        parts = []
        for p, levels in cases:
            factual = tuple((name, levels.get(name, image.factual[name])) for name in self.names)
            parts.append((p / total, self._of(factual)))
        return _mean(parts, min(total, 1.0))

    def _estimate(self, image: ImageAnswer, names: Sequence[str]) -> Iterator[LabelChance]:
        """By draws of the posterior, with standard errors and without bounds."""
        if not names:
            return
        causal = self.artefact.causal_model
        given = ", ".join(f"{name}={level}" for name, level in image.factual.items())
        shares = estimated_chances(self.artefact.model, image, self.numbers, names)
        for name, chances in shares.items():
            domain = causal.variables[name].domain
            levels = domain.levels if isinstance(domain, Finite) else ()
            for level, p in zip(levels, chances.tolist(), strict=True):
                event = read_query(f"P({name}[{self.world}]={level} | {given})", causal)
                error = math.sqrt(p * (1 - p) / DRAWS)
                identifiable = standing(causal, event).identifiable
                yield LabelChance(name, level, p, None, identifiable, error)

    def _chances(self, factual: tuple[tuple[str, Level], ...]) -> tuple[LabelChance, ...]:
        given = ", ".join(f"{name}={level}" for name, level in factual)
        found: list[LabelChance] = []
        for name in self.summed:
            query = f"P({name}[{self.world}] | {given})"
            try:
                chances = [record["p"] for record in answer_exactly(self.model, query).table]
            except ScmError:  # no table of a size to be summed, or labels that the model rules out
                continue
            domain = self.model.variables[name].domain
            levels = domain.levels if isinstance(domain, Finite) else ()
            intervals = self._intervals(query, len(levels))
            for level, p, interval in zip(levels, chances, intervals, strict=True):
                if isinstance(p, int | float):
                    event = read_query(f"P({name}[{self.world}]={level} | {given})", self.model)
                    identifiable = standing(self.model, event).identifiable
                    found.append(LabelChance(name, level, float(p), interval, identifiable))
        return tuple(found)

    def _intervals(self, query: str, levels: int) -> list[Interval | None]:
        try:
            rows = bounded(self.model, query).table
        except ScmError:
            return [None] * levels
        return [_interval(row["low"], row["high"]) for row in rows]


def _interval(low: object, high: object) -> Interval | None:
    if isinstance(low, int | float) and isinstance(high, int | float):
        return float(low), float(high)
    return None


def _mean(parts: Sequence[tuple[float, tuple[LabelChance, ...]]], mass: float) -> tuple[LabelChance, ...]:
    """The mean of some answers with their weights, of those levels that all of them speak of."""
    of = [{(c.variable, c.level): c for c in chances} for _, chances in parts]
    found = []
    for key, first in of[0].items():
        if not all(key in chances for chances in of):
            continue
        same = [(weight, chances[key]) for (weight, _), chances in zip(parts, of, strict=True)]
        bounds = [(weight, chance.bounds) for weight, chance in same if chance.bounds is not None]
        low, high = (mass * sum(weight * bound[side] for weight, bound in bounds) for side in (0, 1))
        verdicts = {chance.identifiable for _, chance in same}
        found.append(
            LabelChance(
                *key,
                p=sum(weight * chance.p for weight, chance in same),
                bounds=(low, high + 1 - mass) if len(bounds) == len(same) else None,
                identifiable=first.identifiable if len(verdicts) == 1 else _weakest(verdicts),
            )
        )
    return tuple(found)


def _weakest(verdicts: set[bool | None]) -> bool | None:
    return False if False in verdicts else None
