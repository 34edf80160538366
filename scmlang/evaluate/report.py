"""The report: frozen values, and the JSON they are written as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scmlang.data.pictures import Row
from scmlang.evaluate.metrics import Estimate

SCHEMA = 2
ACCURACY, ABSOLUTE_ERROR, R_SQUARED = "accuracy", "mean absolute error", "R²"
Interval = tuple[float, float]


@dataclass(frozen=True)
class Target:
    """Effectiveness: whether the judge sees the value that a variable was set to.

    Attributes:
        variable, value: what was set, to what.
        measure: ``accuracy`` (finite) or ``mean absolute error`` (real, in the variable's own units).
        all: over all images.
        changed: over those whose factual value is another; None for a real variable, or without any.
    """

    variable: str
    value: str
    measure: str
    all: Estimate | None
    changed: Estimate | None


@dataclass(frozen=True)
class Other:
    """What the judge sees of a label that was not set, in the units that the intervention changes.

    Attributes:
        variable, measure: as in :class:`Target`.
        role: ``descendant`` or ``non-descendant`` of the intervention, by the truth's diagram.
        factual: against the label before the edit, for non-descendants, which must not change.
        model, truth: against the model's own and against the true counterfactual label, for descendants.
    """

    variable: str
    role: str
    measure: str
    factual: Estimate | None = None
    model: Estimate | None = None
    truth: Estimate | None = None


@dataclass(frozen=True)
class Mechanism:
    """How far the model's counterfactual labels are from the true ones, no image being involved.

    Over the units that the intervention changes. ``error`` is the rate of different labels (``rate``), or the
    mean absolute error of a real label. What no model can know is in it too: observed labels leave the
    unit's noise partly open, and the model draws it from its posterior.
    """

    variable: str
    measure: str
    error: Estimate | None


@dataclass(frozen=True)
class PixelError:
    """Distances of pictures, for the units that the intervention changes and whose source the renderer keeps.

    Attributes:
        comparison: ``true``, the edit against the true counterfactual image; ``agreeing``, the same where
            the model's labels are the true ones; ``render``, the edit against the true image under the
            model's own labels, so that wrong labels do not count; ``unedited``, the factual against the
            true counterfactual image, which is what doing nothing would score.
        l1, psnr, ssim: means over images, on 0..255, in decibels, and up to 1.
    """

    comparison: str
    l1: Estimate | None
    psnr: Estimate | None
    ssim: Estimate | None


@dataclass(frozen=True)
class Measured:
    """What a formula measures of the edited pictures, by the parameters of the truth's renderer.

    Mean absolute errors, over all units: ``model`` against the parameter's value under the model's own
    counterfactual labels, ``truth`` under the true ones, and ``unedited`` of the pictures before the edit
    against their own value, which is the error of the measurement alone. None where the labels give the
    parameter no value, or nothing could be measured.
    """

    parameter: str
    model: Estimate | None
    truth: Estimate | None
    unedited: Estimate | None


@dataclass(frozen=True)
class Effect:
    """Everything about one intervention.

    Attributes:
        identity: mean L1 between picture and edit where the intervention sets what is so already.
        minimality: mean L1 between picture and edit over the pixels that the true counterfactual leaves as
            they are, where the intervention changes something and the model's labels are the true ones.
    """

    do: str
    settings: Mapping[str, float]
    targets: tuple[Target, ...]
    others: tuple[Other, ...]
    mechanisms: tuple[Mechanism, ...]
    pixels: tuple[PixelError, ...]
    measured: tuple[Measured, ...]
    identity: Estimate | None
    minimality: Estimate | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Reversal:
    """Mean L1 (0..255) to the original after an intervention and then its undoing.

    The edited picture is edited again, as if it were a given one with the labels that it was edited to: all
    labels that cause the image are set back to what they were. In the units that the intervention changes.
    """

    do: str
    l1: Estimate | None


@dataclass(frozen=True)
class Staying:
    """Which share of the units with a level of a descendant keep it under an intervention.

    Attributes:
        do, variable, level: P(variable[do] = level | variable = level) is asked.
        judged: by what the judge sees in the edited pictures.
        drawn: by the model's own counterfactual labels.
        true: by the true counterfactual labels of the same units.
        bounds: of the probability, over all models of the truth's diagram with the truth's distribution of
            the labels; None where they could not be had.
        exact: of the probability in the truth; None where it could not be had.
    """

    do: str
    variable: str
    level: str
    judged: Estimate | None
    drawn: Estimate | None
    true: Estimate | None
    bounds: Interval | None
    exact: float | None


@dataclass(frozen=True)
class Inside:
    """Whether the learned model's answers for single units lie where the diagram says they must.

    For a unit with labels v, P(variable[do] = y | v) by the learned model, for every y, against the bounds
    over all models of a diagram with a distribution of the labels.

    Attributes:
        do, variable: what is asked.
        by: whose diagram and distribution: ``learned`` or ``true``.
        share: of the units whose answers are all inside, up to ``within``.
        outside: the largest distance of an answer from its interval.
        within: what is forgiven: rounding, or what a learned distribution may be off.
    """

    do: str
    variable: str
    by: str
    share: Estimate | None
    outside: float
    within: float


@dataclass(frozen=True)
class Marginal:
    """P(variable | do), three times over: learned, by the identified estimand from data, and true.

    Attributes:
        do, variable, levels: what is asked.
        learned, estimated, true: the probability of each level; ``estimated`` is empty where the estimand is
            not identifiable or has empty strata.
        lower, upper: the 95 % bootstrap interval of each estimated one.
        estimand: the formula.
        rows: of the data it was evaluated on.
    """

    do: str
    variable: str
    levels: tuple[str, ...]
    learned: tuple[float, ...]
    estimated: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    true: tuple[float, ...]
    estimand: str
    rows: int

    @property
    def off(self) -> float | None:
        """The largest difference between a learned probability and the estimated one."""
        pairs = zip(self.learned, self.estimated, strict=False)
        return max((abs(a - b) for a, b in pairs), default=None)


@dataclass(frozen=True)
class Probe:
    """How well a label is read off the code z of held-out images.

    Attributes:
        variable: the label.
        code: ``mean`` or ``draw`` of q(z | I, v).
        probe: ``linear`` or ``perceptron``.
        measure: ``accuracy`` or ``R²``.
        score: of the probe.
        chance: the share of the most frequent training level, or 0 for R².
        above: by how many points the score is above that.
        balanced: the mean over the levels of their recalls; None for R².
        balanced_above: by how many points that is above one in the number of levels.
        training: images the probe learned from.
    """

    variable: str
    code: str
    probe: str
    measure: str
    score: Estimate | None
    chance: float
    above: Estimate | None
    balanced: Estimate | None
    balanced_above: Estimate | None
    training: int


@dataclass(frozen=True)
class Realism:
    """Pictures of the model against new real ones of the same intervention, in the features of the judge.

    Attributes:
        do: the intervention; empty for none.
        pictures: ``edited``, or ``sampled`` from fresh noise alone.
        frechet: the Fréchet distance of normal fits.
        floor: that of other real pictures, as many as there are: less is no error.
        precision, recall: the share of pictures in the manifold of real ones, and of real ones in theirs.
    """

    do: str
    pictures: str
    frechet: Estimate
    floor: float
    precision: Estimate | None
    recall: Estimate | None


@dataclass(frozen=True)
class Composition:
    """Mean L1 (0..255) to the original image after some cycles of the null intervention."""

    cycles: int
    l1: Estimate | None


@dataclass(frozen=True)
class Distribution:
    """Total variation between the learned and the true distribution of the finite labels.

    Attributes:
        do: the intervention; empty for the observational distribution.
        joint: of all of them together; None where there are too many cells.
        marginals: of each.
        floor: the joint one that a sample of the truth itself would have: less is no error.
        rows: drawn from the learned model.
        exact: whether the true distribution is exact, and not a sample of as many rows.
    """

    do: str
    joint: float | None
    marginals: Mapping[str, float]
    floor: float | None
    rows: int
    exact: bool


@dataclass(frozen=True)
class JudgeScore:
    """How well the judge reads real images.

    Attributes:
        variable: the label.
        measure: ``accuracy`` or ``R²``.
        randomised: on rendered validation images with randomised labels.
        observed: on the held-out images of this evaluation.
    """

    variable: str
    measure: str
    randomised: float
    observed: float


@dataclass(frozen=True)
class Provenance:
    """What was evaluated, and how; enough to do it again."""

    learner: str
    run: str
    step: int
    truth: str
    truth_sha256: str
    data: str
    split: str
    images: int
    steps: int
    inversion: str
    guidance: Mapping[str, float]
    seed: int
    scmlang: str


@dataclass(frozen=True)
class Gallery:
    """Example pictures of one intervention."""

    do: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Headline:
    """One line of the summary: a number over all interventions that it is about."""

    what: str
    measure: str
    estimate: Estimate


@dataclass(frozen=True)
class Report:
    """The result of an evaluation. A part that was not asked for is empty."""

    provenance: Provenance
    judge: tuple[JudgeScore, ...]
    jitter: bool
    summary: tuple[Headline, ...] = ()
    effects: tuple[Effect, ...] = ()
    composition: tuple[Composition, ...] = ()
    reversibility: tuple[Reversal, ...] = ()
    probes: tuple[Probe, ...] = ()
    distributions: tuple[Distribution, ...] = ()
    marginals: tuple[Marginal, ...] = ()
    staying: tuple[Staying, ...] = ()
    inside: tuple[Inside, ...] = ()
    realism: tuple[Realism, ...] = ()
    notes: tuple[str, ...] = ()
    galleries: tuple[Gallery, ...] = field(default=(), repr=False)

    def to_json(self) -> dict[str, Any]:
        """A strict JSON object; the pictures and the units' own scores are left out."""
        names = [each.name for each in fields(self) if each.name != "galleries"]
        return {"schema": SCHEMA, **{name: plain(getattr(self, name)) for name in names}}


def plain(value: Any) -> Any:
    """Dataclasses as mappings, tuples as lists; scores of single units are left out."""
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if is_dataclass(value):
        names = [each.name for each in fields(value) if each.name != "scores"]
        return {name: plain(getattr(value, name)) for name in names}
    return value


def measure_of(column: NDArray[np.generic]) -> str:
    """The measure of agreement for a column of values."""
    return ABSOLUTE_ERROR if column.dtype.kind == "f" else ACCURACY
