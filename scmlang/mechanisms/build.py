"""From a plan to a module: every variable's mechanism by its type in the registry."""

from __future__ import annotations

from collections.abc import Mapping

from scmlang.mechanisms import MECHANISMS
from scmlang.mechanisms.base import ImageType, LabelType
from scmlang.neural.image import Generator
from scmlang.neural.labels import LabelMechanism
from scmlang.neural.ncm import MechanismContext, NeuralCausalModel
from scmlang.neural.plan import ImagePlan, NeuralPlan
from scmlang.neural.settings import NeuralSettings


def build_model(plan: NeuralPlan, settings: NeuralSettings) -> NeuralCausalModel:
    """The neural causal model of a plan, initialised from torch's global generator."""
    return NeuralCausalModel(plan, settings, _build_label, build_image)


def _build_label(context: MechanismContext) -> LabelMechanism:
    kind = MECHANISMS[context.plan.mechanism]
    if not isinstance(kind, LabelType):
        raise TypeError(f"the mechanism type {kind.name} does not build label mechanisms")
    return kind.build(context)


def build_image(plan: ImagePlan, widths: Mapping[str, int], settings: NeuralSettings) -> Generator:
    kind = MECHANISMS[settings.generator or plan.mechanism]
    if not isinstance(kind, ImageType):
        raise TypeError(f"the mechanism type {kind.name} does not build image mechanisms")
    return kind.build(plan.domain.shape, widths, settings)
