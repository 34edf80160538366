"""Choosing an estimator for an estimand and a sample."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import product as cases
from statistics import NormalDist

import numpy as np

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagram.diagram import Diagram
from scmlang.estimation.forms import Form, recognise
from scmlang.estimation.learners import DEFAULT, Learners
from scmlang.estimation.nuisances import Array
from scmlang.estimation.plug_in import plug_in
from scmlang.estimation.result import Estimates
from scmlang.estimation.robust import Influence, Robust
from scmlang.estimation.sample import Sample
from scmlang.identify.estimand import (
    ONE,
    At,
    Estimand,
    Linear,
    Term,
    free,
    show,
    simplify,
    substitute,
    variable_of,
    variables,
)

SMALL = 0.02  # a probability below it, in a denominator, is told


class Method(StrEnum):
    """Which estimator is used; ``auto`` is relative frequencies wherever the variables have levels."""

    auto = "auto"
    plug_in = "plug-in"
    doubly_robust = "doubly-robust"


@dataclass(frozen=True)
class Options:
    """How an estimate is made.

    Attributes:
        method: which estimator.
        resamples: of the bootstrap, for relative frequencies.
        level: of the intervals.
        seed: of every random draw.
        smoothing: the pseudo-count of relative frequencies.
        folds: of cross-fitting.
        learners: of nuisance functions.
    """

    method: Method = Method.auto
    resamples: int = 1000
    level: float = 0.95
    seed: int = 0
    smoothing: float = 0.0
    folds: int = 5
    learners: Learners = DEFAULT


def estimate(node: Estimand, diagram: Diagram, sample: Sample, options: Options | None = None) -> Estimates:
    """An estimand's value in the distribution that a sample was drawn from.

    Args:
        node: of observed distributions.
        diagram: in which it was found.
        sample: with a column for each of its variables.
        options: the estimator and its settings.

    Raises:
        ScmError: E333 to E337, for what the data or the estimator cannot tell.
    """
    chosen = options or Options()
    counted = all(name in sample.levels for name in variables(node))
    if chosen.method is Method.plug_in or (chosen.method is Method.auto and counted):
        return plug_in(
            node,
            sample,
            resamples=chosen.resamples,
            level=chosen.level,
            seed=chosen.seed,
            smoothing=chosen.smoothing,
        )
    return doubly_robust(node, diagram, sample, chosen)


def doubly_robust(node: Estimand, diagram: Diagram, sample: Sample, options: Options) -> Estimates:
    """The doubly robust estimate of a back-door or front-door form, or of a linear combination of them.

    Raises:
        ScmError: E335 for an estimand of another form, and as :class:`scmlang.estimation.robust.Robust`.
    """
    symbols = tuple(sorted(free(node)))
    choices = [_levels(symbol, sample) for symbol in symbols]
    wanted = [dict(zip(symbols, case, strict=True)) for case in cases(*choices)]
    forms = [_parts(substitute(node, case), diagram) for case in wanted]
    robust = Robust(sample, options.learners, options.folds, options.seed)
    known: dict[Form, Influence] = {}
    found = [_combined(parts, robust, known) for parts in forms]
    shape = tuple(map(len, choices))
    value = np.array([one for one, _ in found]).reshape(shape)
    error = np.array([values.std() / np.sqrt(sample.rows) for _, values in found]).reshape(shape)
    width = np.asarray(NormalDist().inv_cdf((1 + options.level) / 2) * error)
    lower, upper = np.asarray(value - width), np.asarray(value + width)
    method = f"doubly robust estimation from {sample.rows} rows, cross-fitted on {options.folds} folds"
    return Estimates(symbols, value, error, lower, upper, method, _notes(known.values()))


def _levels(symbol: str, sample: Sample) -> list[Term]:
    labels = sample.column(variable_of(symbol)).labels
    return [At(variable_of(symbol), int(text) if text.lstrip("-").isdigit() else text) for text in labels]


def _parts(node: Estimand, diagram: Diagram) -> list[tuple[Fraction, Form | None]]:
    """The forms whose combination an estimand is, each with its weight; None for the number 1."""
    simple = simplify(node, diagram)
    terms = simple.terms if isinstance(simple, Linear) else ((Fraction(1), simple),)
    return [(weight, None if term == ONE else _form(term, diagram)) for weight, term in terms]


def _form(term: Estimand, diagram: Diagram) -> Form:
    form = recognise(term, diagram)
    if form is None:
        message = f"no doubly robust estimator is known here for `{show(term)}`"
        helps = (
            "there is one for the back-door and for the front-door form",
            "relative frequencies estimate any estimand of levels: --method plug-in",
        )
        raise ScmError([Diagnostic("E335", message, helps=helps)])
    return form


def _combined(
    parts: Sequence[tuple[Fraction, Form | None]], robust: Robust, known: dict[Form, Influence]
) -> tuple[float, Array]:
    total, values = 0.0, np.zeros(robust.nuisances.sample.rows)
    for weight, form in parts:
        if form is None:
            total += float(weight)
            continue
        if form not in known:
            known[form] = robust.influence(form)
        total += float(weight) * known[form].value
        values = values + float(weight) * known[form].values
    return total, values


def _notes(found: Iterable[Influence]) -> tuple[str, ...]:
    least = min((one.least for one in found), default=1.0)
    if least >= SMALL:
        return ()
    return (f"the smallest estimated probability that is divided by is {least:.2g}: strata are almost empty",)
