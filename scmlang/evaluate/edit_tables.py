"""The report's tables about the edits."""

from __future__ import annotations

from collections.abc import Iterator

from scmlang.evaluate.metrics import Estimate
from scmlang.evaluate.report import ACCURACY, Effect, PixelError, Report
from scmlang.evaluate.scores import RATE
from scmlang.evaluate.section import NONE, Section, estimate


def edit_sections(report: Report) -> Iterator[Section]:
    """What became of the pictures under every intervention."""
    yield _targets(report)
    yield _others(report)
    yield _staying(report)
    yield _pixels(report)
    yield _change(report)
    yield _measured(report)
    yield _composition(report)
    yield _reversibility(report)
    yield _mechanisms(report)


def _targets(report: Report) -> Section:
    rows = [
        (e.do, t.variable, *(cell for part in (t.all, t.changed) for cell in _counted(part, t.measure)))
        for e in report.effects
        for t in e.targets
    ]
    remark = (
        "How often the judge sees in the edited picture what was asked for: in all pictures, and in those "
        "whose factual value was another. MAE is the mean absolute error of a real label."
    )
    heads = ("intervention", "label", "n", "all", "n", "changed")
    return Section("Effectiveness", remark, heads, tuple(rows))


def _others(report: Report) -> Section:
    rows = []
    for e in report.effects:
        for o in e.others:
            known = {"itself before": o.factual, "the model's": o.model, "the true one": o.truth}
            rows += [
                (e.do, o.variable, o.role, name, _scored(value, o.measure))
                for name, value in known.items()
                if value is not None
            ]
    remark = (
        "What the judge sees of the labels that were not set, in the pictures that the intervention changes. "
        "Non-descendants must be as they were; descendants as the model itself says (an error is the "
        "image generator's) and as the truth says (an error is the generator's or a label mechanism's)."
    )
    heads = ("intervention", "label", "role", "compared with", "agreement")
    return Section("Other labels", remark, heads, tuple(rows))


def _pixels(report: Report) -> Section:
    rows = [_pixel_row(e, p) for e in report.effects for p in e.pixels if p.l1]
    remark = (
        "In the pictures that the intervention changes, where the true counterfactual has the same source. "
        "L1 on 0..255, PSNR in dB. true: the edit against the true counterfactual; agreeing: the same where "
        "the model's labels are the true ones; render: the edit against the true picture under the model's "
        "labels; unedited: the factual picture against the true counterfactual, what doing nothing scores."
    )
    heads = ("intervention", "comparison", "n", "L1", "PSNR", "SSIM")
    return Section("Pictures", remark, heads, tuple(rows))


def _pixel_row(effect: Effect, error: PixelError) -> tuple[str, ...]:
    n = error.l1.n if error.l1 else 0
    values = estimate(error.l1, ".1f"), estimate(error.psnr, ".2f"), estimate(error.ssim, ".3f")
    return effect.do, error.comparison, str(n), *values


def _composition(report: Report) -> Section:
    rows = [(str(c.cycles), _n(c.l1), estimate(c.l1, ".3f")) for c in report.composition]
    remark = "The null intervention, repeated, should give the picture back."
    return Section("Composition", remark, ("cycles", "n", "L1 to the original, 0..255"), tuple(rows))


def _mechanisms(report: Report) -> Section:
    rows = [(e.do, m.variable, _scored(m.error, m.measure)) for e in report.effects for m in e.mechanisms]
    remark = (
        "How often the model's counterfactual label is not the true one, in the units that the intervention "
        "changes. Labels leave a unit's noise partly "
        "open, so even the true model, knowing no more, would not reach 0."
    )
    return Section("Label mechanisms", remark, ("intervention", "label", "error"), tuple(rows))


def _staying(report: Report) -> Section:
    rows = [
        (
            s.do,
            f"{s.variable}={s.level}",
            str(s.drawn.n if s.drawn else 0),
            *(estimate(value, ".3f") for value in (s.judged, s.drawn, s.true)),
            NONE if s.exact is None else f"{s.exact:.3f}",
            NONE if s.bounds is None else f"[{s.bounds[0]:.3f}, {s.bounds[1]:.3f}]",
        )
        for s in report.staying
    ]
    remark = (
        "Which share of the units with a level of a descendant keep it under the intervention: by what the "
        "judge sees, by the model's labels, and in the truth; beside it the probability P(Y[do]=y | Y=y) in "
        "the truth, and its bounds over all models of the diagram with the true distribution of the labels."
    )
    heads = ("intervention", "label", "n", "seen", "model", "true units", "probability", "bounds")
    return Section("Who keeps a label", remark, heads, tuple(rows))


def _change(report: Report) -> Section:
    rows = [
        (e.do, *(cell for v in (e.identity, e.minimality) for cell in (_n(v), estimate(v, ".3f"))))
        for e in report.effects
    ]
    remark = (
        "L1 between picture and edit, on 0..255. Identity: where the intervention sets what is so already. "
        "Minimality: where it does not, over the pixels that the true counterfactual leaves as they are, in "
        "the pictures for which the model's labels are the true ones."
    )
    heads = ("intervention", "n", "identity", "n", "minimality")
    return Section("What should not change", remark, heads, tuple(rows))


def _measured(report: Report) -> Section:
    rows = [
        (e.do, m.parameter, _n(m.unedited), *(estimate(v, ".3g") for v in (m.model, m.truth, m.unedited)))
        for e in report.effects
        for m in e.measured
    ]
    remark = (
        "Mean absolute errors of what a formula measures of the edited pictures: against the renderer's "
        "parameter under the model's labels and under the true ones. Unedited: of the pictures as given, "
        "which is the error of the measurement."
    )
    heads = ("intervention", "parameter", "n", "the model's", "the true one", "unedited")
    return Section("Measured", remark, heads, tuple(rows))


def _reversibility(report: Report) -> Section:
    rows = [(r.do, _n(r.l1), estimate(r.l1, ".3f")) for r in report.reversibility]
    remark = (
        "The edited picture is edited again, with all its labels set back to what they were. L1 to the "
        "original, on 0..255, in pictures that the intervention changes."
    )
    return Section("Reversibility", remark, ("intervention", "n", "L1 after do and back"), tuple(rows))


def _n(value: Estimate | None) -> str:
    return str(value.n) if value else NONE


def _scored(value: Estimate | None, measure: str) -> str:
    """A score with its measure, where it is not the usual one."""
    if measure in (ACCURACY, RATE) or value is None:
        return estimate(value, ".3f")
    return "MAE " + estimate(value, ".3g")


def _counted(value: Estimate | None, measure: str) -> tuple[str, str]:
    return _n(value), _scored(value, measure)
