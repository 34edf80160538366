"""Choosing an estimator for an estimand and a sample."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import reduce
from itertools import product as cases
from statistics import NormalDist

import numpy as np

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagram.diagram import Diagram
from scmlang.estimation.coarse import coarse
from scmlang.estimation.forms import Form, recognise
from scmlang.estimation.learners import Learners
from scmlang.estimation.plug_in import plug_in
from scmlang.estimation.result import Estimates
from scmlang.estimation.robust import Influence, Robust
from scmlang.estimation.sample import Sample
from scmlang.estimation.sources import OBSERVED, Sources, columns
from scmlang.identify.estimand import (
    Estimand,
    Linear,
    Product,
    Quotient,
    Term,
    free,
    show,
    simplify,
    substitute,
    variable_of,
    variables,
)

_UNSMOOTHED = "nothing was smoothed: a pseudo-count is for relative frequencies, and these are regressions"
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

    Raises:
        ValueError: for a level outside of (0, 1), fewer than two resamples or folds, negative smoothing.
    """

    method: Method = Method.auto
    resamples: int = 1000
    level: float = 0.95
    seed: int = 0
    smoothing: float = 0.0
    folds: int = 5
    learners: Learners = field(default_factory=Learners)

    def __post_init__(self) -> None:
        if not 0 < self.level < 1 or min(self.resamples, self.folds) < 2 or self.smoothing < 0:
            raise ValueError("a level lies between 0 and 1, and resamples and folds are two at least")


def estimate(
    node: Estimand, diagram: Diagram, data: Sample | Sources, options: Options | None = None
) -> Estimates:
    """An estimand's value in the distributions that samples were drawn from.

    Args:
        node: of observed distributions, or of those that were seen in experiments.
        diagram: in which it was found.
        data: observations, or observations and experiments, with a column for each variable of each factor.
        options: the estimator and its settings.

    Raises:
        ScmError: E333 to E337, for what the data or the estimator cannot tell.
    """
    chosen = options or Options()
    data = coarse(node, data)
    sample = None if any(columns(node)) else data.samples.get(OBSERVED)
    counted = sample is None or all(name in sample.levels for name in variables(node))
    if chosen.method is Method.plug_in or (chosen.method is Method.auto and counted):
        return plug_in(
            node,
            data,
            resamples=chosen.resamples,
            level=chosen.level,
            seed=chosen.seed,
            smoothing=chosen.smoothing,
        )
    if sample is None:
        raise _no_score(node)
    return doubly_robust(node, diagram, sample, chosen)


def doubly_robust(node: Estimand, diagram: Diagram, sample: Sample, options: Options) -> Estimates:
    """The doubly robust estimate of a back-door or front-door form, or of arithmetic of them.

    The error of arithmetic is that of its linear approximation (the delta method).

    Raises:
        ScmError: E335 for an estimand of another form, and as :class:`scmlang.estimation.robust.Robust`.
    """
    symbols = tuple(sorted(free(node)))
    choices = [_levels(symbol, sample) for symbol in symbols]
    wanted = (dict(zip(symbols, case, strict=True)) for case in cases(*choices))
    terms = _Arithmetic(diagram, Robust(sample, options.learners, options.folds, options.seed))
    found = [terms.influence(simplify(substitute(node, case), diagram)) for case in wanted]
    shape = tuple(map(len, choices))
    value = np.array([one.value for one in found]).reshape(shape)
    error = np.array([one.values.std() / np.sqrt(sample.rows) for one in found]).reshape(shape)
    width = NormalDist().inv_cdf((1 + options.level) / 2) * error
    method = f"doubly robust estimation from {sample.rows} rows, cross-fitted on {options.folds} folds"
    ends = np.asarray(value - width), np.asarray(value + width)
    unused = (_UNSMOOTHED,) if options.smoothing else ()
    return Estimates(symbols, value, error, *ends, method, (*_notes(found), *unused))


def _no_score(node: Estimand) -> ScmError:
    message = f"no doubly robust estimator is known here for `{show(node)}`"
    helps = (
        "there is one for the back-door and for the front-door form of observations",
        "relative frequencies estimate any estimand of levels: --method plug-in",
    )
    return ScmError([Diagnostic("E335", message, helps=helps)])


def _levels(symbol: str, sample: Sample) -> list[Term]:
    variable = variable_of(symbol)
    return [sample.at(variable, i) for i in range(len(sample.column(variable).labels))]


class _Arithmetic:
    """Estimates of the forms in an estimand, put together as it says."""

    def __init__(self, diagram: Diagram, robust: Robust) -> None:
        self.diagram = diagram
        self.robust = robust
        self.known: dict[Form, Influence] = {}

    def influence(self, node: Estimand) -> Influence:
        form = recognise(node, self.diagram)
        if form is not None:
            if form not in self.known:
                self.known[form] = self.robust.influence(form)
            return self.known[form]
        match node:
            case Linear(terms):
                return reduce(_plus, (_scaled(float(w), self.influence(t)) for w, t in terms), self._one(0.0))
            case Product(factors):
                return reduce(_times, map(self.influence, factors), self._one(1.0))
            case Quotient(top, bottom):
                return _times(self.influence(top), _inverse(self.influence(bottom), node))
        raise _no_score(node)

    def _one(self, value: float) -> Influence:
        return Influence(value, np.zeros(self.robust.nuisances.sample.rows), 1.0)


def _scaled(weight: float, one: Influence) -> Influence:
    return Influence(weight * one.value, weight * one.values, one.least)


def _plus(left: Influence, right: Influence) -> Influence:
    return Influence(left.value + right.value, left.values + right.values, min(left.least, right.least))


def _times(left: Influence, right: Influence) -> Influence:
    values = left.value * right.values + right.value * left.values
    return Influence(left.value * right.value, values, min(left.least, right.least))


def _inverse(one: Influence, node: Estimand) -> Influence:
    if one.value == 0:
        message = f"the denominator of `{show(node)}` is estimated at 0"
        raise ScmError([Diagnostic("E333", message)])
    return Influence(1 / one.value, -one.values / one.value**2, one.least)


def _notes(found: Iterable[Influence]) -> tuple[str, ...]:
    least = min((one.least for one in found), default=1.0)
    if least >= SMALL:
        return ()
    return (f"the smallest estimated probability that is divided by is {least:.2g}: strata are almost empty",)
