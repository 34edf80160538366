"""The summary: every headline over all interventions that it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from scmlang.evaluate.metrics import Estimate, pooled
from scmlang.evaluate.report import ABSOLUTE_ERROR, ACCURACY, Effect, Headline, Other, Report

L1, DECIBEL, POINTS, PROBABILITY, SHARE = "L1 of 255", "dB", "points above chance", "probability", "share"


def with_summary(report: Report, seed: int) -> Report:
    """The report with its summary.

    Effects are summed up by what the intervention sets: do(C) stands for every value of C. Rows of the same
    unit are resampled together.
    """
    return replace(report, summary=tuple(_headlines(report, seed)))


def _headlines(report: Report, seed: int) -> Iterator[Headline]:
    for name, effects in _by_variables(report.effects).items():
        for what, measure, estimates in _effect(effects):
            yield from _pooled(f"{name}: {what}", measure, estimates, seed)
    for composition in report.composition:
        many = f"{composition.cycles} null interventions" if composition.cycles > 1 else "a null intervention"
        yield from _pooled(f"change by {many}", L1, [composition.l1], seed)
    for name, effects in _by_variables(report.effects).items():
        acts = {effect.do for effect in effects}
        backs = [reversal.l1 for reversal in report.reversibility if reversal.do in acts]
        yield from _pooled(f"change by {name} and back", L1, backs, seed)
    yield from _probes(report)
    off = [(marginal.off, marginal.rows) for marginal in report.marginals if marginal.off is not None]
    if off:
        most, rows = max(off)
        yield Headline("learned P(y | do(x)) off the estimand, at most", PROBABILITY, _number(most, rows))
    for by in ("learned", "true"):
        shares = [inside.share for inside in report.inside if inside.by == by]
        yield from _pooled(f"units inside the bounds of the {by} distribution", SHARE, shares, seed)


def _effect(effects: Sequence[Effect]) -> Iterator[tuple[str, str, list[Estimate | None]]]:
    for name in dict.fromkeys(target.variable for effect in effects for target in effect.targets):
        targets = [t for effect in effects for t in effect.targets if t.variable == name]
        finite = targets[0].measure == ACCURACY
        values = [t.changed if finite else t.all for t in targets]
        yield f"{name} {'reached' if finite else 'off'}", _measure(targets[0].measure), values
    for name in dict.fromkeys(other.variable for effect in effects for other in effect.others):
        others = [o for effect in effects for o in effect.others if o.variable == name]
        yield from _other(name, others)
    yield "PSNR to the true picture", DECIBEL, _pictures(effects, "true")
    yield "PSNR to the true picture, labels agreeing", DECIBEL, _pictures(effects, "agreeing")
    yield "change where nothing is to be done", L1, [effect.identity for effect in effects]
    yield "change of pixels that should stay", L1, [effect.minimality for effect in effects]


def _other(name: str, others: Sequence[Other]) -> Iterator[tuple[str, str, list[Estimate | None]]]:
    measure = _measure(others[0].measure)
    yield f"{name} as before (non-descendant)", measure, [o.factual for o in others]
    yield f"{name} as the model's labels say (descendant)", measure, [o.model for o in others]
    yield f"{name} as the true labels say (descendant)", measure, [o.truth for o in others]


def _measure(measure: str) -> str:
    return ABSOLUTE_ERROR if measure == ABSOLUTE_ERROR else SHARE


def _pictures(effects: Iterable[Effect], comparison: str) -> list[Estimate | None]:
    return [error.psnr for effect in effects for error in effect.pixels if error.comparison == comparison]


def _probes(report: Report) -> Iterator[Headline]:
    """The better of the probes of z as the edit uses it, for every label."""
    for name in dict.fromkeys(probe.variable for probe in report.probes):
        above = [p.above for p in report.probes if p.variable == name and p.code == "mean" and p.above]
        if above:
            best = max(above, key=lambda estimate: estimate.mean)
            yield Headline(f"{name} read off z by a probe", POINTS, best)


def _by_variables(effects: Sequence[Effect]) -> dict[str, list[Effect]]:
    groups: dict[str, list[Effect]] = {}
    for effect in effects:
        groups.setdefault(_variables(effect), []).append(effect)
    return groups


def _variables(effect: Effect) -> str:
    return f"do({', '.join(effect.settings)})"


def _pooled(what: str, measure: str, estimates: Sequence[Estimate | None], seed: int) -> Iterator[Headline]:
    found = pooled(estimates, seed)
    if found is not None:
        yield Headline(what, measure, found)


def _number(value: float, n: int) -> Estimate:
    return Estimate(value, None, None, n)
