"""The report: frozen values, and the JSON they are written as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scmlang.data.pictures import Row
from scmlang.evaluate.metrics import Estimate

SCHEMA = 1
ACCURACY, ABSOLUTE_ERROR = "accuracy", "mean absolute error"


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
class Effect:
    """Everything about one intervention."""

    do: str
    settings: Mapping[str, float]
    targets: tuple[Target, ...]
    others: tuple[Other, ...]
    mechanisms: tuple[Mechanism, ...]
    pixels: tuple[PixelError, ...]
    notes: tuple[str, ...]


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
        floor: the joint one between two samples of the truth as large as those compared: less is no error.
        rows: drawn from either.
    """

    do: str
    joint: float | None
    marginals: Mapping[str, float]
    floor: float | None
    rows: int


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
class Report:
    """The result of an evaluation."""

    provenance: Provenance
    judge: tuple[JudgeScore, ...]
    jitter: bool
    composition: tuple[Composition, ...]
    effects: tuple[Effect, ...]
    distributions: tuple[Distribution, ...]
    notes: tuple[str, ...]
    galleries: tuple[Gallery, ...] = field(default=(), repr=False)

    def to_json(self) -> dict[str, Any]:
        """A strict JSON object; the pictures are left out."""
        body = {name: _plain(getattr(self, name)) for name in _JSON}
        return {"schema": SCHEMA, **body}


_JSON = ("provenance", "judge", "jitter", "composition", "effects", "distributions", "notes")


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return asdict(value) if hasattr(value, "__dataclass_fields__") else value


def measure_of(column: NDArray[np.generic]) -> str:
    """The measure of agreement for a column of values."""
    return ABSOLUTE_ERROR if column.dtype.kind == "f" else ACCURACY
