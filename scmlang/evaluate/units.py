"""Rung three: the learned model's answers for single units, against what the diagram leaves of them.

Counterfactual labels of a unit are not identified; the diagram and the distribution of the labels leave an
interval. Every model of the diagram with that distribution answers inside, so an answer outside is an error
of abduction, or of what was learned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from scmlang.bounds.engine import bound
from scmlang.bounds.problem import make_problem
from scmlang.bounds.sources import from_model
from scmlang.diagnostics.base import ScmError
from scmlang.evaluate.interventions import Act
from scmlang.evaluate.learned import distribution, given, world_of
from scmlang.evaluate.metrics import Floats, bootstrap
from scmlang.evaluate.report import Inside, Interval, Staying
from scmlang.evaluate.truth import Units
from scmlang.evaluate.worlds import World
from scmlang.semantics.domains import Finite
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import Constant, Counterfactual, Event, Probability

ROUNDING, LEARNED = 1e-6, 0.02
Settings = Mapping[str, int | float]


def staying(units: Units, worlds: Sequence[World], seed: int) -> tuple[Staying, ...]:
    """For every finite descendant and each of its levels, which share of the units keep it.

    Args:
        units: the held-out units.
        worlds: what became of them.
        seed: of the bootstrap.
    """
    return tuple(row for world in worlds for row in _staying(units, world, seed))


def inside(
    learned: CausalModel, units: Units, acts: Sequence[Act], seed: int, within: float = LEARNED
) -> tuple[Inside, ...]:
    """Whether the learned answers for the units' labels are inside their bounds.

    Against the learned model's own diagram and distribution, where only rounding is forgiven, and against the
    truth's, where what was learned may be off by ``within``.

    Args:
        learned: the learned model of the labels.
        units: the held-out units.
        acts: the interventions; those that set what is not in ``learned`` are passed over.
        seed: of the bootstrap.
        within: see above.
    """
    names = [variable.name for variable in learned.observed]
    columns = np.stack([units.split.columns[name].astype(np.int64) for name in names], 1)
    cells, place = np.unique(columns, axis=0, return_inverse=True)
    evidence = [dict(zip(names, map(int, cell), strict=True)) for cell in cells]
    against = (("learned", learned, ROUNDING), ("true", units.truth.model, within))
    found = []
    for act in acts:
        if not act.settings.keys() <= set(names):
            continue
        for name in _reached(units, act, names):
            answers = [distribution(learned, [name], act.settings, cell) for cell in evidence]
            for by, model, forgiven in against:
                pairs = zip(answers, evidence, strict=True)
                far = [_outside(model, name, act.settings, cell, answer) for answer, cell in pairs]
                distances = np.array(far)[place.reshape(-1)]
                at = np.flatnonzero(np.isfinite(distances))
                if len(at):
                    share = bootstrap(distances[at] <= forgiven, seed, units=at)
                    found.append(Inside(act.text, name, by, share, float(distances[at].max()), forgiven))
    return tuple(found)


def interval(
    model: CausalModel, name: str, value: int, settings: Settings, evidence: Settings
) -> Interval | None:
    """The bounds of P(name[settings] = value | evidence) in all models of the diagram with this distribution.

    None where something has no finite table, the programme is too large, or the evidence has probability 0.
    """
    event = Event("=", Counterfactual(name, world_of(settings)), Constant(value))
    asked = Probability((event,), given(evidence))
    try:
        problem = make_problem(model, asked)
        found = bound(problem, asked, [from_model(model, problem)])
    except ScmError:
        return None
    return found.low, found.high


def _staying(units: Units, world: World, seed: int) -> Iterator[Staying]:
    model, act = units.truth.model, world.act
    for name in _reached(units, act, list(units.split.columns)):
        domain = model.variables[name].domain
        if not isinstance(domain, Finite):
            continue
        for value in range(domain.offset, domain.offset + domain.size):
            at = np.flatnonzero(units.split.columns[name] == value)
            judged, drawn, true = (
                bootstrap(column[name][at] == value, seed, units=at) if name in column else None
                for column in (world.seen, world.labels, world.responses)
            )
            if drawn is None:
                continue
            exact = distribution(model, [name], act.settings, {name: value})
            yield Staying(
                act.text,
                name,
                domain.level(value),
                judged,
                drawn,
                true,
                bounds=interval(model, name, value, act.settings, {name: value}),
                exact=None if exact is None else float(exact[value - domain.offset]),
            )


def _reached(units: Units, act: Act, names: Sequence[str]) -> list[str]:
    """The labels among ``names`` that the intervention reaches, those that it sets left out."""
    reached = units.truth.diagram.descendants(*act.settings) - set(act.settings)
    return [name for name in names if name in reached]


def _outside(
    model: CausalModel, name: str, settings: Settings, evidence: Settings, answer: Floats | None
) -> float:
    """The largest distance of an answer from its interval; NaN where there is one of the two only."""
    domain = model.variables[name].domain
    if answer is None or not isinstance(domain, Finite):
        return np.nan
    distances = []
    for i in range(domain.size - (domain.size == 2)):  # of two levels one tells the other
        bounds = interval(model, name, domain.offset + i, settings, evidence)
        if bounds is None:
            return np.nan
        distances.append(max(bounds[0] - answer[i], answer[i] - bounds[1], 0.0))
    return float(max(distances))
