"""The distributions of the labels, learned against true and against data: rungs one and two of the ladder."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from scmlang.diagnostics.base import ScmError
from scmlang.diagram.build import build_diagram
from scmlang.diagram.diagram import Diagram
from scmlang.estimation.asked import indifferent
from scmlang.estimation.estimate import Method, Options, estimate
from scmlang.estimation.result import Estimates
from scmlang.estimation.sample import Sample, sample_of
from scmlang.evaluate.interventions import Act
from scmlang.evaluate.learned import distribution, draw_labels, world_of
from scmlang.evaluate.metrics import Floats, total_variation
from scmlang.evaluate.report import Distribution, Marginal
from scmlang.evaluate.truth import Truth
from scmlang.identify.estimand import show, substitute
from scmlang.identify.query import identify_query
from scmlang.neural.ncm import NeuralCausalModel
from scmlang.semantics.domains import Finite
from scmlang.semantics.expressions import Columns
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import Counterfactual, Probability

ROWS = 200_000
CELLS = 4096
RESAMPLES = 300
Domains = Mapping[str, Finite]


def compare_distributions(
    model: NeuralCausalModel, truth: Truth, acts: Sequence[Act], seed: int, rows: int = ROWS
) -> tuple[Distribution, ...]:
    """P(v) and P(v | do(x)) of the finite labels: draws of the learned model against the truth.

    Args:
        model: no mechanism of it reads the image.
        truth: the true model.
        acts: the interventions.
        seed: of all draws.
        rows: drawn from the learned model, and from a truth that has no exact table.
    """
    domains = finite_labels(model)
    if not domains:
        return ()
    everything = [Act("", {}), *acts]
    return tuple(_compare(model, truth, domains, act, seed, rows) for act in everything)


def compare_marginals(
    model: NeuralCausalModel,
    learner: CausalModel,
    truth: Truth,
    data: Columns,
    acts: Sequence[Act],
    seed: int,
    rows: int = ROWS,
) -> tuple[Marginal, ...]:
    """P(y | do(x)) of every other finite label: learned, by the learner's estimand from data, and true.

    Args:
        model: no mechanism of it reads the image.
        learner: the causal model that it was compiled from; its diagram identifies.
        truth: the true model.
        data: the label columns that were learned from.
        acts: the interventions.
        seed: of all draws.
        rows: drawn from the learned model.
    """
    domains = finite_labels(model)
    diagram = build_diagram(learner)
    finite = sample_of({name: data[name] for name in domains}, learner) if domains else None
    found = []
    for act in acts:
        learned = draw_labels(model, act, seed, rows)
        for name, domain in domains.items():
            if name in act.settings or finite is None:
                continue
            true = true_frequencies(truth, {name: domain}, act, seed, rows)[0]
            asked = Probability((Counterfactual(name, world_of(act.settings)),))
            numbers, formula = _by_estimand(asked, diagram, learner, finite, seed)
            found.append(
                Marginal(
                    act.text,
                    name,
                    domain.levels,
                    learned=tuple(frequencies(learned, {name: domain}).tolist()),
                    estimated=tuple(numbers.value.tolist()) if numbers else (),
                    lower=tuple(numbers.lower.tolist()) if numbers else (),
                    upper=tuple(numbers.upper.tolist()) if numbers else (),
                    true=tuple(true.tolist()),
                    estimand=formula,
                    rows=finite.rows,
                )
            )
    return tuple(found)


def finite_labels(model: NeuralCausalModel) -> dict[str, Finite]:
    """The labels that have levels, with their domains."""
    return {p.name: p.domain for p in model.plan.labels if isinstance(p.domain, Finite)}


def frequencies(columns: Columns, domains: Domains) -> Floats:
    """The relative frequency of every joint level, flat, the last variable running fastest."""
    cell = np.zeros(len(next(iter(columns.values()))), np.int64)
    for name, domain in domains.items():
        cell = cell * domain.size + (columns[name].astype(np.int64) - domain.offset)
    size = math.prod(domain.size for domain in domains.values())
    return np.bincount(cell, minlength=size) / len(cell)


def true_frequencies(truth: Truth, domains: Domains, act: Act, seed: int, rows: int) -> tuple[Floats, bool]:
    """The true distribution, as :func:`frequencies` lays it out, and whether it is exact or a sample's."""
    free = [name for name in domains if name not in act.settings]
    table = distribution(truth.model, free, act.settings)
    if table is None:
        return frequencies(truth.sample(rows, seed + 1, act.settings), domains), False
    whole = np.zeros([domain.size for domain in domains.values()])
    at = tuple(_place(act, name, domain) for name, domain in domains.items())
    whole[at] = table
    return whole.reshape(-1), True


def _place(act: Act, name: str, domain: Finite) -> int | slice:
    return int(act.settings[name]) - domain.offset if name in act.settings else slice(None)


def _compare(
    model: NeuralCausalModel, truth: Truth, domains: Domains, act: Act, seed: int, rows: int
) -> Distribution:
    learned = draw_labels(model, act, seed, rows)
    again = truth.sample(rows, seed + 2, act.settings)
    parts = {name: {name: domain} for name, domain in domains.items() if name not in act.settings}
    margins = dict(_margins(learned, truth, parts, act, seed, rows))
    if math.prod(domain.size for domain in domains.values()) > CELLS:
        return Distribution(act.text, None, margins, None, rows, False)
    true, exact = true_frequencies(truth, domains, act, seed, rows)
    joint, floor = (total_variation(frequencies(each, domains), true) for each in (learned, again))
    return Distribution(act.text, joint, margins, floor, rows, exact)


def _margins(
    learned: Columns, truth: Truth, parts: Mapping[str, Domains], act: Act, seed: int, rows: int
) -> Iterator[tuple[str, float]]:
    for name, domains in parts.items():
        true, _ = true_frequencies(truth, domains, act, seed, rows)
        yield name, total_variation(frequencies(learned, domains), true)


def _by_estimand(
    asked: Probability, diagram: Diagram, learner: CausalModel, sample: Sample, seed: int
) -> tuple[Estimates | None, str]:
    """The plug-in estimate of an identifiable quantity, and its formula."""
    estimand = identify_query(diagram, asked, learner.variables).estimand
    if estimand is None:
        return None, ""
    options = Options(Method.plug_in, resamples=RESAMPLES, seed=seed)
    try:
        fixed = indifferent(asked, estimand, sample)
        numbers = estimate(substitute(estimand, fixed), diagram, sample, options)
    except ScmError:  # empty strata, or real variables in the estimand
        return None, show(estimand)
    return numbers, show(estimand)
