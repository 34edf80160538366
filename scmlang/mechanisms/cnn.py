"""``cnn``: the label is read from the image itself, as in the paper's model; a baseline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from scmlang.mechanisms.base import COUPLING, SHARED, LabelType
from scmlang.semantics.domains import Finite
from scmlang.semantics.model import CausalModel, Variable
from scmlang.semantics.signatures import Option

if TYPE_CHECKING:
    from scmlang.neural.labels import LabelMechanism
    from scmlang.neural.ncm import MechanismContext


class RecognitionType(LabelType):
    """P(V | I): parents and noise go unused, so interventions on parents do not reach V.

    Its vector v is its logits, so there is no option ``embedding``.
    """

    name = "cnn"
    options: ClassVar[Mapping[str, Option]] = {
        "shared": SHARED,
        "coupling": COUPLING,
        "hidden": Option("ints", (16, 32), 1, 4096, help="channels of the convolutions"),
    }

    def misfit(self, variable: Variable, model: CausalModel) -> str | None:
        if not isinstance(variable.domain, Finite):
            return f"`cnn` needs finitely many levels, and `{variable.name}` is {variable.domain}"
        if not any(other.is_image for other in model.observed):
            return "`cnn` reads the image, and the model has none"
        return super().misfit(variable, model)

    def build(self, context: MechanismContext) -> LabelMechanism:
        from scmlang.neural.labels import CategoricalRecognition

        return CategoricalRecognition(context.plan, context.image_channels)


CNN = RecognitionType()
