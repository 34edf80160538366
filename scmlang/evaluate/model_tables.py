"""The report's tables about the model itself, and about the judge."""

from __future__ import annotations

from collections.abc import Iterator

from scmlang.evaluate.report import ACCURACY, Marginal, Report
from scmlang.evaluate.section import NONE, Section, estimate


def model_sections(report: Report) -> Iterator[Section]:
    """The code z, the labels' distributions, single units, realism; and who judged."""
    yield _probes(report)
    yield _distributions(report)
    yield _marginals(report)
    yield _inside(report)
    yield _realism(report)
    yield _judge(report)


def _probes(report: Report) -> Section:
    rows = []
    for p in report.probes:
        chance = f"{p.chance:.3f}" if p.measure == ACCURACY else "0 (R²)"
        parts = estimate(p.score, ".3f"), chance, estimate(p.above, ".1f"), estimate(p.balanced_above, ".1f")
        rows.append((p.variable, p.code, p.probe, str(p.score.n if p.score else 0), *parts))
    remark = (
        "How well a label is read off the code z of held-out pictures, by probes that learned it from "
        "training pictures. Chance is the share of the most frequent level. Points above chance; balanced: "
        "of the mean recall over levels above one in their number. Edits use the mean of q(z | I, v); a draw "
        "of it is what z is in the model."
    )
    heads = ("label", "z", "probe", "n", "score", "chance", "points above", "balanced, points above")
    return Section("What the code says of the labels", remark, heads, tuple(rows))


def _marginals(report: Report) -> Section:
    rows = [_marginal(m, i) for m in report.marginals for i in _shown(m)]
    remark = (
        "P(label | do) by the learned model, by the identified estimand evaluated on the training labels, "
        "and in the truth. Of two levels the last is shown; off is |learned − estimand|, over all levels."
    )
    heads = ("intervention", "label", "learned", "estimand [95 %]", "true", "off", "rows", "estimand")
    return Section("Learned against the identified estimand", remark, heads, tuple(rows))


def _shown(m: Marginal) -> list[int]:
    """The level of two that is shown, or the one that is most off."""
    if len(m.levels) == 2:
        return [1]
    off = [abs(a - b) for a, b in zip(m.learned, m.estimated or m.true, strict=True)]
    return [off.index(max(off))]


def _marginal(m: Marginal, i: int) -> tuple[str, ...]:
    estimated = f"{m.estimated[i]:.4f} [{m.lower[i]:.4f}, {m.upper[i]:.4f}]" if m.estimated else NONE
    off = NONE if m.off is None else f"{m.off:.4f}"
    label = f"{m.variable}={m.levels[i]}"
    return m.do, label, f"{m.learned[i]:.4f}", estimated, f"{m.true[i]:.4f}", off, str(m.rows), m.estimand


def _inside(report: Report) -> Section:
    rows = [
        (
            i.do,
            i.variable,
            i.by,
            str(i.share.n if i.share else 0),
            estimate(i.share, ".3f"),
            f"{i.outside:.4f}",
        )
        for i in report.inside
    ]
    remark = (
        "For single units: P(label[do] | all labels of the unit) by the learned model, against its bounds "
        "over all models of the diagram with the learned distribution (up to rounding), and with the true "
        "one (up to .02, since what was learned is a little off). Outside: the largest distance from the "
        "interval."
    )
    heads = ("intervention", "label", "bounds by", "n", "inside", "outside")
    return Section("Single units inside their bounds", remark, heads, tuple(rows))


def _realism(report: Report) -> Section:
    rows = [
        (
            r.do or "none",
            r.pictures,
            str(r.frechet.n),
            estimate(r.frechet, ".3g"),
            f"{r.floor:.3g}",
            estimate(r.precision, ".3f"),
            estimate(r.recall, ".3f"),
        )
        for r in report.realism
    ]
    remark = (
        "Against new real pictures of the same intervention, in the features of this tool's own judge: so "
        "the Fréchet distance is not the FID of the literature. Floor: that of other real pictures. "
        "Precision: the share of pictures in the manifold of real ones; recall: of real ones in theirs "
        "(arXiv:1904.06991). Sampled: from fresh noise, with no picture given."
    )
    heads = ("intervention", "pictures", "n", "Fréchet distance", "floor", "precision", "recall")
    return Section("Realism", remark, heads, tuple(rows))


def _distributions(report: Report) -> Section:
    rows = []
    for d in report.distributions:
        margins = ", ".join(f"{name} {value:.4f}" for name, value in d.marginals.items())
        joint, floor = (NONE if v is None else f"{v:.4f}" for v in (d.joint, d.floor))
        rows.append((d.do or "none", joint, floor, margins))
    remark = (
        "Total variation between the learned and the true distribution of the labels. The column sampling "
        "says what a sample of the truth itself would have."
    )
    heads = ("intervention", "joint", "sampling", "margins")
    return Section("Label distributions", remark, heads, tuple(rows))


def _judge(report: Report) -> Section:
    rows = [(j.variable, j.measure, f"{j.randomised:.4f}", f"{j.observed:.4f}") for j in report.judge]
    how = "with" if report.jitter else "without"
    remark = (
        f"The classifier that reads the pictures, trained on real pictures alone, {how} distortions. Its own "
        "errors are in every number that it judges."
    )
    heads = ("label", "measure", "randomised validation", "these pictures, unedited")
    return Section("The judge", remark, heads, tuple(rows))
